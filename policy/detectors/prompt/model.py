"""The linear model: weights of features, summed over windows of a text, the best window counts.

Owns the weights that ship (`weights.npz`, made by `scripts/train-prompt-model`; see MODEL_CARD.md) and their one
reading at import, the single file that `policy` reads. An attack is a short span in a long text, so a text is as
suspicious as its worst window. Invariant: inference is array arithmetic, linear in the text, and deterministic.

Does not catch on its own: anything; it ranks. What blocks is the sum with the grammar (`scoring`).
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from policy.detectors.prompt import features
from policy.detectors.prompt.windows import Reals, scored

if TYPE_CHECKING:
    from policy.detectors.prompt.features import Seen


def _read() -> tuple[Reals, float]:
    source = resources.files("policy.detectors.prompt").joinpath("weights.npz")
    with source.open("rb") as file, np.load(file) as stored:
        small, scale, bias = stored["weights"], stored["scale"], stored["bias"]
    if small.size != features.SIZE:
        raise ValueError("weights.npz is of another grammar: run scripts/train-prompt-model")
    return small.astype(np.float64) * float(scale), float(bias)


_WEIGHTS, _BIAS = _read()


def judge(seen: Seen) -> tuple[float, int, int]:
    """Return the shipped model's log-odds of the worst window, and that window."""
    return scored(seen, _WEIGHTS, _BIAS)
