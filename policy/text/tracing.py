"""Where the text of a view comes from: pieces of it, each made from a span of the text it was made of.

Owns the map back. Building one costs a pass over the text, so a draft builds it on the first question only: most
views hold nothing, and nobody asks. Invariant: an answer lies inside the text it maps to and is never empty the
wrong way round, whatever the question.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from policy.text.scanner import Span

type Piece = tuple[int, int, str]
"""Half-open span of the source in characters, and what it became."""


MARGIN: Final = 256
"""Characters kept on each side of a change in a long text."""
LONG: Final = 4096
"""Characters from which a text counts as long."""
MOST: Final = 1 << 18
"""Characters of one decoded draft, so that a bomb has an end."""


class Trace:
    """The pieces of one made text, in its order; their sources may overlap and go backwards."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """Keep the lengths; the texts are not held."""
        self._sources = [(start, end) for start, end, _ in pieces]
        self._ends = list(accumulate(len(made) for _, _, made in pieces))

    def origin(self, start: int, end: int) -> Span:
        """Return the span of the source that a span of the made text comes from.

        A piece of the same length as its source, or of a length that divides it, is mapped character by
        character; any other is mapped as a whole.
        """
        total = self._ends[-1] if self._ends else 0
        start = max(0, min(start, total - 1))
        end = max(start + 1, min(end, total))
        if not total:
            return (0, 0)
        first, last = bisect_right(self._ends, start), bisect_right(self._ends, end - 1)
        low = min(source[0] for source in self._sources[first : last + 1])
        high = max(source[1] for source in self._sources[first : last + 1])
        if first == last:
            return self._within(first, start, end)
        ends = (self._within(first, start, self._ends[first]), self._within(last, self._ends[last - 1], end))
        if ends[0][1] <= ends[1][0]:
            return (ends[0][0], ends[1][1])
        return (low, high)

    def _within(self, index: int, start: int, end: int) -> Span:
        begin = self._ends[index - 1] if index else 0
        source_start, source_end = self._sources[index]
        step, rest = divmod(source_end - source_start, self._ends[index] - begin)
        if rest or not step:
            return (source_start, source_end)
        return (source_start + (start - begin) * step, source_start + (end - begin) * step)


class Kept(Trace):
    """The way back from a text of which some characters were dropped or replaced by others that nobody asks about."""

    def __init__(self, made_at: Sequence[int], source_at: Sequence[int]) -> None:
        """Keep where each kept character is in the made text and where in its source; both ascend."""
        super().__init__(())
        self._made_at = made_at
        self._source_at = source_at

    def origin(self, start: int, end: int) -> Span:
        """Return the span of the source from the first to the last kept character of a span of the made text."""
        last = len(self._source_at) - 1
        if last < 0:
            return (0, 0)
        first = min(bisect_left(self._made_at, start), last)
        behind = max(first, min(bisect_left(self._made_at, end) - 1, last))
        return (self._source_at[first], self._source_at[behind] + 1)


class Backwards(Trace):
    """The way back from a text that was reversed, or from parts of it that were, a line each."""

    def __init__(self, size: int, windows: Sequence[Span] = ()) -> None:
        """Keep the number of characters, or the windows that were reversed."""
        super().__init__(())
        self._windows = windows or ((0, size),)
        self._begins = list(accumulate((end - start + 1 for start, end in self._windows[:-1]), initial=0))

    def origin(self, start: int, end: int) -> Span:
        """Return the span of the source that a span of the reversed text comes from; of one window."""
        index = max(0, bisect_right(self._begins, start) - 1)
        low, high = self._windows[index]
        size = high - low
        start = max(0, min(start - self._begins[index], size - 1))
        end = max(start + 1, min(end - self._begins[index], size))
        return (max(low, high - end), high - start)


def around(spans: Sequence[Span], size: int) -> list[Span]:
    """Return the neighborhoods of some spans, or the whole of a text that is short or nearly covered by them.

    Args:
        spans: in order of their starts.
        size: characters of the text.
    """
    if size <= LONG or len(spans) * MARGIN > size:
        return [(0, size)]
    windows: list[Span] = []
    for start, end in spans:
        low, high = max(0, start - 2 * MARGIN), min(size, end + 2 * MARGIN)
        if windows and low <= windows[-1][1]:
            low, last = windows.pop()
            high = max(high, last)
        windows.append((low, high))
    return [(0, size)] if 2 * sum(high - low for low, high in windows) > size else windows


@dataclass(frozen=True, slots=True)
class Draft:
    """A text made of another one, before anyone has scanned it."""

    kind: str
    """How it was disguised: one word, or several joined by `+`."""
    text: str
    trace: Callable[[], Trace]
    """Builds the map back."""
    wanted_by: frozenset[str]
    """Families of detectors it is made for."""
    start: int = 0
    end: int | None = None
    """Region of the source; `None` for all of it from `start`."""
    is_cut: bool = False
    """There was more than is shown."""
    is_whole: bool = False
    """All of a long source is in it, escapes undone: who looks on need not look at the source as well."""


def assembled(kind: str, pieces: Sequence[Piece], wanted_by: frozenset[str]) -> Draft | None:
    """Return the draft of some pieces, or `None` if they hold nothing."""
    text = "".join(made for _, _, made in pieces)
    if not text:
        return None
    region = (min(start for start, _, _ in pieces), max(end for _, end, _ in pieces))
    return Draft(kind, text, lambda: Trace(pieces), wanted_by, *region)


def joined_lines(kind: str, pieces: Iterable[Piece], wanted_by: frozenset[str]) -> Draft | None:
    """Return the draft of decoded pieces, a line each: one view for all of a text, however many there are.

    Stops at `MOST` characters, and says so.
    """
    lines: list[Piece] = []
    left = MOST
    for start, end, made in pieces:
        if lines:
            lines.append((start, start, "\n"))
        lines.append((start, end, made))
        left -= len(made)
        if left < 0:
            draft = assembled(kind, lines, wanted_by)
            return draft and replace(draft, is_cut=True)
    return assembled(kind, lines, wanted_by)


def replaced(kind: str, text: str, changes: Sequence[Piece], wanted_by: frozenset[str]) -> Draft | None:
    """Return the draft of a text with some spans replaced, or `None` if that changes nothing.

    Of a long text only the neighborhood of the changes is kept (`MARGIN` on each side): what does not touch one has
    been read already.

    Args:
        kind: of the disguise.
        text: agent-supplied.
        changes: in order, not overlapping.
        wanted_by: families of detectors.
    """
    pieces: list[Piece] = []
    last = 0
    for start, end, made in changes:
        if text[start:end] == made:
            continue
        pieces += (*_between(text, last, start, is_first=not last), (start, end, made))
        last = end
    if not pieces:
        return None
    pieces += _between(text, last, len(text), is_last=True)
    made = "".join(piece for _, _, piece in pieces)
    return Draft(kind, made, lambda: Trace(pieces), wanted_by)


def _between(
    text: str, start: int, end: int, *, is_first: bool = False, is_last: bool = False
) -> Iterator[Piece]:
    if len(text) <= LONG or end - start <= 2 * MARGIN:
        yield (start, end, text[start:end])
        return
    if not is_first:
        yield (start, start + MARGIN, text[start : start + MARGIN])
    yield (start + MARGIN, start + MARGIN, "\n")
    if not is_last:
        yield (end - MARGIN, end, text[end - MARGIN : end])
