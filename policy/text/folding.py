"""Folding: the plain letters a reader sees, whatever code points spell them.

Owns compatibility forms (NFKC), look-alike letters, stacked accents and characters that show nothing: zero-width,
bidirectional controls, variation selectors, soft hyphens, tags. Everything is folded character by character, so the
way back is exact, and no character becomes more than `_LONGEST` (U+FDFA would become 18).

Restraint: letters of another script are look-alikes only in a word that mixes scripts, or in a text that has no other
letters of that script; a Russian or Greek sentence stays as it is. Typography and accents alone are folded for those
who match values, not for those who read prose.

Sources: Unicode Standard Annex 15, Unicode Technical Standard 39, Trojan Source (CVE-2021-42574).
Does not catch: letters that only a picture would show as alike, and look-alikes that are not in the table.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, VALUES
from policy.text.lookalikes import FLIPPED, FLIPS, LOOKALIKES
from policy.text.tracing import LONG, MARGIN, Backwards, Draft, Trace, replaced

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST: Final = 4
_MANY_ACCENTS: Final = 0.12
"""Share of accented letters that no alphabet needs but Vietnamese."""
_FEW_FLIPS: Final = 3
_MANY_FLIPS: Final = 0.15
_FEW: Final = 24
"""Characters up to which replacing them one by one is faster than looking at each character of the text."""
_NOTHING: Final[frozenset[str]] = frozenset()
_BEYOND: Final = re.compile(
    "[^\x00-\x7f\u3400-\u9fff\uac00-\ud7a3\ud800-\uf8ff"
    "\U00020000-\U0002f7ff\U00030000-\U000dffff\U000e1000-\U0010ffff]+"
)

_UNSEEN: Final = frozenset(
    map(
        chr,
        (
            0xAD, 0x34F, 0x61C, 0x115F, 0x17B4, 0x17B5, 0xFEFF, 0xFFFC,
            *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
            *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFFC), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000),
        ),
    )
)  # fmt: skip
"""Characters that show nothing (Default_Ignorable_Code_Point, less the fillers that show a space)."""

_MARKS: Final = frozenset(
    map(
        chr,
        (
            *range(0x300, 0x370), *range(0x483, 0x48A), *range(0x1AB0, 0x1B00), *range(0x1DC0, 0x1E00),
            *range(0x20D0, 0x2100), *range(0xFE20, 0xFE30),
        ),
    )
)  # fmt: skip
"""Marks of European scripts and symbols; those of Indic and Semitic scripts are letters."""

_MIXED_WORD: Final = re.compile(
    r"(?<![^\W\d_])(?=[A-Za-z]*+[^\W\d_A-Za-z])(?=[^\W\d_A-Za-z]*+[A-Za-z])[^\W\d_]++"
)
"""Words with Latin letters and others."""
_ALPHABETS: Final = {
    chr(code): script
    for script, blocks in {
        "cyrillic": ((0x400, 0x530), (0x1C80, 0x1C90), (0x2DE0, 0x2E00), (0xA640, 0xA6A0)),
        "greek": ((0x370, 0x400), (0x1F00, 0x2000)),
        "armenian": ((0x530, 0x590),),
        "hebrew": ((0x590, 0x600),),
        "georgian": ((0x10A0, 0x1100),),
        "cherokee": ((0x13A0, 0x1400), (0xAB70, 0xABC0)),
        "coptic": ((0x2C80, 0x2D00),),
    }.items()
    for first, end in blocks
    for code in range(first, end)
}
"""Letters that have words of their own, by script."""
_TYPOGRAPHY: Final = frozenset("‐‑‒–—―−‘’“”„‚′″…‹›«»•·×™®©°№²³¹ªº½¼¾")

type _Table = dict[int, str]


def fold(text: str) -> tuple[str, Trace]:
    """Return the folded text and the way back; agent-supplied, lone surrogates included."""
    draft = folded(text, foldable(text))
    return (text, Trace([(0, len(text), text)])) if draft is None else (draft.text, draft.trace())


def foldable(text: str) -> frozenset[str]:
    """Return the different characters of a text that folding might change: not ASCII, ideographs or Hangul."""
    return _NOTHING if text.isascii() else frozenset("".join(_BEYOND.findall(text)))


def folded(text: str, chars: frozenset[str]) -> Draft | None:
    """Return the folded text as a draft, or `None` if folding changes nothing.

    Args:
        text: agent-supplied.
        chars: what is `foldable` in it.
    """
    table = {char: new for char in chars if (new := _plain(char)) != char}
    foreign = table.keys() & _ALPHABETS.keys()
    native = _native(chars, foreign)
    apart = {char: table.pop(char) for char in foreign if _ALPHABETS[char] in native}
    mixed = str.maketrans(apart)
    wanted_by = ALL if apart or _is_disguise(text, table) else VALUES
    if (
        len(text) > LONG
        and len(runs := list(islice(_BEYOND.finditer(text), len(text) // MARGIN))) < len(text) // MARGIN
    ):
        whole = str.maketrans({**table, **apart})
        changes = [(*run.span(), run[0].translate(whole)) for run in runs]
        return replaced("folded", text, changes, wanted_by)
    made = _replaced(_fold_mixed(text, mixed) if apart else text, table)
    if made == text:
        return None
    return Draft("folded", made, lambda: _trace(text, str.maketrans(table), mixed), wanted_by)


def flipped(text: str, chars: frozenset[str]) -> Draft | None:
    """Turn a text back that was turned upside down, letters and direction."""
    flips = FLIPS & chars
    if len(flips) < _FEW_FLIPS or sum(map(text.count, flips)) < _MANY_FLIPS * len(text):
        return None
    turned = text.translate(FLIPPED)[::-1]
    size = len(text)
    return Draft("upside-down", turned, lambda: Backwards(size), ALL)


@lru_cache(maxsize=1 << 14)
def _plain(char: str) -> str:
    if char in _UNSEEN:
        return ""
    if (look := LOOKALIKES.get(char)) is not None:
        return look
    if char in _MARKS:
        return ""
    if not unicodedata.decomposition(char):
        return char
    bare = [part for part in unicodedata.normalize("NFKD", char) if part not in _MARKS]
    made = unicodedata.normalize("NFC", "".join([LOOKALIKES.get(part, part) for part in bare]))
    return made if len(made) <= _LONGEST else char


def _native(chars: frozenset[str], foreign: set[str]) -> frozenset[str]:
    """Scripts that a text really uses: it has letters of them that look like no Latin letter."""
    if not foreign:
        return _NOTHING
    own = chars & _ALPHABETS.keys() - LOOKALIKES.keys()
    return frozenset(_ALPHABETS[char] for char in own if char.isalpha())


def _replaced(text: str, table: Mapping[str, str]) -> str:
    if len(table) > _FEW:
        return text.translate({ord(char): new for char, new in table.items()})
    for char, new in table.items():
        text = text.replace(char, new)
    return text


def _fold_mixed(text: str, table: Mapping[int, str]) -> str:
    return _MIXED_WORD.sub(lambda word: word[0].translate(table), text)


def _is_disguise(text: str, table: Mapping[str, str]) -> bool:
    """Tell a disguise from typography and the accents of a language."""
    accented = 0
    for char, new in table.items():
        if char in _TYPOGRAPHY or char == "\xa0" or not (new and new.isascii()):
            if char in _UNSEEN and char not in "\ufeff\ufe0f\xad":
                return True
            continue
        if not ("\xc0" <= char <= "\u024f" or "\u1e00" <= char <= "\u1eff"):
            return True
        accented += text.count(char)
    return accented > _MANY_ACCENTS * len(text)


def _trace(text: str, whole: _Table, mixed: _Table) -> Trace:
    made = _fold_mixed(text, mixed) if mixed else text
    # Nothing in `mixed` changes the number of characters but where a word was folded, so compare word by word.
    if len(made) != len(text):
        return Trace([(0, len(text), made.translate(whole))])
    return Trace([(at, at + 1, whole.get(ord(char), char)) for at, char in enumerate(made)])
