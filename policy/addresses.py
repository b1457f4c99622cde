"""What kind of address an IP address is, and whether an agent may be let near it.

Owns the built-in list of addresses no policy can open by accident. It exists because `ipaddress.is_global`
answers another question: it is true for NAT64 (`64:ff9b::7f00:1` is 127.0.0.1 behind a translator), for
Azure's wire server, for multicast, and on some Python versions for 6to4. Invariant: an address is PUBLIC only
if no range below contains it and nothing is hidden inside it; the list is built in and can only be added to.

Sources: IANA special-purpose registries (RFC 6890), RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6052, RFC
8215, RFC 3056, RFC 4380, RFC 5214, RFC 6598, RFC 7335, and the metadata endpoints of the cloud vendors' own
documentation.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network


class AddressClass(StrEnum):
    """What an address reaches."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    UNSPECIFIED = "unspecified"
    """`0.0.0.0` and `::`, which connect to the machine itself."""
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    METADATA = "metadata"
    """A cloud's credential service."""
    CGNAT = "cgnat"
    MULTICAST = "multicast"
    RESERVED = "reserved"
    EMBEDDED = "embedded"
    """A tunnel or translation address whose real destination somebody else decides."""


RULE_OF: Final[dict[AddressClass, str]] = {
    AddressClass.LOOPBACK: "egress.loopback",
    AddressClass.UNSPECIFIED: "egress.loopback",
    AddressClass.PRIVATE: "egress.private-address",
    AddressClass.LINK_LOCAL: "egress.link-local",
    AddressClass.METADATA: "egress.metadata-endpoint",
    AddressClass.CGNAT: "egress.cgnat",
    AddressClass.MULTICAST: "egress.multicast",
    AddressClass.RESERVED: "egress.reserved-address",
    AddressClass.EMBEDDED: "egress.embedded-address",
}
"""The rule that refuses each class; PUBLIC has none."""

ADMISSIBLE: Final = frozenset(
    {AddressClass.PRIVATE, AddressClass.CGNAT, AddressClass.RESERVED, AddressClass.LOOPBACK}
)
"""What `network.allowSubnets` can open for one host name; the rest stays shut."""

_METADATA: Final = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, OpenStack, Oracle, DigitalOcean, Hetzner
        "169.254.169.253",  # the resolver of an AWS VPC
        "169.254.169.250",  # AWS key management for Windows
        "169.254.169.251",  # the same
        "169.254.169.123",  # AWS time
        "169.254.169.249",  # AWS
        "169.254.170.2",  # credentials of AWS ECS tasks
        "169.254.170.23",  # credentials of AWS EKS pods
        "169.254.0.23",  # Tencent Cloud
        "169.254.10.10",  # Tencent Cloud
        "169.254.42.42",  # Scaleway
        "168.63.129.16",  # Azure's wire server
        "100.100.100.200",  # Alibaba Cloud
        "192.0.0.192",  # Oracle Cloud Classic
        "fd00:ec2::254",  # AWS
        "fd00:ec2::253",  # the resolver of an AWS VPC
        "fd00:ec2::23",  # credentials of AWS EKS pods
        "fd00:ec2::123",  # AWS time
        "fd20:ce::254",  # Google Cloud
        "fd00:42::42",  # Scaleway
        "fd00:c1::a9fe:a9fe",  # Oracle Cloud
        "fe80::a9fe:a9fe",  # OpenStack
    )
)

_V4_RANGES: Final[tuple[tuple[str, AddressClass], ...]] = (
    ("0.0.0.0/32", AddressClass.UNSPECIFIED),
    ("0.0.0.0/8", AddressClass.RESERVED),  # "this network"; some stacks send it to themselves
    ("10.0.0.0/8", AddressClass.PRIVATE),
    ("100.64.0.0/10", AddressClass.CGNAT),
    ("127.0.0.0/8", AddressClass.LOOPBACK),
    ("169.254.0.0/16", AddressClass.LINK_LOCAL),
    ("172.16.0.0/12", AddressClass.PRIVATE),
    ("192.0.0.0/24", AddressClass.RESERVED),
    ("192.0.2.0/24", AddressClass.RESERVED),  # documentation
    ("192.88.99.0/24", AddressClass.RESERVED),  # 6to4 relays, withdrawn
    ("192.168.0.0/16", AddressClass.PRIVATE),
    ("198.18.0.0/15", AddressClass.RESERVED),  # benchmarking
    ("198.51.100.0/24", AddressClass.RESERVED),  # documentation
    ("203.0.113.0/24", AddressClass.RESERVED),  # documentation
    ("224.0.0.0/4", AddressClass.MULTICAST),
    ("240.0.0.0/4", AddressClass.RESERVED),  # and the broadcast address
)

_V6_RANGES: Final[tuple[tuple[str, AddressClass], ...]] = (
    ("::/128", AddressClass.UNSPECIFIED),
    ("::1/128", AddressClass.LOOPBACK),
    ("fc00::/7", AddressClass.PRIVATE),
    ("fec0::/10", AddressClass.PRIVATE),  # site-local, withdrawn but routed by some
    ("fe80::/10", AddressClass.LINK_LOCAL),
    ("ff00::/8", AddressClass.MULTICAST),
    ("2001:db8::/32", AddressClass.RESERVED),  # documentation
    ("3fff::/20", AddressClass.RESERVED),  # documentation
    ("2001::/23", AddressClass.RESERVED),  # protocol assignments: ORCHID, benchmarking, AMT
    ("5f00::/16", AddressClass.RESERVED),  # segment routing
    ("100::/64", AddressClass.RESERVED),  # discard
)

_V6_GLOBAL: Final = IPv6Network("2000::/3")
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL: Final = IPv6Network("64:ff9b:1::/48")
_CARRIERS: Final[tuple[tuple[IPv6Network, Callable[[int], int]], ...]] = (
    (_MAPPED, lambda value: value),
    (_NAT64, lambda value: value),
    (IPv6Network("::ffff:0:0:0/96"), lambda value: value),  # SIIT, RFC 2765
    (IPv6Network("::/96"), lambda value: value),  # compatible; :: and ::1 are plain
    (IPv6Network("2002::/16"), lambda value: value >> 80),  # 6to4
    (IPv6Network("2001::/32"), lambda value: ~value),  # Teredo
)
_ISATAP_MARKS: Final = frozenset({0x00005EFE, 0x02005EFE})

_VAGUENESS: Final = {
    AddressClass.PUBLIC: 1,
    AddressClass.RESERVED: 2,
    AddressClass.UNSPECIFIED: 2,
}
"""Which reading of an ambiguous carrier says least; 0 for all others."""

_MASK32: Final = 0xFFFFFFFF


def _table(ranges: tuple[tuple[str, AddressClass], ...]) -> tuple[tuple[int, int, AddressClass], ...]:
    """Return (network, mask, class) as integers: a comparison costs a tenth of `address in network`."""
    nets = ((IPv4Network(text) if "." in text else IPv6Network(text), kind) for text, kind in ranges)
    return tuple((int(net.network_address), int(net.netmask), kind) for net, kind in nets)


_V4_TABLE: Final = _table(_V4_RANGES)
_V6_TABLE: Final = _table(_V6_RANGES)


@lru_cache(maxsize=8192)
def classify(address: Address) -> AddressClass:
    """Return what an address reaches, looking inside addresses that carry another one.

    A mapped address is the IPv4 address in it. A translated one (`64:ff9b::/96`) is judged by the IPv4 address
    in it, because DNS64 networks resolve every IPv4 host to one. Any other carrier (6to4, Teredo, compatible,
    local NAT64, ISATAP) takes the class of the address inside if that is worse than public, and is EMBEDDED
    otherwise.
    """
    if address in _METADATA:
        return AddressClass.METADATA
    if isinstance(address, IPv4Address):
        return _look_up(int(address), _V4_TABLE) or AddressClass.PUBLIC
    if address.scope_id is not None:
        return classify(IPv6Address(int(address)))
    carried = embedded(address)
    if carried is None:
        return _classify_plain_v6(address)
    inner = classify(carried)
    is_transparent = address in _MAPPED or address in _NAT64
    return inner if is_transparent or inner is not AddressClass.PUBLIC else AddressClass.EMBEDDED


def embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address an IPv6 address carries, or None.

    For local NAT64 (RFC 8215) the length of the prefix is the operator's secret: the answer is the most
    telling of the readings RFC 6052 allows inside a /48.
    """
    value = int(address)
    for network, read in _CARRIERS:
        if address in network:
            return IPv4Address(read(value) & _MASK32) if value > 1 else None
    if address in _NAT64_LOCAL:
        readings = _readings_inside_48(value)
        return min(readings, key=lambda reading: _VAGUENESS.get(classify(reading), 0))
    if value >> 32 & _MASK32 in _ISATAP_MARKS:
        return IPv4Address(value & _MASK32)
    return None


def _classify_plain_v6(address: IPv6Address) -> AddressClass:
    found = _look_up(int(address), _V6_TABLE)
    if found is not None:
        return found
    return AddressClass.PUBLIC if address in _V6_GLOBAL else AddressClass.RESERVED


def _readings_inside_48(value: int) -> tuple[IPv4Address, ...]:
    """RFC 6052 §2.2: prefixes of 48, 56, 64 and 96 bits; bits 64..71 are zero and skipped."""
    after_48 = (value >> 64 & 0xFFFF) << 16 | value >> 40 & 0xFFFF
    after_56 = (value >> 64 & 0xFF) << 24 | value >> 32 & 0xFFFFFF
    after_64 = value >> 24 & _MASK32
    return tuple(IPv4Address(reading) for reading in (after_48, after_56, after_64, value & _MASK32))


def _look_up(value: int, table: tuple[tuple[int, int, AddressClass], ...]) -> AddressClass | None:
    for network, mask, kind in table:
        if value & mask == network:
            return kind
    return None
