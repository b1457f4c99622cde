"""A stream of JSON text, cut into its values.

Owns where a value ends: one after another, as some services watch things, or the elements of one large array, as
Gemini streams answers. Service-supplied. Invariant: the concatenation of the pieces is the stream.
"""

from __future__ import annotations

import re
from typing import Final

MAX_VALUE_CHARACTERS: Final = 4 << 20
_STRUCTURE: Final = re.compile(r'["{}\[\]]')
_STRING_END: Final = re.compile(r'["\\]')
_BLANK: Final = " \t\r\n\ufeff\x1e"


class ValueTooLargeError(Exception):
    """A value that does not end."""


class Values:
    """Cuts a stream of JSON text."""

    def __init__(self) -> None:
        self._held = ""
        self._at = 0
        """Up to where `_held` has been read."""
        self._depth = 0
        self._base = 0
        """Depth at which a value ends: 1 inside an array that is the whole stream."""
        self._is_string = False
        self._is_begun = False

    def feed(self, text: str) -> list[str]:
        """Take text, return the pieces that are complete: values, and what stands between them.

        Raises:
            ValueTooLargeError: beyond `MAX_VALUE_CHARACTERS`.
        """
        self._held += text
        self._begin()
        pieces = []
        start = 0
        while (end := self._next()) >= 0:
            pieces.append(self._held[start:end])
            start = end
        self._held = self._held[start:]
        self._at -= start
        if len(self._held) > MAX_VALUE_CHARACTERS:
            raise ValueTooLargeError("a JSON value does not end")
        return pieces

    def rest(self) -> str:
        """Return what is left when the stream has ended."""
        rest, self._held, self._at = self._held, "", 0
        return rest

    def _begin(self) -> None:
        if self._is_begun or not (begun := self._held.lstrip(_BLANK)):
            return
        self._is_begun = True
        self._base = 1 if begun[0] == "[" else 0

    def _next(self) -> int:
        """Read on to the end of a value or of the array's opening; -1 if there is none yet."""
        while True:
            found = (_STRING_END if self._is_string else _STRUCTURE).search(self._held, self._at)
            if found is None:
                self._at = len(self._held)
                return -1
            char = found[0]
            if char == "\\":
                if found.end() == len(self._held):
                    self._at = found.start()
                    return -1
                self._at = found.end() + 1
                continue
            self._at = found.end()
            if char == '"':
                self._is_string = (
                    not self._is_string and self._depth > 0
                )  # between values a quote means nothing
            elif self._is_cut(char):
                return self._at

    def _is_cut(self, char: str) -> bool:
        if char in "{[":
            self._depth += 1
            return self._base == self._depth == 1 and char == "["
        self._depth = max(0, self._depth - 1)
        return self._depth <= self._base
