"""Placeholders as the vault issues them, known by their form alone.

`PREFIXaegis` and 27 characters of base32, the last five of which are a check over the others. Whether one was issued
and what it stands for is the vault's; here it is only told from a credential, and from a word. `policy` knows nothing
of the vault, so the few lines of the check stand here once more; a test compares the two.
"""

from __future__ import annotations

import base64
import re
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER: Final = "aegis"
CORE_CHARACTERS: Final = 32
"""Marker to end."""
LONGEST_PREFIX: Final = 16
"""What of a provider's prefix may stand before the marker; more could be a credential."""
MOST: Final = 64
"""Looked at in one text: more of them change no verdict."""
_RANDOM: Final = slice(5, 27)
_CORE: Final = re.compile(r"aegis[a-z2-7]{27}")


def cores(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each placeholder's marker begins, and the placeholder from there on; agent-supplied text."""
    if MARKER not in text:
        return
    for number, match in enumerate(_CORE.finditer(text)):
        if number >= MOST:
            return
        if is_core(match[0]):
            yield match.start(), match[0]


def is_core(core: str) -> bool:
    """Whether 32 characters carry the check that fits."""
    value = zlib.crc32(b"aegis placeholder 1 " + core[_RANDOM].encode("ascii", "replace"))
    return core[27:] == base64.b32encode(value.to_bytes(4))[:5].decode("ascii").lower()


def is_within(text: str, start: int, end: int) -> bool:
    """Whether a span of a text is a placeholder, or a part of one, and nothing more."""
    around = text[max(0, start - CORE_CHARACTERS) : end + CORE_CHARACTERS]
    offset = max(0, start - CORE_CHARACTERS)
    return any(
        at + offset - LONGEST_PREFIX <= start and end <= at + offset + CORE_CHARACTERS
        for at, _ in cores(around)
    )
