r"""Undoing what hides a path: percent and Unicode escapes, overlong UTF-8, entities, wide letters, invisible ones.

Owns the letters of a path, not its segments (see `readings`). It exists because a path passes through decoders that
disagree: a gateway decodes once, a framework twice, IIS knows `%u2215`, a lax UTF-8 decoder takes `%c0%af` for a
slash (CWE-173, CWE-174, CWE-176). `policy.paths` reads request targets, where every reading that some server *might*
have counts; here one most-decoded form is enough, because it is compared with names and not with a deny list alone.

Invariant: never raises; linear; at most `MAX_ROUNDS` rounds, each of which makes the text shorter. Agent-supplied.
Sources: RFC 3986 §2.1, RFC 3629 §10, Microsoft's best-fit tables, CAPEC-64, -71, -72, -78, -80, -120.
"""

from __future__ import annotations

import re
from typing import Final

MAX_ROUNDS: Final = 6

_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_PERCENT_U: Final = re.compile(r"%[uU]([0-9A-Fa-f]{4})")
_ENTITY: Final = re.compile(r"&(?:#([0-9]{1,6})|#[xX]([0-9A-Fa-f]{1,5})|([a-z]{2,6}));?")
_ESCAPED: Final = re.compile(r"\\(?:u00|x)(2[eEfF5]|5[cC])|\\0?(056|057|134)")
_BARE_HEX: Final = re.compile(r"0x(2[eEfF]|5[cC])")
_LOST_PERCENT: Final = re.compile(r"(?<=\.)(?:25)?(?:2f|5c)(?=\.|[a-z])")
_OVERLONG: Final = re.compile(
    rb"[\xc0\xc1][\x80-\xbf]|[\xc0\xc1](?=[\x00-\x7f])|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}"
    rb"|\xf8[\x80-\x87][\x80-\xbf]{3}|\xfc[\x80-\x83][\x80-\xbf]{4}"
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

_ENTITIES: Final = {
    "sol": "/",
    "bsol": "\\",
    "period": ".",
    "amp": "&",
    "apos": "'",
    "quot": '"',
    "colon": ":",
}
_BROKEN_BYTES: Final = (
    ("%c1%8s", "/"),
    ("%c0%9v", "/"),
    ("%c0%qf", "/"),
    ("%bg%qf", "/"),
    ("%c1%pc", "\\"),
    ("%c1%af", "/"),
    ("%c1%1c", "\\"),
)
"""What old IIS made of digits that are none, as its own arithmetic has it (MS00-078)."""
_BYTES: Final = {f"{value:02x}".encode(): bytes((value,)) for value in range(256)}
_LOOKS_LIKE: Final[dict[int, str | None]] = {
    **{0xFF01 + offset: chr(0x21 + offset) for offset in range(94)},
    **dict.fromkeys((0x2044, 0x2215, 0x29F8, 0xF025, 0x1735, 0x338), "/"),
    **dict.fromkeys((0x2216, 0x29F5, 0xFE68, 0xEFC8, 0x20E5), "\\"),
    **dict.fromkeys((0x2024, 0xFE52), "."),
    0x2025: "..",
    0x2026: "...",
    0x3000: " ",
    0x00A0: " ",
    **dict.fromkeys(
        (0xAD, 0x34F, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
        None,
    ),
    **dict.fromkeys(range(0xE0000, 0xE0080), None),
}
"""Compatibility forms, best-fit slashes, and what cannot be seen."""


def decode(text: str) -> str:
    """Return the most decoded form of an agent-supplied path; lone surrogates become U+FFFD."""
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    for _ in range(MAX_ROUNDS):
        before = text
        text = _decode_once(text)
        if text == before:
            break
    return _SURROGATES.sub("\ufffd", text) if not text.isascii() else text


def _decode_once(text: str) -> str:
    if "%" in text:
        text = _unpercent(text)
    if not text.isascii():
        raw = text.encode("utf-8", "surrogateescape")
        text = _OVERLONG.sub(_shorten, raw).decode("utf-8", "surrogateescape").translate(_LOOKS_LIKE)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "\\" in text:
        text = _ESCAPED.sub(_character, text)
    if "0x" in text:
        text = _BARE_HEX.sub(_character, text)
    if ".2" in text or ".5" in text:
        text = _restore_percent(text)
    return text


def _unpercent(text: str) -> str:
    lowered = text.lower()
    if "%c" in lowered or "%b" in lowered:
        for broken, meant in _BROKEN_BYTES:
            if broken in lowered:
                text = re.sub(re.escape(broken), meant.replace("\\", "\\\\"), text, flags=re.IGNORECASE)
    if "%u" in lowered:
        text = _SURROGATES.sub("\ufffd", _PERCENT_U.sub(lambda match: chr(int(match[1], 16)), text))
    raw = text.encode("utf-8", "surrogateescape")
    return _PERCENT.sub(lambda match: _BYTES[match[1].lower()], raw).decode("utf-8", "surrogateescape")


def _shorten(match: re.Match[bytes]) -> bytes:
    """Return the ASCII character an overlong sequence stands for; a lone lead byte stands for nothing."""
    if len(match[0]) == 1:
        return b""
    value = match[0][0] & 0x03
    for byte in match[0][1:]:
        value = value << 6 | byte & 0x3F
    return bytes((value & 0x7F,))


def _entity(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _ENTITIES.get(name, match[0])
    value = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(value) if value < 0x80 else match[0]


def _character(match: re.Match[str]) -> str:
    """Return the character of a hexadecimal or octal escape."""
    groups = [group for group in match.groups() if group]
    return chr(int(groups[0], 8 if len(groups[0]) == len("056") else 16))


def _restore_percent(text: str) -> str:
    """Read `..2f..2fetc2fpasswd`, which has lost its percent signs on the way, as it was meant."""
    if "..2f" not in text and "..5c" not in text and "..252f" not in text and "..255c" not in text:
        return text
    restored = _LOST_PERCENT.sub("/", text)
    return (
        restored.replace("2f", "/").replace("5c", "/") if "/.." in restored or restored[:3] == "../" else text
    )
