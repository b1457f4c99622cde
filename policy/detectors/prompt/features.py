"""What the model sees of a text: word runs, concept runs and productions of the grammar, each at its place.

Owns the map from tokens to feature numbers; training and inference both come here, so they cannot disagree.
Features are hashed into one table of weights; each is counted at the token where it begins, which is what lets a
window's sum be the difference of two running sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from policy.detectors.prompt import grammar

if TYPE_CHECKING:
    from policy.detectors.prompt.tokens import Bytes, Hashes, Offsets, Tokens

BITS: Final = 17
"""Base-2 logarithm of the size of the table of hashed features."""
TABLE: Final = 1 << BITS
SIZE: Final = TABLE + len(grammar.PRODUCTIONS)
"""Hashed features, then one for each production."""

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SALTS: Final = tuple(
    np.uint64(salt)
    for salt in (0xA24BAED4963EE407, 0x9FB21C651E98DF25, 0xD6E8FEB86659FD93, 0xC2B2AE3D27D4EB4F)
)
_FARTHEST: Final = 6
"""Tokens between two concepts that are still read together."""
_IS_CONTENT: Final = np.array([chr(value) in ascii_uppercase for value in range(256)])
"""Capital letters: concepts that mean something; small ones are grammar words."""

type Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Seen:
    """Feature numbers and the tokens they begin at, in groups."""

    groups: tuple[tuple[Offsets, Numbers], ...]
    size: int
    """Tokens of the text."""
    hits: tuple[tuple[int, int, int], ...]
    """Productions found: number, first token, token behind the last."""


def _slots(hashes: Hashes) -> Numbers:
    slots: Numbers = ((hashes * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)
    return slots


def _runs(hashes: Hashes, salt: int, length: int) -> Hashes:
    """Join `length` neighbors into one fingerprint each."""
    joined = hashes * _SALTS[salt]
    for step in range(1, length):
        joined = (joined[:-1] ^ (joined[:-1] >> np.uint64(31))) * _MIX + hashes[step:]
    return joined


def see(cut: Tokens, letters: Bytes) -> Seen:
    """Return the features of a text.

    Args:
        cut: its tokens.
        letters: one concept letter a token.
    """
    is_word = np.flatnonzero(cut.marks == 0)
    words = cut.words[is_word]
    groups = [
        (is_word[: max(0, words.size - length + 1)], _slots(_runs(words, 0, length)))
        for length in (1, 2, 3)
        if words.size >= length
    ]
    shape = letters.astype(np.uint64)
    groups += [
        (np.arange(shape.size - length + 1), _slots(_runs(shape, 1, length)))
        for length in (3, 4)
        if shape.size >= length
    ]
    content = np.flatnonzero(_IS_CONTENT[letters])
    if content.size > 1:
        groups += _leaps(content, shape[content])
    hits = _productions(letters)
    if hits:
        numbers = np.array([(first, TABLE + number) for number, first, _ in hits], np.int64)
        groups.append((numbers[:, 0], numbers[:, 1]))
    return Seen(tuple(groups), letters.size, hits)


def _leaps(content: Offsets, shape: Hashes) -> list[tuple[Offsets, Numbers]]:
    """Pairs and triples of concepts, whatever stands between them, if not too far apart."""
    gaps = np.diff(content) <= _FARTHEST
    pairs = np.flatnonzero(gaps)
    found = [(content[pairs], _slots(_runs(shape, 2, 2)[pairs]))]
    if shape.size > 2:
        triples = np.flatnonzero(gaps[:-1] & gaps[1:])
        found.append((content[triples], _slots(_runs(shape, 3, 3)[triples])))
    return found


def _productions(letters: Bytes) -> tuple[tuple[int, int, int], ...]:
    """Where each production stands: at most one hit for each first token."""
    string = b"/" + letters.tobytes() + b"/"
    hits: list[tuple[int, int, int]] = []
    for name in sorted(grammar.SCANNER.which(string)):
        spans, _ = grammar.SCANNER.locate(name, string)
        hits += [
            (_NUMBER[name], max(0, start - 1), min(letters.size, max(end - 1, start)))
            for start, end in spans
            if start < letters.size + 1
        ]
    return tuple((number, min(first, letters.size - 1), last) for number, first, last in hits)


_NUMBER: Final = {production.name: number for number, production in enumerate(grammar.PRODUCTIONS)}
