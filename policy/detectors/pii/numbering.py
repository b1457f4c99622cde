"""Whether a telephone number is in the numbering plan of some country (`phonenumbers`, ITU-T E.164).

The library only validates what was found, for its own search reads milliseconds per KB, and it is loaded when the first
number asks: 15 ms that imports need not spend. At most `MAX_VALIDATED` numbers of a text are asked about, some 0.1 ms
each; the others are judged by form alone, which believes more.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

MAX_VALIDATED: Final = 64


class Numbering:
    """The questions of one text."""

    def __init__(self) -> None:
        self._left = MAX_VALIDATED

    @property
    def is_spent(self) -> bool:
        """True if what is asked from now on is believed by form."""
        return self._left <= 0

    def is_valid(self, raw: str, region: str | None) -> bool:
        """True if a number is one that is issued.

        Args:
            raw: as it is written, agent-supplied.
            region: two letters of a country whose national form it may have; None: it begins with `+`.
        """
        return self._ask(raw, region, is_strict=True)

    def is_possible(self, raw: str) -> bool:
        """True if a number has the length of its country's."""
        return self._ask(raw, None, is_strict=False)

    def _ask(self, raw: str, region: str | None, *, is_strict: bool) -> bool:
        if self.is_spent:
            return True
        self._left -= 1
        library = _library()
        try:
            number = library.parse(raw.split("x", 1)[0], region)
        except library.NumberParseException:
            return False
        return bool(library.is_valid_number(number) if is_strict else library.is_possible_number(number))


@cache
def _library() -> ModuleType:
    return import_module("phonenumbers")
