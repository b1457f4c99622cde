"""What the readers of this family hand to the detector, and the boundary they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_HEX: Final = frozenset("0123456789abcdefABCDEF")
_ESCAPED: Final = frozenset("nrtbfv")


@dataclass(frozen=True, slots=True)
class Found:
    """One value that is or may be a secret."""

    start: int
    end: int
    """Half-open, exactly the value."""
    rule: str
    kind: str
    severity: int
    reason: str
    """Plain words without the value."""
    order: float = 0.0
    """0..1, ranks within one severity."""


def stands_free(text: str, start: int) -> bool:
    r"""True if no word runs into `start`; an escape in front of it (`\\n`, `%3D`, `\\u003d`) is no word."""
    if start == 0:
        return True
    before = text[start - 1]
    if not (before.isascii() and before.isalnum()):
        return True
    if start >= 2 and text[start - 2] == "\\" and before in _ESCAPED:
        return True
    if start >= 3 and text[start - 3] == "%" and _HEX.issuperset(text[start - 2 : start]):
        return True
    return start >= 6 and text[start - 6 : start - 4] == "\\u" and _HEX.issuperset(text[start - 4 : start])
