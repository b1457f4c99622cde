"""What the model sees of a text: runs of words, runs of concepts, and concepts near each other, each at its place.

Owns the map from tokens to feature numbers; training and inference both come here, so they cannot disagree.
Features are hashed into one table of weights; each is counted at the token where it begins, and each group has at
most one a token, which is what lets a window's sum be the difference of two running sums.
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from policy.detectors.prompt.lexicon import OTHER

if TYPE_CHECKING:
    from policy.detectors.prompt.tokens import Bytes, Hashes, Offsets, Tokens

BITS: Final = 18
"""Base-2 logarithm of the number of features."""
SIZE: Final = 1 << BITS

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_STEP: Final = np.uint64(0x9FB21C651E98DF25)
_FOLD: Final = np.uint64(29)
_SHIFT: Final = np.uint64(64 - BITS)
_CONCEPT: Final = np.uint64(0xA24BAED4963EE407)
_FARTHEST: Final = 6
"""Tokens between two concepts that are still read together."""
_IS_CONTENT: Final = np.array([chr(value) in ascii_uppercase for value in range(256)])
"""Capital letters: concepts that mean something; small ones are grammar words, digits qualify."""

type Numbers = NDArray[np.int64]
type Group = tuple[Offsets, Numbers]
"""Tokens and the number of the feature that begins at each."""


def _slots(hashes: Hashes, salt: int) -> Numbers:
    slots: Numbers = (((hashes ^ np.uint64(salt * 0x1234567)) * _MIX) >> _SHIFT).view(np.int64)
    return slots


def _longer(runs: Hashes, hashes: Hashes, length: int) -> Hashes:
    """Make runs of `length` neighbors out of runs of one less."""
    joined = runs[:-1] * _STEP + hashes[length - 1 :]
    joined ^= joined >> _FOLD
    return joined


def see(cut: Tokens, letters: Bytes) -> list[Group]:
    """Return the features of a text in groups.

    Args:
        cut: its tokens.
        letters: one concept letter a token.
    """
    places = cut.is_word.nonzero()[0]
    words = cut.words[places]
    shape = letters[places].astype(np.uint64)
    mixed = np.where(shape == OTHER, words, shape * _CONCEPT)
    groups = [(places, _slots(words, 1))] if words.size else []
    runs, blends = words, mixed
    for length in (2, 3):
        if words.size >= length:
            runs, blends = _longer(runs, words, length), _longer(blends, mixed, length)
            groups += [(places[: runs.size], _slots(runs, length))]
            groups += [(places[: blends.size], _slots(blends, length + 10))]
    content = _IS_CONTENT[letters].nonzero()[0]
    return groups + (_leaps(content, letters[content].astype(np.uint64)) if content.size > 1 else [])


def _leaps(content: Offsets, shape: Hashes) -> list[Group]:
    """Pairs and triples of concepts, whatever stands between them, if not too far apart."""
    is_near = np.diff(content) <= _FARTHEST
    pairs = _longer(shape * _CONCEPT, shape, 2)
    found = [(content[:-1][is_near], _slots(pairs[is_near], 42))]
    if shape.size > 2:
        is_triple = is_near[:-1] & is_near[1:]
        found.append((content[:-2][is_triple], _slots(_longer(pairs, shape, 3)[is_triple], 43)))
    return found
