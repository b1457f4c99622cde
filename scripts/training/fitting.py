"""Fitting the linear model of prompt integrity: windows, weights of features, rounds of choosing the worst window.

Owns the optimization. A positive text says only that an attack is somewhere in it; so the model is fitted in
rounds, each of which takes the window of every attack that the last round liked best, and the worst windows of
every harmless text. Deterministic: no randomness, one thread, a solver without any.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

# Of the training environment only, and untyped there.
import scipy.sparse as sp  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]

from policy.detectors.prompt import features, lexicon, tokens
from policy.detectors.prompt.windows import DAMPING, scored, windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from policy.detectors.prompt.features import Seen
    from scripts.training.corpus import Row

ROUNDS: Final = 3
STRENGTH: Final = 0.1
"""Inverse of the regularization."""
FEWEST: Final = 4
"""Texts a feature must be in."""
RARITY_MOST: Final = 5.0
PRODUCTION_SCALE: Final = 3.0
"""What a production counts beside a hashed feature of the usual rarity."""
MOST_OF_A_SOURCE: Final = 600
"""A source with more texts counts as much as this many."""
HARDEST: Final = 3
"""Windows taken of each harmless text."""
EASING: Final = 0.5
"""Share kept of negative weights: an attacker must not buy trust with harmless words."""
_TOTAL: Final = 4000.0
_STEPS: Final = 127

type Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of all features and the bias, as they ship: small integers times a scale."""

    small: NDArray[np.int8]
    scale: float
    bias: float

    @property
    def weights(self) -> Reals:
        """The weights as inference sees them."""
        return self.small.astype(np.float64) * self.scale


def see(text: str) -> Seen:
    """Return the features of a text."""
    cut = tokens.cut(tokens.codes_of(text))
    return features.see(cut, lexicon.concepts(cut))


def fit(rows: Sequence[Row], seen: Sequence[Seen]) -> Fitted:
    """Fit to rows that may train; `seen` are their features, in the same order."""
    scales = _scales(seen)
    matrix, first = _matrix(seen, scales)
    labels = np.array([row.label for row in rows])
    shares = _shares(rows)
    points: Reals | None = None
    weights, bias = np.zeros(features.SIZE), 0.0
    for _ in range(ROUNDS):
        chosen, targets, counts = _chosen(labels, shares, first, points)
        solver = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-3)
        solver.fit(matrix[chosen], targets, sample_weight=_balanced(targets, counts))
        weights, bias = solver.coef_[0].copy(), float(solver.intercept_[0])
        weights[weights < 0] *= EASING
        points = matrix @ weights + bias
    return _small(weights * scales, bias)


def points(fitted: Fitted, seen: Sequence[Seen]) -> Reals:
    """Return the log-odds of each text."""
    weights = fitted.weights
    return np.array([scored(one, weights, fitted.bias)[0] for one in seen])


def _flat(one: Seen) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not one.groups:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    places = np.concatenate([places for places, _ in one.groups])
    numbers = np.concatenate([numbers for _, numbers in one.groups])
    order = np.argsort(places, kind="stable")
    return places[order], numbers[order]


def _scales(seen: Sequence[Seen]) -> Reals:
    """Rarity of each feature; 0 for those in too few texts."""
    counts = np.zeros(features.SIZE)
    for one in seen:
        counts[np.unique(_flat(one)[1])] += 1
    scales = np.minimum(np.log(1 + len(seen) / (1 + counts)), RARITY_MOST) / PRODUCTION_SCALE
    scales[counts < FEWEST] = 0.0
    scales[features.TABLE :] = PRODUCTION_SCALE
    return scales


def _matrix(seen: Sequence[Seen], scales: Reals) -> tuple[sp.csr_matrix, NDArray[np.int64]]:
    """One line a window; and the first line of each text."""
    columns: list[NDArray[np.int64]] = []
    cells: list[Reals] = []
    ends, first = [0], [0]
    for one in seen:
        places, numbers = _flat(one)
        for begin, end in windows(one.size):
            low, high = np.searchsorted(places, [begin, end])
            found, counts = np.unique(numbers[low:high], return_counts=True)
            columns.append(found)
            cells.append(counts * scales[found] / np.sqrt(end - begin + DAMPING))
            ends.append(ends[-1] + found.size)
        first.append(len(ends) - 1)
    shape = (len(ends) - 1, features.SIZE)
    matrix = sp.csr_matrix((np.concatenate(cells), np.concatenate(columns), np.array(ends)), shape=shape)
    return matrix, np.array(first)


def _shares(rows: Sequence[Row]) -> Reals:
    counts = Counter((row.group, row.label) for row in rows)
    return np.array([min(1.0, MOST_OF_A_SOURCE / counts[(row.group, row.label)]) for row in rows])


def _chosen(
    labels: NDArray[np.int64], shares: Reals, first: NDArray[np.int64], points: Reals | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], Reals]:
    """Return lines, their labels and what they count; without points of an earlier round, of all windows."""
    lines: list[int] = []
    targets: list[int] = []
    counts: list[float] = []
    for text, label in enumerate(labels):
        low, high = int(first[text]), int(first[text + 1])
        if points is None:
            picked = list(range(low, high))
        elif label:
            picked = [low + int(np.argmax(points[low:high]))]
        else:
            picked = [low + int(at) for at in np.argsort(-points[low:high], kind="stable")[:HARDEST]]
        lines += picked
        targets += [int(label)] * len(picked)
        counts += [shares[text] / len(picked)] * len(picked)
    return np.array(lines), np.array(targets), np.array(counts)


def _balanced(targets: NDArray[np.int64], counts: Reals) -> Reals:
    """Both labels count the same."""
    balanced = counts.copy()
    for label in (0, 1):
        balanced[targets == label] *= _TOTAL / counts[targets == label].sum()
    return balanced


def _small(weights: Reals, bias: float) -> Fitted:
    scale = float(np.abs(weights).max()) / _STEPS or 1.0
    return Fitted(
        np.round(weights / scale).astype(np.int8), float(np.float32(scale)), float(np.float32(bias))
    )
