"""What the readers of this family hand to the detector.

Owns the scale of confidence. Below `SURE` nothing is reported: a number that might be anything is not personal data.
"""

from __future__ import annotations

from typing import Final, NamedTuple

SURE: Final = 0.5
"""Confidence from which a find is reported; 0..1."""
LIKELY: Final = 0.62
"""Confidence from which its severity is more than LOW."""
CERTAIN: Final = 0.75
"""Confidence from which its severity is that of its rule."""


class Found(NamedTuple):
    """One datum; a text may hold ten thousand, and a tuple is made in a quarter of the time."""

    start: int
    end: int
    """Half-open, exactly the datum."""
    rule: str
    kind: str
    confidence: float
    """0..1, of this find alone."""


def stands_free(text: str, start: int, end: int) -> bool:
    r"""True if no word or number runs into the span; an escaped line break (`\n`) in front of it is no word."""
    if start > 0 and _is_word(text[start - 1]):
        is_escape = start > 1 and text[start - 2] == "\\" and text[start - 1] in "nrt"
        is_percent = start > 2 and text[start - 3] == "%" and text[start - 2 : start] in _PERCENT
        if not is_escape and not is_percent:
            return False
    return end >= len(text) or not _is_word(text[end])


_PERCENT: Final = frozenset(
    {"20", "22", "3A", "3D", "3a", "3d", "0A", "0a", "2B", "2b", "2F", "2f", "2C", "2c"}
)


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()
