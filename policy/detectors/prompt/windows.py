"""Windows of a text: where they begin and end, and sums over them.

Owns the arithmetic that training and inference share. An attack is a short span in a long text, so a text is judged
by its worst window. Half of a window overlaps the next one; a text shorter than a window is one window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from policy.detectors.prompt.tokens import Offsets

LENGTHS: Final = (32, 96)
"""In tokens."""
DAMPING: Final = 12.0
"""Tokens added to a window's length before the root, so that two words alone do not weigh too much."""

type Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one text, the short ones first."""

    starts: Offsets
    ends: Offsets
    roots: Reals
    """What a window's sum is divided by."""
    kinds: tuple[tuple[int, int, int], ...]
    """Of each length: number of the first, how many, and the step between them."""

    def sums(self, gains: Reals) -> Reals:
        """Return the sum over each window of a value a token; exact for whole numbers."""
        running = np.zeros(gains.size + 1)
        np.cumsum(gains, out=running[1:])
        return running[self.ends] - running[self.starts]

    def holding(self, places: Offsets) -> NDArray[np.bool_]:
        """Return which windows hold at least one of the places."""
        found = np.zeros(self.starts.size, np.bool_)
        for first, count, half in self.kinds:
            behind = places // half
            found[first + np.minimum(behind, count - 1)] = True
            found[first + np.maximum(behind - 1, 0)] = True
        return found


@lru_cache(maxsize=1024)
def windows(size: int) -> Windows:
    """Return the windows of a text of `size` tokens, at least one."""
    starts: list[Offsets] = []
    ends: list[Offsets] = []
    kinds: list[tuple[int, int, int]] = []
    for length in LENGTHS:
        half = length // 2
        begins = np.arange(0, max(1, size - half), half)
        kinds.append((sum(kind[1] for kind in kinds), begins.size, half))
        starts.append(begins)
        ends.append(np.minimum(begins + length, size))
        if size <= length:
            break
    first, last = np.concatenate(starts), np.concatenate(ends)
    return Windows(first, last, np.sqrt(last - first + DAMPING), tuple(kinds))
