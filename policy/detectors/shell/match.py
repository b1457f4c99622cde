"""Matching the rendered lines of a reading with the signatures.

Owns the tables, compiled on first use. One scan of all lines tells which signatures are there at all; only then is each line looked
at by itself, to know which command it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.shell.compiled import LazyScanner
from policy.detectors.shell.render import line
from policy.detectors.shell.signatures import (
    cloud,
    credentials,
    defenses,
    destruction,
    network,
    persistence,
    privilege,
    risky,
    windows_access,
    windows_execution,
    windows_impact,
    windows_trusted,
)
from policy.detectors.shell.signatures.row import expressions
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from policy.detectors.shell.reading import Command, Reading
    from policy.detectors.shell.signatures.row import Signature


class _Table:
    """Signatures of one kind of shell."""

    def __init__(self, modules: tuple[ModuleType, ...], *, is_caseless: bool) -> None:
        rows: dict[str, tuple[Signature, str]] = expressions(row for module in modules for row in module.ROWS)
        self.rows: Final = {name: row for name, (row, _) in rows.items()}
        self.scanner: Final = LazyScanner(
            lambda: [
                Pattern(name, regex, is_caseless, is_multiline=True) for name, (_, regex) in rows.items()
            ]
        )


_POSIX: Final = _Table(
    (destruction, persistence, privilege, network, defenses, credentials, cloud, risky), is_caseless=False
)
_WINDOWS: Final = _Table(
    (windows_impact, windows_access, windows_execution, windows_trusted), is_caseless=True
)


def warm() -> None:
    """Compile all signatures."""
    _POSIX.scanner.compiled()
    _WINDOWS.scanner.compiled()


def signatures(reading: Reading) -> Iterator[tuple[Command, Signature]]:
    """Yield each signature with the first command that it matches."""
    lines = [(command, line(command)) for command in reading.commands]
    yield from _matches(lines, _POSIX)
    if reading.is_windows:
        yield from _matches(lines, _WINDOWS)


def _matches(lines: list[tuple[Command, str]], table: _Table) -> Iterator[tuple[Command, Signature]]:
    everything = "\n".join(text for _, text in lines)
    missing = set(table.scanner.which(everything))
    if not missing:
        return
    if len(lines) == 1:
        for name in sorted(missing):
            yield lines[0][0], table.rows[name]
        return
    for command, text in lines:
        for name in sorted(missing & table.scanner.which(text)):
            missing.discard(name)
            yield command, table.rows[name]
        if not missing:
            return
