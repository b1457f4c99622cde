"""The shape of one row of the tables of identifiers, and how sure one can be of a match.

Owns the reading of a row: a shape the scanner finds, a check of digits, the words that may stand beside it, and three
confidences: alone in running text, beside a word, as all there is in a text. Invariant: no row is believed without
its check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import words
from policy.detectors.pii.found import SURE, Found

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detectors.pii.page import Page

_FAR: Final = 0.001
"""What each character between a word and a number takes away: of two claims the nearer word wins."""
_LOWERED: Final = 0.3
"""What a word that says otherwise takes away."""


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
    """Expression in Hyperscan's syntax, with edges; equal shapes are scanned once."""
    check: Callable[[str], bool]
    """Gets the match as it is written; never raises."""
    topics: tuple[str, ...]
    alone: float = 0.0
    near: float = 0.9
    whole: float = 0.0
    is_caseless: bool = True

    @property
    def label(self) -> str:
        """The value of `Match.kind`."""
        base = self.rule.removeprefix("pii.")
        return f"{base}:{self.name}" if self.name else base

    def read(self, page: Page, start: int, end: int) -> Found | None:
        """Judge one match of the shape."""
        confidence = self._confidence(page, start, end)
        if confidence < SURE or not self.check(page.text[start:end]):
            return None
        page.note(self.label, end)
        return Found(start, end, self.rule, self.label, confidence)

    def _confidence(self, page: Page, start: int, end: int) -> float:
        distance = page.distance(self.topics, start, end)
        if distance >= 0:
            return self.near - distance * _FAR
        if page.follows(self.label, start):
            return self.near - 0.1
        if page.is_whole(start, end):
            return max(self.whole, self.alone)
        doubt = _LOWERED if self.alone and page.is_lowered(start) else 0
        return self.alone - doubt - (_LOWERED if _is_lower(page.text, start, end) else 0)

    def may_be(self, page: Page) -> bool:
        """True if some match in this text could be believed."""
        if self.alone >= SURE or (self.whole >= SURE and page.whole[1]):
            return True
        return any(page.has(topic) for topic in self.topics)


def _is_lower(text: str, start: int, end: int) -> bool:
    """True for letters in lower case: more often a hash or a name in code than somebody's number."""
    raw = text[start:end]
    return raw != raw.upper()


def topics(*names: str) -> tuple[str, ...]:
    """Name the topics of a row."""
    return tuple(words.topic(name) for name in names)
