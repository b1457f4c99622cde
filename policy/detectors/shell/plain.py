"""The text of a command line before it is read: no controls, no invisible characters, no odd blanks.

A terminal shows no zero-width space inside `rm`, and an agent's tool may drop what a shell would not; both readings would
have to be judged, so such characters are taken as not being there. Line feeds and tabs stay.
"""

from __future__ import annotations

import re
from typing import Final

_HAS_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
_BLANKS: Final = {
    0x00A0: " ",
    0x3000: " ",
    0x200B: "",
    0x200C: "",
    0x200D: "",
    0xFEFF: "",
    0x00AD: "",
    0x2060: "",
}
_CLEANED: Final = {**_CONTROLS, **_BLANKS}


def plain(text: str) -> str:
    """Return an agent-supplied text as it is read."""
    return text.translate(_CLEANED) if not text.isascii() or _HAS_CONTROL.search(text) else text
