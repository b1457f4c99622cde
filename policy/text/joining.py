"""Parts of one message put together, for what was split over JSON fields, headers and query parameters.

Owns the concatenation of neighbors: `{"a": "sk-proj-Ab", "b": "Cd..."}` is whole again without what stood between.
Long values lend their two ends only, because what is inside has been read in place. Bounded: at most `MOST` characters.
A match counts only if it needed the joining (`Joined.parts_of` names two parts or more): the rest is known already.

Does not catch: parts in another order than they are sent in, parts with long values between them, parts split over
messages. Beware of numbers: neighboring short ones make card numbers by chance; ask for letters or for a name.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST: Final = 1 << 16
"""Characters of one joined text."""
LONG: Final = 256
"""Characters from which only the ends of a value are taken ..."""
END: Final = 128
"""... so many each."""


@dataclass(frozen=True, slots=True)
class Part:
    """A span of one of the parts that were joined."""

    location: str
    start: int
    end: int
    """Half-open, in characters of that part's text."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Neighboring texts without what stood between them; a line break where a long one was cut."""

    text: str
    is_cut: bool
    """There was more than `MOST`."""
    _starts: tuple[int, ...]
    """Where each part begins in `text`."""
    _parts: tuple[Part, ...]

    def parts_of(self, start: int, end: int) -> tuple[Part, ...]:
        """Return which spans of which parts a span of the joined text was made from, in order; line breaks left out."""
        found = []
        for index in range(max(0, bisect_right(self._starts, start) - 1), len(self._parts)):
            begin, part = self._starts[index], self._parts[index]
            if begin >= end:
                break
            low, high = max(start, begin), min(end, begin + part.end - part.start)
            if low < high:
                found.append(Part(part.location, part.start + low - begin, part.start + high - begin))
        return tuple(found)


def joined(parts: Sequence[tuple[str, str]]) -> Joined:
    """Join agent-supplied texts.

    Args:
        parts: location and text of each, in the order they are sent in.
    """
    texts: list[str] = []
    starts: list[int] = []
    spans: list[Part] = []
    size = 0
    for location, text in parts:
        if not text:
            continue
        if size >= MOST:
            return Joined("".join(texts), is_cut=True, _starts=tuple(starts), _parts=tuple(spans))
        ends = [(0, len(text))] if len(text) <= LONG else [(0, END), (len(text) - END, len(text))]
        for index, (start, end) in enumerate(ends):
            if index:
                texts.append("\n")
                size += 1
            starts.append(size)
            spans.append(Part(location, start, end))
            texts.append(text[start:end])
            size += end - start
    return Joined("".join(texts), is_cut=False, _starts=tuple(starts), _parts=tuple(spans))
