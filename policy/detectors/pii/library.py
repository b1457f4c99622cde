"""Checks of python-stdnum, loaded when the first number asks for one.

Owns the border to the library: a check is its module's name, so that importing this family costs nothing of it.
Invariant: a check gets text without separators and answers a claim; whatever the library raises is a no.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.checksums import by_weights, compact, luhn, weighted

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Library:
    """The check of one module of python-stdnum."""

    name: str
    """Below `stdnum`: `pl.pesel`."""

    def __call__(self, raw: str) -> bool:
        """True if a number is valid; separators do not count."""
        plain = compact(raw)
        own = _OWN.get(self.name)
        if own is not None and len(plain) == _NINE and plain.isdigit():
            return own(plain)
        try:
            return _load(self.name)(plain)
        except (ValueError, LookupError):
            return False


def _is_bsn(digits: str) -> bool:
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and digits.strip("0") != ""


def _is_nif(digits: str) -> bool:
    return digits[0] != "0" and -weighted(digits[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11 % 10 == int(digits[8])


_NINE: Final = 9
_OWN: Final[dict[str, Callable[[str], bool]]] = {
    "nl.bsn": _is_bsn,
    "pt.nif": _is_nif,
    "fr.siren": luhn,
    "il.idnr": lambda digits: luhn(digits) and digits.strip("0") != "",
    "au.tfn": by_weights((1, 4, 3, 7, 5, 8, 6, 9, 10), 11),
    "au.acn": by_weights((8, 7, 6, 5, 4, 3, 2, 1, 1), 10),
}
"""The same in a fifth of the time for nine digits, which numbers of all sorts have and these all ask about."""


@cache
def _load(name: str) -> Callable[[str], bool]:
    is_valid: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return is_valid
