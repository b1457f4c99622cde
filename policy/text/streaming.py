"""Reading a stream as if it were whole: pieces that overlap, so that nothing hides in a seam.

Owns the seams of characters (UTF-8 cut inside one) and of matches. A window owns the starts of matches, not their
ends: each character of the stream is owned by exactly one window, and behind every owned character at least `overlap`
further ones are shown, or the end of the stream. So a match of at most `overlap` characters is seen whole in the
window that owns its start, and counts nowhere else. What is not owned yet must not be released. Memory: `MOST` +
overlap + context.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 1 << 16
"""Fresh characters of one window."""
CONTEXT: Final = 32
"""Characters shown before the owned ones, for word boundaries and names."""


class Cut(NamedTuple):
    """What to scan next."""

    text: str
    offset: int
    """Of its first character, in characters of the stream."""
    is_final: bool
    low: int
    """Index of the first owned character in `text`."""
    high: int
    """Index behind the last owned character."""

    def owns(self, start: int) -> bool:
        """Tell whether a match that starts there, as an index of `text`, counts in this window."""
        return self.low <= start < self.high


class Window:
    """One stream; not for two threads at once."""

    def __init__(self, overlap: int) -> None:
        """Begin.

        Args:
            overlap: characters of the longest match that must not be lost, at least 1.
        """
        self._overlap = max(1, overlap)
        # What is no UTF-8 comes through as lone surrogates and can be written back as the bytes it was.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._low = 0
        self._offset = 0

    def feed(self, chunk: str | bytes) -> Iterator[Cut]:
        """Take the next agent-supplied chunk, bytes or characters; yield what it completes, often nothing."""
        fresh = self._decoder.decode(chunk) if isinstance(chunk, bytes) else chunk
        for start in range(0, len(fresh), MOST):
            self._text += fresh[start : start + MOST]
            high = len(self._text) - self._overlap
            if high > self._low:
                yield self._cut(high, is_final=False)

    def finish(self) -> Iterator[Cut]:
        """Yield the last window: what is left, and what was left of a broken character."""
        self._text += self._decoder.decode(b"", final=True)
        if len(self._text) > self._low:
            yield self._cut(len(self._text), is_final=True)

    def _cut(self, high: int, *, is_final: bool) -> Cut:
        cut = Cut(self._text, self._offset, is_final, self._low, high)
        dropped = max(0, high - CONTEXT)
        self._text = self._text[dropped:]
        self._offset += dropped
        self._low = high - dropped
        return cut
