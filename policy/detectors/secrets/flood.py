"""How much of one text is read: bounds the work of this family whatever the text holds.

Owns the budget. The scanner says where something may begin; reading from there costs some ten microseconds, and a
hostile text holds tens of thousands of such places. What a text may cost grows with its length only. Ordinary text
stays far below; where a text goes over, a few places are read from its beginning to its end, and the rest cannot be
judged, which the detector refuses (`secrets.flood`): a secret is not to be hidden behind decoys.

Invariant: at most `_BASE` + length / `_SHARE` reads, and `MAX_REPORTS` + length / `_DENSITY` located places a pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from policy.text.scanner import MAX_REPORTS, Pattern, Scan, Scanner, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BASE: Final = 600
_SHARE: Final = 72
"""Characters for each further read."""
_DENSITY: Final = 12
"""Characters for each further place located: no text has a credential's name in every other word."""
_MUCH: Final = 3
"""A third of what is left is enough for a closer look at what would spend it."""
_SIFTED: Final = 4
"""Times what is left: more places than that are not sifted either."""
_SAMPLE: Final = 200
"""Places read of a text that goes over."""


@dataclass(slots=True)
class Budget:
    """What is left to be read of one text."""

    left: int
    is_exceeded: bool = False
    """True if something was left unread."""

    @classmethod
    def of(cls, text: str) -> Budget:
        """Return the budget of an agent-supplied text."""
        return cls(_BASE + len(text) // _SHARE)

    def take(
        self,
        places: Sequence[Span],
        cost: int = 1,
        sift: Callable[[Sequence[Span]], Sequence[Span]] | None = None,
    ) -> Sequence[Span]:
        """Return the places that may be read: all that is worth it, or some from the first to the last.

        Args:
            places: where something may begin.
            cost: of reading one.
            sift: a closer look at places that are too many, for a few that are not worth reading.
        """
        if sift and self.left < _MUCH * len(places) * cost and len(places) * cost <= _SIFTED * self.left:
            places = sift(places)
        if len(places) * cost <= self.left:
            self.left -= len(places) * cost
            return places
        self.is_exceeded = True
        count = max(2, min(_SAMPLE, self.left // cost))
        self.left -= min(self.left, count * cost)
        last = len(places) - 1
        return [places[index * last // (count - 1)] for index in range(count)] if last >= count else places


def located(scan: Scan, pattern: Pattern, budget: Budget) -> list[Span]:
    """Return the spans of a pattern, also those behind what one scan reports: a flood must not hide the last one."""
    spans = scan.spans(pattern.name)
    places = list(spans)
    is_flooded = scan.is_flooded(pattern.name)
    most = MAX_REPORTS + len(scan.text) // _DENSITY
    offset = 0
    while is_flooded and spans:
        if len(places) > most:
            budget.is_exceeded = True
            break
        offset += spans[-1][0] + 1
        rest = _scanner(pattern).scan(scan.text[offset:])
        spans = rest.spans(pattern.name)
        is_flooded = rest.is_flooded(pattern.name)
        places += [(start + offset, end + offset) for start, end in spans]
    return places


@cache
def _scanner(pattern: Pattern) -> Scanner:
    """Compile one pattern alone, for texts that flood it; there are no more of these than patterns."""
    return Scanner((pattern,))
