"""What a value means after the decoders on its way to the database have had it.

Owns the disguises: percent (once, twice, `%u0027`, overlong UTF-8), `+` for a blank, HTML entities, backslash escapes,
hexadecimal, base64, full-width and typographic characters. Invariants: at most `_ROUNDS` rounds and `_MOST` views, no
view is longer than `_GROWTH` times its value, and the value as it stands is always the first.

Sources: CAPEC-64, -71, -72, -80, -267; RFC 3986 2.1; the HTML standard on character references; UAX #15 (NFKC).
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS: Final = 3
_MOST: Final = 4
_GROWTH: Final = 2
_PERCENT: Final = re.compile(r"%[0-9a-fA-F]{2}|%u[0-9a-fA-F]{4}")
_PERCENT_U: Final = re.compile(r"%u([0-9a-fA-F]{4})")
_ENTITY: Final = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8});")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,5})\})")
_HEX: Final = re.compile(r"\A(?:0x|\\x)?((?:[0-9a-fA-F]{2}){8,})\Z")
_BASE64: Final = re.compile(r"\A[A-Za-z0-9+/_-]{12,}={0,2}\Z")
_PLUS: Final = re.compile(r"[\w'\")(=*/]\+(?=[\w'\"(=*/-])")
_SPLIT: Final = re.compile(r"(?<=[a-zA-Z])/\*\*/(?=[a-zA-Z])")
# Overlong and ill-formed bytes that lenient decoders take for ASCII: C0/C1 pairs, and GBK's lead byte before a quote.
_OVERLONG: Final = re.compile(rb"[\xc0\xc1][\x80-\xbf]")
_TYPOGRAPHIC: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u2032": "'",
        "\u02b9": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2033": '"',
        "\u2013": "--",
        "\u2014": "--",
        "\u2212": "-",
        "\u200b": "",
        "\u200c": "",
        "\u200d": "",
        "\ufeff": "",
        "\u00ad": "",
    }
)
"""What NFKC leaves: databases with best-fit mapping, and word processors, turn these into their ASCII looks."""


def views(text: str) -> list[tuple[str, str]]:
    """Return the value and its decoded forms as (steps, text), steps outermost first joined by `>`."""
    found = [("", text)]
    current, steps = text, []
    for _ in range(_ROUNDS):
        before = current
        for name, decode in _DECODERS:
            decoded = decode(current)
            if decoded is not None and decoded != current and len(decoded) <= _GROWTH * len(text) + 16:
                current = decoded
                steps.append(name)
                if name in _OWN_VIEWS:
                    found.append((">".join(steps), current))
        if current == before:
            break
    if '""' in current and (single := current.replace('""', '"')) != '"' * len(single):
        found.append((">".join([*steps, "doubled"]), single))
    if "/**/" in current and (joined := _SPLIT.sub("", current)) != current:
        found.append((">".join([*steps, "comment"]), joined))
    if steps and all(current != seen for _, seen in found):
        found.append((">".join(steps), current))
    return found[:_MOST]


def _percent(text: str) -> str | None:
    if "%" not in text or not _PERCENT.search(text):
        return None
    if "%u" in text or "%U" in text:
        text = _PERCENT_U.sub(lambda match: chr(int(match[1], 16)), text)
    data = _OVERLONG.sub(_short, unquote_to_bytes(text.encode("utf-8", "replace")))
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _short(match: re.Match[bytes]) -> bytes:
    lead, rest = match[0]
    return bytes([(lead & 0x1F) << 6 & 0xFF | rest & 0x3F])


def _plus(text: str) -> str | None:
    """`+` is a blank in forms; where blanks are as well, it is an operator."""
    return text.replace("+", " ") if "+" in text and " " not in text.strip() and _PLUS.search(text) else None


def _entity(text: str) -> str | None:
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else None


def _escape(text: str) -> str | None:
    if "\\x" not in text and "\\u" not in text:
        return None
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    return chr(min(int(match[1] or match[2] or match[3], 16), 0x10FFFF))


def _unicode(text: str) -> str | None:
    if text.isascii():
        return None
    return unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHIC)


def _hex(text: str) -> str | None:
    match = _HEX.match(text.strip()) if len(text) >= 16 else None
    if match is None:
        return None
    data = bytes.fromhex(match[1])
    return _printable(
        data[::2] if not any(data[1::2]) else data
    )  # UTF-16, as SQL Server's NVARCHAR is written


def _base64(text: str) -> str | None:
    stripped = text.strip()
    if not _BASE64.match(stripped) or stripped.isdigit():
        return None
    padded = stripped.rstrip("=").translate(_URL_SAFE)
    try:
        return _printable(base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _printable(data: bytes) -> str | None:
    """Only what decodes to text of a keyboard is taken for an encoding of it."""
    text = data.decode("ascii", "replace")
    return (
        text
        if "\ufffd" not in text and all(" " <= char <= "~" or char in "\t\r\n\v\f\x00" for char in text)
        else None
    )


_URL_SAFE: Final = str.maketrans("-_", "+/")
_DECODERS: Final[tuple[tuple[str, Callable[[str], str | None]], ...]] = (
    ("hex", _hex),
    ("base64", _base64),
    ("url", _percent),
    ("plus", _plus),
    ("entity", _entity),
    ("escape", _escape),
    ("unicode", _unicode),
)
_OWN_VIEWS: Final = frozenset({"url"})
"""A plus is an operator to some servers, so what stands before it is decoded is judged as well."""
