"""A bounded shelf of remembered texts of one origin: which of them does this text contain?

Owns the index from hashes to texts: sorted arrays of doubling size, searched all at once, merged when they are of one
size. Texts are forgotten oldest first, one that is seen again is new. Invariants: no more than `MOST_TEXTS` texts and
`MOST_HASHES` hashes (12 bytes each); the order of texts changes nothing; of a text with too many hashes those with the
least values are kept, an even sample.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from policy.sessions.act import Origin
    from policy.sessions.winnowing import Hashes

MOST_TEXTS: Final = 256
MOST_HASHES: Final = 98_304
MOST_OF_ONE: Final = 32_768
"""Hashes of one text."""
_MOST_OWNERS: Final = 64
"""Texts that one hash is reported of, in one of the sorted arrays."""
_SMALLEST_SIEVE: Final = 1024
_SIEVE_ROOM: Final = 2
"""Places of the sieve for each hash, at least."""
_MOST_PAIRS: Final = 1 << 18
_MOST_DEAD: Final = 32
"""Forgotten texts whose hashes are still there; fewer than `_MOST_OWNERS`, so that they hide nothing."""


@dataclass(slots=True)
class Remembered:
    """One text, without the text."""

    origin: Origin
    source: str
    at_s: float
    size: int
    """Distinct hashes it had."""


class Shelf:
    """Texts of one origin; not safe for threads, the session is."""

    def __init__(self, most_texts: int = MOST_TEXTS, most_hashes: int = MOST_HASHES) -> None:
        self.texts: OrderedDict[int, Remembered] = OrderedDict()
        self._most_texts, self._most_hashes = most_texts, most_hashes
        self._sizes: dict[int, int] = {}
        self._runs: list[tuple[Hashes, NDArray[np.int32]]] = []
        self._dead = self._dead_texts = 0
        self._sieve = np.zeros(_SMALLEST_SIEVE, np.bool_)

    @property
    def hashes(self) -> int:
        """How many hashes are held, those of forgotten texts included until they are swept."""
        return sum(run.size for run, _ in self._runs)

    def add(self, number: int, text: Remembered, hashes: Hashes) -> list[int]:
        """Remember a text; return the numbers of those forgotten for it."""
        kept = np.unique(hashes)[: min(MOST_OF_ONE, self._most_hashes)]
        text.size = int(np.unique(hashes).size)
        self.texts[number] = text
        self._sizes[number] = kept.size
        if kept.size:
            self._sift(kept)
            self._runs.append((kept, np.full(kept.size, number, np.int32)))
        forgotten = []
        while len(self.texts) > self._most_texts or sum(self._sizes.values()) > self._most_hashes:
            oldest, _ = self.texts.popitem(last=False)
            self._dead += self._sizes.pop(oldest)
            self._dead_texts += 1
            forgotten.append(oldest)
        self._tidy()
        return forgotten

    def renew(self, number: int) -> None:
        """Make a text the newest."""
        self.texts.move_to_end(number)

    def find(self, hashes: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs of an index into `hashes` and the number of a text that has this hash."""
        asked: list[NDArray[np.int64]] = []
        owners: list[NDArray[np.int64]] = []
        pairs = 0
        passed = np.flatnonzero(self._sieve[hashes >> self._shift])
        hashes = hashes[passed]
        for run, texts in self._runs if passed.size else ():
            at = np.searchsorted(run, hashes)
            left = np.flatnonzero(at < run.size)
            for _ in range(_MOST_OWNERS):
                left = left[run[at[left]] == hashes[left]]
                if not left.size:
                    break
                asked.append(passed[left])
                owners.append(texts[at[left]])
                pairs += left.size
                if pairs > _MOST_PAIRS:
                    break
                at[left] += 1
                left = left[at[left] < run.size]
        if not asked:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(asked), np.concatenate(owners)

    @property
    def _shift(self) -> np.uint64:
        return np.uint64(65 - int(self._sieve.size).bit_length())

    def _sift(self, new: Hashes) -> None:
        """Mark hashes in the sieve: what it does not hold need not be searched; forgotten ones stay until it grows."""
        size = self.hashes + new.size
        if size * _SIEVE_ROOM > self._sieve.size:
            self._sieve = np.zeros(1 << (2 * _SIEVE_ROOM * size - 1).bit_length(), np.bool_)
            for run, _ in self._runs:
                self._sieve[run >> self._shift] = True
        self._sieve[new >> self._shift] = True

    def _tidy(self) -> None:
        while len(self._runs) > 1 and self._runs[-2][0].size <= 2 * self._runs[-1][0].size:
            self._merge(2)
        if self._dead * 2 > self._most_hashes or self._dead_texts > _MOST_DEAD:
            self._merge(len(self._runs))
            self._dead = self._dead_texts = 0

    def _merge(self, count: int) -> None:
        if not count:
            return
        some = self._runs[-count:]
        hashes = np.concatenate([run for run, _ in some])
        texts = np.concatenate([owners for _, owners in some])
        alive = np.isin(texts, np.fromiter(self.texts, np.int64, len(self.texts)))
        hashes, texts = hashes[alive], texts[alive]
        order = np.argsort(hashes, kind="stable")
        self._runs[-count:] = [(hashes[order], texts[order])] if order.size else []
