"""Where runs of one class of characters are, at the speed of memory.

Owns the trick: every character of the class becomes the same byte, so that a run of at least so many is a substring,
and finding a substring costs next to nothing whatever the text. A regular expression would try each position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.text.scanner import Span

_IN: Final = b"1"
_OUT: Final = b"0"


class Runs:
    """Finds the runs of one class of ASCII characters."""

    def __init__(self, members: str, shortest: int) -> None:
        """Prepare.

        Args:
            members: the class, ASCII.
            shortest: characters of the shortest run that counts, at least 1.
        """
        inside = frozenset(members.encode("ascii"))
        self._table = b"".join(_IN if code in inside else _OUT for code in range(256))
        self._needle = _IN * shortest

    def find(self, text: str) -> Iterator[Span]:
        """Yield the spans of all runs in agent-supplied text, in order."""
        # One byte a character, so that offsets are characters; what is not Latin-1 is in no class.
        return self.find_bytes(text.encode("latin-1", "replace").replace(b"?", b"\0"))

    def find_bytes(self, raw: bytes) -> Iterator[Span]:
        """Yield the spans of all runs in agent-supplied bytes, in order."""
        flags = raw.translate(self._table)
        start = flags.find(self._needle)
        while start >= 0:
            end = flags.find(_OUT, start)
            if end < 0:
                yield (start, len(flags))
                return
            yield (start, end)
            start = flags.find(self._needle, end)
