"""The model: weights of words and concepts, and what the grammar counts beside them.

Owns the weights that ship (`weights.npz`, made by `scripts/train-prompt-model`; see MODEL_CARD.md) and their one
reading, on first use: the single file that this detector reads. Invariant: inference is whole-number arithmetic until
the last step, linear in the text, and deterministic.

Does not catch on its own: anything; it ranks. What blocks is the sum with the grammar (`scoring`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from policy.detectors.prompt import features, scoring

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from policy.detectors.prompt.scoring import Seen
    from policy.detectors.prompt.windows import Reals


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned."""

    weights: NDArray[np.int8]
    """One a feature, in steps of `scale`."""
    scale: float
    bias: float
    """Log-odds of a window without features."""
    trust: float
    """What a point of the grammar's worth counts."""

    def sums(self, seen: Seen) -> Reals:
        """Return the log-odds of each window of a text."""
        learned = seen.frame.sums(scoring.gains(seen, self.weights)) * self.scale / seen.frame.roots
        points: Reals = self.bias + self.trust * seen.worth + learned - seen.about
        return points


@cache
def shipped() -> Model:
    """Read the model that ships with the package."""
    source = resources.files("policy.detectors.prompt").joinpath("weights.npz")
    with source.open("rb") as file, np.load(file) as stored:
        model = Model(
            stored["weights"], float(stored["scale"]), float(stored["bias"]), float(stored["trust"])
        )
    if model.weights.size != features.SIZE:
        raise ValueError("weights.npz has another number of features: run scripts/train-prompt-model")
    return model
