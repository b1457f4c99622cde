"""Texts whose letters were swapped for others or put in another order: Caesar shifts, ROT47, Atbash, reversal, Morse.

Owns the ciphers that a model undoes in its head when it is asked to (LLM01, encoding attacks). Recognized by what a
handful of words become, so a text in plain language does not wake them.

Does not catch: ciphers with a key, texts that hold none of the words, transpositions other than reversal.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.keywords import KEYS, WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import Backwards, Draft, Trace, joined_lines

if TYPE_CHECKING:
    from policy.text.scanner import Scan
    from policy.text.tracing import Piece

_LETTERS: Final = string.ascii_letters
_SHIFTS: Final = range(1, 26)
_ROT13: Final = 13
_PRINTABLE: Final = "".join(map(chr, range(33, 127)))


def _table(given: str, plain: str) -> dict[int, str]:
    return dict(zip(map(ord, given), plain, strict=True))


def _shift(by: int) -> dict[int, str]:
    """Return the table that undoes a shift: the letter `by` places on comes back."""
    low, high = string.ascii_lowercase, string.ascii_uppercase
    moved = low[by:] + low[:by] + high[by:] + high[:by]
    return dict(zip(map(ord, moved), low + high, strict=True))


_UNSHIFT: Final = {by: _shift(by) for by in _SHIFTS}
_ATBASH: Final[dict[int, str]] = _table(_LETTERS, string.ascii_lowercase[::-1] + string.ascii_uppercase[::-1])
_ROT47: Final[dict[int, str]] = _table(_PRINTABLE, _PRINTABLE[47:] + _PRINTABLE[:47])
_SHIFT: Final = {
    by: {ord(plain): chr(code) for code, plain in table.items()} for by, table in _UNSHIFT.items()
}


_COMMON: Final = (
    "the", "and", "you", "your", "this", "that", "with", "what", "from", "have", "are", "is", "for", "not", "can",
    "will", "to", "do",
)  # fmt: skip
_SECRETS: Final = (
    "-jorp-ks",
    "-tna-ks",
    "_phg",
    "_tap_buhtig",
    "AIKA",
    "-bxox",
    "-pxox",
    "YEK ETAVIRP",
    "-taplg",
)


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.sub(r"[^A-Za-z0-9]", lambda mark: f"\\x{ord(mark[0]):02x}", word) for word in words)


_ENOUGH: Final = KEYS[:15]
_SHIFTED: Final = tuple(word.translate(_SHIFT[by]) for by in _SHIFTS for word in _ENOUGH)
_ROT13_COMMON: Final = tuple(word.translate(_UNSHIFT[_ROT13]) for word in _COMMON)

PATTERNS: Final = (
    Pattern("view.caesar", f"(?:{_any_of(_SHIFTED)})", is_caseless=True),
    Pattern("view.rot13", rf"\b(?:{_any_of(_ROT13_COMMON)})\b|rot-?13|caesar ci", is_caseless=True),
    Pattern("view.atbash", f"(?:{_any_of(tuple(word.translate(_ATBASH) for word in KEYS))})", is_caseless=True),
    Pattern("view.rot47", f"(?:{_any_of(tuple(word.translate(_ROT47) for word in KEYS))})"),
    Pattern("view.reversed", f"(?:{_any_of(tuple(word[::-1] for word in KEYS))})", is_caseless=True),
    Pattern("view.reversed-mail", r"moc\.[a-z]{2,20}@", is_caseless=True),
    Pattern("view.reversed-common", r"\b(?:eht|uoy|ruoy|siht|taht|htiw|tahw|evah)\b", is_caseless=True),
    Pattern("view.reversed-secret", f"(?:{_any_of(_SECRETS)})|==[A-Za-z0-9+/]{{12}}"),
    Pattern("view.morse", r"(?:-\.|\.-)[.\-]{0,3} [.\-]{1,5} [.\-]{1,5} [.\-]"),
)  # fmt: skip

_LETTER_RUN: Final = re.compile(r"[A-Za-z]{2,}+")
_MORSE_RUN: Final = re.compile(r"[.\-]{1,6}+(?:[ /|\n]{1,4}+[.\-]{1,6}){7,}+")
_FEWEST: Final = 2
_VOTES: Final = 64
_PREFIX: Final = 6
_LONG_WORD: Final = re.compile(r"(?<![a-z0-9])[a-z]{6,20}+(?![0-9+/])")
_SHIFT_OF: Final = {word.translate(_SHIFT[by])[:_PREFIX]: by for by in _SHIFTS for word in _ENOUGH}
_ROT13_WORD: Final = re.compile(rf"(?<!\S)(?:{'|'.join(_ROT13_COMMON)})(?![^\s.,?!])")

_MORSE_CODES: Final = """
.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.
"""
_MORSE: Final = dict(zip(_MORSE_CODES.split(), string.ascii_lowercase + string.digits, strict=True))


def shifted(scan: Scan) -> list[Draft]:
    """Undo the shift of the alphabet, Atbash or ROT47 under which a text holds the words."""
    drafts = []
    text = scan.text
    if by := _shift_of(scan):
        drafts.append(_swapped(f"rot{by}", text, _UNSHIFT[by]))
    if "view.atbash" in scan.hits:
        drafts.append(_swapped("atbash", text, _ATBASH))
    if "view.rot47" in scan.hits:
        drafts.append(_swapped("rot47", text, _ROT47))
    return drafts


def _shift_of(scan: Scan) -> int:
    """Return the shift that most of the first shifted words agree on; 0 for none."""
    if "view.caesar" in scan.hits:
        # Noise is full of letters: only what begins a word votes.
        words = (word[:_PREFIX] for word in _LONG_WORD.findall(scan.text.lower()))
        votes = Counter(islice((_SHIFT_OF[word] for word in words if word in _SHIFT_OF), _VOTES))
    else:
        votes = Counter()
    if votes:
        return votes.most_common(1)[0][0]
    return _ROT13 if "view.rot13" in scan.hits and _is_rot13(scan.text) else 0


def _is_rot13(text: str) -> bool:
    """One short word is chance: ask for two different ones, or for its name."""
    low = text.lower()
    if "rot13" in low or "rot-13" in low:
        return True
    return len({found[0] for found in islice(_ROT13_WORD.finditer(low), _VOTES)}) >= _FEWEST


def _swapped(kind: str, text: str, table: dict[int, str]) -> Draft:
    size = len(text)
    return Draft(kind, text.translate(table), lambda: Trace([(0, size, " " * size)]), PROSE)


def reversed_text(scan: Scan) -> list[Draft]:
    """Read a text from its end, and its words each from their end."""
    found = scan.hits & _REVERSED
    if not found:
        return []
    text = scan.text
    if (
        found == {"view.reversed-common"}
        and len({word.lower() for word in _COMMON_BACK.findall(text)}) < _FEWEST
    ):
        return []
    size = len(text)
    drafts = [Draft("reversed", text[::-1], lambda: Backwards(size), ALL)]
    if found & {"view.reversed", "view.reversed-common"}:
        made = _LETTER_RUN.sub(lambda word: word[0][::-1], text)
        drafts.append(Draft("reversed-words", made, lambda: Trace([(0, size, " " * size)]), PROSE))
    return drafts


_REVERSED: Final = frozenset(
    {"view.reversed", "view.reversed-common", "view.reversed-mail", "view.reversed-secret"}
)
_COMMON_BACK: Final = re.compile(r"\b(?:eht|uoy|ruoy|siht|taht|htiw|tahw|evah)\b", re.IGNORECASE)


def morse(scan: Scan) -> Draft | None:
    """Read Morse code."""
    if "view.morse" not in scan.hits:
        return None
    pieces: list[Piece] = []
    for found in _MORSE_RUN.finditer(scan.text):
        words = re.split(r" */ *| *\| *| {2,4}|\n", found[0])
        made = " ".join("".join(_MORSE.get(code, "\0") for code in word.split()) for word in words)
        if "\0" not in made and len(set(made)) > _FEWEST and any(word in WORDS for word in made.split()):
            pieces.append((*found.span(), made))
    return joined_lines("morse", pieces, PROSE)
