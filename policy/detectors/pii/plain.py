"""The plain form of a text: digits, dashes and blanks of all scripts as ASCII has them, and classes of characters.

Owns what hides the edges of a number without being a view of `policy.text`. Invariant: the plain form is as long as
the text, so a place in one is the same place in the other, and what is found here can be redacted there.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import decimal

_SPELLED: Final = {
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2212": "-",
    "\u00a0": " ",
    "\u2007": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u3000": " ",
}
"""Dashes and blanks of typographers, which part digits as the plain ones do."""
_OTHER_DIGIT: Final = re.compile(r"[^\D0-9]")
"""Digits of other scripts: Arabic, Devanagari, Thai, full-width, mathematical."""
_ESCAPES: Final = (("\\n", "\n\n"), ("\\t", "\t\t"), ("\\r", "\r\r"))
CLASSES: Final = (
    bytes(
        0x39
        if chr(code).isdigit()
        else 0x41
        if chr(code).isalpha()
        else code
        if chr(code) in " .:/+-()"
        else 0x23
        for code in range(128)
    )
    + b"#" * 128
)
"""`9` for a digit, `A` for a letter, blanks and what parts groups as they are, `#` for all else."""


def of(text: str) -> str:
    """Undo what hides the edges of a number without changing any place.

    Args:
        text: agent-supplied.
    """
    if not text.isascii():
        for char, plain in _SPELLED.items():
            if char in text:
                text = text.replace(char, plain)
        if _OTHER_DIGIT.search(text):
            text = _OTHER_DIGIT.sub(lambda digit: str(decimal(digit[0])), text)
    if "\\" in text:
        for escape, plain in _ESCAPES:
            text = text.replace(escape, plain)
    return text
