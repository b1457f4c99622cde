"""Address check: judges what a name resolved to, after the one resolution that the connection will use."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from policy.addresses import ADMISSIBLE, RULE_OF, Address, AddressClass, Network, classify
from policy.catalog import finding
from policy.evidence import safe
from policy.hosts import literal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policy.exchange import Exchange, State
    from policy.verdict import Finding


@dataclass(frozen=True, slots=True)
class AddressSettings:
    """What the policy says about addresses."""

    is_localhost_listed: bool = False
    """`localhost` stands in `allowedDomains`: loopback is admitted for that very name."""
    blocked_subnets: tuple[tuple[Network, int | None], ...] = ()
    """`network.blockedSubnets` with their policy lines."""
    admitted_subnets: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)
    """`network.allowSubnets`, by normalized host name."""


def check(exchange: Exchange, settings: AddressSettings, state: State) -> list[Finding]:
    """Stop DNS rebinding and names that point inside (CWE-918, CWE-350, T1552.005).

    Every address of `state.addresses` is judged; a single one that is not public refuses them all, because
    the connection may use any of them. `localhost` may reach loopback if it is listed, and a host under
    `network.allowSubnets` its own subnets; metadata, link-local, multicast, unspecified and embedded
    addresses are admitted for nobody.

    Does not catch: a public address that forwards to a private one, and a public service that fetches on
    request.
    """
    return judge_all(exchange.host, state.addresses, settings)


def judge_all(host: str, addresses: Iterable[str], settings: AddressSettings) -> list[Finding]:
    """Return one finding per address that `host` may not reach, each address text once."""
    return [
        found
        for text in dict.fromkeys(addresses)
        if (found := judge(host, _parse(text), settings, evidence=text)) is not None
    ]


def judge(
    host: str, address: Address | None, settings: AddressSettings, evidence: str = ""
) -> Finding | None:
    """Judge one address for one normalized host name; an address that cannot be read is refused."""
    shown = safe(evidence or str(address))
    if address is None:
        return finding(
            "egress.reserved-address", f"{shown} is not an IP address", location="host", evidence=shown
        )
    kind = classify(address)
    if kind is not AddressClass.PUBLIC and not _is_admitted(host, address, kind, settings):
        reason = f"{safe(host)} leads to {shown}, which is a {kind} address"
        if shown == safe(host):
            reason = f"{shown} is a {kind} address"
        return finding(RULE_OF[kind], reason, location="host", evidence=shown)
    for network, line in settings.blocked_subnets:
        if _contains(network, address):
            reason = f"{shown} is in {network}, which this policy blocks"
            return finding("egress.blocked-subnet", reason, location="host", evidence=shown, policy_line=line)
    return None


def check_peer(peer: str, state: State) -> list[Finding]:
    """Refuse a connection whose far end was not judged, the second line behind the resolution.

    Args:
        peer: the address the connection really has, as the operating system reports it.
        state: the addresses that were judged.
    """
    judged = {_parse(text) for text in state.addresses}
    address = _parse(peer)
    if address is not None and address in judged:
        return []
    shown = safe(peer)
    return [finding("egress.peer-mismatch", f"connected to {shown}, which was not judged", evidence=shown)]


def _is_admitted(host: str, address: Address, kind: AddressClass, settings: AddressSettings) -> bool:
    if kind is AddressClass.LOOPBACK and host == "localhost" and settings.is_localhost_listed:
        return True
    if kind not in ADMISSIBLE:
        return False
    return any(_contains(network, address) for network in settings.admitted_subnets.get(host, ()))


def _contains(network: Network, address: Address) -> bool:
    """Tell whether `address`, or the IPv4 address mapped or translated in it, lies in `network`."""
    if isinstance(network.network_address, IPv4Address):
        return (address if isinstance(address, IPv4Address) else _unwrap(address)) in network
    return address in network


def _unwrap(address: IPv6Address) -> Address:
    is_nat64 = int(address) >> 32 == int(IPv6Address("64:ff9b::")) >> 32
    return address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if is_nat64 else address)


@lru_cache(maxsize=8192)
def _parse(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return literal_address(text)
