"""Words into concepts: the alphabet in which the grammar of attacks is written.

Owns the concept letters and the tables that find them. `ignore`, `disregard`, `vergiss` and `olvida` are all one
letter, `I`; a text becomes a string with one letter a word, and the grammar (`grammar`) is a handful of patterns
over it. That is why a new wording of an old attack is found: it is a new path through the same letters.

A word that is in no table is `.`; written with digits for letters, or with its inner letters in disorder, it is still
recognized (five letters and more). Not recognized: words with letters missing or doubled.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from policy.detectors.prompt import lexicon_en, lexicon_world, tokens
from policy.detectors.prompt.tokens import Bytes, Flags, Hashes, Tokens

OTHER: Final = ord(".")
_LONG_ENOUGH: Final = 5
_TOP_BITS: Final = 16
_SHIFT: Final = np.uint64(64 - _TOP_BITS)
_SHORTEST_FOLDED: Final = 3


def _pairs() -> dict[str, int]:
    """Each word once; the English reading wins, then the first."""
    found: dict[str, int] = {}
    for table in (lexicon_en.WORDS, lexicon_world.WORDS):
        for letter, words in table.items():
            for word in words.split():
                found.setdefault(word, ord(letter))
    return found


type Table = tuple[Hashes, Bytes, Flags]
"""Fingerprints in order, their letters, and which top bits occur: most words are told apart by those alone."""


def _sorted(hashes: Hashes, letters: Bytes) -> Table:
    order = np.argsort(hashes, kind="stable")
    occurs = np.zeros(1 << _TOP_BITS, np.bool_)
    occurs[hashes >> _SHIFT] = True
    return hashes[order], letters[order], occurs


def _tables() -> tuple[Table, Table, Table]:
    pairs = _pairs()
    cut = tokens.cut(tokens.codes_of(" ".join(pairs)))
    letters = [letter for word, letter in pairs.items() for _ in range(len(_parts(word)))]
    marks = np.array(letters, np.uint8)
    is_long = cut.lengths >= _LONG_ENOUGH
    exact = _sorted(cut.words, marks)
    fold = _sorted(tokens.folded(cut), marks)
    bag = _sorted(tokens.shuffled(cut)[is_long], marks[is_long])
    return exact, fold, bag


def _parts(word: str) -> list[str]:
    return word.replace("'", " ").replace("-", " ").split()


def _characters() -> Table:
    """Concepts of scripts without spaces: one or two characters, joined as `_joined` does."""
    hashes: list[int] = []
    letters: list[int] = []
    for letter, words in lexicon_world.CHARACTERS.items():
        for word in words.split():
            cut = tokens.cut(tokens.codes_of(word))
            pair = cut.words[:2]
            joined = pair[0] if pair.size == 1 else _joined(pair[:1], pair[1:])[0]
            hashes.append(int(joined))
            letters.append(ord(letter))
    return _sorted(np.array(hashes, np.uint64), np.array(letters, np.uint8))


def _joined(first: Hashes, second: Hashes) -> Hashes:
    mixed: Hashes = first * np.uint64(0x9E3779B97F4A7C15) + second
    return mixed


_EXACT, _FOLD, _BAG = _tables()
_CHARACTERS: Final = _characters()


def _look_up(table: Table, hashes: Hashes) -> Bytes:
    """Return the letter of each fingerprint; 0 for those not in the table."""
    keys, letters, occurs = table
    found = np.zeros(hashes.size, np.uint8)
    likely = np.flatnonzero(occurs[hashes >> _SHIFT])
    if likely.size:
        wanted = hashes[likely]
        at = np.searchsorted(keys, wanted)
        at[at == keys.size] = 0
        found[likely] = np.where(keys[at] == wanted, letters[at], 0)
    return found


def concepts(cut: Tokens) -> Bytes:
    """Return one letter a token: its mark, its concept, or `.`."""
    letters = cut.marks | _look_up(_EXACT, cut.words)
    letters[(cut.marks != 0)] = cut.marks[cut.marks != 0]
    unknown = letters == 0
    if not unknown.any():
        return letters
    disguised = unknown & (cut.digits > 0) & (cut.digits < cut.lengths) & (cut.lengths >= _SHORTEST_FOLDED)
    if disguised.any():
        letters[disguised] = _look_up(_FOLD, tokens.folded(cut)[disguised])
    disordered = unknown & (cut.lengths >= _LONG_ENOUGH)
    if disordered.any():
        letters[disordered] |= np.where(
            letters[disordered] == 0, _look_up(_BAG, tokens.shuffled(cut)[disordered]), 0
        ).astype(np.uint8)
    if cut.size_bytes and int(cut.codes.max()) >= 0xE3:
        _read_characters(cut, letters)
    letters[letters == 0] = OTHER
    return letters


def _read_characters(cut: Tokens, letters: Bytes) -> None:
    """Fill in concepts that are one or two characters long."""
    letters |= np.where(letters == 0, _look_up(_CHARACTERS, cut.words), 0).astype(np.uint8)
    if cut.words.size > 1:
        pairs = _look_up(_CHARACTERS, _joined(cut.words[:-1], cut.words[1:]))
        letters[:-1] = np.where(pairs != 0, pairs, letters[:-1])
