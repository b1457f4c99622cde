"""The shape of one row of the tables of identifiers, and how sure one can be of a match.

Owns the reading of a row: a shape the scanner finds, a check of digits, the words that may stand beside it, and three
confidences: alone in running text, beside a word, as all there is in a text. Invariant: no row is believed without
its check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.checksums import compact, is_dull
from policy.detectors.pii.found import SURE, Found

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detectors.pii.page import Page

NATIONAL: Final = "pii.national-id"
TAX: Final = "pii.tax-id"
MEDICAL: Final = "pii.medical-id"
ID: Final = ("national",)
FISCAL: Final = ("tax",)
IDS: Final = (*ID, *FISCAL)
HEALTH: Final = ("medical",)
_FAR: Final = 0.001
"""What each character between a word and a number takes away: of two claims the nearer word wins."""
_FEW: Final = 2
_COUNTED: Final = 10
"""Digits up to which counting up is nobody's number; longer ones have check digits."""
_LOWERED: Final = 0.35
_PIECE: Final = 0.3
"""What other groups of digits in front or behind take away from a number that may have company."""
_SECONDS: Final = range(1_300_000_000, 2_100_000_000)
"""Since 1970, of the years around ours."""
"""What a word that says otherwise takes away."""


def digits(count: int) -> str:
    """Shape of a bare number of so many digits."""
    return rf"\b[0-9]{{{count}}}\b"


def always(_raw: str) -> bool:
    """Accept whatever has the shape."""
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of identifier."""

    name: str
    """`pl-pesel`; what follows the rule's own name in `Match.kind`."""
    rule: str
    shape: str
    """Expression of what it looks like (`policy.detectors.pii.forms` says what may be used)."""
    check: Callable[[str], bool]
    """Gets the match as it is written, of plain ASCII; never raises."""
    topics: tuple[str, ...]
    alone: float = 0.0
    near: float = 0.9
    whole: float = 0.0
    is_caseless: bool = True
    is_open: bool = False
    """Other groups of digits may stand beside it: an expiry date, the next card."""
    label: str = field(init=False, default="")
    """The value of `Match.kind`."""

    def __post_init__(self) -> None:
        """Name the kind once, not at each match."""
        base = self.rule.removeprefix("pii.")
        object.__setattr__(self, "label", f"{base}:{self.name}" if self.name else base)

    def read(self, page: Page, start: int, end: int) -> Found | None:
        """Judge one match of the shape."""
        raw = page.plain[start:end]
        if page.is_refused(self.check, raw):
            return None
        confidence = self._confidence(page, start, end)
        if confidence < SURE or not page.passes(self.check, raw):
            return None
        page.note(self.label, end)
        return Found(start, end, self.rule, self.label, confidence)

    def _confidence(self, page: Page, start: int, end: int) -> float:
        distance = page.distance(self.topics, start, end) if page.has_any(self.topics) else -1
        if distance >= 0:
            return self.near - distance * _FAR
        if page.follows(self.label, start):
            return self.near - 0.1
        if page.is_whole(start, end):
            return 0.0 if _is_time(page.plain[start:end]) else max(self.whole, self.alone)
        if self.alone < SURE or _is_lower(page.plain, start, end):
            return 0.0
        doubt = 0.0
        if page.is_piece(start):
            return 0.0
        if page.is_embedded(start, end):
            doubt = _PIECE if self.is_open and not page.plain[start:end].isdigit() else 1
        if self.alone - doubt >= SURE and page.is_lowered(start):
            doubt += _LOWERED
        return self.alone - doubt

    def may_be(self, page: Page) -> bool:
        """True if some match in this text could be believed."""
        if self.alone >= SURE or (self.whole >= SURE and page.whole[1]):
            return True
        return page.has_any(self.topics)


def is_nobody(raw: str) -> bool:
    """True for one digit all over, for few digits of two kinds, and for counting up: no authority issues them."""
    kinds = len(set(compact(raw)))
    return kinds == 1 or (raw.isdigit() and len(raw) <= _COUNTED and (kinds == _FEW or is_dull(raw)))


def _is_time(raw: str) -> bool:
    """True for seconds or milliseconds of our time: what ten or thirteen digits without a word usually are."""
    if not raw.isdigit() or len(raw) not in {10, 13}:
        return False
    return int(raw[:10]) in _SECONDS


def _is_lower(text: str, start: int, end: int) -> bool:
    """True for letters in lower case: more often a hash or a name in code than somebody's number."""
    raw = text[start:end]
    return raw != raw.upper()
