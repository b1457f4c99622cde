"""Bare shells: a shell started to be typed into, or copied to go by another name (T1059.004, T1036.003, T1548.003).

An agent runs commands and scripts; a shell with nothing to run waits for somebody's keyboard. By its full path, behind
an odd wrapper or joined to a terminal it is a break-out (HIGH); by its plain name it may be a person's habit (MEDIUM).
Containers and other machines are left alone: `docker exec -it web bash` is how one looks into them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.programs import SHELLS
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_SHELL_PATH: Final = re.compile(r"(?:/usr(?:/local)?)?/bin/(?:ba|da|z|k|c|tc|a|fi|rba)?sh")
_INTERACTIVE: Final = re.compile(r"-[ilpsf]{1,4}|--(?:login|norc|noprofile|posix|noediting)|-")
_TERMINAL: Final = re.compile(r"/dev/(?:tty|pts/\d+)|\$\(\)")
_PLAIN_PREFIXES: Final = frozenset(
    { "sudo", "doas", "su", "exec", "command", "time", "docker", "podman", "kubectl", "nerdctl", "oc", "ssh",
    "bash", "sh", "zsh", "windows", "lxc", "ctr", "eval", "nohup", "uv", "poetry", "pipenv", "conda", "chroot",
    "tmux", "screen", "script", "wsl", "xterm", "watch", "mosh", "unshare", "nsenter", "direnv", "bundle",
    "pkexec", "busybox", "env", "runuser", "proot", "fakeroot", "sg", "firejail", "nix-shell" }
)  # fmt: skip
"""Wrappers that people use to get a shell."""
_RESUMES: Final = frozenset(
    {"exec", "poetry", "pipenv", "conda", "uv", "direnv", "bundle", "wsl", "nix-shell"}
)
"""`exec $SHELL -l` reads the start-up files anew; a package manager opens its environment."""


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge shells that have nothing to run, and copies of shells."""
    for command in reading.commands:
        if command.is_remote or not command.argv:
            continue
        if command.name in SHELLS:
            yield from _bare(command)
        elif command.name in {"cp", "mv", "ln", "install", "mount"} and _is_copied(command):
            yield Hit("hide", 74, "shell-copy", "puts a shell under another name", command)


def _bare(command: Command) -> Iterator[Hit]:
    options = command.argv[1:]
    if command.piped or command.stdin is not None or "windows" in command.prefixes:
        return
    if any(word[:1] not in {"-", "+"} or not _INTERACTIVE.fullmatch(word) for word in options):
        return
    odd = [prefix for prefix in command.prefixes if prefix not in _PLAIN_PREFIXES]
    if odd:
        yield Hit("spawn", 76, "wrapped-shell", "starts a shell behind another program", command)
    elif _is_joined(command):
        yield Hit("spawn", 76, "joined-shell", "joins a shell to the caller's streams", command)
    elif any(redirect.operator == "<" for redirect in command.redirects):
        return
    elif _RESUMES & set(command.prefixes):
        yield Hit("spawn", 50, "bare-shell", "starts a shell to type into", command)
    else:
        by_path = _SHELL_PATH.fullmatch(command.argv[0]) is not None
        severity = 73 if by_path else 66
        yield Hit("spawn", severity, "bare-shell", "starts a shell to type into", command)


def _is_joined(command: Command) -> bool:
    """True if the shell's input is the caller's output or a terminal."""
    copies = [redirect for redirect in command.redirects if redirect.operator in {"<&", ">&"}]
    if any(redirect.target in {"0", "1", "2"} for redirect in copies) and any(
        redirect.operator == "<&" or redirect.target == "0" for redirect in copies
    ):
        return True
    return any(
        redirect.operator == "<" and _TERMINAL.fullmatch(redirect.target) for redirect in command.redirects
    )


def _is_copied(command: Command) -> bool:
    """True if a shell becomes another file; `ln -sf /bin/bash /bin/sh` and a change root's `bin/` are ordinary."""
    operands = [word for word in command.argv[1:] if word[:1] != "-"]
    if len(operands) != 2 or not _SHELL_PATH.fullmatch(operands[0]):
        return False
    target = operands[1].rstrip("/")
    return target.rpartition("/")[2] not in SHELLS | {"bin", "."} and not operands[1].endswith("/bin/")
