"""Reading one text in every way, once, for all guards.

Owns the order of things: one scan for the patterns of all families, then the views (`policy.text.views`) with a scan
each, then the detectors of those families that want them. What a detector finds in a view is traced back to the text
as it was sent. A long text is read in overlapping blocks (`policy.text.blocks`), by the detectors too. Invariant: a
text is scanned once however many guards ask; nothing found in the text itself is lost because a view was cut short.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policy.detection import Detection, Match
from policy.detectors.pii import detector as pii
from policy.detectors.prompt import detector as prompt
from policy.detectors.prompt import telling
from policy.detectors.secrets import detector as secrets
from policy.detectors.sql import detector as sql
from policy.text import families
from policy.text import views as text_views
from policy.text.blocks import blocks
from policy.text.scanner import Pattern, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policy.text.blocks import Block
    from policy.text.scanner import Scan, Span
    from policy.text.views import View


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a text, and every way to read it."""

    block: Block
    scan: Scan
    views: tuple[tuple[View, Scan], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as all guards see it."""

    text: str
    """Agent-supplied."""
    parts: tuple[Part, ...]
    is_cut: bool
    """The text is encoded deeper, or into more, than is read."""

    def detect(self, detector: Callable[[Scan], Detection], family: str) -> Detection:
        """Ask one detector about the text and those of its views that the family wants.

        What is encoded deeper than is read is itself a finding, of the family `secrets`: whoever hides something that
        well decides what is in it.

        Args:
            detector: pure; gets one scan at a time.
            family: `secrets`, `pii`, `prompt`.
        """
        first = self.parts[0]
        if len(self.parts) == 1 and not first.views and not self.is_cut:
            return detector(first.scan)
        known = _Known()
        score = 0.0
        for part in self.parts:
            found = detector(part.scan)
            score = max(score, found.score)
            known.add(_moved(found.matches, part.block))
            for view, scan in part.views:
                if family in view.wanted_by:
                    found = detector(scan)
                    score = max(score, found.score)
                    known.add_new(_trace(match, view, part.block.start) for match in found.matches)
        if self.is_cut and family == families.SECRETS:
            known.add([replace(_TOO_DEEP, end=self.parts[-1].block.end)])
        return Detection(score, known.matches())


@dataclass(frozen=True, slots=True)
class Reader:
    """The patterns of all families, and those an operator added."""

    scanner: Scanner
    _last: list[Reading] = field(default_factory=list, repr=False, compare=False)
    """The last one: two guards that ask about the same text ask one after the other."""

    def read(self, text: str) -> Reading:
        """Read one agent-supplied text."""
        last = self._last[:1]
        if last and last[0].text == text:
            return last[0]
        reading = self._read(text)
        self._last[:] = [reading]
        return reading

    def _read(self, text: str) -> Reading:
        parts: list[Part] = []
        is_cut = False
        for block in blocks(text):
            scan = self.scanner.scan(text[block.start : block.end])
            found = text_views.views(scan)
            is_cut |= found.is_cut
            parts.append(Part(block, scan, found.pairs))
        return Reading(text, tuple(parts), is_cut)


@lru_cache(maxsize=8)
def reader(custom: tuple[Pattern, ...] = ()) -> Reader:
    """The reader for these operator-supplied patterns; compiled once, shared by all policies that have the same.

    Raises:
        PatternError: for a pattern the scanner does not take.
    """
    return Reader(
        Scanner(
            (
                *secrets.PATTERNS,
                *pii.PATTERNS,
                *prompt.PATTERNS,
                telling.PATTERN,
                *sql.PATTERNS,
                *text_views.PATTERNS,
                *custom,
            ),
            apart=_APART,
        )
    )


class _Known:
    """The matches of one text. Another view of the same thing is not news."""

    def __init__(self) -> None:
        self._matches: list[Match] = []
        self._spans: dict[str, list[Span]] = {}

    def add(self, found: Iterable[Match]) -> None:
        """Add what was found in the text itself."""
        for match in found:
            self._matches.append(match)
            self._mark(match)

    def add_new(self, found: Iterable[Match]) -> None:
        """Add what was found in a view, but for what overlaps a match of the same rule."""
        fresh = [match for match in found if not self._is_known(match)]
        self.add(fresh)

    def matches(self) -> tuple[Match, ...]:
        """Return all of them in order."""
        return tuple(sorted(self._matches, key=lambda match: (match.start, match.end)))

    def _mark(self, match: Match) -> None:
        """Keep the union of the spans of a rule, so that asking costs a search, not a walk."""
        spans = self._spans.setdefault(match.rule, [])
        start, end = match.start, match.end
        first = bisect_left(spans, (start,))
        first -= first > 0 and spans[first - 1][1] >= start
        last = first
        while last < len(spans) and spans[last][0] <= end:
            start, end = min(start, spans[last][0]), max(end, spans[last][1])
            last += 1
        spans[first:last] = [(start, end)]

    def _is_known(self, match: Match) -> bool:
        spans = self._spans.get(match.rule, ())
        index = bisect_left(spans, (match.end,))
        return index > 0 and spans[index - 1][1] > match.start


def _moved(found: tuple[Match, ...], block: Block) -> Iterable[Match]:
    """Return the matches whose beginning a block owns, in characters of the whole text."""
    if not block.start and block.high > block.end:
        return found
    moved = (replace(match, start=match.start + block.start, end=match.end + block.start) for match in found)
    return [match for match in moved if block.low <= match.start < block.high]


def _trace(match: Match, view: View, offset: int) -> Match:
    start, end = view.origin(match.start, match.end)
    chain = ">".join(view.chain)
    return replace(
        match,
        start=start + offset,
        end=end + offset,
        view=f"{chain}>{match.view}" if match.view else chain,
    )


_APART: Final = (frozenset(("secrets",)), frozenset(("view",)), frozenset(("sql",)))
"""Which families slow one another down was measured (`scripts/bench judging`); statements are asked about for single
values only."""
_TOO_DEEP: Final = Match(
    "secrets.too-deep", 70, 0, 0, "the text is encoded deeper, or into more, than is read", kind="encoding"
)
