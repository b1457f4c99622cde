"""Lines from a pipe, none longer than may be judged.

A line that is too long is read to its end and forgotten; its two ends are kept, because the message's id stands at
one of them and whoever waits for an answer must get one. Invariant: memory is bounded by the cap whatever comes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scripts.mcp.wire import HEAD_BYTES, TAIL_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end."""

    content: bytes
    """Of a line that is too long: its first and last bytes."""
    is_too_long: bool = False


def lines(descriptor: int, cap_bytes: int) -> Iterator[Line]:
    """Yield the lines of a descriptor until its end, the last one also without a line feed.

    Args:
        descriptor: blocking, open for reading.
        cap_bytes: of the longest line that is kept.
    """
    pieces: list[bytes] = []
    size = 0
    while chunk := _read(descriptor):
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            yield _line(pieces, piece, size + len(piece), cap_bytes)
            pieces, size = [], 0
        if rest:
            size += len(rest)
            pieces.append(rest)
            if size > cap_bytes + CHUNK_BYTES:
                joined = b"".join(pieces)
                pieces = [joined[:HEAD_BYTES], joined[-TAIL_BYTES:]]
    if pieces:
        yield _line(pieces, b"", size, cap_bytes)


def _line(pieces: list[bytes], last: bytes, size: int, cap_bytes: int) -> Line:
    content = b"".join((*pieces, last)) if pieces else last
    if size <= cap_bytes:
        return Line(content)
    return Line(content[:HEAD_BYTES] + content[-TAIL_BYTES:], is_too_long=True)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, CHUNK_BYTES)
    except OSError:
        return b""  # a terminal that hung up, a descriptor that was closed: the end
