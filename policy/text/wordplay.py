r"""Words a person still reads: `1gn0r3`, `i g n o r e`, `i-g-n-o-r-e`, `ingore`.

Owns leetspeak, letters set apart, and letters stirred between the first and the last. A letter set apart is for all
families (`4 1 1 1 1 1 ...`); leetspeak and stirred letters are for those who read prose.

Does not catch: digits for letters in words that are not in the lexicon and have one digit that reads two ways; words
cut in syllables; letters set apart by whole words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.keywords import WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import Draft, Trace

if TYPE_CHECKING:
    from policy.text.scanner import Scan
    from policy.text.tracing import Piece

_STIRRED_KEYS: Final = (
    "ignore", "previous", "instruction", "instructions", "disregard", "forget", "override", "bypass", "system",
    "prompt",
    "reveal", "password", "follow", "above", "these", "letters", "answer", "output", "everything", "without", "should",
    "repeat", "pretend", "respond", "anything", "message", "secret", "instead", "question", "write", "always", "about",
)  # fmt: skip


def _stirred(word: str) -> str:
    inner = "".join(sorted(set(word[1:-1])))
    return f"{word[0]}[{inner}]{{{len(word) - 2}}}{word[-1]}"


PATTERNS: Final = (
    Pattern(
        "view.leet", r"\b(?:[a-z]{1,12}[013457@$][a-z]{1,12}|[13457@$][a-z0-9]{2,12})\b", is_caseless=True
    ),
    Pattern("view.spaced", r"\b[A-Za-z0-9](?:(?:[ \t._*|/~+,-]{1,3}|\r?\n)[A-Za-z0-9]){5}\b"),
    Pattern("view.stirred", rf"\b(?:{'|'.join(map(_stirred, _STIRRED_KEYS))})\b", is_caseless=True),
)

_TOKEN: Final = re.compile(r"[A-Za-z0-9@$!|€(+]{2,24}+(?![A-Za-z0-9@$!|€(+])|\b[0-9]\b")
_LEET_CHARS: Final = frozenset("0123456789@$!|€(+")
_LEET: Final = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "il", "€": "e", "(": "c", "+": "t",
}  # fmt: skip
_MOST_READINGS: Final = 32
_MOST_LOOKED_UP: Final = 4096
_FEWEST: Final = 2
_ALONE: Final = frozenset("14")
"""Digits that are words of their own: `1 h4v3`, `4 b00k`."""
_DENSE: Final = 0.15
_LONGEST: Final = 16

_APART: Final = re.compile(
    r"(?<!\S)\S(?:(?:[ \t]{1,7}+|[ \t]?\r?\n[ \t]?)\S(?!\S)){5,}+"
    r"|(?<![A-Za-z0-9])[^\W_](?:[ \t._*|/~+,-]{1,7}+[^\W_](?![A-Za-z0-9])){5,}+"
)
_MARKS: Final = frozenset("._*|/~+,-")
_WORD: Final = re.compile(r"[A-Za-z]{4,20}+")
_GAP: Final = re.compile(r"(?<=\S)(\s+)(?=\S)")
_MARKED_GAP: Final = re.compile(r"([ \t._*|/~+,-]+)")


def leet(scan: Scan) -> Draft | None:
    """Spell out leetspeak, if it is a habit of the text or hits a word of the lexicon."""
    if "view.leet" not in scan.hits:
        return None
    text = scan.text
    found = [
        (token.start(), token.end(), token[0])
        for token in _TOKEN.finditer(text)
        if not _LEET_CHARS.isdisjoint(token[0]) and not token[0].isalpha()
    ]
    pieces, sure = _spelled(found)
    words = max(1, text.count(" "))
    is_habit = len(pieces) >= _FEWEST and len(pieces) > _DENSE * words
    if not pieces or not (sure or is_habit):
        return None
    if is_habit:
        pieces = sorted(pieces + [(at, end, _LEET[token][0]) for at, end, token in found if token in _ALONE])
    return _replaced("leet", text, pieces)


def _spelled(found: list[tuple[int, int, str]]) -> tuple[list[Piece], bool]:
    """Spell out the tokens that mix letters and digits; true if two of the words are known ones."""
    pieces: list[Piece] = []
    known: set[str] = set()
    for start, end, token in found[:_MOST_LOOKED_UP]:
        if len(token) < _FEWEST or (token.isdigit() and len(token) < 3):  # noqa: PLR2004 - `70` is "to", or seventy
            continue
        made = _reading(token)
        if made in WORDS:
            known.add(made)
        elif token.isdigit() or len(token) > _LONGEST:
            continue
        if made != token:
            pieces.append((start, end, made))
    return pieces, len(known) >= _FEWEST or any(len(word) > 5 for word in known)  # noqa: PLR2004 - one long word is enough


@lru_cache(maxsize=4096)
def _reading(token: str) -> str:
    """The likeliest reading: the first that is a known word, else letter by letter."""
    options = [_LEET.get(char, char) for char in token.lower().rstrip("!(")]
    for letters in islice(product(*options), _MOST_READINGS):
        word = "".join(letters)
        if word in WORDS or (word.endswith("s") and word[:-1] in WORDS):
            return word
    plain = "".join(option[0] for option in options) + token[len(options) :]
    return plain.replace("ii", "ll")


def _replaced(kind: str, text: str, pieces: list[Piece]) -> Draft | None:
    whole: list[Piece] = []
    last = 0
    for start, end, made in pieces:
        whole += ((last, start, text[last:start]), (start, end, made))
        last = end
    whole.append((last, len(text), text[last:]))
    made = "".join(piece for _, _, piece in whole)
    return None if made == text else Draft(kind, made, lambda: Trace(whole), PROSE)


def spaced(scan: Scan) -> Draft | None:
    """Close up letters that stand apart; a gap wider than the usual one is a space."""
    if "view.spaced" not in scan.hits:
        return None
    pieces: list[Piece] = []
    for found in _APART.finditer(scan.text):
        pieces += _closed(found.start(), found[0])
        pieces.append((found.end(), found.end(), "\n"))
    return _if_any(pieces)


def _closed(start: int, run: str) -> list[Piece]:
    gaps = _GAP if run[1].isspace() and run[2:3] not in _MARKS else _MARKED_GAP
    parts = gaps.split(run)
    narrow = min(map(len, parts[1::2]))
    pieces: list[Piece] = []
    for index, part in enumerate(parts):
        end = start + len(part)
        if not index & 1:
            pieces.append((start, end, part))
        elif len(part) > narrow:
            pieces.append((start, end, " "))
        start = end
    return pieces


def _if_any(pieces: list[Piece]) -> Draft | None:
    made = "".join(piece for _, _, piece in pieces)
    if len(set(made)) < 4:  # noqa: PLR2004 - a row of table cells, not a word
        return None
    start, end = pieces[0][0], pieces[-1][1]
    return Draft("spaced", made, lambda: Trace(pieces), ALL, start, end)


def stirred(scan: Scan) -> Draft | None:
    """Put letters back that were stirred inside words of the lexicon."""
    if "view.stirred" not in scan.hits:
        return None
    text = scan.text
    pieces = [
        (found.start(), found.end(), made)
        for found in _WORD.finditer(text)
        if (made := _SORTED.get(_key(found[0].lower()))) and made != found[0].lower()
        and found[0].lower() not in WORDS
    ]  # fmt: skip
    return _replaced("stirred", text, pieces) if pieces else None


def _key(word: str) -> str:
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]


_SORTED: Final = {_key(word): word for word in sorted(WORDS) if len(word) >= 4}  # noqa: PLR2004 - three letters cannot be stirred
