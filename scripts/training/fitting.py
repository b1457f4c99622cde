"""Fitting the model of prompt integrity: windows, weights of features, rounds of choosing the worst window.

Owns the optimization. A positive text says only that an attack is somewhere in it; so the model is fitted in
rounds, each of which takes the window of every attack that the last round liked best, and the worst windows of
every harmless text. The grammar's worth is one more feature, free of regularization: what words are learned is what
the grammar leaves open. Deterministic: no randomness, one thread, a solver without any.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

# Of the training environment only, and untyped there.
import scipy.sparse as sp  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]

from policy.detectors.prompt import features, scoring
from policy.detectors.prompt.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from policy.detectors.prompt.scoring import Seen
    from scripts.training.corpus import Row

ROUNDS: Final = 2
STRENGTH: Final = 0.3
"""Inverse of the regularization."""
FEWEST: Final = 4
"""Texts a feature must be in."""
RARITY_MOST: Final = 5.0
RARITY_UNIT: Final = 3.0
WORTH_SCALE: Final = 3.0
"""Makes the grammar's worth cheap to trust."""
MOST_OF_A_SOURCE: Final = 600
"""A source with more texts counts as much as this many."""
HARDEST: Final = 3
"""Windows taken of each harmless text."""
EASING: Final = 0.8
"""Share kept of negative weights: an attacker must not buy trust with harmless words."""
_TOTAL: Final = 4000.0
_STEPS: Final = 127

type Reals = NDArray[np.float64]
type Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All windows of all texts, one line each."""

    counts: sp.csr_matrix
    roots: Reals
    worth: Reals
    about: Reals
    first: Numbers
    """First line of each text, and the number of lines."""
    hits: tuple[dict[int, Numbers], ...]
    """Productions of each text, with the tokens they end at."""
    spans: Numbers
    """First token of each window, and the one behind it."""
    sizes: Numbers
    """Words of each text."""


def gather(texts: Sequence[str]) -> Evidence:
    """Return the evidence of texts."""
    columns: list[NDArray[np.int32]] = []
    cells: list[NDArray[np.float32]] = []
    roots: list[Reals] = []
    worth: list[Reals] = []
    about: list[Reals] = []
    ends, first, sizes = [0], [0], []
    hits, spans = [], []
    for text in texts:
        seen = scoring.see(text)
        for found, counts in _lines(seen):
            columns.append(found)
            cells.append(counts)
            ends.append(ends[-1] + found.size)
        roots.append(seen.frame.roots)
        worth.append(seen.worth)
        about.append(seen.about)
        first.append(len(ends) - 1)
        hits.append(seen.hits)
        spans.append(np.stack([seen.frame.starts, seen.frame.ends], axis=1))
        sizes.append(int(seen.cut.is_word.sum()))
    counts = sp.csr_matrix(
        (np.concatenate(cells), np.concatenate(columns), np.array(ends)),
        shape=(len(ends) - 1, features.SIZE),
    )
    return Evidence(
        counts,
        np.concatenate(roots),
        np.concatenate(worth),
        np.concatenate(about),
        np.array(first),
        tuple(hits),
        np.concatenate(spans),
        np.array(sizes),
    )


def _lines(seen: Seen) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
    if not seen.groups:
        return [(np.zeros(0, np.int32), np.zeros(0, np.float32))] * seen.frame.starts.size
    places = np.concatenate([places for places, _ in seen.groups])
    numbers = np.concatenate([numbers for _, numbers in seen.groups])
    order = np.argsort(places, kind="stable")
    places, numbers = places[order], numbers[order]
    lines = []
    for begin, end in zip(seen.frame.starts, seen.frame.ends, strict=True):
        low, high = np.searchsorted(places, [begin, end])
        found, counts = np.unique(numbers[low:high], return_counts=True)
        lines.append((found.astype(np.int32), counts.astype(np.float32)))
    return lines


@dataclass(frozen=True, slots=True)
class Trainer:
    """Evidence of all rows, scaled once, to be fitted to any part of them."""

    rows: Sequence[Row]
    evidence: Evidence
    scales: Reals
    matrix: sp.csr_matrix

    def fit(self, chosen: Sequence[int]) -> Model:
        """Fit to some rows, given by number."""
        labels = np.array([row.label for row in self.rows])
        shares = self._shares(chosen)
        points = self.evidence.worth
        weights, trust, bias = np.zeros(features.SIZE), 1.0, 0.0
        for _ in range(ROUNDS):
            lines, targets, counts = self._lines(chosen, labels, shares, points)
            solver = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-3)
            solver.fit(self.matrix[lines], targets, sample_weight=_balanced(targets, counts))
            found, bias = solver.coef_[0].copy(), float(solver.intercept_[0])
            found[:-1][found[:-1] < 0] *= EASING
            points = self.matrix @ found + bias
            weights, trust = found[:-1] * self.scales, float(found[-1]) * WORTH_SCALE
        return _small(weights, trust, bias)

    def points(self, model: Model) -> Reals:
        """Return the sum of each text, before its channel's threshold."""
        known = self.evidence
        learned = (known.counts @ model.weights.astype(np.float64)) * model.scale / known.roots
        windows = model.bias + model.trust * known.worth + learned - known.about
        found = []
        for text, (low, high) in enumerate(pairwise(known.first)):
            worst = low + int(np.argmax(windows[low:high]))
            surroundings = scoring.around(known.hits[text], *known.spans[worst].tolist())
            found.append(scoring.total(float(windows[worst]), surroundings, int(known.sizes[text])))
        return np.array(found)

    def _shares(self, chosen: Sequence[int]) -> dict[int, float]:
        counts = Counter((self.rows[at].group, self.rows[at].label) for at in chosen)
        return {
            at: min(1.0, MOST_OF_A_SOURCE / counts[(self.rows[at].group, self.rows[at].label)])
            for at in chosen
        }

    def _lines(
        self, chosen: Sequence[int], labels: Numbers, shares: dict[int, float], points: Reals
    ) -> tuple[Numbers, Numbers, Reals]:
        """Return lines, their labels and what they count."""
        lines: list[int] = []
        targets: list[int] = []
        counts: list[float] = []
        for text in chosen:
            low, high = int(self.evidence.first[text]), int(self.evidence.first[text + 1])
            order = np.argsort(-points[low:high], kind="stable")
            picked = [low + int(at) for at in order[: 1 if labels[text] else HARDEST]]
            lines += picked
            targets += [int(labels[text])] * len(picked)
            counts += [shares[text] / len(picked)] * len(picked)
        return np.array(lines), np.array(targets), np.array(counts)


def trainer(rows: Sequence[Row]) -> Trainer:
    """Read all rows once; features are scaled by their rarity among the rows that may train."""
    evidence = gather([row.text for row in rows])
    may_train = np.array([row.may_train for row in rows])
    of_text = np.repeat(np.arange(len(rows)), np.diff(evidence.first))
    lines = np.arange(of_text.size)
    occurs = evidence.counts.copy()
    occurs.data[:] = 1
    by_text = sp.csr_matrix((np.ones(of_text.size), (of_text, lines))) @ occurs
    by_text.data[:] = 1
    texts = np.asarray(by_text[np.flatnonzero(may_train)].sum(0)).ravel()
    scales = np.minimum(np.log(1 + may_train.sum() / (1 + texts)), RARITY_MOST) / RARITY_UNIT
    scales[texts < FEWEST] = 0.0
    scaled = sp.diags(1 / evidence.roots) @ evidence.counts @ sp.diags(scales)
    worth = sp.csr_matrix(evidence.worth[:, None] * WORTH_SCALE)
    return Trainer(rows, evidence, scales, sp.hstack([scaled, worth]).tocsr())


def _balanced(targets: Numbers, counts: Reals) -> Reals:
    """Both labels count the same."""
    balanced = counts.copy()
    for label in (0, 1):
        balanced[targets == label] *= _TOTAL / counts[targets == label].sum()
    return balanced


def _small(weights: Reals, trust: float, bias: float) -> Model:
    scale = float(np.abs(weights).max()) / _STEPS or 1.0
    return Model(
        np.round(weights / scale).astype(np.int8),
        float(np.float32(scale)),
        float(np.float32(bias)),
        float(np.float32(trust)),
    )
