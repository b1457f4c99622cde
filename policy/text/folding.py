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
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, VALUES
from policy.text.lookalikes import FLIPPED, FLIPS, LOOKALIKES
from policy.text.tracing import Draft, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST: Final = 4
_MANY_ACCENTS: Final = 0.12
"""Share of accented letters that no alphabet needs but Vietnamese."""
_FEW_FLIPS: Final = 3

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

_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""Marks of European scripts and symbols; those of Indic and Semitic scripts are letters."""

_WORD: Final = re.compile(r"[^\W\d_]++")
_ALPHABETS: Final = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "HEBREW", "GEORGIAN")
_TYPOGRAPHY: Final = frozenset("‐‑‒–—―−‘’“”„‚′″…‹›«»•·×™®©°№²³¹ªº½¼¾")

type Table = dict[int, str]


def fold(text: str) -> tuple[str, Trace]:
    """Return the folded text and the way back; agent-supplied, lone surrogates included."""
    draft = folded(text)
    return (text, Trace([(0, len(text), text)])) if draft is None else (draft.text, draft.trace())


def folded(text: str) -> Draft | None:
    """Return the folded text as a draft, or `None` if folding changes nothing."""
    if text.isascii():
        return None
    table = {char: new for char in set(text) if char > "\x7f" and (new := _plain(char)) != char}
    foreign = {char for char in table if _alphabet(char)}
    native = _native(text, foreign)
    apart = {char: table.pop(char) for char in foreign if _alphabet(char) in native}
    whole = str.maketrans(table)
    mixed = str.maketrans(apart)
    made = _fold_mixed(text, mixed).translate(whole) if apart else text.translate(whole)
    if made == text:
        return None
    wanted_by = ALL if _is_disguise(text, table) or apart else VALUES
    return Draft("folded", made, lambda: _trace(text, whole, mixed), wanted_by)


def flipped(text: str) -> Draft | None:
    """Turn a text back that was turned upside down, letters and direction."""
    if text.isascii() or len(FLIPS.intersection(text)) < _FEW_FLIPS:
        return None
    turned = text.translate(FLIPPED)[::-1]
    size = len(text)
    return Draft("upside-down", turned, lambda: backwards(size), ALL)


def backwards(size: int) -> Trace:
    """Return the way back from a text of `size` characters that was reversed."""
    return Trace([(index, index + 1, " ") for index in range(size - 1, -1, -1)])


def unseen(text: str) -> frozenset[str]:
    """Return the characters of a text that show nothing."""
    return _UNSEEN.intersection(text)


def _plain(char: str) -> str:
    if char in _UNSEEN:
        return ""
    if (look := LOOKALIKES.get(char)) is not None:
        return look
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", char))
    made = unicodedata.normalize("NFC", "".join([LOOKALIKES.get(part, part) for part in bare]))
    return made if len(made) <= _LONGEST else char


def _alphabet(char: str) -> str:
    """Name the script of a letter that is no Latin one, or nothing."""
    name = unicodedata.name(char, "")
    return next((script for script in _ALPHABETS if name.startswith(script)), "")


def _native(text: str, foreign: set[str]) -> frozenset[str]:
    """Scripts that a text really uses: it has letters of them that look like no Latin letter."""
    if not foreign:
        return frozenset()
    others = {_alphabet(char) for char in set(text) if char > "\x7f" and char not in LOOKALIKES}
    return frozenset(others - {""})


def _fold_mixed(text: str, table: Mapping[int, str]) -> str:
    return _WORD.sub(lambda word: _fold_word(word[0], table), text)


def _fold_word(word: str, table: Mapping[int, str]) -> str:
    return word if word.isascii() or not _LATIN.search(word) else word.translate(table)


_LATIN: Final = re.compile("[A-Za-z]")


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


def _trace(text: str, whole: Table, mixed: Table) -> Trace:
    made = _fold_mixed(text, mixed) if mixed else text
    # Nothing in `mixed` changes the number of characters but where a word was folded, so compare word by word.
    if len(made) != len(text):
        return Trace([(0, len(text), made.translate(whole))])
    return Trace([(at, at + 1, whole.get(ord(char), char)) for at, char in enumerate(made)])
