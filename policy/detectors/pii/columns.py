"""Tables of separated values: the heading of a column says what all the numbers below it are.

Owns the reading of a first line such as `id,name,ssn`. Invariant: a question costs a bounded stretch of the text,
whatever its lines are. Does not catch: headings below the first line, cells with separators inside quotes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.pii import words

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEPARATORS: Final = (",", "\t", ";", "|")
_LONGEST: Final = 1024
"""Characters of a line that is read."""
_MOST_LINES: Final = 20_000


class Columns:
    """The columns of one text; none for what is no table."""

    def __init__(self, plain: str) -> None:
        """Read the first line.

        Args:
            plain: agent-supplied.
        """
        self._plain = plain
        self._end = plain.find("\n", 0, _LONGEST)
        self._separator = self._find() if self._end > 0 and plain[:1] not in {"{", "[", "<"} else ""
        self._topics: list[frozenset[str]] = self._read() if self._separator else []
        self.is_known: Final = any(self._topics)

    def _find(self) -> str:
        """Find the separator that the first two lines share, as often in one as in the other."""
        second = self._plain.find("\n", self._end + 1, self._end + 1 + _LONGEST)
        second = second if second >= 0 else min(len(self._plain), self._end + 1 + _LONGEST)
        for separator in _SEPARATORS:
            count = self._plain.count(separator, 0, self._end)
            if count and self._plain.count(separator, self._end, second) == count:
                return separator
        return ""

    def _read(self) -> list[frozenset[str]]:
        cells = self._plain[: self._end].split(self._separator)
        return [
            frozenset(name for _, _, names in words.read(cell, words.spelled(cell)) for name in names)
            for cell in cells
        ]

    def is_heading(self, place: int) -> bool:
        """True if a place is in the first line of a table."""
        return bool(self._separator) and place < self._end

    def topics(self, start: int) -> frozenset[str]:
        """Return what the heading over a place says."""
        line = self._plain.rfind("\n", max(0, start - _LONGEST), start)
        if line < self._end:
            return frozenset()
        column = self._plain.count(self._separator, line, start)
        return self._topics[column] if column < len(self._topics) else frozenset()

    def cells(self, heading: int) -> Iterator[tuple[int, int]]:
        """Find the cells below the heading at a place."""
        column = self._plain.count(self._separator, 0, heading)
        line = self._end + 1
        for _ in range(_MOST_LINES):
            if line >= len(self._plain):
                return
            end = self._plain.find("\n", line)
            end = len(self._plain) if end < 0 else end
            cells = self._plain[line : min(end, line + _LONGEST)].split(self._separator)
            if column < len(cells):
                start = line + sum(len(cell) + 1 for cell in cells[:column])
                lead = len(cells[column]) - len(cells[column].lstrip(" \"'"))
                yield start + lead, start + len(cells[column].rstrip(" \"'\r"))
            line = end + 1
