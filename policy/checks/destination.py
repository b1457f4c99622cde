"""Destination check: judges where an exchange wants to go, by scheme, host and port, before resolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from policy.addresses import RULE_OF, Address, AddressClass, classify
from policy.catalog import finding
from policy.checks.address import AddressSettings, judge
from policy.evidence import safe
from policy.hosts import ends_in_number, is_disguised, is_dotted_quad, literal_address, normalize_host
from policy.internal_names import METADATA_NAMES, is_internal, spelled_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policy.exchange import Exchange, State
    from policy.verdict import Finding


@dataclass(frozen=True, slots=True)
class HostSet:
    """A compiled list of host patterns; values are policy lines."""

    exact: Mapping[str, int | None] = field(default_factory=dict)
    """Normalized names."""
    suffixes: Mapping[str, int | None] = field(default_factory=dict)
    """`example.com` for `*.example.com`: any depth below, not the apex."""
    addresses: Mapping[Address, int | None] = field(default_factory=dict)
    """IP literals."""
    has_any: bool = False
    """`*` is listed."""
    any_line: int | None = None

    def __bool__(self) -> bool:
        return bool(self.exact or self.suffixes or self.addresses or self.has_any)

    def line_of(self, name: str) -> tuple[bool, int | None]:
        """Tell whether a pattern other than `*` covers a normalized name, and from which line."""
        if name in self.exact:
            return True, self.exact[name]
        if self.suffixes:
            _, _, parent = name.partition(".")
            while parent:
                if parent in self.suffixes:
                    return True, self.suffixes[parent]
                _, _, parent = parent.partition(".")
        return False, None


@dataclass(frozen=True, slots=True)
class DestinationSettings:
    """What the policy says about destinations."""

    allowed: HostSet = field(default_factory=HostSet)
    blocked: HostSet = field(default_factory=HostSet)
    ports: frozenset[int] = frozenset({80, 443})
    domains_line: int | None = None
    """Line of `allowedDomains`."""
    ports_line: int | None = None
    """Line of `network.allowedPorts`."""
    address: AddressSettings = field(default_factory=AddressSettings)


def check(exchange: Exchange, settings: DestinationSettings, _state: State) -> list[Finding]:
    """Stop calls to unlisted hosts and SSRF by spelling (CWE-918, CWE-1286, OWASP A10:2021, LLM06, T1567).

    Anything that some resolver or URL parser takes for an address is judged as that address, and only then as
    a listed host: an address finding stands alone, whatever the domain lists say. A public address is allowed
    only if it is itself listed and spelled canonically; `*` does not admit addresses, because an address has
    no name to agree on. `blockedDomains` wins over `allowedDomains`. Names of metadata services are refused
    by every policy. Internal names (single labels, `.internal`, `.local`, ...) need an exact entry or a
    wildcard of their own; `*` does not cover them.

    Does not catch: what a name resolves to (`policy.checks.address`), and what an allowed host does with the
    request.
    """
    findings = _judge_host(exchange.host, settings)
    if exchange.scheme not in {"http", "https"}:
        reason = f"the scheme {safe(exchange.scheme, 20)} is not http or https"
        findings.append(finding("egress.scheme", reason, location="scheme"))
    if exchange.port not in settings.ports:
        listed = ", ".join(str(port) for port in sorted(settings.ports)[:8]) or "none"
        reason = f"port {exchange.port} is not allowed; allowed: {listed}"
        findings.append(finding("egress.port", reason, location="port", policy_line=settings.ports_line))
    return findings


def _judge_host(host: str, settings: DestinationSettings) -> list[Finding]:
    """Return at most one finding: the first thing wrong with the host."""
    if host in settings.allowed.exact and not settings.blocked:
        return _judge_metadata(host)
    address = literal_address(host)
    if address is not None:
        return _judge_literal(host, address, settings)
    try:
        name = normalize_host(host)
        is_bad = ends_in_number(name) or is_disguised(host)
    except ValueError as error:
        return [_malformed(host, str(error))]
    if is_bad:
        return [_malformed(host, "no honest client spells a host like this")]
    return _judge_metadata(name) or _judge_name(name, settings)


def _judge_literal(host: str, address: Address, settings: DestinationSettings) -> list[Finding]:
    shown = safe(host)
    if classify(address) is not AddressClass.PUBLIC:
        return [_literal_finding(shown, address)]
    if address in settings.blocked.addresses or settings.blocked.has_any:
        line = settings.blocked.addresses.get(address, settings.blocked.any_line)
        return [_blocked(shown, line)]
    refused = judge(shown, address, settings.address, evidence=shown)
    if refused is not None:
        return [refused]
    if not _is_canonical(host, address):
        reason = f"{shown} is an unusual spelling of the address {address}"
        return [finding("egress.ambiguous-address", reason, location="host", evidence=shown)]
    if address not in settings.allowed.addresses:
        reason = f"the address {shown} is not listed in allowedDomains"
        return [_unlisted(reason, shown, settings)]
    return []


def _literal_finding(shown: str, address: Address) -> Finding:
    kind = classify(address)
    reason = f"{shown} is a {kind} address"
    if shown.strip("[]") != str(address):
        reason = f"{shown} spells {address}, which is a {kind} address"
    return finding(RULE_OF[kind], reason, location="host", evidence=shown)


def _judge_metadata(name: str) -> list[Finding]:
    if name not in METADATA_NAMES:
        return []
    reason = f"{name} is the name of a cloud metadata service"
    return [finding("egress.metadata-endpoint", reason, location="host", evidence=name)]


def _judge_name(name: str, settings: DestinationSettings) -> list[Finding]:
    is_blocked, line = settings.blocked.line_of(name)
    if is_blocked or settings.blocked.has_any:
        return [_blocked(name, line if is_blocked else settings.blocked.any_line)]
    is_listed, _ = settings.allowed.line_of(name)
    if is_listed:
        return []
    spelled = spelled_address(name)
    if spelled is not None and classify(spelled) is not AddressClass.PUBLIC:
        return [_literal_finding(name, spelled)]
    if is_internal(name):
        reason = f"{name} is a name inside a network and is not listed in allowedDomains"
        return [finding("egress.internal-name", reason, location="host", evidence=name)]
    if settings.allowed.has_any:
        return []
    return [_unlisted(f"{name} is not listed in allowedDomains", name, settings)]


def _unlisted(reason: str, shown: str, settings: DestinationSettings) -> Finding:
    return finding(
        "egress.domain", reason, location="host", evidence=shown, policy_line=settings.domains_line
    )


def _blocked(shown: str, line: int | None) -> Finding:
    reason = f"{shown} is listed in blockedDomains"
    return finding("egress.blocked-domain", reason, location="host", evidence=shown, policy_line=line)


def _malformed(host: str, why: str) -> Finding:
    shown = safe(host)
    return finding("egress.malformed-host", f"the host is malformed: {why}", location="host", evidence=shown)


def _is_canonical(host: str, address: Address) -> bool:
    """Tell whether the host is the address as anybody would write it; IPv6 may be abbreviated in any way."""
    if isinstance(address, IPv4Address):
        return is_dotted_quad(host)
    return address.ipv4_mapped is None and "%" not in host and host.isascii()
