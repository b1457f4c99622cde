"""Windows of a text, and the sum of weights in the worst of them.

Owns the arithmetic that training and inference share. Half of a window overlaps the next one; a text shorter than a
window is one window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from policy.detectors.prompt.features import Seen

WINDOWS: Final = (32, 96)
"""Lengths in tokens."""
DAMPING: Final = 12.0
"""Tokens added to a window's length before the root, so that two words alone do not weigh too much."""

type Reals = NDArray[np.float64]


def windows(size: int) -> list[tuple[int, int]]:
    """Return the windows of a text of `size` tokens, each half-open, overlapping by a half."""
    found: list[tuple[int, int]] = []
    for length in WINDOWS:
        if size <= length:
            found.append((0, size))
            break
        starts = list(range(0, size - length, length // 2))
        found += [(start, start + length) for start in starts]
        found.append((size - length, size))
    return found


def scored(seen: Seen, weights: Reals, bias: float) -> tuple[float, int, int]:
    """Return the log-odds of the worst window, and that window in tokens.

    Args:
        seen: a text's features.
        weights: one a feature.
        bias: log-odds of a text without features.
    """
    if seen.size == 0:
        return bias, 0, 0
    gains = np.zeros(seen.size + 1)
    for places, numbers in seen.groups:
        gains[1:] += np.bincount(places, weights=weights[numbers], minlength=seen.size)
    sums = np.cumsum(gains)
    best = (-np.inf, 0, 0)
    for length in WINDOWS:
        whole = min(length, seen.size)
        starts = np.append(np.arange(0, seen.size - whole, length // 2), seen.size - whole)
        values = (sums[starts + whole] - sums[starts]) / np.sqrt(whole + DAMPING)
        at = int(np.argmax(values))
        if values[at] > best[0]:
            best = (float(values[at]), int(starts[at]), int(starts[at]) + whole)
        if seen.size <= length:
            break
    return best[0] + bias, best[1], best[2]
