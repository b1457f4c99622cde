"""Winnowed fingerprints: a few numbers that recognize a copied run without keeping the text.

Owns the choice of fingerprints: every run of `GRAM` characters that count (`normalizing`) is hashed by a rolling
polynomial, and of every `WINDOW` neighbors the least hash is kept. Two texts that share a run of `GRAM + WINDOW - 1`
such characters share a fingerprint, wherever the run stands (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003).
Both figures were chosen by measurement: see the tests.

Invariants: linear and vectorized; the same text and salt give the same fingerprints; without the salt nobody can tell
what was read, nor make a text that collides.

Does not catch: copies shorter than that; copies in other words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from policy.sessions.normalizing import normalized

if TYPE_CHECKING:
    from policy.sessions.normalizing import Codes, Places

type Hashes = NDArray[np.uint64]

GRAM: Final = 22
"""Characters of one fingerprint."""
WINDOW: Final = 5
"""Neighbors of which the least is kept."""
_FEW: Final = 8


@dataclass(frozen=True, slots=True)
class Prints:
    """The fingerprints of one text, in order."""

    hashes: Hashes
    at: Places
    """Index of each fingerprint's first character among the characters that count."""
    places: Places
    """Where each character that counts stood in the text."""
    codes: Codes
    """The characters that count."""

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the half-open span of the text from one fingerprint to another."""
        return int(self.places[self.at[first]]), int(self.places[self.at[last] + GRAM - 1]) + 1


def prints(text: str, salt: bytes, gram: int = GRAM, window: int = WINDOW) -> Prints:
    """Return the fingerprints of an agent-supplied text; none if fewer than `GRAM` of its characters count."""
    codes, places = normalized(text)
    hashes = grams(codes, salt, gram)
    if not hashes.size:
        return Prints(hashes, places[:0], places, codes)
    at = _least(hashes, min(window, hashes.size))
    chosen = hashes[at]
    if at.size > _FEW:  # of a run of one character the ends are enough
        is_edge = np.ones(at.size, np.bool_)
        is_edge[1:-1] = (chosen[1:-1] != chosen[:-2]) | (chosen[1:-1] != chosen[2:])
        at = at[is_edge]
    return Prints(hashes[at], at, places, codes)


def grams(codes: Codes, salt: bytes, gram: int = GRAM) -> Hashes:
    """Return the hash of every run of `gram` characters."""
    if codes.size < gram:
        return np.zeros(0, np.uint64)
    keys = secret_numbers(salt)
    chars = mixed(codes.astype(np.uint64) + keys[0], keys[1:2])
    total: Hashes | None = None
    offset = 0
    block, length, base = chars, 1, keys[2:3]  # arrays wrap around in silence, scalars warn
    size = codes.size - gram + 1
    left = gram
    while left:
        if left & 1:
            part = block[offset : offset + size]
            total = part.copy() if total is None else total * base + part
            offset += length
        left >>= 1
        if left:
            block = block[: block.size - length] * base + block[length:]
            length, base = 2 * length, base * base
    return mixed(total if total is not None else chars, keys[3:4])


def mixed(values: Hashes, key: Hashes) -> Hashes:
    """Spread numbers over all 64 bits, by a secret odd factor."""
    values = (values ^ (values >> np.uint64(31))) * key
    spread: Hashes = values ^ (values >> np.uint64(29))
    return spread


@lru_cache(maxsize=8)
def secret_numbers(salt: bytes) -> Hashes:
    """Return four odd numbers that only who has the salt knows."""
    digest = blake2b(b"winnowing", key=salt[:64], digest_size=32).digest()
    return np.frombuffer(digest, np.uint64) | np.uint64(1)


def _least(hashes: Hashes, window: int) -> Places:
    """Return where a hash is the least of some window: the rolling minimum, and the rolling maximum of that."""
    least = _rolling(hashes, window, np.minimum)
    edge = np.zeros(window - 1, np.uint64)
    highest = _rolling(np.concatenate((edge, least, edge)), window, np.maximum)
    return np.flatnonzero(highest == hashes)


def _rolling(values: Hashes, window: int, choose: np.ufunc) -> Hashes:
    length = 1
    while 2 * length <= window:
        values = choose(values[:-length], values[length:])
        length *= 2
    if rest := window - length:
        values = choose(values[:-rest], values[rest:])
    return values
