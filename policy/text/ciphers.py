"""Texts whose letters were swapped for others or put in another order: Caesar shifts, ROT47, Atbash, reversal, Morse.

Owns the ciphers that a model undoes in its head when it is asked to (LLM01, encoding attacks). Recognized by what a
handful of words become, so a text in plain language does not wake them.

Does not catch: ciphers with a key, texts that hold none of the words, transpositions other than reversal.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.folding import backwards
from policy.text.keywords import KEYS, WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import Draft, Trace, joined_lines

if TYPE_CHECKING:
    from policy.text.scanner import Scan
    from policy.text.tracing import Piece

_LETTERS: Final = string.ascii_letters
_SHIFTS: Final = range(1, 26)
_ROT13: Final = 13
_PRINTABLE: Final = "".join(map(chr, range(33, 127)))


def _shift(by: int) -> dict[int, str]:
    """Return the table that undoes a shift: the letter `by` places on comes back."""
    low, high = string.ascii_lowercase, string.ascii_uppercase
    moved = low[by:] + low[:by] + high[by:] + high[:by]
    return dict(zip(map(ord, moved), low + high, strict=True))


_UNSHIFT: Final = {by: _shift(by) for by in _SHIFTS}
_ATBASH: Final = str.maketrans(_LETTERS, string.ascii_lowercase[::-1] + string.ascii_uppercase[::-1])
_ROT47: Final = str.maketrans(_PRINTABLE, _PRINTABLE[47:] + _PRINTABLE[:47])
_SHIFT: Final = {
    by: {ord(plain): chr(code) for code, plain in table.items()} for by, table in _UNSHIFT.items()
}


_COMMON: Final = ("the", "and", "you", "your", "this", "that", "with", "what", "from", "have")
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
    Pattern("view.rot13", rf"\b(?:{_any_of(_ROT13_COMMON)})\b", is_caseless=True),
    Pattern("view.atbash", f"(?:{_any_of(tuple(word.translate(_ATBASH) for word in KEYS))})", is_caseless=True),
    Pattern("view.rot47", f"(?:{_any_of(tuple(word.translate(_ROT47) for word in KEYS))})"),
    Pattern(
        "view.reversed",
        f"(?:{_any_of(tuple(word[::-1] for word in KEYS))})|moc\\.[a-z]{{2,20}}@",
        is_caseless=True,
    ),
    Pattern("view.reversed-common", r"\b(?:eht|uoy|ruoy|siht|taht|htiw|tahw|evah)\b", is_caseless=True),
    Pattern("view.reversed-secret", f"(?:{_any_of(_SECRETS)})|==[A-Za-z0-9+/]{{12}}"),
    Pattern("view.morse", r"(?:[.\-\xb7][.\- /|]{0,12}){24}"),
)  # fmt: skip

_LETTER_RUN: Final = re.compile(r"[A-Za-z]{2,}+")
_MORSE_RUN: Final = re.compile(r"[.\-]{1,6}+(?:[ /|\n]{1,4}+[.\-]{1,6}){7,}+")
_FEWEST: Final = 2

_MORSE: Final = dict(
    zip(
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
            "-----",
            ".----",
            "..---",
            "...--",
            "....-",
            ".....",
            "-....",
            "--...",
            "---..",
            "----.",
        ],
        string.ascii_lowercase + string.digits,
        strict=True,
    )
)


def shifted(scan: Scan) -> list[Draft]:
    """Undo the shift of the alphabet, Atbash or ROT47 under which a text holds the words."""
    drafts = []
    text = scan.text
    if "view.caesar" in scan.hits or "view.rot13" in scan.hits:
        low = text.lower()
        scores = {by: sum(low.count(word.translate(_SHIFT[by])) for word in _ENOUGH) for by in _SHIFTS}
        best = max(_SHIFTS, key=scores.__getitem__)
        if not scores[best]:
            best = _ROT13
        if scores[best] or _is_rot13(low):
            drafts.append(_swapped(f"rot{best}", text, _UNSHIFT[best]))
    if "view.atbash" in scan.hits:
        drafts.append(_swapped("atbash", text, _ATBASH))
    if "view.rot47" in scan.hits:
        drafts.append(_swapped("rot47", text, _ROT47))
    return drafts


def _is_rot13(low: str) -> bool:
    """One short word is chance: ask for two different ones."""
    return sum(bool(re.search(rf"\b{word}\b", low)) for word in _ROT13_COMMON) >= _FEWEST


def _swapped(kind: str, text: str, table: dict[int, str] | dict[int, int]) -> Draft:
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
    drafts = [Draft("reversed", text[::-1], lambda: backwards(size), ALL)]
    if found & {"view.reversed", "view.reversed-common"}:
        made = _LETTER_RUN.sub(lambda word: word[0][::-1], text)
        drafts.append(Draft("reversed-words", made, lambda: Trace([(0, size, " " * size)]), PROSE))
    return drafts


_REVERSED: Final = frozenset({"view.reversed", "view.reversed-common", "view.reversed-secret"})
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
