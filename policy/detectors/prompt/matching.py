"""Matching shapes with one bit a token: what a regular expression would do, without an automaton.

Owns the matching. The places where a prefix of a shape ends are the bits of one large integer, and the next step is
a shift and an `and`. So the cost is a fixed number of operations a shape, each linear in the text, whatever the text
holds (CWE-1333); most shapes are passed over because a letter they need is not in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from policy.detectors.prompt.shapes import Index, Path, Shape
    from policy.detectors.prompt.tokens import Bytes, Offsets

_EDGE: Final = ord("/")
_CONTEXT: Final = 64
"""A class of more letters than this at the beginning of a shape is what stands before it, and not reported."""


class Places:
    """Where each letter stands in one text, as bits."""

    def __init__(self, letters: Bytes) -> None:
        """Read a text, one letter a token; a line end is put before and behind it."""
        edged = np.empty(letters.size + 2, np.uint8)
        edged[0] = edged[-1] = _EDGE
        edged[1:-1] = letters
        occurring = (np.bincount(edged, minlength=128)).nonzero()[0]
        rows = np.packbits(edged == occurring.astype(np.uint8)[:, None], axis=1, bitorder="little")
        self._of = {
            1 << letter: int.from_bytes(row, "little")
            for letter, row in zip(occurring.tolist(), rows, strict=True)
        }
        self.size = letters.size
        self.occurring = sum(self._of)
        self._all = (1 << edged.size) - 1
        self._classes: dict[int, int] = {}
        self._runs: dict[tuple[int, int], int] = {}

    def _places(self, letters: int) -> int:
        """Where any of the letters stands."""
        found = self._classes.get(letters)
        if found is None:
            left = letters & self.occurring
            missing = self.occurring & ~left
            is_most = missing.bit_count() < left.bit_count()
            found = self._all ^ self._union(missing) if is_most else self._union(left)
            self._classes[letters] = found
        return found

    def _union(self, letters: int) -> int:
        found = 0
        while letters:
            lowest = letters & -letters
            found |= self._of[lowest]
            letters ^= lowest
        return found

    def _run(self, letters: int, length: int) -> int:
        """Where the last `length` tokens, a power of two or less than twice one, are all of the class."""
        found = self._runs.get((letters, length))
        if found is None:
            if length == 1:
                found = self._places(letters)
            else:
                half = length // 2
                found = self._run(letters, length - half) & (self._run(letters, half) << (length - half))
            self._runs[letters, length] = found
        return found

    def _spread(self, reached: int, letters: int, most: int) -> int:
        """Go on over at most so many tokens of a class, in steps that double."""
        covered = 0
        while covered < most:
            step = min(covered + 1, most - covered)
            run = self._runs.get((letters, step))
            if run is None:
                run = self._run(letters, step)
            reached |= (reached << step) & run
            covered += step
        return reached

    def search(self, index: Index) -> dict[int, Offsets]:
        """Return the tokens at which each shape ends, in order; only of those that stand in the text."""
        found: dict[int, int] = {}
        occurring = self.occurring
        for first, paths in index.rows:
            if not first & occurring:
                continue
            for number, others, path in paths:
                for letters in others:
                    if not letters & occurring:
                        break
                else:
                    ends = self._walk(path)
                    if ends:
                        found[number] = found.get(number, 0) | ends
        return {number: self._tokens(ends) for number, ends in sorted(found.items()) if ends > 1}

    def _tokens(self, ends: int) -> Offsets:
        """Turn bits, edges counted, into numbers of tokens."""
        packed = np.frombuffer(ends.to_bytes((self.size + 9) // 8, "little"), np.uint8)
        tokens = np.unpackbits(packed, bitorder="little").nonzero()[0] - 1
        found: Offsets = np.minimum(tokens[tokens >= 0], self.size - 1)
        return found

    def nearest(self, paths: tuple[Path, ...]) -> int:
        """Return the first token at which a path that begins at the first token ends."""
        found = 0
        for path in paths:
            found |= self._walk(path, 0b10)
        return min(max((found & -found).bit_length() - 2, 0), self.size - 1)

    def _walk(self, path: Path, begins: int = -1) -> int:
        """Return the places where a path ends that begins at some places: one bit for each, edges counted."""
        known = self._classes
        first, *others = path
        reached = (known.get(first.letters) or self._places(first.letters)) & begins
        for step in others:
            letters, least = step.letters, step.least
            here = known.get(letters)
            if here is None:
                here = self._places(letters)
            if step.most == 1:
                moved = (reached << 1) & here
                reached = moved if least else reached | moved
            else:
                for _ in range(least):
                    reached = (reached << 1) & here
                reached = self._spread(reached, letters, step.most - least)
            if not reached:
                return 0
        return reached & self._all


def begin(shape: Shape, letters: Bytes, end: int) -> int:
    """Return the last token from which the shape can begin to end at token `end`, where it does end."""
    low = max(0, end - shape.longest)
    own = (path[path[0].letters.bit_count() > _CONTEXT :] for path in shape.paths)
    return end - Places(letters[low : end + 1][::-1]).nearest(tuple(path[::-1] for path in own))
