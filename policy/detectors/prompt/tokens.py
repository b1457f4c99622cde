"""Cutting a text into words and marks, all at once: arrays instead of loops.

Owns how a text becomes tokens. A token is a run of letters and digits, one character of a script without spaces, or
a mark that structures a text (line end, sentence end, colon, quotation mark, bracket, ruler). Each word gets three
fingerprints: of its letters as they stand, of its letters with look-alike digits folded (`1gn0re`), and of its
letters in any order between the first and the last (`ingore`). Everything is array arithmetic over the UTF-8 bytes
of the lower-cased text: linear, and the same cost whatever an agent writes. Collisions of 64-bit fingerprints are
possible and harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import digits
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Bytes = NDArray[np.uint8]
type Flags = NDArray[np.bool_]
type Hashes = NDArray[np.uint64]
type Offsets = NDArray[np.int64]

MARKS: Final[dict[str, str]] = {
    "\n": "/",
    ".": "|",
    "!": "|",
    "?": "|",
    ";": "|",
    ":": ":",
    '"': '"',
    "`": '"',
    "'": '"',
    "<": "<",
    ">": ">",
    "[": "[",
    "(": "[",
    "{": "[",
    "]": "]",
    ")": "]",
    "}": "]",
    "#": "#",
    "@": "@",
    "-": "-",
    "=": "-",
    "*": "-",
    "~": "-",
}
"""Characters that structure a text, and the mark they count as."""

_WORD: Final = 1
_BLANK: Final = 0
_FIRST_MARK: Final = 32
_RULER: Final = ord("-")
_QUOTE: Final = ord("'")
_END: Final = ord("|")
_COLON: Final = ord(":")
_SPACE: Final = ord(" ")
_PERIOD: Final = 64
"""Positions within a word are counted modulo this."""
_SPACELESS: Final = (0xE3, 0xED)
"""Lead bytes of kana, ideographs and syllables: each character is a word."""
_SYMBOLS: Final = ((0xC2, 1), (0xE2, 2), (0xEF, 2), (0xF0, 3))
"""Lead bytes of punctuation, arrows, wide forms and pictures, with the bytes that follow: blanks."""


def _classes() -> Bytes:
    table = np.zeros(256, np.uint8)
    table[[*range(0x30, 0x3A), *range(0x61, 0x7B), *range(0x80, 0x100)]] = _WORD
    for character, mark in MARKS.items():
        table[ord(character)] = ord(mark)
    return table


def _scrambled(count: int, seed: int) -> Hashes:
    """Return `count` fixed odd 64-bit numbers: a linear congruential generator, high bits mixed in."""
    numbers = np.empty(count, np.uint64)
    state = seed
    for index in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        numbers[index] = (state ^ (state >> 29)) | 1
    return numbers


def _letters(seed: int, fold: dict[str, str]) -> Hashes:
    """A number for each byte of a word; bytes that are none count nothing."""
    numbers = _scrambled(256, seed)
    for old, new in fold.items():
        numbers[ord(old)] = numbers[ord(new)]
    numbers[(_CLASS != _WORD)] = 0
    return numbers


_CLASS: Final = _classes()
_EXACT: Final = _letters(11, {})
_FOLDED: Final = _letters(
    11, {"0": "o", "1": "i", "l": "i", "3": "e", "4": "a", "5": "s", "7": "t", "9": "g", "8": "b"}
)
_BAG: Final = _letters(23, {})
_PLACES: Final = _scrambled(_PERIOD, 5)
_DIGIT: Final = np.array([chr(value) in digits for value in range(256)], np.uint8)
_BLANKED: Final = np.uint64(0)
_BEYOND_ASCII: Final = 0x80


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, in order."""

    size_bytes: int
    starts: Offsets
    """Byte offset of each token."""
    marks: Bytes
    """The mark's letter; 0 for a word."""
    words: Hashes
    """Fingerprint of a word as it stands; 0 for a mark."""
    lengths: Offsets
    """Bytes of each word."""
    digits: Offsets
    """Digits in each word."""
    codes: Bytes
    """The text, lower case."""


def cut(codes: Bytes) -> Tokens:
    """Cut a lower-cased text.

    Args:
        codes: its UTF-8 bytes.
    """
    classes = _CLASS[codes]
    is_ascii = not codes.size or int(codes.max()) < _BEYOND_ASCII
    heads = np.zeros(0, np.int64) if is_ascii else _settle_symbols(codes, classes)
    _settle_marks(codes, classes)
    before = np.empty_like(classes)
    before[:1] = _BLANK
    before[1:] = classes[:-1]
    is_start = (classes != _BLANK) & (classes != before)
    if heads.size:
        is_start[heads] = True
        after = heads + 3
        after = after[after < codes.size]
        is_start[after] |= classes[after] != _BLANK
    starts = np.flatnonzero(is_start)
    if not starts.size:
        empty = np.zeros(0, np.int64)
        return Tokens(codes.size, empty, np.zeros(0, np.uint8), np.zeros(0, np.uint64), empty, empty, codes)
    kinds = classes[starts]
    is_letter = classes == _WORD
    return Tokens(
        size_bytes=codes.size,
        starts=starts,
        marks=np.where(kinds >= _FIRST_MARK, kinds, 0).astype(np.uint8),
        words=_fingerprints(codes, starts, _EXACT, is_letter),
        lengths=np.add.reduceat(is_letter, starts, dtype=np.int64),
        digits=np.add.reduceat(_DIGIT[codes], starts, dtype=np.int64),
        codes=codes,
    )


def folded(tokens: Tokens) -> Hashes:
    """Fingerprints with digits that stand for letters folded; equal to those of `fold_of`."""
    return _fingerprints(tokens.codes, tokens.starts, _FOLDED, _CLASS[tokens.codes] == _WORD)


def shuffled(tokens: Tokens) -> Hashes:
    """Fingerprints that do not change when letters inside a word change places."""
    bag = np.add.reduceat(_BAG[tokens.codes], tokens.starts)
    first = _EXACT[tokens.codes[tokens.starts]]
    last = _EXACT[
        tokens.codes[np.minimum(tokens.starts + np.maximum(tokens.lengths, 1) - 1, tokens.size_bytes - 1)]
    ]
    mixed: Hashes = bag * _PLACES[1] + first * _PLACES[2] + last * _PLACES[3]
    return mixed


def codes_of(text: str) -> Bytes:
    """Return a text's lower-case UTF-8 bytes, with as many characters as the text has."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(char if len(char.lower()) != 1 else char.lower() for char in text)
    return np.frombuffer(low.encode("utf-8", "surrogatepass"), np.uint8)


def character_offsets(codes: Bytes, offsets: Offsets) -> Offsets:
    """Turn byte offsets into character offsets."""
    is_lead = (codes & 0xC0) != 0x80
    counts = np.concatenate(([0], np.cumsum(is_lead)))
    found: Offsets = counts[np.minimum(offsets, codes.size)]
    return found


def _fingerprints(codes: Bytes, starts: Offsets, letters: Hashes, is_letter: Flags) -> Hashes:
    """Add up letter times place for each token; marks and blanks count nothing."""
    places = np.arange(codes.size, dtype=np.int32)
    places[starts[0] :] -= np.repeat(starts.astype(np.int32), np.diff(starts, append=codes.size))
    values = letters[codes]
    values *= _PLACES[np.bitwise_and(places, _PERIOD - 1)]
    if int(codes.max()) >= _BEYOND_ASCII:
        # Bytes of symbols count as letters in the table, and as blanks here.
        values[~is_letter] = _BLANKED
    return np.add.reduceat(values, starts)


def _settle_symbols(codes: Bytes, classes: Bytes) -> Offsets:
    """Blank out symbols beyond ASCII; return where characters of scripts without spaces begin."""
    for lead, followers in _SYMBOLS:
        where = np.flatnonzero(codes == lead)
        for step in range(followers + 1):
            at = where + step
            classes[at[at < codes.size]] = _BLANK
    return np.flatnonzero((codes >= _SPACELESS[0]) & (codes <= _SPACELESS[1]))


def _settle_marks(codes: Bytes, classes: Bytes) -> None:
    """Keep rulers of three and more, marks behind words, and apostrophes that do not stand inside a word."""
    rulers = np.flatnonzero(classes == _RULER)
    if rulers.size:
        padded = np.concatenate((codes, np.zeros(2, np.uint8)))
        is_long = (padded[rulers] == padded[rulers + 1]) & (padded[rulers] == padded[rulers + 2])
        joins = np.isin(rulers - 1, rulers[is_long]) | np.isin(rulers - 2, rulers[is_long])
        classes[rulers[~(is_long | joins)]] = _BLANK
    # A sentence ends behind a word; a mark that stands free is there to keep words apart (`ignore ; all . rules`).
    ends = np.flatnonzero((classes == _END) | (classes == _COLON))
    ends = ends[ends > 0]
    classes[ends[codes[ends - 1] == _SPACE]] = _BLANK
    quotes = np.flatnonzero(codes == _QUOTE)
    if quotes.size:
        inner = quotes[(quotes > 0) & (quotes < codes.size - 1)]
        is_inside = (classes[inner - 1] == _WORD) & (classes[inner + 1] == _WORD)
        classes[inner[is_inside]] = _BLANK
