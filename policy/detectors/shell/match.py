"""Matching the rendered lines of a reading with the signatures.

Owns the compiled tables. One scan of all lines tells which signatures are there at all; only then is each line looked
at by itself, to know which command it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.shell.render import line
from policy.detectors.shell.signatures import (
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
)
from policy.detectors.shell.signatures.row import expressions
from policy.text.scanner import Pattern, Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading
    from policy.detectors.shell.signatures.row import Signature

_POSIX: Final = expressions(
    row
    for table in (destruction, persistence, privilege, network, defenses, credentials, risky)
    for row in table.ROWS
)
_WINDOWS: Final = expressions(
    row for table in (windows_impact, windows_access, windows_execution) for row in table.ROWS
)
_LONGEST: Final = 65_536


def _scanner(table: dict[str, tuple[Signature, str]], *, is_caseless: bool) -> Scanner:
    return Scanner(
        [Pattern(name, regex, is_caseless, is_multiline=True) for name, (_, regex) in table.items()]
    )


_POSIX_SCANNER: Final = _scanner(_POSIX, is_caseless=False)
_WINDOWS_SCANNER: Final = _scanner(_WINDOWS, is_caseless=True)


def signatures(reading: Reading) -> Iterator[tuple[Command, Signature]]:
    """Yield each signature with the first command that it matches."""
    lines = [(command, line(command)) for command in reading.commands]
    yield from _matches(lines, _POSIX, _POSIX_SCANNER)
    if reading.is_windows:
        yield from _matches(lines, _WINDOWS, _WINDOWS_SCANNER)


def _matches(
    lines: list[tuple[Command, str]], table: dict[str, tuple[Signature, str]], scanner: Scanner
) -> Iterator[tuple[Command, Signature]]:
    everything = "\n".join(text for _, text in lines)[:_LONGEST]
    missing = set(scanner.which(everything.encode("utf-8", "surrogatepass")))
    if not missing:
        return
    if len(lines) == 1:
        for name in sorted(missing):
            yield lines[0][0], table[name][0]
        return
    for command, text in lines:
        for name in sorted(missing & scanner.which(text.encode("utf-8", "surrogatepass"))):
            missing.discard(name)
            yield command, table[name][0]
        if not missing:
            return
