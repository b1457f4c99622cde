"""The shape of one documented format, and how a row becomes a pattern of the scanner and a reader of our own.

A row is a literal-like `prefix`, a character class and a length. The scanner looks for the prefix and the first
few characters only (cheap, anchored on the literal); the reader, plain `re` matched at one position with single
classes and bounded repeats (linear), then reads the whole value and its boundaries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

CLASSES: Final[dict[str, str]] = {
    "a": "[A-Za-z0-9]",
    "w": "[A-Za-z0-9_-]",
    "x": "[0-9a-f]",
    "X": "[0-9a-fA-F]",
    "u": "[A-Z0-9]",
    "l": "[a-z0-9]",
    "L": "[A-Za-z]",
    "d": "[0-9]",
    "b": "[A-Za-z0-9+/]",
    "B": "[A-Za-z0-9+/_-]",
    "p": "[A-Za-z0-9_.=-]",
    "t": "[A-Za-z0-9_.~-]",
}
"""Alphabets by one letter."""

_HEAD: Final = 8
"""Characters of the body the scanner asks for; more would cost states, fewer would hit prose."""
MAX_BODY: Final = 4096
"""No credential read by a table is longer."""


@dataclass(frozen=True, slots=True)
class Format:
    """One documented credential format."""

    kind: str
    """`github-personal-access-token`."""
    prefix: str
    """A regular expression of literals and small alternations, valid in both engines."""
    alphabet: str = "a"
    """Letter of `CLASSES`."""
    least: int = 0
    most: int = 0
    """Length of the body; `most` 0 means exactly `least`."""
    tail: str = ""
    """More of the value, in `re` syntax, behind the body; linear forms only."""
    check: str = ""
    """Name of a verifier in `verify`, run on the value."""
    behind: int = 0
    """How far to the left of the anchor the value may begin (characters of `alphabet_before`)."""
    alphabet_before: str = ""
    """Class of the characters in front of the anchor that belong to the value."""
    must_look_random: bool = False
    """For prefixes short enough to stand in ordinary words."""
    severity: int = 0
    """0 means the rule's own."""
    look: str = ""
    """What the scanner looks for instead of the prefix and the head of the body."""

    @property
    def anchor(self) -> str:
        """What the scanner looks for."""
        if self.look:
            return self.look
        head = min(self.least, _HEAD)
        return f"(?:{self.prefix})" + (f"{CLASSES[self.alphabet]}{{{head}}}" if head else "")

    def reader(self, *, is_strict: bool = True) -> re.Pattern[str]:
        """Compile what reads the value from the anchor's position on; group 1 is the body.

        Args:
            is_strict: the value ends where the format says; otherwise more of the same characters may follow.
        """
        letters = CLASSES[self.alphabet or "a"]
        most = (self.most or self.least) if is_strict else MAX_BODY
        body = f"{letters}{{{self.least},{most}}}+" if self.least else ""
        edge = f"(?!{letters})" if self.least and not self.tail else "(?![A-Za-z0-9])"
        return re.compile(
            f"(?:{self.prefix})({body}{self.tail if is_strict else ''}){edge if is_strict else ''}"
        )
