"""Judging a response while it streams: what has been judged goes on, what may be the beginning of a match waits.

Owns one stream's state. Live types (server-sent events, lines of JSON) go on event by event, without waiting for more;
others in pieces of at least `PIECE_CHARACTERS`, of which the last `OVERLAP_CHARACTERS` wait for what follows. Bytes
that are no text pass through unchanged. Invariant: memory is bounded by `MAX_HELD_CHARACTERS`; after a refusal, and
after any fault, not one more byte goes on.
"""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from addons import answer_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from addons.inflating import Inflating
    from policy.detection import Match

OVERLAP_CHARACTERS: Final = 512
"""Longer than anything that is redacted."""
PIECE_CHARACTERS: Final = 16 * 1024
MAX_HELD_CHARACTERS: Final = 64 * 1024
_EVENT_ENDS: Final = ("\n\n", "\r\n\r\n", "\r\r")

type Judge = Callable[[str], tuple[tuple[Match, ...], bool]]
"""From a piece of text to what is to be redacted in it and whether it may go on at all."""
type Acting = Callable[[str, bool], str | None]
"""From a piece of text, and whether it is the last, to what may go on; None ends the stream."""
type Redact = Callable[[str, tuple[Match, ...]], str]


class JudgedStream:
    """A callable for `flow.response.stream`."""

    def __init__(
        self,
        judge: Judge,
        redact: Redact,
        abort: Callable[[], None],
        *,
        inflating: Inflating | None,
        live_ends: tuple[str, ...],
        acting: Acting | None = None,
        overlap: int = 0,
    ) -> None:
        """Begin.

        Args:
            judge: asked about every piece, with its overlap.
            redact: replaces matches.
            abort: ends the exchange at once; it is told why by `judge`.
            inflating: removes the content coding, if there is one.
            live_ends: what ends an event of a live type; empty for other types.
            acting: judges what acts in the text before it is judged as text.
            overlap: characters of what has gone on that are judged again, if more than usual.
        """
        self._judge = judge
        self._redact = redact
        self._abort = abort
        self._inflating = inflating
        self._live_ends = live_ends
        self._acting = acting
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._held = ""
        self._before = ""
        """The end of what has gone on: a match may begin in it."""
        self._overlap = max(overlap, OVERLAP_CHARACTERS)
        self._is_over = False

    def __call__(self, data: bytes) -> Iterable[bytes]:
        """Take a piece of the body (empty: its end), give what may go on."""
        if self._is_over:
            return []
        try:
            return list(self._feed(data))
        except Exception:
            self._is_over = True
            self._abort()
            raise

    def _feed(self, data: bytes) -> Iterator[bytes]:
        is_end = not data
        pieces = self._inflating.feed(data) if self._inflating and data else [data]
        for piece in pieces:
            text: str | None = self._decoder.decode(piece, is_end)
            if self._acting is not None:
                text = self._acting(text or "", is_end)
            if text is None:
                self._end()
                return
            self._held += text
            if (judged := self._advance(self._cut(is_end=is_end))) and not self._is_over:
                yield judged.encode("utf-8", "surrogateescape")

    def _advance(self, cut: int) -> str:
        """Judge what is held and return what of its first `cut` characters may go on, redacted."""
        if cut <= 0:
            return ""
        judged, may_pass = self._judge(self._before + self._held)
        if not may_pass:
            self._end()
            return ""
        matches = _moved(judged, len(self._before))
        for match in matches:
            if match.start < cut < match.end:
                cut = match.start
        ready, self._held = self._held[:cut], self._held[cut:]
        self._before = (self._before + ready)[-self._overlap :]
        return self._redact(ready, tuple(match for match in matches if match.end <= len(ready)))

    def _end(self) -> None:
        self._is_over = True
        self._held = ""
        self._abort()

    def _cut(self, *, is_end: bool) -> int:
        """How much of what is held may go on."""
        size = len(self._held)
        if is_end:
            return size
        if self._live_ends:
            ends = [at + len(end) for end in self._live_ends if (at := self._held.rfind(end)) >= 0]
            if ends:
                return max(ends)
            return size - OVERLAP_CHARACTERS if size > MAX_HELD_CHARACTERS else 0
        return size - OVERLAP_CHARACTERS if size >= PIECE_CHARACTERS else 0


def _moved(matches: tuple[Match, ...], by: int) -> tuple[Match, ...]:
    """Matches without the first `by` characters: what of them has gone on cannot be redacted any more."""
    if not by:
        return matches
    return tuple(
        replace(match, start=max(0, match.start - by), end=match.end - by)
        for match in matches
        if match.end > by
    )


def live_ends(content_type: str) -> tuple[str, ...]:
    """What ends an event of a live media type; nothing for types that are not live."""
    kind = answer_stream.media_type(content_type)
    if kind in answer_stream.EVENTS:
        return _EVENT_ENDS
    return ("\n",) if kind in answer_stream.LINES else ()
