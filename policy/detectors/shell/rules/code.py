"""Program text: combinations of facets, over the text as it stands and over all that was decoded.

See `facets`. Also the judgment of what could not be read to its end: too deep is refused (CWE-674); what was only cut
is judged by its tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.facets import facets_of
from policy.detectors.shell.programs import is_interpreter
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Reading

_ALONE: Final[dict[str, tuple[str, int, str]]] = {
    "break-out": ("spawn", 77, "starts a shell from a program"),
    "break-out-name": ("spawn", 74, "starts a shell from a program"),
    "editor-escape": ("spawn", 75, "breaks out of a program into a shell"),
    "awk-shell": ("spawn", 74, "feeds a shell from a program"),
    "argument-shell": ("spawn", 76, "starts a shell from a program"),
    "tcl-shell": ("spawn", 78, "starts a shell from a program"),
    "code-absolute-send": ("exfiltration", 74, "sends a file from a program"),
    "upgrade": ("spawn", 78, "turns a pipe into a terminal"),
    "php-shell": ("reverse-shell", 88, "writes a web shell"),
    "code-download": ("download-run", 82, "runs what it downloads"),
    "code-encoded": ("hide", 80, "runs encoded code"),
    "code-delete": ("destructive", 90, "removes the root or a home"),
    "code-shell-destroy": ("destructive", 86, "runs a destructive command from a program"),
    "code-fork": ("denial-of-service", 88, "starts processes without end"),
    "code-credential": ("credentials", 82, "reads a file of credentials"),
    "code-system-write": ("persistence", 78, "writes a system or start-up file"),
    "code-environ-send": ("exfiltration", 84, "sends credentials or the environment away"),
    "code-library": ("library-load", 74, "loads a library into a program"),
    "shellshock": ("spawn", 76, "hides a command in a function"),
}
_PLUS: Final = re.compile(r"(?<!['\"])['\"] ?[+.] ?['\"](?!['\"])")
_COMMA: Final = re.compile(r"(?<=\w)['\"] ?, ?['\"](?=[\w/~-])")
_CODE_ONLY: Final = frozenset({"code-library", "break-out-name", "code-encoded"})
"""Count only where an interpreter is run or the text is not a shell's."""
_TOKENS_ALWAYS: Final = frozenset({"raw-connection"})
_TOKENS: Final[dict[str, tuple[str, int, str]]] = {
    "fetch-pipe-shell": ("download-run", 76, "runs what it downloads"),
    "raw-remove": ("destructive", 90, "removes the root or a home"),
    "raw-device": ("destructive", 88, "writes over a disk"),
    "raw-connection": ("reverse-shell", 90, "attaches a shell to the network"),
}
_SPEECH: Final = frozenset({"git", "gh", "echo", "printf", "man", "grep", "rg"})


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge program text and what was not read."""
    is_speech = bool(reading.commands) and all(
        command.name in _SPEECH or not command.argv for command in reading.commands
    )
    runs_code = any(is_interpreter(command.name) for command in reading.commands)
    views = [(reading.text, ""), *reading.views]
    if runs_code and (joined := _joined(reading.text)) != reading.text:
        views.append((joined, "joined"))
    for text, view in views:
        found = facets_of(text)
        if found:
            yield from _combined(found, view)
            if not is_speech or view:
                yield from _single(found, view, runs_code=runs_code)
            if not is_speech or view:
                names = _TOKENS if reading.is_cut or view else _TOKENS_ALWAYS
                yield from (
                    Hit(*_TOKENS[name][:2], name, _TOKENS[name][2], view=view)
                    for name in names
                    if name in found
                )
    if reading.is_too_deep:
        yield Hit("unreadable", 74, "nesting", "is nested too deeply to be read")


def _joined(text: str) -> str:
    """Join the pieces of a literal: `'rm ' + '-rf'`, `("rm", "-rf")`."""
    return _COMMA.sub(" ", _PLUS.sub("", text[:16_384]))


def _combined(found: frozenset[str], view: str) -> Iterator[Hit]:
    if {"socket", "spawn"} <= found and ("shell" in found or "stream" in found):
        yield Hit(
            "reverse-shell",
            93 if {"shell", "stream"} <= found else 86,
            "code-shell",
            "serves a shell from a program",
            view=view,
        )
    elif {"socket", "code-file-send"} <= found or {"socket", "code-open-absolute", "code-sends"} <= found:
        yield Hit("exfiltration", 72, "code-upload", "sends a file from a program", view=view)


def _single(found: frozenset[str], view: str, *, runs_code: bool) -> Iterator[Hit]:
    for name, (rule, severity, reason) in _ALONE.items():
        if name in found and (runs_code or name not in _CODE_ONLY):
            yield Hit(rule, severity, name, reason, view=view)
