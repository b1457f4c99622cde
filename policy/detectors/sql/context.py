"""Where a value may stand in the statement around it: unquoted, in single quotes, in double quotes.

Owns the readings of one value. A server that was given `WHERE name = '<value>'` reads the value up to its first quote
as a string and what follows as code; so each reading is the shape of what follows, and what stood before. A value
without a quote has one reading. Invariant: at most `_MOST` readings of a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.shape import shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.shape import Shape

_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A value read in one context."""

    quote: str
    """The quote that the statement is taken to have around the value; empty for none."""
    prefix: str
    """What is still in the string."""
    kinds: str
    """Letters, with `^` or `b` in front."""
    shape: Shape
    """Of what follows; its letters are those of `kinds` without the first."""


def readings(text: str) -> Iterator[Reading]:
    """Read agent-supplied text in every context."""
    plain = shape(text)
    yield Reading("", "", "^" + plain.kinds, plain)
    for quote in "'\"":
        for at in _breaks(text, quote):
            behind = shape(text, at + 1)
            if behind.kinds:
                yield Reading(quote, text[:at], "b" + behind.kinds, behind)


def _breaks(text: str, quote: str) -> tuple[int, ...]:
    """The first quote, and the first that is neither doubled nor behind a backslash: servers differ."""
    first = text.find(quote)
    if first < 0:
        return ()
    at, size = first, len(text)
    while at >= 0:
        if at + 1 < size and text[at + 1] == quote:
            at = text.find(quote, at + 2)
        elif at and text[at - 1] == "\\":
            at = text.find(quote, at + 1)
        else:
            break
    return (first,) if at in {first, -1} else (first, at)
