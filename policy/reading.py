"""Reading one text in every way, once, for all guards.

Owns the order of things: one scan for the patterns of all families, then the views (`policy.text.views`) with a scan
each, then the detectors of those families that want them. What a detector finds in a view is traced back to the text
as it was sent. Invariant: a text is scanned once however many guards ask; nothing found in the text itself is lost
because a view was cut short.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from policy.detection import Detection
from policy.detectors.pii import detector as pii
from policy.detectors.prompt import detector as prompt
from policy.detectors.secrets import detector as secrets
from policy.detectors.sql import detector as sql
from policy.text import views as text_views
from policy.text.scanner import Pattern, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detection import Match
    from policy.text.scanner import Scan
    from policy.text.views import View


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as all guards see it."""

    scan: Scan
    views: tuple[tuple[View, Scan], ...]
    is_cut: bool
    """The text is encoded deeper, or into more, than is read."""

    def detect(self, detector: Callable[[Scan], Detection], family: str) -> Detection:
        """Ask one detector about the text and those of its views that the family wants.

        Args:
            detector: pure; gets one scan at a time.
            family: `secrets`, `pii`, `prompt`.
        """
        found = detector(self.scan)
        wanted = [(view, scan) for view, scan in self.views if family in view.wanted_by]
        if not wanted:
            return found
        score = found.score
        matches = list(found.matches)
        for view, scan in wanted:
            detection = detector(scan)
            score = max(score, detection.score)
            matches += _new(matches, [_trace(match, view) for match in detection.matches])
        return Detection(score, tuple(sorted(matches, key=lambda match: (match.start, match.end))))


@dataclass(frozen=True, slots=True)
class Reader:
    """The patterns of all families, and those an operator added."""

    scanner: Scanner

    def read(self, text: str) -> Reading:
        """Read one agent-supplied text."""
        scan = self.scanner.scan(text)
        found = text_views.views(scan)
        return Reading(scan, tuple(found.pairs), found.is_cut)


@lru_cache(maxsize=8)
def reader(custom: tuple[Pattern, ...] = ()) -> Reader:
    """The reader for these operator-supplied patterns; compiled once, shared by all policies that have the same.

    Raises:
        PatternError: for a pattern the scanner does not take.
    """
    return Reader(
        Scanner(
            (*secrets.PATTERNS, *pii.PATTERNS, *prompt.PATTERNS, *sql.PATTERNS, *text_views.PATTERNS, *custom)
        )
    )


def _trace(match: Match, view: View) -> Match:
    start, end = view.origin(match.start, match.end)
    chain = ">".join(view.chain)
    return replace(match, start=start, end=end, view=f"{chain}>{match.view}" if match.view else chain)


def _new(known: list[Match], found: list[Match]) -> list[Match]:
    """Those of `found` that say something `known` does not: another view of the same thing is not news."""
    return [
        match
        for match in found
        if not any(
            match.rule == other.rule and match.start < other.end and other.start < match.end
            for other in known
        )
    ]
