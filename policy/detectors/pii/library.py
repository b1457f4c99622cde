"""Checks of python-stdnum, loaded when the first number asks for one.

Owns the border to the library: a check is its module's name, so that importing this family costs nothing of it.
Invariant: a check gets text without separators and answers a claim; whatever the library raises is a no.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from policy.detectors.pii.checksums import compact

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Library:
    """The check of one module of python-stdnum."""

    name: str
    """Below `stdnum`: `pl.pesel`."""

    def __call__(self, raw: str) -> bool:
        """True if a number is valid; separators do not count."""
        try:
            return _load(self.name)(compact(raw))
        except (ValueError, LookupError):
            return False


@cache
def _load(name: str) -> Callable[[str], bool]:
    is_valid: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return is_valid
