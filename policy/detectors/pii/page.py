"""One text while it is read: where the words of each topic stand, and how far a number is from them.

Owns what *beside* means. Places come from the scanner, sorted; a question costs two bisections however long the text.
A word that says otherwise (order, version, time) and stands nearer takes the claim away.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import words

if TYPE_CHECKING:
    from policy.text.scanner import Scan, Span

BEFORE: Final = 72
"""Characters a word may end before a datum."""
AFTER: Final = 28
"""Characters a word may begin after a datum."""
_CHAIN: Final = 24
"""Characters between two of a list that share one word."""
_WHOLE: Final = 72
"""Longest text, in characters, whose sole content may vouch for itself."""
_AROUND: Final = " \t\r\n.,;:!?\"'()[]{}<>"


class Page:
    """A text, its scan, and the places of the words in it."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.text = scan.text
        self._places: dict[str, tuple[list[int], list[int]]] = {}
        self._last: dict[str, int] = {}
        self.whole = self._whole()

    def _whole(self) -> Span:
        """Span of all there is but punctuation; empty for a text that is longer than a datum."""
        if len(self.text) > _WHOLE:
            return (0, 0)
        lead = len(self.text) - len(self.text.lstrip(_AROUND))
        return (lead, len(self.text.rstrip(_AROUND)))

    def is_whole(self, start: int, end: int) -> bool:
        """True if a span is all the text holds."""
        return self.whole == (start, end)

    def has(self, topic: str) -> bool:
        """True if a word of a topic is anywhere."""
        return topic in self.scan.hits

    def places(self, topic: str) -> tuple[list[int], list[int]]:
        """Starts and ends of a topic's words, each sorted."""
        known = self._places.get(topic)
        if known is None:
            spans = self.scan.spans(topic)
            known = ([start for start, _ in spans], sorted(end for _, end in spans))
            self._places[topic] = known
        return known

    def before(self, topic: str, start: int) -> int:
        """Characters between the last word of a topic and `start`; -1 if there is none near."""
        if topic not in self.scan.hits:
            return -1
        ends = self.places(topic)[1]
        index = bisect_right(ends, start)
        gap = start - ends[index - 1] if index else BEFORE + 1
        return gap if gap <= BEFORE else -1

    def after(self, topic: str, end: int) -> int:
        """Characters between `end` and the next word of a topic; -1 if there is none near."""
        if topic not in self.scan.hits:
            return -1
        starts = self.places(topic)[0]
        index = bisect_left(starts, end)
        gap = starts[index] - end if index < len(starts) else AFTER + 1
        return gap if gap <= AFTER else -1

    def is_lowered(self, start: int, reach: int = 28) -> bool:
        """True if a word before a number says that it is an order, a version, a time, a measure."""
        gap = self.before(words.NEGATIVE, start)
        return 0 <= gap <= reach

    def distance(self, topics: tuple[str, ...], start: int, end: int) -> int:
        """Characters to the nearest word of some topics, -1 if none is near or another word is nearer."""
        nearest = -1
        for topic in topics:
            gap = self.before(topic, start)
            if gap < 0:
                gap = self.after(topic, end)
                gap = gap + AFTER if gap >= 0 else -1
            if gap >= 0 and (nearest < 0 or gap < nearest):
                nearest = gap
        if nearest < 0:
            return -1
        other = self.before(words.NEGATIVE, start)
        return -1 if 0 <= other < nearest else nearest

    def follows(self, kind: str, start: int) -> bool:
        """True if the one before `start` in a list was this kind."""
        last = self._last.get(kind, -1)
        return 0 <= last <= start <= last + _CHAIN

    def note(self, kind: str, end: int) -> None:
        """Remember where one of a kind ended."""
        self._last[kind] = end
