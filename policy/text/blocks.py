"""Long texts in blocks that overlap: no call into C may hold the interpreter for long, whatever the size of a body.

Owns where a long text is cut. A regular expression holds the interpreter's lock from its first character to its last,
and the event loop waits; over a block that is a few milliseconds. Invariants: every character is in a block; what
begins in a block and is at most `OVERLAP - CONTEXT` characters long is whole in the block that owns its beginning
(`low <= at < high`), with `CONTEXT` characters in front of it; each beginning is owned by one block. A block begins
where a word begins, or at a multiple of four from there, so that base64 keeps its alignment.

Does not catch: what is longer than the overlap and makes sense as a whole only, such as a compressed document of
more than a block.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE: Final = 1 << 16
"""Characters of a block; a text of half as much again is not cut."""
OVERLAP: Final = 1 << 12
CONTEXT: Final = 64
_SEPARATOR: Final = re.compile(r"[\s\"'<>(),;]")
_QUAD: Final = 4


class Block(NamedTuple):
    """A part of a text."""

    start: int
    """Of its first character, in characters of the whole."""
    end: int
    low: int
    """First beginning it owns, in characters of the whole."""
    high: int
    """Behind the last one."""


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of an agent-supplied text, in order; at least one."""
    size = len(text)
    start = low = 0
    while size - start > SIZE + SIZE // 2:
        end = start + SIZE
        following = _aligned(text, start, end - OVERLAP)
        yield Block(start, end, low, following + CONTEXT)
        start, low = following, following + CONTEXT
    yield Block(start, size, low, size + 1)


def _aligned(text: str, start: int, wanted: int) -> int:
    """Return a place shortly before `wanted` where a block may begin; the one before begins at `start`."""
    separators = list(_SEPARATOR.finditer(text, max(start, wanted - OVERLAP), wanted))
    if separators:
        return separators[-1].end()
    # One endless word: the block in front began with it, or where its alignment was kept.
    words = [text.rfind(mark, start, wanted) + 1 for mark in " \n\"',"]
    begin = max(start, *words)
    return wanted - (wanted - begin) % _QUAD
