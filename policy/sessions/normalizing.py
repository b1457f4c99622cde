r"""One spelling for all copies of a text: what is compared when a text is recognized in another.

Owns which characters count. White space, quotes, braces, marks of lists and quotations, backslashes and what follows
them as a JSON escape (`\n`, `\t`) do not, nor do the names before values (`"created_at":`, `AWS_REGION=`, `<td`,
`class=`), which documents of the same kind share; all else does, in lower case. So a copy that was
quoted, indented, wrapped, re-cased, put into JSON or taken out of it has the same characters in the same order.

Invariants: linear; every kept character knows its place in the text; any `str` is read, lone surrogates included.

Does not catch: another encoding (the caller asks for the views of a text), other words, other order; what hides in the
names of JSON members of up to 32 characters; letters whose lower case has two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

type Codes = NDArray[np.uint32]
type Places = NDArray[np.int64]

LONGEST: Final = 1 << 20
"""Characters of a text that are read."""
_MEMBER: Final = re.compile(r'"[A-Za-z_$@][\w.$-]{0,31}+\\*+"\s*+:')
_TAG: Final = re.compile(r"<(?:[!?][^<>]{0,200}+>|/?[A-Za-z][\w:-]{0,15}+)")
_ATTRIBUTE: Final = re.compile(r"""=(?=["'])""")
_ASSIGNMENT: Final = re.compile(r"=")
_SMALL: Final = frozenset("abcdefghijklmnopqrstuvwxyz-")
_LARGE: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SHORTEST_NAME: Final = 3
_LONGEST_NAME: Final = 64
_DROPPED: Final = frozenset(b"\"'`\\>#*|{}[]")
_COUNTED: Final = bytes(range(33, 127))
_ASCII: Final = 128
_TABLE: Final = np.array(
    [ord(chr(char).lower()) if char in _COUNTED and char not in _DROPPED else 0 for char in range(_ASCII)],
    np.uint32,
)
_BACKSLASH: Final = 92
_ESCAPES: Final = np.isin(np.arange(_ASCII), np.frombuffer(b"nrtbfv", np.uint8))
_BLANKS: Final = (
    (0x80, 0xBF), (0x180B, 0x180F), (0x2000, 0x206F), (0x3000, 0x3003), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Spaces, typographic punctuation and what shows nothing, beyond ASCII."""


def normalized(text: str) -> tuple[Codes, Places]:
    """Return the characters that count and where each stood in the text.

    Args:
        text: agent-supplied; the first `LONGEST` characters are read.
    """
    text = text[:LONGEST]
    codes = _codes(text)
    ascii_codes = np.minimum(codes, _ASCII - 1)
    kept = np.where(codes < _ASCII, _TABLE[ascii_codes], codes)
    if not text.isascii():
        for first, last in _BLANKS:
            kept[(codes >= first) & (codes <= last)] = 0
    if "\\" in text:
        after = np.flatnonzero(codes[:-1] == _BACKSLASH) + 1
        kept[after[_ESCAPES[ascii_codes[after]]]] = 0
    for start, end in _names(text):
        kept[start:end] = 0
    places = np.flatnonzero(kept)
    return kept[places].astype(np.uint32), places


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of names before values; patterns start with a fixed character, which is found fast."""
    if '"' in text and ":" in text:
        yield from (name.span() for name in _MEMBER.finditer(text))
    is_tagged = "<" in text
    if is_tagged:
        yield from (tag.span() for tag in _TAG.finditer(text))
    if "=" in text:
        for equals in (_ATTRIBUTE if is_tagged else _ASSIGNMENT).finditer(text):
            end = equals.start()
            letters = _SMALL if text[end - 1 : end] in _SMALL else _LARGE
            start = end
            while start > 0 and end - start < _LONGEST_NAME and text[start - 1] in letters:
                start -= 1
            if end - start >= _SHORTEST_NAME and (letters is _LARGE or is_tagged):
                yield start, end + 1


def _codes(text: str) -> Codes:
    """Return the code points in lower case where that is one character."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8).astype(np.uint32)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
