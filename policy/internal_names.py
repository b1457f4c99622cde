"""Names that lead inside by design, whatever a resolver answers for them.

Owns three lists: metadata services that have a name, name spaces that never leave a network, and public DNS
services that answer with the address spelled in the name. They exist so that an attempt is named for what it
is before any query leaves the gateway; the judgment of the resolved addresses (`policy.checks.address`) is
what makes it safe.

Sources: RFC 2606, RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's reservation of .internal, the vendors'
documentation.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import Final

METADATA_NAMES: Final = frozenset(
    {
        "metadata.google.internal",
        "metadata.goog",
        "metadata",
        "instance-data",
        "instance-data.ec2.internal",
        "metadata.tencentyun.com",
        "metadata.packet.net",
        "metadata.platformequinix.com",
        "metadata.azure.com",
        "metadata.azure.internal",
        "metadata.service.consul",
        "metadata.oraclecloud.com",
        "rancher-metadata",
        "rancher-metadata.rancher.internal",
    }
)
"""Refused by name in every policy."""

_INTERNAL_SUFFIXES: Final = frozenset(
    {
        *("internal", "local", "localhost", "localdomain", "home.arpa", "intranet", "lan", "corp", "home"),
        *("private", "consul", "svc", "test", "invalid", "alt", "onion", "in-addr.arpa", "ip6.arpa"),
    }
)

_LOOPBACK_SERVICES: Final = frozenset({"lvh.me", "localtest.me", "vcap.me", "lacolhost.com", "localh.st"})
_REBINDERS: Final = frozenset({"rbndr.us", "rebind.network", "1u.ms", "rebind.it", "dns.rebind.network"})
_SPELLING_SERVICES: Final = frozenset(
    {"nip.io", "sslip.io", "xip.io", "xip.name", "ip.addr.tools", "traefik.me"}
)

_QUAD: Final = re.compile(r"(?:^|[.-])(\d{1,3})([.-])(\d{1,3})\2(\d{1,3})\2(\d{1,3})$")
_HEX: Final = re.compile(r"(?:^|[.-])([0-9a-f]{8})$")
_LARGEST_OCTET: Final = 255


def is_internal(name: str) -> bool:
    """Tell whether a normalized name is a single label, in an internal name space, or made to rebind."""
    return "." not in name or _suffix_in(name, _INTERNAL_SUFFIXES | _LOOPBACK_SERVICES | _REBINDERS)


def spelled_address(name: str) -> IPv4Address | None:
    """Return the address that a name such as `127.0.0.1.nip.io` or `10-0-0-1.sslip.io` resolves to."""
    service = next((suffix for suffix in _suffixes(name) if suffix in _SPELLING_SERVICES), None)
    if service is None:
        return None
    prefix = name[: -len(service) - 1]
    if quad := _QUAD.search(prefix):
        octets = [int(quad[group]) for group in (1, 3, 4, 5)]
        return IPv4Address(bytes(octets)) if max(octets) <= _LARGEST_OCTET else None
    if hexadecimal := _HEX.search(prefix):
        return IPv4Address(int(hexadecimal[1], 16))
    return None


def _suffix_in(name: str, suffixes: frozenset[str]) -> bool:
    return any(suffix in suffixes for suffix in _suffixes(name))


def _suffixes(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[index:]) for index in range(len(labels))]
