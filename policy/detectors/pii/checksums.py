"""Check digits that are used by many identifiers, and dates inside identifiers.

Pure arithmetic over agent-supplied text. Every function takes what a pattern has matched, separators removed by
`compact`, and answers a claim; none raises for any text. Sources: ISO/IEC 7812-1 annex B (Luhn), ISO 7064 (MOD 97-10,
MOD 11-10, MOD 11-2), Verhoeff 1969, and the issuing authority of each identifier that has weights of its own.
"""

from __future__ import annotations

import string
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SEPARATORS: Final = str.maketrans("", "", " -./:()\u2010\u2011\u2012\u2013\u00a0")
_VALUES: Final = {char: index for index, char in enumerate(string.digits + string.ascii_uppercase)}
_DOUBLED: Final = dict(zip(string.digits, (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))
_VERHOEFF: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_HALF: Final = 5
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def compact(raw: str) -> str:
    """Return `raw` without separators, in upper case."""
    return raw.upper() if raw.isalnum() else raw.translate(_SEPARATORS).upper()


def luhn(digits: str) -> bool:
    """True if the last digit is the Luhn check digit of the others."""
    total = sum(map(_VALUES.__getitem__, digits[-1::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))
    return total % 10 == 0


def weighted(digits: Iterable[str], weights: Sequence[int]) -> int:
    """Return the sum of digits (letters count 10 for A to 35 for Z) times weights."""
    return sum(map(mul, map(_VALUES.__getitem__, digits), weights))


def by_weights(weights: Sequence[int], modulus: int) -> Callable[[str], bool]:
    """Return a check: the weighted sum over all characters is a multiple of `modulus`."""
    return lambda raw: weighted(compact(raw), weights) % modulus == 0


def mod_97(text: str) -> bool:
    """True if letters as two digits and digits make a number that leaves 1 (ISO 7064 MOD 97-10)."""
    return int("".join(str(_VALUES[char]) for char in text)) % 97 == 1


def mod_11_10(digits: str) -> bool:
    """True if the last digit is the ISO 7064 MOD 11-10 check digit."""
    remainder = 10
    for char in digits[:-1]:
        remainder = ((remainder + int(char)) % 10 or 10) * 2 % 11
    return (remainder + int(digits[-1])) % 10 == 1


def mod_11_2(text: str) -> bool:
    """True if the last character is the ISO 7064 MOD 11-2 check character (X for ten)."""
    total = 0
    for char in text[:-1]:
        total = (total + int(char)) * 2
    return (12 - total % 11) % 11 == (10 if text[-1] == "X" else int(text[-1]))


def verhoeff(digits: str) -> bool:
    """True if the last digit is the Verhoeff check digit: a walk through the dihedral group of ten."""
    state = 0
    for index, char in enumerate(reversed(digits)):
        state = _dihedral(state, _permuted(int(char), index % 8))
    return state == 0


def _dihedral(left: int, right: int) -> int:
    if left < _HALF:
        return (left + right) % _HALF + (_HALF if right >= _HALF else 0)
    return (left - right) % _HALF + (_HALF if right < _HALF else 0)


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = _VERHOEFF[digit]
    return digit


def is_day(month: int, day: int) -> bool:
    """True if a month, 1..12, has such a day."""
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def is_yymmdd(digits: str) -> bool:
    """True if `digits` begin with a date as YYMMDD."""
    return is_day(int(digits[2:4]), int(digits[4:6]))


def is_ddmmyy(digits: str) -> bool:
    """True if `digits` begin with a date as DDMMYY."""
    return is_day(int(digits[2:4]), int(digits[:2]))


def is_dull(digits: str) -> bool:
    """True for one digit repeated, and for counting up: nobody's number."""
    return len(set(digits)) == 1 or digits in "01234567890123456789"
