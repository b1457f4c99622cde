"""Base32 and Ascii85.

Owns their recognition; base32 of ASCII text has a rhythm like base64's (see there), upper case only.

Sources: RFC 4648 section 6, Adobe's PostScript Language Reference section 3.13.3.
Does not catch: base32 in lower case or in groups, base36, base45, base58, base85 of other makes, uuencode.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.inflate import text_in
from policy.text.runs import Runs
from policy.text.scanner import Pattern
from policy.text.tracing import joined_lines

if TYPE_CHECKING:
    from policy.text.scanner import Scan
    from policy.text.tracing import Draft, Piece

PATTERNS: Final = (
    Pattern("view.base32", "(?:[BE-P][ABEFIJMNQRUVYZ45][A-Z2-7]{6}){3}"),
    Pattern("view.ascii85", "<~[!-uz]{10}"),
)

_RUNS: Final = Runs("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
_RHYTHM: Final = re.compile(r"(?:[BE-P][ABEFIJMNQRUVYZ45][A-Z2-7]{6}){2}")
_PADDING: Final = re.compile(r"={0,6}")
_NO_LENGTH: Final = (1, 3, 6)
"""Base32 digits over that no whole bytes give."""
_MOST: Final = 16


def base32_text(scan: Scan) -> Draft | None:
    """Read every base32 run of a text."""
    if "view.base32" not in scan.hits:
        return None
    pieces: list[Piece] = []
    text = scan.text
    for start, last in _RUNS.find(text):
        if text[last - 1 : last + 1].isalnum() and last < len(text):
            # The letters go on: base64, which is full of such runs.
            continue
        digits = text[start:last]
        digits = digits[: len(digits) - (len(digits) % 8 in _NO_LENGTH)]
        if not _RHYTHM.match(digits):
            continue
        if made := text_in(base64.b32decode(digits + "=" * (-len(digits) % 8)), is_guess=False):
            padding = _PADDING.match(text, last)
            pieces.append((start, padding.end() if padding else last, made))
    return joined_lines("base32", pieces, ALL)


def ascii85_text(scan: Scan) -> Draft | None:
    """Read Adobe's Ascii85, the first few of a text."""
    if "view.ascii85" not in scan.hits:
        return None
    pieces: list[Piece] = []
    for start, end, digits in _ascii85_runs(scan.text):
        try:
            raw = base64.a85decode(digits)
        except ValueError:
            continue
        if made := text_in(raw, is_guess=False):
            pieces.append((start, end, made))
    return joined_lines("ascii85", pieces, ALL)


def _ascii85_runs(text: str) -> list[tuple[int, int, str]]:
    runs: list[tuple[int, int, str]] = []
    start = text.find("<~")
    while start >= 0 and len(runs) < _MOST:
        end = text.find("~>", start)
        if end < 0:
            break
        # Decoding is slow Python, a microsecond a character.
        runs.append((start, end + 2, text[start + 2 : min(end, start + 4096)]))
        start = text.find("<~", end)
    return runs
