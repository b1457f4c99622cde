"""Whether what follows a break-out reads as SQL or as a sentence.

Owns restraint on letters: in SQL operands and operators alternate; in a sentence words follow each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.words import PROSE, word_set

if TYPE_CHECKING:
    from policy.detectors.sql.context import Reading

_WORD: Final = re.compile(r"[^\W\d_]{2,}+")
_SENTENCE: Final = PROSE - word_set(
    "a all any are by i if in into not so than then one new only two have is up as"
)
_TABLE_PAIR: Final = re.compile(r"ww")
_VIOLATION: Final = re.compile(r"[nvk][nvkwWsS]|[ws][nvkfV]|s[swSW]|wS|\)[nvk]|[=~&|][=&|)]|\([=&|]|o|h")


def words(text: str) -> int:
    """Count the words of two and more letters."""
    return len(_WORD.findall(text))


def is_valid(reading: Reading) -> bool:
    """True if operands and operators alternate as in SQL, some operator is there, and nothing is foreign to SQL."""
    return violations(reading) == 0 and any(letter in "&=~|+uUQ" for letter in reading.kinds)


def violations(reading: Reading) -> int:
    """Count the places where operands follow each other as words of a sentence do."""
    return sum(1 for _ in _VIOLATION.finditer(reading.kinds, 1)) + prose(reading)


def prose(reading: Reading) -> int:
    """Count pairs of plain words, but for aliases of tables."""
    kinds, tokens = reading.kinds[1:], reading.shape.tokens
    count = 0
    for match in _TABLE_PAIR.finditer(kinds):
        at = match.start()
        before = kinds[at - 1] if at else ""
        if before in {"D", "d", "F", "J"} or "_" in tokens[at].text or "." in tokens[at].text:
            continue
        count += 1
    return count


def is_quoted_in_prose(text: str, tail: str | None) -> bool:
    """True for a sentence *about* an injection: prose before it, and prose behind it where the comment begins."""
    if tail is None or words(tail[:300]) < 2:
        return False
    found = [word.lower() for word in _WORD.findall(text[:1000])]
    return len(found) > 5 and sum(word in _SENTENCE for word in found) > 1


def is_sentence(text: str) -> int:
    """Count the words that hold an English sentence together."""
    return sum(word.lower() in _SENTENCE for word in _WORD.findall(text[:1000]))
