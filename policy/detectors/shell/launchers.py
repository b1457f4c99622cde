"""Wrappers with a grammar of their own: shells, `find -exec`, `docker exec`, `env -S`, terminals, `cmd /c`, `npm pkg set`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.carried import LET_OUT, escape, package
from policy.detectors.shell.peeled import ASSIGNMENT, Peeled, strip
from policy.detectors.shell.programs import SHELLS
from policy.detectors.shell.wrapped import DOCKER_VERBS, SCRIPT_OPTIONS, prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COMMAND_OPTION: Final = re.compile(r"-[A-Za-z]{0,6}c[A-Za-z]{0,3}")
_MOST_OPTIONS: Final = 64


def _shell(argv: Sequence[str], _name: str) -> Peeled | None:
    """`bash -xc 'script' name args`: the script is the first word behind the options."""
    for at, word in enumerate(argv[1:_MOST_OPTIONS], 1):
        if word[:1] not in {"-", "+"}:
            return None
        if _COMMAND_OPTION.fullmatch(word) or word == "--command":
            start = at + 1
            while start < len(argv) and argv[start][:1] == "-" and " " not in argv[start]:
                start += 1
            return (
                Peeled(scripts=(argv[start],), positional=tuple(argv[start + 1 :]))
                if start < len(argv)
                else None
            )
        if word.startswith("--init-command="):
            return Peeled(scripts=(word.partition("=")[2],))
    return None


def _by_option(argv: Sequence[str], name: str) -> Peeled | None:
    options = SCRIPT_OPTIONS[name]
    for at, word in enumerate(argv[1:-1], 1):
        if word in options:
            return Peeled(scripts=(argv[at + 1],))
    for word in argv[1:]:
        option, _, value = word.partition("=")
        if value and option in options:
            return Peeled(scripts=(value,))
    return None


def _find(argv: Sequence[str], _name: str) -> Peeled | None:
    argvs: list[tuple[str, ...]] = []
    at = 1
    while at < len(argv):
        if argv[at] in {"-exec", "-execdir", "-ok", "-okdir", "-x", "--exec", "-X", "--exec-batch"}:
            end = at + 1
            while end < len(argv) and argv[end] not in {";", "+"}:
                end += 1
            argvs.append(tuple(argv[at + 1 : end]))
            at = end
        at += 1
    return Peeled(argvs=tuple(filter(None, argvs))) if argvs else None


def _docker(argv: Sequence[str], name: str) -> Peeled | None:
    words = list(argv[1:])
    while words and words[0] in {
        "compose",
        "container",
        "-H",
        "--context",
        "-n",
        "--namespace",
        "-f",
        "--kubeconfig",
    }:
        del words[: 2 if words[0].startswith("-") else 1]
    verb = DOCKER_VERBS.get(words[0]) if words else None
    if verb is None:
        return None
    if name in {"kubectl", "oc", "k3s"}:
        if "--" not in words:
            return None
        return (
            Peeled(argvs=(tuple(words[words.index("--") + 1 :]),), is_remote=True)
            if words[-1] != "--"
            else None
        )
    return strip(words[1:], verb)


def _env(argv: Sequence[str], _name: str) -> Peeled | None:
    for at, word in enumerate(argv[1:], 1):
        if word in {"-S", "--split-string"} or word.startswith(("-S", "--split-string=")):
            first = word.removeprefix("--split-string=").removeprefix("-S").removeprefix("--split-string")
            return Peeled(scripts=(" ".join(filter(None, [first, *argv[at + 1 :]])),))
        if word[:1] != "-" and not ASSIGNMENT.match(word):
            return None
    return None


def _command(argv: Sequence[str], _name: str) -> Peeled | None:
    """`command -v rm` only asks."""
    return Peeled() if len(argv) > 1 and argv[1] in {"-v", "-V"} else None


def _xargs(argv: Sequence[str], _name: str) -> Peeled | None:
    return strip(argv[1:], _XARGS)


_XARGS: Final = prefix(
    "-I -n -P -d -a -E -L -s --max-args --max-procs --delimiter --arg-file --replace --max-lines"
)


def _terminal(argv: Sequence[str], name: str) -> Peeled | None:
    """`tmux new -d 'cmd'`, `screen -dm cmd`, `xterm -e cmd`."""
    if name in {
        "xterm",
        "gnome-terminal",
        "konsole",
        "xfce4-terminal",
        "alacritty",
        "kitty",
        "urxvt",
        "rxvt",
        "lxterminal",
    }:
        for option in ("-e", "-x", "--", "--command"):
            if option in argv[1:-1]:
                return Peeled(scripts=(" ".join(argv[argv.index(option) + 1 :]),))
        return None
    if name == "screen":
        return (
            strip(argv[1:], prefix("-S -s -c -e -h -t -p -T"))
            if any("m" in w for w in argv[1:] if w[0:1] == "-")
            else None
        )
    if len(argv) > 1 and argv[1] in {
        "new",
        "new-session",
        "neww",
        "new-window",
        "split-window",
        "respawn-pane",
        "run-shell",
        "run",
    }:
        return strip(argv[2:], prefix("-s -n -c -t -x -y -F -e", joined=True))
    return None


def _daemon(argv: Sequence[str], _name: str) -> Peeled | None:
    """`start-stop-daemon -S -x program -- arguments`."""
    for at, word in enumerate(argv[1:-1], 1):
        if word in {"-x", "--exec", "-a", "--startas"}:
            rest = argv[argv.index("--") + 1 :] if "--" in argv else ()
            return Peeled(argvs=((argv[at + 1], *rest),))
    return None


def _trap(argv: Sequence[str], _name: str) -> Peeled | None:
    return Peeled(scripts=(argv[1],)) if len(argv) > 2 and not argv[1].startswith("-") else None


def _cmd(argv: Sequence[str], _name: str) -> Peeled | None:
    for at, word in enumerate(argv[1:-1], 1):
        if word[:2].lower() in {"/c", "/k", "/r"}:
            return Peeled(scripts=(" ".join([word[2:], *argv[at + 1 :]]).strip(),), is_windows=True)
    return None


def _powershell(argv: Sequence[str], _name: str) -> Peeled | None:
    for at, word in enumerate(argv[1:-1], 1):
        if re.fullmatch(r"[-/]c(?:o(?:m(?:m(?:a(?:n(?:d)?)?)?)?)?)?", word.lower()):
            return Peeled(scripts=(" ".join(argv[at + 1 :]),), is_windows=True)
    words = [word for word in argv[1:] if word[:1] not in {"-", "/"}]
    is_script = bool(words) and len(words[-1]) > 2 and (" " in words[-1] or "(" in words[-1])
    return Peeled(scripts=(" ".join(words),), is_windows=True) if is_script else None


LAUNCHERS: Final[dict[str, Callable[[Sequence[str], str], Peeled | None]]] = {
    **dict.fromkeys(SHELLS, _shell),
    **dict.fromkeys(SCRIPT_OPTIONS, _by_option),
    **dict.fromkeys(("docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "ctr"), _docker),
    **dict.fromkeys(
        ("xterm", "gnome-terminal", "konsole", "xfce4-terminal", "alacritty", "kitty", "urxvt"), _terminal
    ),
    "tmux": _terminal,
    "screen": _terminal,
    **dict.fromkeys(("npm", "pnpm", "yarn", "npx"), package),
    **dict.fromkeys(LET_OUT, escape),
    "find": _find,
    "fd": _find,
    "env": _env,
    "command": _command,
    "xargs": _xargs,
    "trap": _trap,
    "start-stop-daemon": _daemon,
    "cmd": _cmd,
    "powershell": _powershell,
    "pwsh": _powershell,
}
