"""Words into concepts: the alphabet in which the grammar of attacks is written.

Owns the concept letters and the tables that find them. `ignore`, `disregard`, `vergiss` and `olvida` are all one
letter, `I`; a text becomes a string with one letter a token, and the grammar (`grammar`) is a handful of shapes
over it. That is why a new wording of an old attack is found: it is a new path through the same letters.

A word that is in no table is `.`. Not recognized: words with letters missing, doubled or replaced; most of those are
undone by the views (`policy.text.views`), which are read like texts of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.detectors.prompt import lexicon_en, lexicon_world, tokens

if TYPE_CHECKING:
    from policy.detectors.prompt.tokens import Bytes, Hashes, Tokens

OTHER: Final = ord(".")
_BITS: Final = 16
_SHIFT: Final = np.uint64(64 - _BITS)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_AT_ONCE: Final = 500
_FIRST_SPACELESS: Final = 0xE3


@dataclass(frozen=True, slots=True)
class _Layer:
    """Letters by the top bits of a mixed fingerprint, one a slot."""

    factor: np.uint64
    keys: Hashes
    letters: Bytes


@dataclass(frozen=True, slots=True)
class Table:
    """Letters of fingerprints; those that collide in one layer stand in the next."""

    layers: tuple[_Layer, ...]

    def of(self, hashes: Hashes) -> Bytes:
        """Return the letter of each fingerprint; 0 for those not in the table."""
        found = np.zeros(hashes.size, np.uint8)
        for layer in self.layers:
            slots = ((hashes * layer.factor) >> _SHIFT).view(np.int64)
            found |= np.where(layer.keys[slots] == hashes, layer.letters[slots], 0)
        return found


def _table(letters: dict[int, int]) -> Table:
    layers: list[_Layer] = []
    left = letters
    factor = int(_MIX)
    while left:
        keys = np.zeros(1 << _BITS, np.uint64)
        values = np.zeros(1 << _BITS, np.uint8)
        rest: dict[int, int] = {}
        for key, letter in left.items():
            slot = (key * factor % 2**64) >> (64 - _BITS)
            if values[slot]:
                rest[key] = letter
            else:
                keys[slot], values[slot] = key, letter
        layers.append(_Layer(np.uint64(factor), keys, values))
        left = rest
        factor = (factor * 6364136223846793005 + 2) % 2**64 | 1
    return Table(tuple(layers))


def _pairs() -> dict[str, int]:
    """Each word once; the English reading wins, then the first."""
    found: dict[str, int] = {}
    for table in (lexicon_en.WORDS, lexicon_world.WORDS):
        for letter, words in table.items():
            for word in words.replace("-", " ").replace("'", " ").split():
                found.setdefault(word, ord(letter))
    return found


def _words() -> Table:
    pairs = _pairs()
    hashes = np.concatenate([cut.words[cut.is_word] for cut in map(tokens.cut, _lines(list(pairs)))])
    letters = dict(zip(hashes.tolist(), pairs.values(), strict=True))
    for mark in tokens.MARKS.values():
        letters[int(tokens.of_mark(mark))] = ord(mark)
    return _table(letters)


def _lines(words: list[str]) -> list[str]:
    return ["\n".join(words[at : at + _AT_ONCE]) for at in range(0, len(words), _AT_ONCE)]


def _characters() -> tuple[Table, Table]:
    """Concepts of scripts without spaces: one character, or two joined as `_joined` does."""
    single: dict[int, int] = {}
    double: dict[int, int] = {}
    for letter, words in lexicon_world.CHARACTERS.items():
        for word in words.split():
            hashes = tokens.cut(word).words[:2]
            if hashes.size == 1:
                single.setdefault(int(hashes[0]), ord(letter))
            else:
                double.setdefault(int(_joined(hashes[:1], hashes[1:])[0]), ord(letter))
    return _table(single), _table(double)


def _joined(first: Hashes, second: Hashes) -> Hashes:
    mixed: Hashes = first * _MIX + second
    return mixed


_WORDS: Final = _words()
_SINGLE, _DOUBLE = _characters()


def concepts(cut: Tokens) -> Bytes:
    """Return one letter a token: its mark, its concept, or `.`."""
    letters = _WORDS.of(cut.words)
    if cut.codes.size and int(cut.codes.max()) >= _FIRST_SPACELESS:
        letters = np.where(letters == 0, _SINGLE.of(cut.words), letters)
        if cut.words.size > 1:
            pairs = _DOUBLE.of(_joined(cut.words[:-1], cut.words[1:]))
            letters[:-1] = np.where(pairs != 0, pairs, letters[:-1])
    letters[letters == 0] = OTHER
    return letters
