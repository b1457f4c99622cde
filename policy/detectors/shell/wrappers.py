"""Taking wrappers off: `sudo nice -n 5 env X=1 timeout 9 rm` runs `rm`, `ssh host 'rm'` runs it elsewhere.

Owns the table of programs that run another program (its arguments) or a script (a string). Invariant: `peel` takes
off one layer and never grows the arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.programs import SHELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w{0,63}=")
_COMMAND_OPTION: Final = re.compile(r"-[A-Za-z]{0,6}c[A-Za-z]{0,3}")
_JOINED_TOO_LONG: Final = 64


@dataclass(frozen=True, slots=True)
class Peeled:
    """What is inside one wrapper."""

    argvs: tuple[tuple[str, ...], ...] = ()
    """Commands given as arguments."""
    scripts: tuple[str, ...] = ()
    """Commands given as text."""
    environment: tuple[tuple[str, str], ...] = ()
    is_remote: bool = False
    is_windows: bool = False
    """True if the scripts are PowerShell or cmd."""


@dataclass(frozen=True, slots=True)
class _Prefix:
    """A program whose arguments are a command, behind options and some operands of its own."""

    valued: frozenset[str] = frozenset()
    """Options that take the next word."""
    operands: int = 0
    is_joined: bool = False
    """True if the words are joined to one script."""
    is_remote: bool = False


def _prefix(valued: str = "", operands: int = 0, *, joined: bool = False, remote: bool = False) -> _Prefix:
    return _Prefix(frozenset(valued.split()), operands, joined, remote)


_SSH: Final = _prefix(
    "-i -p -o -l -L -R -D -F -J -b -B -c -e -E -I -m -O -Q -S -W -w", 1, joined=True, remote=True
)
_DOCKER_RUN: Final = (
    "-v --volume -e --env --name -p --publish -w --workdir -u --user --network --net --mount --entrypoint -l --label"
    " --env-file --restart -m --memory --cpus --cap-add --security-opt --pid --device --add-host -h --hostname --gpus"
    " --platform --ipc --userns --uts --tmpfs --ulimit --volumes-from --runtime --shm-size --log-driver --log-opt"
)
_PREFIXES: Final[dict[str, _Prefix]] = {
    "sudo": _prefix("-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot"),
    "doas": _prefix("-u -C"),
    "pkexec": _prefix("--user"),
    "env": _prefix("-u -C --unset --chdir"),
    "command": _prefix(),
    "builtin": _prefix(),
    "exec": _prefix("-a"),
    "nohup": _prefix(),
    "setsid": _prefix(),
    "time": _prefix("-f -o --format --output"),
    "nice": _prefix("-n --adjustment"),
    "ionice": _prefix("-c -n -p --class --classdata"),
    "chrt": _prefix("-T -P -D", 1),
    "stdbuf": _prefix("-i -o -e --input --output --error"),
    "timeout": _prefix("-s -k --signal --kill-after", 1),
    "gtimeout": _prefix("-s -k --signal --kill-after", 1),
    "strace": _prefix("-o -e -p -s -E -u -P -I -a -O -S -b -X"),
    "ltrace": _prefix("-o -e -p -s -u -l -x -n -a -A -D -F"),
    "taskset": _prefix("-p", 1),
    "numactl": _prefix("-N -m -C -i"),
    "setarch": _prefix("", 1),
    "linux32": _prefix(),
    "linux64": _prefix(),
    "prlimit": _prefix(),
    "cpulimit": _prefix("-l -p -e -P --limit"),
    "chroot": _prefix("", 1),
    "fakeroot": _prefix("-l -f -i -s -b"),
    "proot": _prefix("-r -b -w -q -R -S"),
    "unshare": _prefix("-S -G -R -w --map-user --map-group"),
    "nsenter": _prefix("-t -S -G --target"),
    "torsocks": _prefix("-u -p -a -P"),
    "torify": _prefix(),
    "proxychains": _prefix("-f"),
    "proxychains4": _prefix("-f"),
    "firejail": _prefix(),
    "systemd-run": _prefix(
        "-p -u -E -M --unit --property --uid --gid --slice --setenv --on-calendar --on-active"
    ),
    "systemd-inhibit": _prefix(),
    "busybox": _prefix(),
    "toybox": _prefix(),
    "unbuffer": _prefix("-p"),
    "rlwrap": _prefix("-f -H -s -p -C -a -b -e -l -t"),
    "dbus-run-session": _prefix("--config-file"),
    "xvfb-run": _prefix("-s -n -e -f -p -w"),
    "setpriv": _prefix("--reuid --regid --groups --inh-caps --ambient-caps --bounding-set"),
    "capsh": _prefix(),
    "softlimit": _prefix("-a -c -d -f -l -m -n -o -p -r -s -t"),
    "chpst": _prefix("-u -U -b -e -/ -n -l -L -m -d -o -p -f -c -t"),
    "flock": _prefix("-w -E -c --timeout --conflict-exit-code", 1),
    "aa-exec": _prefix("-p -n --profile --namespace"),
    "catchsegv": _prefix(),
    "valgrind": _prefix(),
    "perf": _prefix("", 1),
    "uv": _prefix("--with --python", 1),
    "poetry": _prefix("", 1),
    "pipenv": _prefix("", 1),
    "conda": _prefix("-n -p --name --prefix", 1),
    "bundle": _prefix("", 1),
    "direnv": _prefix("", 2),
    "ssh": _SSH,
    "sshpass": _prefix("-p -f -d -P"),
    "autossh": _SSH,
    "mosh": _prefix("", 1, joined=True, remote=True),
    "rsh": _prefix("-l", 1, joined=True, remote=True),
    "watch": _prefix("-n --interval -d", joined=True),
    "eval": _prefix(joined=True),
    "parallel": _prefix(
        "-j --jobs -a --arg-file --colsep -S --sshlogin -n -N --delay --timeout", joined=True
    ),
    "sem": _prefix("-j --id", joined=True),
    "hyperfine": _prefix("-w -r -m -M -p -s -c -n", joined=True),
    "wsl": _prefix("-d -u --distribution --user --cd"),
}
_DOCKER_VERBS: Final = {
    "run": _prefix(_DOCKER_RUN, 1, remote=True),
    "create": _prefix(_DOCKER_RUN, 1, remote=True),
    "exec": _prefix(
        "-e --env -u --user -w --workdir --env-file --detach-keys -c --container -n --namespace",
        1,
        remote=True,
    ),
    "debug": _prefix("--image -n --namespace --target", 1, remote=True),
}
_RUNNERS: Final = {
    "uv": "run",
    "poetry": "run",
    "pipenv": "run",
    "conda": "run",
    "bundle": "exec",
    "perf": "record stat",
}
_SCRIPT_OPTIONS: Final = {
    "su": ("-c", "--command"),
    "script": ("-c", "-qc", "-qec", "-qfc", "-qefc", "--command"),
    "runuser": ("-c", "--command"),
    "sg": ("-c",),
    "flock": ("-c", "--command"),
    "nix-shell": ("--run", "--command"),
    "expect": ("-c",),
    "gdb": (),
    "entr": (),
}


def peel(argv: Sequence[str], name: str) -> Peeled | None:
    """Take one layer off, or return None for what wraps nothing.

    Args:
        argv: resolved words.
        name: base name of the program, lower case.
    """
    special = _SPECIAL.get(name)
    if special is not None:
        peeled = special(argv, name)
        if peeled is not None:
            return peeled
    prefix = _PREFIXES.get(name)
    if prefix is None or (name in _RUNNERS and (len(argv) < 2 or argv[1] not in _RUNNERS[name].split())):
        return None
    return _strip(argv[1:], prefix)


def _strip(words: Sequence[str], prefix: _Prefix) -> Peeled | None:
    at, operands = 0, prefix.operands
    environment: list[tuple[str, str]] = []
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            if not operands:
                break
        elif word[:1] == "-" and len(word) > 1:
            at += 2 if word in prefix.valued else 1
        elif _ASSIGNMENT.match(word) and not prefix.is_joined:
            variable, _, value = word.partition("=")
            environment.append((variable, value))
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    rest = tuple(words[at:])
    if not rest:
        return Peeled(environment=tuple(environment)) if environment else None
    if prefix.is_joined:
        return Peeled(scripts=(" ".join(rest),), is_remote=prefix.is_remote)
    return Peeled(argvs=(rest,), environment=tuple(environment), is_remote=prefix.is_remote)


def _shell(argv: Sequence[str], _name: str) -> Peeled | None:
    """`bash -xc 'script' name args`: the script is the first word behind the options."""
    for at, word in enumerate(argv[1:_JOINED_TOO_LONG], 1):
        if word[:1] not in {"-", "+"}:
            return None
        if _COMMAND_OPTION.fullmatch(word) or word == "--command":
            rest = [word for word in argv[at + 1 : at + 4] if word[:1] != "-" or " " in word]
            return Peeled(scripts=(rest[0],)) if rest else None
        if word.startswith("--init-command="):
            return Peeled(scripts=(word.partition("=")[2],))
    return None


def _by_option(argv: Sequence[str], name: str) -> Peeled | None:
    options = _SCRIPT_OPTIONS[name]
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
    prefix = _DOCKER_VERBS.get(words[0]) if words else None
    if prefix is None:
        return None
    if name in {"kubectl", "oc", "k3s"}:
        if "--" not in words:
            return None
        return (
            Peeled(argvs=(tuple(words[words.index("--") + 1 :]),), is_remote=True)
            if words[-1] != "--"
            else None
        )
    return _strip(words[1:], prefix)


def _env(argv: Sequence[str], _name: str) -> Peeled | None:
    for at, word in enumerate(argv[1:], 1):
        if word in {"-S", "--split-string"} or word.startswith(("-S", "--split-string=")):
            first = word.removeprefix("--split-string=").removeprefix("-S").removeprefix("--split-string")
            return Peeled(scripts=(" ".join(filter(None, [first, *argv[at + 1 :]])),))
        if word[:1] != "-" and not _ASSIGNMENT.match(word):
            return None
    return None


def _command(argv: Sequence[str], _name: str) -> Peeled | None:
    """`command -v rm` only asks."""
    return Peeled() if len(argv) > 1 and argv[1] in {"-v", "-V"} else None


def _xargs(argv: Sequence[str], _name: str) -> Peeled | None:
    return _strip(argv[1:], _XARGS)


_XARGS: Final = _prefix(
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
            _strip(argv[1:], _prefix("-S -s -c -e -h -t -p -T"))
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
        return _strip(argv[2:], _prefix("-s -n -c -t -x -y -F -e", joined=True))
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


_SPECIAL: Final[dict[str, Callable[[Sequence[str], str], Peeled | None]]] = {
    **dict.fromkeys(SHELLS, _shell),
    **dict.fromkeys(_SCRIPT_OPTIONS, _by_option),
    **dict.fromkeys(("docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "ctr"), _docker),
    **dict.fromkeys(
        ("xterm", "gnome-terminal", "konsole", "xfce4-terminal", "alacritty", "kitty", "urxvt"), _terminal
    ),
    "tmux": _terminal,
    "screen": _terminal,
    "find": _find,
    "fd": _find,
    "env": _env,
    "command": _command,
    "xargs": _xargs,
    "trap": _trap,
    "cmd": _cmd,
    "powershell": _powershell,
    "pwsh": _powershell,
}
