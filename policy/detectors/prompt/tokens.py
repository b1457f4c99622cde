"""Cutting a text into words and marks, all at once: arrays instead of loops.

Owns how a text becomes tokens. A token is a run of letters and digits, one character of a script without spaces, or
a mark that structures a text (line end, sentence end, colon, quotation mark, bracket, ruler). Everything is array
arithmetic over the UTF-8 bytes of the lower-cased text: linear, and the same cost whatever an agent writes. Letters
that are written as other characters are the business of the views (`policy.text.views`), not of this module.
Invariant: the text that is cut has as many characters as the text that was given, so that a place in one is a place
in the other. Collisions of 64-bit fingerprints are possible and harmless.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase, digits
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Bytes = NDArray[np.uint8]
type Hashes = NDArray[np.uint64]
type Offsets = NDArray[np.int64]

CHUNK: Final = 1 << 17
"""Characters cut at once."""

MARKS: Final[dict[str, str]] = {
    "\n": "/",
    ".!?;": "|",
    ":": ":",
    "\"`'": '"',
    "<": "<",
    ">": ">",
    "([{": "[",
    ")]}": "]",
    "#": "#",
    "@": "@",
    "-=*~_": "-",
}
"""Characters that structure a text, and the mark they count as."""

_SPACE: Final = ord(" ")
_LINE: Final = ord("/")
_END: Final = ord("|")
_QUOTE: Final = ord('"')
_RULER: Final = ord("-")
_CLOSES: Final = np.isin(np.arange(256), [ord(char) for char in ' /"]>-'])
"""What may stand behind the end of a sentence."""
_SPACELESS: Final = (0xE3, 0xED)
"""Lead bytes of kana, ideographs and syllables: each character is a word."""
_SYMBOLS: Final = re.compile(
    "[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u2bff\u3000-\u303f\ufe00-\ufe6f\uff00-\uff0f"
    "\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff\U0001f000-\U000fffff]"
)
_FOLDED: Final = (
    ("’", "'"),
    ("‘", "'"),
    ("“", '"'),
    ("”", '"'),
    ("«", '"'),
    ("»", '"'),
    ("。", "."),
    ("：", ":"),
)
_SHORTENED: Final = (
    (b"n't", b"nt "),
    (b"'s ", b"   "),
    (b"'re ", b" re "),
    (b"\\n", b" \n"),
    (b'\\"', b' "'),
)
"""Written forms and the ones they are read as; of the same length."""


def _translation() -> bytes:
    """Lower case; one byte for each kind of mark; a blank for all else of ASCII."""
    table = bytearray(b" " * 256)
    for char in ascii_lowercase + digits:
        table[ord(char)] = table[ord(char.upper())] = ord(char)
    for chars, mark in MARKS.items():
        for char in chars:
            table[ord(char)] = ord(mark)
    table[0x80:] = range(0x80, 0x100)
    return bytes(table)


_TRANSLATION: Final = _translation()
_UNRULED: Final = bytes(_SPACE if code == _RULER else code for code in range(256))
_LONG_RULER: Final = bytes([_RULER] * 3)
_BLANK: Final = 0
_WORD: Final = 1
_MARK: Final = 2


def _kinds() -> Bytes:
    kinds = np.zeros(256, np.uint8)
    kinds[[ord(char) for char in ascii_lowercase + digits]] = _WORD
    kinds[0x80:] = _WORD
    kinds[[ord(mark) for mark in MARKS.values()]] = _MARK
    return kinds


def scrambled(count: int, seed: int) -> Hashes:
    """Return `count` fixed odd 64-bit numbers: a linear congruential generator, high bits mixed in."""
    numbers = np.empty(count, np.uint64)
    state = seed
    for index in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        numbers[index] = (state ^ (state >> 29)) | 1
    return numbers


def _letters() -> Hashes:
    numbers = scrambled(256, 11)
    numbers[_KINDS == _BLANK] = 0
    return numbers


_KINDS: Final = _kinds()
_LETTERS: Final = _letters()
_BASE: Final = 0x9FB21C651E98DF25
"""What a letter counts more at each place than at the one before it, modulo 2**64; odd, so it can be undone."""
_BYTES_MOST: Final = 4 * CHUNK


@cache
def _powers() -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse, one a byte of the longest text."""
    inverse = pow(_BASE, -1, 2**64)
    up = np.full(_BYTES_MOST, _BASE, np.uint64)
    down = np.full(_BYTES_MOST, inverse, np.uint64)
    up[0] = down[0] = 1
    return np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, in order."""

    codes: Bytes
    """The text as it was cut: lower case, marks unified; UTF-8."""
    starts: Offsets
    """Byte offset of each token."""
    words: Hashes
    """Fingerprint of each token."""
    is_word: NDArray[np.bool_]
    """False for marks."""


def cut(text: str) -> Tokens:
    """Cut an agent-supplied text of at most `CHUNK` characters."""
    plain = _plain(text).translate(_TRANSLATION)
    if _LONG_RULER not in plain:
        plain = plain.translate(_UNRULED)
    codes = np.frombuffer(plain, np.uint8).copy()
    if _LONG_RULER in plain:
        _settle_rulers(codes)
    _settle_ends(codes)
    kinds = _KINDS[codes]
    is_start = kinds == _MARK
    is_start[1:] &= (codes[1:] != _LINE) | (codes[:-1] != _LINE)
    is_letter = kinds == _WORD
    is_start[:1] |= is_letter[:1]
    is_start[1:] |= is_letter[1:] & ~is_letter[:-1]
    if not text.isascii():
        _split_characters(codes, is_letter, is_start)
    starts = is_start.nonzero()[0]
    words = _fingerprints(codes, starts)
    return Tokens(codes, starts, words, is_letter[starts])


def _plain(text: str) -> bytes:
    """Return the UTF-8 bytes of a text with as many characters, short forms written out."""
    if not text.isascii():
        low = text.lower()
        if len(low) != len(text):
            low = "".join(char if len(char.lower()) != 1 else char.lower() for char in text)
        for written, read in _FOLDED:
            low = low.replace(written, read)
        text = _SYMBOLS.sub(" ", low)
    plain = text.encode("utf-8", "replace")
    for long, short in _SHORTENED:
        plain = plain.replace(long, short)
    return plain


def _settle_ends(codes: Bytes) -> None:
    """Keep the end of a sentence behind a word; a full stop within `a.b` or standing free separates nothing."""
    ends = (codes == _END).nonzero()[0]
    if not ends.size:
        return
    after = np.full(ends.size, _SPACE, np.uint8)
    is_inner = ends + 1 < codes.size
    after[is_inner] = codes[ends[is_inner] + 1]
    before = codes[np.maximum(ends - 1, 0)]
    is_end = _CLOSES[after] & (before != _SPACE) & (before != _END) & (ends > 0)
    codes[ends[~is_end]] = _SPACE


def _settle_rulers(codes: Bytes) -> None:
    """Keep the first of three and more; hyphens are blanks."""
    rulers = (codes == _RULER).nonzero()[0]
    if not rulers.size:
        return
    padded = np.full(codes.size + 3, _SPACE, np.uint8)
    padded[1:-2] = codes
    is_ruler = (padded[rulers] != _RULER) & (padded[rulers + 2] == _RULER) & (padded[rulers + 3] == _RULER)
    codes[rulers[~is_ruler]] = _SPACE


def _split_characters(codes: Bytes, is_letter: NDArray[np.bool_], is_start: NDArray[np.bool_]) -> None:
    """Make each character of a script without spaces a word."""
    heads = ((codes >= _SPACELESS[0]) & (codes <= _SPACELESS[1])).nonzero()[0]
    is_start[heads] = True
    after = heads + 3
    after = after[after < codes.size]
    is_start[after] |= is_letter[after]


def _fingerprints(codes: Bytes, starts: Offsets) -> Hashes:
    """Add up letter times place for each token, and shift the sum to its beginning; blanks count nothing."""
    if not starts.size:
        return np.zeros(0, np.uint64)
    up, down = _powers()
    values = _LETTERS[codes]
    values *= up[: codes.size]
    found: Hashes = np.add.reduceat(values, starts)
    found *= down[starts]
    return found


def of_mark(mark: str) -> np.uint64:
    """Return the fingerprint of a mark."""
    return np.uint64(_LETTERS[ord(mark)])


def span(tokens: Tokens, first: int, last: int) -> tuple[int, int]:
    """Return the characters from token `first` to token `last`, both included."""
    begin = int(tokens.starts[first])
    end = begin
    if last < tokens.starts.size:
        end = int(tokens.starts[last])
        stop = int(tokens.starts[last + 1]) if last + 1 < tokens.starts.size else tokens.codes.size
        run = tokens.codes[end:stop]
        blanks = (_KINDS[run] != _KINDS[run[0]]).nonzero()[0]
        end += int(blanks[0]) if blanks.size else run.size
    is_lead = (tokens.codes[:end] & 0xC0) != 0x80
    return int(np.count_nonzero(is_lead[:begin])), int(np.count_nonzero(is_lead))
