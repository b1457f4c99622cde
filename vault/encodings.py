"""The forms in which a value may travel: as it is, and as what programs make of it.

Owned here because what is scrubbed from answers and what is looked for in requests has to be the same list:

    plain, reversed                         echoes, and the simplest disguise
    hex                                     lower and upper case
    base64                                  both alphabets, each in the three alignments a value can have inside a
                                            longer text; only the characters that the value alone determines
    percent-encoding, forms                 strict, with `/` kept, with `+` for blanks; upper- and lower-case hex
    JSON and HTML escapes                   where the value has characters that are escaped

Not covered, whatever uses this list: encodings of encodings, compression, encryption, other bases and alphabets,
mixed-case hex, UTF-16, a value with other characters between its own.
"""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable

ALIGNMENTS: Final = (0, 1, 2)
_ESCAPED = re.compile(rb"%[0-9A-F]{2}")
_PADDING: Final = b"_"


def plain_forms(value: bytes) -> list[bytes]:
    """The forms of a value that have no alignment, without repetition; the value itself first."""
    made = [make(value) for make in _PLAIN]
    return list(dict.fromkeys(made))


def paired_forms(value: bytes, stand_in: bytes) -> list[tuple[bytes, bytes]]:
    """Each form of a value with the same form of what shall stand there instead, without repetition."""
    pairs = {make(value): make(stand_in) for make in reversed(_PLAIN)}
    # of a length that leaves the base64 around it where it is
    padded = stand_in + _PADDING * ((len(value) - len(stand_in)) % 3)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for alignment in ALIGNMENTS:
            pairs.setdefault(_core(value, alignment, encode), _core(padded, alignment, encode))
    return list(pairs.items())


def base64_forms(value: bytes) -> list[bytes]:
    """What a value looks like inside base64, without repetition."""
    encoders = (base64.b64encode, base64.urlsafe_b64encode)
    made = [_core(value, alignment, encode) for encode in encoders for alignment in ALIGNMENTS]
    return list(dict.fromkeys(made))


def all_forms(value: bytes) -> list[bytes]:
    """All of them, without repetition; the value itself first."""
    return list(dict.fromkeys((*plain_forms(value), *base64_forms(value))))


def _core(value: bytes, alignment: int, encode: Callable[[bytes], bytes]) -> bytes:
    """The characters of base64 that a value determines when `alignment` bytes stand before it in its group."""
    first = -(-8 * alignment // 6)
    last = 8 * (alignment + len(value)) // 6
    return encode(bytes(alignment) + value)[first:last]


def _hex(value: bytes) -> bytes:
    return value.hex().encode("ascii")


def _lower_escapes(value: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: found[0].lower(), value)


def _json(value: bytes) -> bytes:
    return json.dumps(value.decode("utf-8", "surrogateescape"), ensure_ascii=False)[1:-1].encode(
        "utf-8", "surrogateescape"
    )


def _json_ascii(value: bytes) -> bytes:
    return json.dumps(value.decode("utf-8", "surrogateescape"))[1:-1].encode("ascii")


_PLAIN: Final[tuple[Callable[[bytes], bytes], ...]] = (
    bytes,
    lambda value: value[::-1],
    _hex,
    lambda value: _hex(value).upper(),
    lambda value: quote(value, safe="").encode("ascii"),
    lambda value: quote(value).encode("ascii"),
    lambda value: quote_plus(value).encode("ascii"),
    lambda value: _lower_escapes(quote(value, safe="").encode("ascii")),
    lambda value: _lower_escapes(quote_plus(value).encode("ascii")),
    _json,
    _json_ascii,
    lambda value: _json(value).replace(b"/", rb"\/"),
    lambda value: html.escape(value.decode("latin-1")).encode("latin-1"),
)
