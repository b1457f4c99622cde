"""The script that a program reads from its input or from a file of the line: `sh`, `at`, `crontab`, `source`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.programs import SHELLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detectors.shell.reading import Command
    from policy.detectors.shell.session import Session

_SCHEDULE: Final = re.compile(
    r"^[ \t]*(?:@\w{4,8}|(?:[\d*/,LW?#A-Za-z-]{1,24}[ \t]{1,8}){5})[ \t]*(?=\S)", re.MULTILINE
)
"""When a line of a crontab is run."""


_RUN_VARIABLES: Final = frozenset(
    { "PAGER", "MANPAGER", "GIT_PAGER", "EDITOR", "VISUAL", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "SUDO_EDITOR", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF",
    "GIT_ASKPASS", "SSH_ASKPASS", "SUDO_ASKPASS", "LESSOPEN", "LESSCLOSE", "PROMPT_COMMAND", "BROWSER", "FCEDIT", "PS0", "RSYNC_RSH", "CVS_RSH" }
)  # fmt: skip
_BANG: Final = re.compile(r"^\s{0,4}:?!(.+)", re.MULTILINE)
_RECIPE: Final = re.compile(r"^\t[@+-]{0,3}(.+)|^[\w.%-]{1,64}:[^\n;=]{0,200};(.+)", re.MULTILINE)


def script_of(session: Session, command: Command) -> str | None:
    """Return what a command reads as a script, where that is known."""
    reader = _READERS.get(command.name)
    if reader is not None:
        return reader(session, command)
    # A program that the line itself wrote.
    return session.files.text_of(command.argv[0]) if "/" in command.argv[0] else None


def scripts_in(command: Command) -> list[str]:
    """Return the commands in variables that programs run: a pager, an editor, a prompt."""
    pairs = list(command.environment)
    if command.name in {"export", "declare", "typeset"}:
        pairs += [(name, value) for name, _, value in (word.partition("=") for word in command.argv[1:33])]
    return [value.lstrip("|- ") for name, value in pairs if name in _RUN_VARIABLES and " " in value]


def _input(_session: Session, command: Command) -> str | None:
    return command.stdin


def _crontab(session: Session, command: Command) -> str | None:
    text = command.stdin or (session.files.text_of(command.argv[-1]) if len(command.argv) > 1 else None)
    return _SCHEDULE.sub("", text) if text else None


def _escapes(_session: Session, command: Command) -> str | None:
    return "\n".join(_BANG.findall(command.stdin)) if command.stdin else None


def _shell(session: Session, command: Command) -> str | None:
    operands = [word for word in command.argv[1:] if word[:1] not in {"-", "+"} or word == "-"]
    if operands and operands[0] not in {"-", "/dev/stdin"}:
        return session.files.text_of(operands[0])
    if command.stdin is not None and any(source.name not in {"echo", "cat"} for source in command.piped):
        session.view(command.stdin, "pipe")
    return command.stdin


def _recipes(session: Session, command: Command) -> str | None:
    """Return the recipes of a makefile that the line itself holds."""
    argv = command.argv
    texts = [word.partition("=")[2] for word in argv if word.startswith("--eval=")]
    for at, word in enumerate(argv[:-1]):
        if word in {"-f", "--file", "--makefile"}:
            path = argv[at + 1]
            texts.append((command.stdin if path == "-" else session.files.text_of(path)) or "")
        elif word in {"--eval", "-E"}:
            texts.append(argv[at + 1])
    lines = [line for text in texts for pair in _RECIPE.findall(text) for line in pair if line]
    return "\n".join(lines) or None


_READERS: Final[dict[str, Callable[[Session, Command], str | None]]] = {
    **dict.fromkeys((*SHELLS, "source", "."), _shell),
    **dict.fromkeys(("at", "batch", "parallel"), _input),
    # `!command` in their input is run.
    **dict.fromkeys(("ftp", "sftp", "ed", "mail", "telnet", "vi", "vim", "ex", "nmap", "gdb"), _escapes),
    **dict.fromkeys(("make", "gmake"), _recipes),
    "crontab": _crontab,
}
