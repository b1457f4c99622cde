"""How the command line prints: marks, aligned columns, and agent-supplied text made harmless.

A ledger holds what agents sent. Printed raw it could move the cursor, retitle the window, forge a line or
turn its direction around (CWE-150, CVE-2021-42574), so every such string passes `printable` first.
"""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE: Final = "✓"
FAILED: Final = "✗"
ABSENT: Final = "-"
NOTICE: Final = "!"

UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: controls, formats (bidirectional ones too), surrogates, unassigned, line separators."""


def printable(text: object) -> str:
    """Return text with every character that does more than print itself written as an escape."""
    return "".join(_escape(char) if unicodedata.category(char) in UNPRINTABLE else char for char in str(text))


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004 - what \x can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - what \u can write


def counted(number: int, one: str, many: str) -> str:
    """Return `1 entry` or `2 entries`."""
    return f"{number:,} {one if number == 1 else many}"


def shorten(text: str, width: int) -> str:
    """Return text cut to at most `width` terminal cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[:-1]
    return text + "…"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in aligned columns, two spaces apart; the first row is the heading."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def tolerate_narrow_encodings() -> None:
    """Print a question mark where the terminal's encoding lacks a character, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def complain(message: str, hint: str = "") -> None:
    """Tell on stderr what went wrong and what to do next."""
    print(f"aegis: {message}", file=sys.stderr)
    if hint:
        print(f"       {hint}", file=sys.stderr)
