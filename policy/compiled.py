"""The policy as the checks read it: compiled once, looked up per request.

Owns the translation from what an operator wrote (`policy.model`) to frozen sets, maps and globs, one
`AgentPolicy` per agent with its overrides merged. Each compiled value remembers the line it came from, so
that a finding can name it. Invariant: nothing here is parsed, sorted or normalized again while traffic flows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from policy.addresses import AddressClass, classify
from policy.checks.address import AddressSettings
from policy.checks.custom import CustomRule
from policy.checks.destination import DestinationSettings, HostSet
from policy.checks.rate import RateSettings
from policy.checks.request import USUAL_METHODS, RequestSettings
from policy.guards import Guards, compile_guards
from policy.hosts import literal_address
from policy.internal_names import METADATA_NAMES
from policy.paths import compile_glob
from policy.scoring import MONITOR, Scoring
from policy.sections import Section
from policy.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policy.addresses import Address, Network
    from policy.model import Agent, GuardKeys, PolicyDocument
    from policy.sections import Service
    from policy.source import Path, Source

_HIGH: Final = 70
"""Where band HIGH begins."""

_EFFECT_OF: Final = {"score": Effect.SCORE, "hold": Effect.HOLD, "block": Effect.DENY}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an exchange is read before it is refused, in bytes."""

    max_request_body_bytes: int
    max_header_bytes: int


@dataclass(frozen=True, slots=True)
class AgentPolicy:
    """Everything that is checked for one agent."""

    mode: str
    """`enforce` or `monitor`."""
    digest: str
    """`sha256:` and 64 hex digits of the policy file."""
    destination: DestinationSettings
    address: AddressSettings
    request: RequestSettings
    rates: RateSettings
    scoring: Scoring
    limits: Limits
    rules: tuple[CustomRule, ...]
    """`State.matched_rules` counts in this tuple."""
    guards: Guards


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """How one agent is recognized; everything stated has to hold."""

    name: str
    proxy_user: str | None
    proxy_password_sha256: str | None
    """64 lower-case hex digits; None if the user name alone is believed."""
    source_addresses: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy file."""

    digest: str
    """`sha256:` and 64 hex digits of the file's bytes."""
    source: str
    """Name of the file."""
    base: AgentPolicy
    """For agents without an entry of their own."""
    services: tuple[Service, ...] = ()
    agents: tuple[AgentIdentity, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the file asks for and does not get, for the operator."""
    by_agent: Mapping[str, AgentPolicy] = field(default_factory=dict)

    def for_agent(self, name: str) -> AgentPolicy:
        """Return what holds for an agent; the base for names without an entry."""
        return self.by_agent.get(name, self.base)


def compile_policy(document: PolicyDocument, source: Source, file: str, digest: str) -> Policy:
    """Compile a validated document.

    Args:
        document: what the operator wrote.
        source: where each key of it stood.
        file: name for messages.
        digest: of the file's bytes.
    """
    rules = tuple(_compile_rule(index, document, source) for index in range(len(document.rules)))
    by_agent = {
        agent.name: _compile_agent(_merge(document, agent.policy), _Lines(source, index), digest, rules)
        for index, agent in enumerate(document.agents)
    }
    return Policy(
        digest=digest,
        source=file,
        base=_compile_agent(document, _Lines(source), digest, rules),
        services=document.services,
        agents=tuple(_identity(agent) for agent in document.agents),
        warnings=tuple(_warnings(document, source)),
        by_agent=by_agent,
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """Looks lines up in an agent's overrides first."""

    source: Source
    agent: int | None = None

    def __call__(self, *path: str | int) -> int | None:
        line = None
        if self.agent is not None:
            line = self.source.line(("agents", self.agent, "policy", *path))
        return line or self.source.line(path)


def _merge[S: Section](base: S, override: Section) -> S:
    """Return `base` with what `override` states: sections key by key, all else replaced."""
    update = {}
    for key in override.model_fields_set:
        value, current = getattr(override, key), getattr(base, key)
        both = isinstance(value, Section) and isinstance(current, Section)
        update[key] = _merge(current, value) if both else value
    return base.model_copy(update=update)


def _compile_agent(keys: GuardKeys, lines: _Lines, digest: str, rules: tuple[CustomRule, ...]) -> AgentPolicy:
    address = _compile_address(keys, lines)
    limits, rates, scoring = keys.limits, keys.rate_limits, keys.threat_scoring
    return AgentPolicy(
        mode=keys.mode,
        digest=digest,
        destination=DestinationSettings(
            allowed=_compile_hosts(keys.allowed_domains, "allowedDomains", lines),
            blocked=_compile_hosts(keys.blocked_domains, "blockedDomains", lines),
            ports=frozenset(keys.network.allowed_ports),
            domains_line=lines("allowedDomains"),
            ports_line=lines("network", "allowedPorts"),
            address=address,
        ),
        address=address,
        request=RequestSettings(
            methods=USUAL_METHODS if keys.allowed_methods is None else frozenset(keys.allowed_methods),
            methods_line=lines("allowedMethods"),
            blocked=tuple(
                (compile_glob(glob), lines("blockedPaths", index))
                for index, glob in enumerate(keys.blocked_paths)
            ),
        ),
        rates=RateSettings(
            requests_per_minute=rates.requests_per_minute,
            requests_line=lines("rateLimits", "requestsPerMinute"),
            per_host=rates.per_host,
            per_host_line=lines("rateLimits", "perHost"),
            bytes_per_minute=rates.bytes_per_minute,
            bytes_line=lines("rateLimits", "bytesPerMinute"),
            per_tool=rates.per_tool,
            per_tool_line=lines("rateLimits", "perTool"),
        ),
        scoring=Scoring(scoring.block_at, scoring.hold_at, dict(scoring.weights)),
        limits=Limits(limits.max_request_body_bytes, limits.max_header_bytes),
        rules=rules,
        guards=compile_guards(keys, lines),
    )


def _compile_address(keys: GuardKeys, lines: _Lines) -> AddressSettings:
    network = keys.network
    return AddressSettings(
        is_localhost_listed="localhost" in keys.allowed_domains,
        blocked_subnets=tuple(
            (subnet, lines("network", "blockedSubnets", index))
            for index, subnet in enumerate(network.blocked_subnets)
        ),
        admitted_subnets=dict(network.allow_subnets),
    )


def _compile_hosts(patterns: tuple[str, ...], key: str, lines: _Lines) -> HostSet:
    exact: dict[str, int | None] = {}
    suffixes: dict[str, int | None] = {}
    addresses: dict[Address, int | None] = {}
    for index, pattern in enumerate(patterns):
        line = lines(key, index)
        if pattern.startswith("*."):
            suffixes[pattern[2:]] = line
        elif literal_address(pattern) is not None:
            addresses[ip_address(pattern)] = line
        elif pattern != "*":
            exact[pattern] = line
    has_any = "*" in patterns
    any_line = lines(key, patterns.index("*")) if has_any else None
    return HostSet(exact, suffixes, addresses, has_any, any_line)


def _compile_rule(index: int, document: PolicyDocument, source: Source) -> CustomRule:
    rule = document.rules[index]
    line = source.line(("rules", index))
    return CustomRule(rule.name, rule.filter, _EFFECT_OF[rule.action], rule.severity, rule.reason or "", line)


def _identity(agent: Agent) -> AgentIdentity:
    return AgentIdentity(
        agent.name,
        agent.match.proxy_user,
        agent.match.proxy_password_sha256,
        agent.match.source_addresses,
    )


def _warnings(document: PolicyDocument, source: Source) -> list[str]:
    found = _guard_warnings(document, source, ())
    if document.mode == MONITOR:
        found.insert(0, "mode is monitor: what this policy forbids is recorded and let pass")
    for index, agent in enumerate(document.agents):
        found += _guard_warnings(agent.policy, source, ("agents", index, "policy"))
        if (
            agent.match.proxy_user
            and not agent.match.proxy_password_sha256
            and not agent.match.source_addresses
        ):
            line = source.line(("agents", index, "match", "proxyUser"))
            found.append(
                f"agent {agent.name}{_at(line)} is recognized by a user name that anybody can claim; "
                "add proxyPasswordSha256 or sourceAddresses"
            )
    if document.sinks:
        found.append(_unbuilt("sinks", source.line(("sinks",))))
    return found


def _guard_warnings(keys: GuardKeys, source: Source, at: Path) -> list[str]:
    found = []
    if keys.threat_scoring.block_at > _HIGH:
        line = source.line((*at, "threatScoring", "blockAt"))
        found.append(f"threatScoring.blockAt{_at(line)} is above {_HIGH}: scores in band HIGH may pass")
    return found + _domain_warnings(keys, lambda index: source.line((*at, "allowedDomains", index)))


def _domain_warnings(keys: GuardKeys, line_of: Callable[[int], int | None]) -> list[str]:
    found = []
    for index, pattern in enumerate(keys.allowed_domains):
        why = _why_idle(pattern)
        if why:
            found.append(f"allowedDomains lists {pattern}{_at(line_of(index))} without effect: {why}")
    return found


def _why_idle(pattern: str) -> str:
    """Say why an entry of `allowedDomains` admits nothing, or return the empty string."""
    if pattern in METADATA_NAMES:
        return "metadata services stay refused"
    address = literal_address(pattern)
    if address is None or classify(address) is AddressClass.PUBLIC:
        return ""
    return f"a {classify(address)} address is only admitted for a host name under network.allowSubnets"


def _unbuilt(key: str, line: int | None) -> str:
    return (
        f"{key} is configured{_at(line)} but its guard is not part of this build: nothing of it is enforced"
    )


def _at(line: int | None) -> str:
    return f" at line {line}" if line else ""
