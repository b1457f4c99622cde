"""One thing found in a statement, before it becomes a match."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A rule, how bad it is here, and where."""

    rule: str
    """Id of the rulebook."""
    severity: int
    """0..100."""
    start: int
    """Offset into the statement's text."""
    end: int
    kind: str = ""
