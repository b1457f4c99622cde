"""How random a short text looks, measured by letter pairs, case and digit changes rather than by entropy alone.

Owns the one number that tells `f3Kq9ZxT2mBv` from `getUserToken`, `prod-database-1` and `aaaaaaaaaaaa`. Shannon
entropy cannot: a long identifier has more of it than a short key. The measure adds evidence per character pair: a
pair of letters that words seldom have speaks for randomness, a usual one against (`bigrams`), a change between
letters and digits or from lower to upper case in mid-word speaks for it. Linear in the text, at most `_LONGEST`
characters are read.
"""

from __future__ import annotations

import math
import re
from functools import cache
from operator import add
from string import ascii_letters, digits
from typing import Final

from policy.detectors.secrets.bigrams import HALF_BITS

_LONGEST: Final = 256
_HEX: Final = re.compile(r"[0-9a-f]++|[0-9A-F]++")
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_CLASS_CHANGE: Final = 2.2
_CASE_CHANGE: Final = 0.7
_BACK_CHANGE: Final = 0.3
_DIGIT_PAIR: Final = 0.35
_MIDDLE: Final = 0.55
"""Mean evidence per pair where a text is as likely random as not."""


def is_hex(text: str) -> bool:
    """True for digits of one case of hexadecimal only, at least one of each kind."""
    return bool(_HEX.fullmatch(text)) and not text.isdigit() and not text.isalpha()


def is_uuid(text: str) -> bool:
    """True for the canonical form of RFC 9562."""
    return bool(_UUID.fullmatch(text))


def wordiness(text: str) -> float:
    """Return the mean log2 odds of the letter pairs in words: above 0.3 words, below -0.5 random; 0 without letters."""
    total = pairs = 0
    last = -1
    for char in text[:_LONGEST].lower():
        code = ord(char) - 97
        if 0 <= code < 26:
            if last >= 0:
                total += HALF_BITS[26 * last + code]
                pairs += 1
            last = code
        else:
            last = -1
    return total / pairs / 2 if pairs else 0.0


def randomness(text: str) -> float:
    """Return 0..1: how much a text looks drawn at random; 0.5 and above is worth a secret."""
    text = text[:_LONGEST]
    if len(text) < 4:
        return 0.0
    gains = _gains()
    known = [gain for gain in map(gains.get, map(add, text, text[1:])) if gain is not None]
    if not known:
        return 0.0
    mean = sum(known) / len(known)
    sure = min(1.0, len(known) / 12) ** 0.5
    return 1 / (1 + math.exp(-5 * (mean - _MIDDLE) * sure)) * _variety(text)


@cache
def _gains() -> dict[str, float]:
    """Evidence of each pair of letters and digits, made on first use: one look-up a character at run time."""
    characters = ascii_letters + digits
    return {one + two: _pair(one, two) for one in characters for two in characters}


def _pair(first: str, second: str) -> float:
    if first.isdigit() or second.isdigit():
        return _DIGIT_PAIR if first.isdigit() and second.isdigit() else _CLASS_CHANGE
    odds = -HALF_BITS[26 * (ord(first) | 32) - 2522 + (ord(second) | 32) - 97] / 2
    if first.islower() and second.isupper():
        return max(odds, 0) + _CASE_CHANGE
    if first.isupper() and second.islower():
        return odds + _BACK_CHANGE
    return odds


def _variety(text: str) -> float:
    """Return 0..1: how many different characters there are, of what chance would give."""
    count = len(text)
    expected = 16 * (1 - (15 / 16) ** count)
    return min(1.0, len(set(text)) / (0.62 * expected))
