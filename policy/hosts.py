"""Reading host names the way everyone who may act on them reads them.

Owns the two readings of a host: `normalize_host`, the one spelling by which names are compared, and
`literal_address`, which answers "would a resolver, a URL parser or `inet_aton` take this for an address?". It
exists because a filter that reads a host differently from the resolver behind it can be walked past:
`0x7f.1`, `2130706433`, `①②⑦.⓪.⓪.①`, `127。0。0。1` and `[::ffff:7f00:1]` are all 127.0.0.1 to somebody (CWE-918,
CWE-1286, CWE-180).

Invariants: `normalize_host` is idempotent and returns printable ASCII; nothing it returns names an IPv4
address that `literal_address` does not recognize. All text here is agent-supplied or operator-supplied and
bounded before any work.

Sources: WHATWG URL (host parsing, "ends in a number"), RFC 952/1123, RFC 5890-5893 with UTS #46, RFC 4291,
RFC 6874, 4.4BSD `inet_aton(3)`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote

import idna

type Address = IPv4Address | IPv6Address

_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_LONGEST_INPUT = 1024
_DECODE_ROUNDS = 3
_IPV4_PARTS = 4
_IPV4_BITS = 32

_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\Z")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
_UNWANTED = re.compile(r"[\x00-\x20\x7f-\x9f#/<>?@\\^`{|}%:\[\]]")
_DOTS = str.maketrans({0x3002: ".", 0xFF61: "."})


@lru_cache(maxsize=4096)
def normalize_host(text: str) -> str:
    """Return the one spelling by which hosts are compared.

    Names come back as lower-case A-labels without a trailing dot; UTS #46 maps full-width digits, ideographic
    dots and enclosed letters. Underscores are kept, since DNS and real services use them. IPv6 addresses come
    back compressed and without brackets; numeric spellings of IPv4 stay as they are (`literal_address` tells
    what they mean).

    Raises:
        ValueError: percent signs, control characters, spaces, delimiters, empty labels, leading or trailing
        hyphens,
            zone ids, code points that UTS #46 refuses, labels over 63 or names over 253 characters.
    """
    if len(text) <= _LONGEST_LABEL and _PLAIN.match(text):
        return text
    if not text or len(text) > _LONGEST_INPUT:
        raise ValueError(f"a host has 1 to {_LONGEST_NAME} characters")
    if text[0] == "[" or text.count(":") > 1:
        return _normalize_ipv6(text)
    if _UNWANTED.search(text):
        raise ValueError("a host has no spaces, control characters, percent signs or delimiters")
    labels = _map(text).split(".")
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    name = ".".join(_normalize_label(label) for label in labels)
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"a host has at most {_LONGEST_NAME} characters")
    return name


def literal_address(text: str) -> Address | None:
    """Return the address that `text` spells for some resolver or URL parser, or None if it is a name for all.

    Recognized: dotted quads; one to four parts in decimal, octal or hexadecimal, mixed, with leading zeros;
    values that overflow and wrap; IPv6 with or without brackets, with zone ids, mapped and compatible forms;
    trailing dots; percent-encoding; digits and dots of other scripts.
    """
    if not text or len(text) > _LONGEST_INPUT:
        return None
    return _read_address(text)


@lru_cache(maxsize=4096)
def _read_address(text: str) -> Address | None:
    text = _ascii_reading(text).strip("\t\n\v\f\r ").lower()
    if ":" in text:
        return _read_ipv6(text)
    return _read_ipv4(text.strip("[]"))


def is_dotted_quad(text: str) -> bool:
    """Tell whether `text` is the one canonical spelling of an IPv4 address."""
    try:
        return str(IPv4Address(text)) == text
    except AddressValueError:
        return False


def ends_in_number(name: str) -> bool:
    """Tell whether the last label of a normalized name is numeric: then it is no name (WHATWG)."""
    return _NUMBER.match(name.rpartition(".")[2]) is not None


def is_disguised(text: str) -> bool:
    """Tell whether a label of `text` spells ASCII with other characters, as in `ⓔⓧⓐⓜⓟⓛⓔ.com`.

    No client needs that; it is only ever done to walk past a filter.
    """
    if text.isascii():
        return False
    mapped = _map(text)
    return len(mapped.split(".")) != len(text.split(".")) or any(
        not raw.isascii() and label.isascii()
        for raw, label in zip(text.split("."), mapped.split("."), strict=True)
    )


def _map(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.uts46_remap(text, std3_rules=False, transitional=False)
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError("a host has no code points that UTS #46 refuses") from error


def _normalize_label(label: str) -> str:
    if not label:
        raise ValueError("a host has no empty labels")
    if not label.isascii():
        try:
            label = idna.alabel(label).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError("a label is not a valid internationalized name") from error
    if not _LABEL.match(label):
        raise ValueError(
            "a label has 1 to 63 letters, digits, hyphens or underscores, no hyphen first or last"
        )
    return label


def _normalize_ipv6(text: str) -> str:
    if (text[0] == "[") != (text[-1] == "]"):
        raise ValueError("an IPv6 address has both brackets or none")
    inner = text[1:-1] if text[0] == "[" else text
    try:
        address = IPv6Address(inner)
    except AddressValueError as error:
        raise ValueError("not a valid IPv6 address") from error
    if address.scope_id is not None:
        raise ValueError("an IPv6 address has no zone id here")
    return str(address)


def _ascii_reading(text: str) -> str:
    """Undo percent-encoding, compatibility characters, foreign digits and ignorable characters."""
    for _ in range(_DECODE_ROUNDS):
        if "%" not in text:
            break
        text = unquote(text, errors="replace")
    return text if text.isascii() else "".join(_ascii_char(char) for char in text)


def _ascii_char(char: str) -> str:
    """Return what a character is to whoever is laxest about it: UTS #46, NFKC, `int()`, or nothing at all."""
    if char.isascii():
        return char
    try:
        mapped = idna.uts46_remap(char, std3_rules=False, transitional=False)
    except (idna.IDNAError, UnicodeError):
        mapped = char
    if not mapped.isascii():
        mapped = unicodedata.normalize("NFKC", char).translate(_DOTS)
    if len(mapped) == 1 and not mapped.isascii():
        digit = unicodedata.decimal(mapped, None)
        is_ignorable = unicodedata.category(mapped) in {"Cf", "Mn", "Me"}
        return str(digit) if digit is not None else "" if is_ignorable else mapped
    return mapped


def _read_ipv6(text: str) -> IPv6Address | None:
    text = text.strip("[].").partition("%")[0].partition("]")[0].rstrip(".")
    try:
        return IPv6Address(text)
    except AddressValueError:
        return None


def _read_ipv4(text: str) -> IPv4Address | None:
    parts = text.rstrip(".").split(".")
    if len(parts) > _IPV4_PARTS or not all(_NUMBER.match(part) for part in parts):
        return None
    *first, last = (_read_number(part) for part in parts)
    value = last % (1 << (_IPV4_BITS - 8 * len(first)))
    for index, number in enumerate(first):
        value |= (number & 0xFF) << (24 - 8 * index)
    return IPv4Address(value)


def _read_number(part: str) -> int:
    """Read one part as `inet_aton` does; an octal with an 8 or 9 in it is decimal to those who accept it."""
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    if part.startswith("0") and not set(part) & {"8", "9"}:
        return int(part, 8)
    return int(part)
