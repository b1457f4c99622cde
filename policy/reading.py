"""Reading one text in every way, once, for all guards.

Owns the one scanner that holds the patterns of all families. Invariant: a text is scanned once however many guards
ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from policy.detectors.secrets import detector as secrets
from policy.text.scanner import Pattern, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detection import Detection
    from policy.text.scanner import Scan


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as all guards see it."""

    scan: Scan

    def detect(self, detector: Callable[[Scan], Detection]) -> Detection:
        """Ask one detector about the text."""
        return detector(self.scan)


@dataclass(frozen=True, slots=True)
class Reader:
    """The patterns of all families, and those an operator added."""

    scanner: Scanner

    def read(self, text: str) -> Reading:
        """Read one agent-supplied text."""
        return Reading(self.scanner.scan(text))


@lru_cache(maxsize=8)
def reader(custom: tuple[Pattern, ...] = ()) -> Reader:
    """The reader for these operator-supplied patterns; compiled once, shared by all policies that have the same.

    Raises:
        PatternError: for a pattern the scanner does not take.
    """
    return Reader(Scanner((*secrets.PATTERNS, *custom)))
