"""IP addresses and hardware addresses.

An IP address is personal data only if it may lead to somebody, so
loopback, unspecified and broadcast addresses want a word or the text to themselves. Sources: RFC 4291, RFC 5952, RFC 6890,
IEEE 802. Does not catch: six octets of letters only in a long text
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

IPV4: Final = "pii.ipv4"
IPV6: Final = "pii.ipv6"
COLONS: Final = "pii.colons"
MAC: Final = "pii.mac"
DOTTED: Final = "pii.mac-dotted"
_IP_RULE: Final = "pii.ip-address"
_IP_WORDS: Final = ("ip",)
_BESIDE: Final = 3
"""Characters between a word and an address that is nobody's by itself."""

PATTERNS: Final = (Pattern(IPV6, r"(?:^|[^:])::(?:[^:]|$)"),)
NUMBERS: Final = (
    Pattern(IPV4, r"(?:^|[^0-9A-Za-z._-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:[^0-9.]|\.[^0-9]|\.?$)"),
    Pattern(COLONS, r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}:", is_caseless=True),
    Pattern(MAC, r"\b[0-9a-f]{2}(?:-[0-9a-f]{2}){4}-[0-9a-f]", is_caseless=True),
    Pattern(DOTTED, r"\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}", is_caseless=True),
)


def read_ipv4(page: Page) -> Iterator[Found]:
    """Judge all that is four numbers with dots."""
    if IPV4 not in page.number_hits:
        return
    count = 0
    for written in _FOUR.finditer(page.plain):
        size = written[3]
        end = written.end(3) if size and int(size[1:]) <= 32 else written.end(1)
        confidence = _SEEN if count > _FLOOD else _judge_v4(page, written, end)
        if confidence:
            count += 1
            yield Found(written.start(), end, _IP_RULE, "ip-address", confidence)


def _judge_v4(page: Page, written: re.Match[str], end: int) -> float:
    """Return how sure it is that four numbers are somebody's address; 0 for those that are none."""
    start = written.start()
    distance = page.distance(_IP_WORDS, start, end) if page.has("ip") else -1
    is_whole = page.whole[0] == start and page.whole[1] <= end + 12
    if written[2] in _SPECIAL:
        is_meant = is_whole or 0 <= distance <= _BESIDE
    else:
        is_meant = distance >= 0 or is_whole
        is_meant = is_meant or not (page.is_lowered(start) or _is_version(page.plain, start, written[1]))
    if not is_meant:
        return 0.0
    return 0.9 if distance >= 0 else _SEEN


_SEEN: Final = 0.7
"""Confidence in an address without a word beside it."""
_FLOOD: Final = 512
"""Addresses from which a text is a list of them, and what looks like one is taken for one."""
_USUAL: Final = frozenset({8, 10})
"""First octets of addresses that are written with small numbers: public resolvers and private networks."""
_SMALL: Final = 64
_SPECIAL: Final = frozenset(map(str, (0, 127, *range(224, 256))))
"""First octets of this network, loopback, multicast and reserved addresses (RFC 6890)."""
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_FOUR: Final = re.compile(
    rf"((?=[0-9])(?<![0-9A-Za-z._-])({_OCTET})(?:\.{_OCTET}){{3}})(?![0-9])(?!\.[0-9])(/[0-9]{{1,2}}(?![0-9]))?+"
    r"(?!\.?[0-9A-Za-z_]|-[0-9a-z])"
)


def _is_version(text: str, start: int, spelled: str) -> bool:
    """True after `v`, `==` and the like, or the name of a product (`Chrome/120.0.0.0`), and for small numbers only."""
    octets = [int(octet) for octet in spelled.split(".")]
    if octets[0] not in _USUAL and max(octets) < _SMALL:
        return True
    if text[start - 1 : start] == "/" and text[max(0, start - 2) : start - 1].isalnum():
        return True
    return text[max(0, start - 2) : start].endswith(("v", "V", "==", ">=", "<=", "~", "^", "~=", "rev"))


def read_groups(page: Page) -> Iterator[Found]:
    """Judge each run of hexadecimal digits, colons and dots: an IPv6 address or a hardware address."""
    if IPV6 not in page.hits and COLONS not in page.number_hits:
        return
    count = 0
    for run in _RUN.finditer(page.plain):
        spelled = run[0]
        if count > _FLOOD and _EIGHT.fullmatch(spelled):
            yield Found(*run.span(), _IP_RULE, "ip-address", 0.75)
            continue
        if len(spelled) <= _LONGEST_V6 and (spelled.count(":") > _FEW_COLONS or "::" in spelled):
            found = _read_mac(page, run.start()) or _read_ipv6(page, run.start(), spelled)
            if found is not None:
                count += 1
                yield found


def _read_ipv6(page: Page, low: int, run: str) -> Found | None:
    text = page.plain
    spelled = run.rstrip(".")
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
_EIGHT: Final = re.compile(r"(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}")
_LONGEST_V6: Final = 46
_RUN: Final = re.compile(r"[0-9a-fA-F.]{0,4}+:[0-9a-fA-F:.]++")
_PREFIX: Final = re.compile(r"%[A-Za-z0-9]{1,15}|/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])(?![0-9])")


def _judge_v6(page: Page, start: int, end: int, spelled: str, address: IPv6Address) -> Found | None:
    groups = sum(1 for group in spelled.split(":") if group)
    is_plain = groups > 2 and not (address.is_loopback or address.is_unspecified)
    is_labelled = page.distance(_IP_WORDS, start, end) >= 0
    is_whole = page.whole[1] > 0 and not page.text[:start].strip("[( ") and len(page.text) <= end + 8
    if not (is_plain or is_labelled or is_whole) or (groups < 2 and not (is_labelled or is_whole)):
        return None
    return Found(start, end, _IP_RULE, "ip-address", 0.92 if is_labelled else 0.75)


_MAC: Final = re.compile(
    r"(?<![0-9A-Za-z:.-])[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{2}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z:-]|\.[0-9])"
)


def read_octets(page: Page) -> Iterator[Found]:
    """Judge hardware addresses with dashes or dots."""
    for pattern in (_BY_NAME[MAC], _BY_NAME[DOTTED]):
        if pattern.name in page.number_hits:
            for start, _ in page.places(page.numbers, pattern):
                found = _read_mac(page, start)
                if found is not None:
                    yield found


def _read_mac(page: Page, start: int) -> Found | None:
    """Judge six octets; none and all are nobody's."""
    written = _MAC.match(page.plain, start)
    if written is None or len(set(written[0].lower()) - _PARTS) == 1:
        return None
    return Found(start, written.end(), "pii.device", "mac-address", 0.8)


_PARTS: Final = frozenset(":-.")
_BY_NAME: Final = {pattern.name: pattern for pattern in NUMBERS}
