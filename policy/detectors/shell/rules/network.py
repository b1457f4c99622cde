"""Shells joined to a connection by pipes (T1059.004, T1095).

Signatures see one command; here is what needs two: `mkfifo` with `nc`, a shell that reads from `telnet`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.shell.flow import dials, is_local, origins, piped
from policy.detectors.shell.programs import SHELLS
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_TALKERS: Final = frozenset(
    {
        "nc",
        "ncat",
        "netcat",
        "telnet",
        "socat",
        "openssl",
        "nc.traditional",
        "nc.openbsd",
        "cryptcat",
        "socket",
        "curl",
        "torify",
        "ssh",
    }
)
_DIALERS: Final = frozenset({"nc", "ncat", "netcat", "telnet", "socat", "openssl", "cryptcat"})


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge flows between commands and the network."""
    has_fifo = any(
        command.name in {"mkfifo", "mknod"} and (command.name == "mkfifo" or "p" in command.argv)
        for command in reading.commands
    )
    for command in reading.commands:
        if command.name in SHELLS:
            yield from _shell(command)
        elif command.name in _TALKERS or dials(command):
            yield from _talker(command, has_fifo=has_fifo)
        if command.argv and command.argv[0][:1] == "$":
            yield from _loop(command)


def _is_shell(command: Command) -> bool:
    """True for a shell that takes its commands from its input."""
    if command.name not in SHELLS:
        return False
    operands = [word for word in command.argv[1:] if word[:1] != "-"]
    return not operands or operands[0] in {"/dev/stdin", "2"}


def _shell(command: Command) -> Iterator[Hit]:
    if not _is_shell(command):
        return
    for source in piped(command):
        if (
            (source.name in _DIALERS and not is_local(source))
            or dials(source)
            or any("telnet://" in word for word in source.argv)
        ):
            yield Hit("reverse-shell", 93, "shell-reads-network", "runs what another machine sends", command)
            return
    if any(
        redirect.operator in {"<&", ">&", "<"} and redirect.target.isdigit() and int(redirect.target) > 2
        for redirect in command.redirects
    ):
        yield Hit(
            "reverse-shell", 84, "shell-on-descriptor", "attaches a shell to an open connection", command
        )


def _talker(command: Command, *, has_fifo: bool) -> Iterator[Hit]:
    if any(_is_shell(source) for source in piped(command)) and not (
        command.name == "curl" and "telnet://" not in " ".join(command.argv)
    ):
        yield Hit("reverse-shell", 94, "shell-into-network", "joins a shell to a connection", command)
    elif has_fifo and command.name in _DIALERS:
        yield Hit("reverse-shell", 88, "pipe-and-network", "joins a named pipe to a connection", command)


def _loop(command: Command) -> Iterator[Hit]:
    if any(dials(source) for source in origins(command)):
        yield Hit("reverse-shell", 90, "network-loop", "runs what another machine sends", command)
