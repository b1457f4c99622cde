"""E-mail addresses, IP addresses and hardware addresses.

An e-mail address is certain wherever it stands; an IP address is personal data only if it may lead to somebody, so
loopback, unspecified and broadcast addresses want a word or the text to themselves. Sources: RFC 5321, RFC 5322 (dot
atom), RFC 6531, RFC 4291, RFC 5952, IEEE 802. Does not catch: six octets of letters only in a long text
without numbers.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.page import Page

EMAIL: Final = "pii.email"
IPV4: Final = "pii.ipv4"
IPV6: Final = "pii.ipv6"
COLONS: Final = "pii.colons"
MAC: Final = "pii.mac"
DOTTED: Final = "pii.mac-dotted"
_IP_RULE: Final = "pii.ip-address"
_IP_WORDS: Final = ("ip",)
_BESIDE: Final = 3
"""Characters between a word and an address that is nobody's by itself."""

PATTERNS: Final = (
    Pattern(EMAIL, r"@[a-z0-9\x80-\xff]", is_caseless=True),
    Pattern(IPV6, r"(?:^|[^:])::(?:[^:]|$)"),
)
NUMBERS: Final = (
    Pattern(IPV4, r"(?:^|[^0-9A-Za-z._-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:[^0-9.]|\.[^0-9]|\.?$)"),
    Pattern(COLONS, r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}:", is_caseless=True),
    Pattern(MAC, r"\b[0-9a-f]{2}(?:-[0-9a-f]{2}){4}-[0-9a-f]", is_caseless=True),
    Pattern(DOTTED, r"\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}", is_caseless=True),
)

_AT: Final = re.compile(r"[^\s@'<>(),;:/\\]@(?=[^\W_][\w-]{0,62}+\.[^\W_])")
_LONGEST_QUOTED: Final = 66
_DOMAIN: Final = re.compile(r"@([^\W_][\w.-]{0,250}+)")
_BROKEN: Final = re.compile(r"\.\.|-\.|\.-|-\Z")
_TOP: Final = re.compile(r"xn--[a-zA-Z0-9-]{2,40}|[^\W\d_]{2,24}")
_LOCAL_BACKWARDS: Final = re.compile(r"[\w!#$%&*+/=?^`{|}~.\-]{1,64}+")
_EDGES: Final = "".join(sorted(set("!#$%&*+/=?^`{|}~.-'")))
_KEYS: Final = re.compile(r".*[=?&/|{`]", re.DOTALL)
_FILE_TEXT: Final = (
    "png jpg jpeg gif svg webp ico css js ts jsx tsx mjs map json py pyi rs go rb java md txt html"
)
_FILES: Final = frozenset(_FILE_TEXT.split())
"""Endings of names such as `logo@2x.png`, which are no top-level domains (or hardly anyone's)."""
_MACHINES: Final = frozenset({"git", "hg", "svn", "noreply", "no-reply", "donotreply", "do-not-reply"})


def read_emails(page: Page) -> Iterator[Found]:
    """Find every address: each @ between what may end a name and what may begin a domain of two labels."""
    for at in _AT.finditer(page.plain):
        found = _read_email(page.plain, at.start() + 1)
        if found is not None:
            yield found


def _read_email(text: str, at: int) -> Found | None:
    """Read both ways from the @."""
    end = _domain_end(text, at)
    if end < 0:
        return None
    if text[at - 1] == '"':
        opening = text.rfind('"', max(0, at - _LONGEST_QUOTED), at - 1)
        is_quoted = 0 <= opening < at - 2 and "\n" not in text[opening:at]
        return Found(opening, end, EMAIL, "email", 0.8) if is_quoted else None
    head = text[max(0, at - 64) : at]
    backwards = _LOCAL_BACKWARDS.match(head[::-1])
    if backwards is None:
        return None
    local = _KEYS.sub("", backwards[0][::-1]).lstrip(_EDGES)
    if not local or local.endswith(".") or ".." in local or _is_userinfo(text, at - len(local), end):
        return None
    if local.lower() in _MACHINES:
        return None
    return Found(at - len(local), end, EMAIL, "email", 0.96)


def _domain_end(text: str, at: int) -> int:
    """Where the longest domain name behind an @ ends; -1 for none."""
    written = _DOMAIN.match(text, at)
    if written is None or text[written.end() : written.end() + 1] == "@":
        return -1
    name = written[1].rstrip(".-_")
    front, _, top = name.rpartition(".")
    if not front or not _TOP.fullmatch(top) or top.lower() in _FILES:
        return -1
    return -1 if _BROKEN.search(front) else at + 1 + len(name)


def _is_userinfo(text: str, start: int, end: int) -> bool:
    """True for `https://user:password@host` and `ssh://name@host`: not an address, and somebody else's matter."""
    before = text[max(0, start - 80) : start]
    scheme = before.rfind("://")
    if scheme >= 0 and not any(char in before[scheme + 3 :] for char in "/?#& \t\n\"'<>"):
        return True
    return (
        text[end : end + 1] == ":"
        and text[end + 1 : end + 2] not in {"", " ", "\n", "\t", '"', "\\"}
        and not (text[end + 1 : end + 2].isdigit())
        and "/" in text[end : end + 60].split(" ", 1)[0]
    )


def read_ipv4(page: Page, start: int, _end: int) -> Found | None:
    """Judge four numbers with dots."""
    text = page.plain
    start += not text[start].isdigit()
    written = _FOUR.match(text, start)
    if written is None or _DOTTED_ON.match(text, written.end()):
        return None
    first = int(written[1].partition(".")[0])
    end = written.end(2) if written[2] and int(written[2][1:]) <= 32 else written.end(1)
    distance = page.distance(_IP_WORDS, start, end)
    is_labelled = distance >= 0
    is_whole = page.whole[0] == start and page.whole[1] <= end + 12
    is_ordinary = first not in _SPECIAL
    if is_ordinary:
        is_meant = (
            is_labelled or is_whole or not (page.is_lowered(start) or _is_version(text, start, written[1]))
        )
    else:
        is_meant = is_whole or 0 <= distance <= _BESIDE
    if not is_meant:
        return None
    return Found(start, end, _IP_RULE, "ip-address", 0.9 if is_labelled else 0.7)


_USUAL: Final = frozenset({8, 10})
"""First octets of addresses that are written with small numbers: public resolvers and private networks."""
_SMALL: Final = 64
_SPECIAL: Final = frozenset((0, 127, *range(224, 256)))
"""First octets of this network, loopback, multicast and reserved addresses (RFC 6890)."""
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_FOUR: Final = re.compile(rf"({_OCTET}(?:\.{_OCTET}){{3}})(/[0-9]{{1,2}}(?![0-9]))?")
_DOTTED_ON: Final = re.compile(r"\.?[0-9A-Za-z_]|-[0-9a-z]")


def _is_version(text: str, start: int, spelled: str) -> bool:
    """True after `v`, `==` and the like, or the name of a product (`Chrome/120.0.0.0`), and for small numbers only."""
    octets = [int(octet) for octet in spelled.split(".")]
    if octets[0] not in _USUAL and max(octets) < _SMALL:
        return True
    if text[start - 1 : start] == "/" and text[max(0, start - 2) : start - 1].isalnum():
        return True
    return text[max(0, start - 2) : start].endswith(("v", "V", "==", ">=", "<=", "~", "^", "~=", "rev"))


def read_ipv6(page: Page, start: int, _end: int) -> Found | None:
    """Take the run of hexadecimal digits, colons and dots around a place, and judge it."""
    text = page.plain
    before = text[max(0, start - 40) : start + 1]
    low = start + 1 - len(before) + len(before.rstrip(_V6))
    run = _RUN.match(text, low)
    if run is None:
        return None
    spelled = run[0].rstrip(".")
    while spelled.endswith(":") and not spelled.endswith("::"):
        spelled = spelled[:-1]
    if not spelled.startswith("::"):
        spelled_start = low + len(spelled) - len(spelled.lstrip(":"))
        spelled, low = spelled.lstrip(":"), spelled_start
    end = low + len(spelled)
    if (
        (low and (text[low - 1].isalnum() or text[low - 1] == "_"))
        or text[end : end + 1].isalnum()
        or text[end : end + 1] == "_"
    ):
        return None
    if spelled.count(":") <= _FEW_COLONS and not (page.has("ip") or page.whole[1]):
        return None
    try:
        address = IPv6Address(spelled)
    except AddressValueError:
        return None
    prefix = _PREFIX.match(text, end)
    if prefix:
        end = prefix.end()
    return _judge_v6(page, low, end, spelled, address)


_FEW_COLONS: Final = 3
"""As many as names in code have (`a::b`), which want a word beside them."""
_V6: Final = "0123456789abcdefABCDEF:."
_RUN: Final = re.compile(r"[0-9a-fA-F:.]{2,46}+")
_PREFIX: Final = re.compile(r"%[A-Za-z0-9]{1,15}|/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])(?![0-9])")


def _judge_v6(page: Page, start: int, end: int, spelled: str, address: IPv6Address) -> Found | None:
    groups = sum(1 for group in spelled.split(":") if group)
    is_plain = groups > 2 and not (address.is_loopback or address.is_unspecified)
    is_labelled = page.distance(_IP_WORDS, start, end) >= 0
    is_whole = page.whole[1] > 0 and not page.text[:start].strip("[( ") and len(page.text) <= end + 8
    if not (is_plain or is_labelled or is_whole) or (groups < 2 and not (is_labelled or is_whole)):
        return None
    return Found(start, end, _IP_RULE, "ip-address", 0.92 if is_labelled else 0.75)


def read_colons(page: Page, start: int, end: int) -> Found | None:
    """Groups between colons are an IPv6 address or a MAC address."""
    return read_mac(page, start, end) or read_ipv6(page, start, end)


_MAC: Final = re.compile(
    r"(?<![0-9A-Za-z:.-])[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{2}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z:-]|\.[0-9])"
)


def read_mac(page: Page, start: int, _end: int) -> Found | None:
    """Judge six octets; none and all are nobody's."""
    written = _MAC.match(page.plain, start)
    if written is None or len(set(written[0].lower()) - set(":-.")) == 1:
        return None
    return Found(start, written.end(), "pii.device", "mac-address", 0.8)
