"""The second pass: patterns without a literal, which would slow the scanner that all families share.

Owns a scanner of its own, compiled at its first use, over the plain form of a text (`Page.plain`). It runs only where
the shared scanner has seen a digit with company, at some 900 MB/s, so prose pays nothing and a text of numbers little.
Places are those of the text, for the plain form is as long.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from policy.detectors.pii import loose, network, phones
from policy.text.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.text.scanner import Pattern, Span


@cache
def scanner() -> Scanner:
    """Return the compiled patterns."""
    return Scanner((*loose.NUMBERS, *network.NUMBERS, *phones.NUMBERS))


def beyond(pattern: Pattern, data: bytes, base: int) -> Iterator[Span]:
    """Find a pattern from some place on, however often it is there.

    Args:
        pattern: to look for.
        data: a text as ASCII, one byte for each character.
        base: where to begin.
    """
    alone = _alone(pattern)
    is_whole = False
    while not is_whole:
        spans, is_whole = alone.locate(pattern.name, data[base:])
        if not spans:
            return
        for start, end in spans:
            yield base + start, base + end
        base += spans[-1][0] + 1


@cache
def _alone(pattern: Pattern) -> Scanner:
    return Scanner((pattern,))
