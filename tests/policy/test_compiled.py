"""What operators wrote is what agents get, with its line and its warnings."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from policy.load import parse_policy
from policy.verdict import Effect

POLICY = """mode: monitor
allowedDomains:
- api.example.com
- '*.example.org'
blockedPaths:
- /
- /admin/**
rateLimits:
  requestsPerMinute: 60
  perHost: 30
network:
  allowedPorts: [443]
  blockedSubnets: [8.8.8.0/24]
agents:
- name: crew
  match: {proxyUser: crew}
  policy:
    mode: enforce
    allowedDomains: [other.example.com]
    rateLimits: {perHost: 3}
    network:
      allowedPorts: [80]
    blockedPaths: []
- name: silent
  match: {sourceAddresses: [10.9.0.0/24]}
"""


def test_overrides_replace_lists_and_merge_sections() -> None:
    policy = parse_policy(POLICY, "policy.yaml")
    base, crew = policy.for_agent("nobody"), policy.for_agent("crew")
    assert base is policy.base
    assert (base.mode, crew.mode) == ("monitor", "enforce")
    assert set(crew.destination.allowed.exact) == {"other.example.com"}
    assert crew.destination.allowed.suffixes == {}
    assert (crew.rates.requests_per_minute, crew.rates.per_host) == (60, 3)
    assert crew.destination.ports == {80}
    assert crew.address.blocked_subnets == ((ip_network("8.8.8.0/24"), 13),)
    assert crew.request.blocked == ()
    assert policy.for_agent("silent") == base


def test_lines_are_those_of_the_key_that_holds() -> None:
    policy = parse_policy(POLICY, "policy.yaml")
    base, crew = policy.base, policy.for_agent("crew")
    assert (base.destination.domains_line, crew.destination.domains_line) == (2, 19)
    assert base.destination.allowed.suffixes == {"example.org": 4}
    assert [line for _, line in base.request.blocked] == [6, 7]
    assert (crew.rates.requests_line, crew.rates.per_host_line) == (9, 20)
    assert (base.destination.ports_line, crew.destination.ports_line) == (12, 22)


def test_identities_and_services_are_listed() -> None:
    policy = parse_policy(POLICY + "services: [{name: s, hosts: [API.example.com]}]\n", "policy.yaml")
    assert [(one.name, one.proxy_user) for one in policy.agents] == [("crew", "crew"), ("silent", None)]
    assert policy.agents[1].source_addresses == (ip_network("10.9.0.0/24"),)
    assert policy.services[0].hosts == ("api.example.com",)


def test_defaults_allow_nothing() -> None:
    base = parse_policy("mode: enforce", "policy.yaml").base
    assert not base.destination.allowed
    assert base.destination.ports == {80, 443}
    assert base.scoring.block_at == 70
    assert base.limits.max_request_body_bytes == 32 << 20
    assert base.limits.max_header_bytes == 64 << 10
    assert "TRACE" not in base.request.methods


def test_rules_carry_their_effects() -> None:
    text = "rules:\n- {name: a, filter: '~a'}\n- {name: b, filter: '~b', action: hold, severity: 1}\n"
    rules = parse_policy(text, "policy.yaml").base.rules
    assert [(rule.effect, rule.severity, rule.line) for rule in rules] == [
        (Effect.DENY, 70, 2),
        (Effect.HOLD, 1, 3),
    ]


WARNINGS = [
    ("sinks: [{name: a, type: syslog, target: x}]", "sinks is configured at line 1"),
    ("allowedDomains: [10.0.0.1]", "allowedDomains lists 10.0.0.1 at line 1 without effect: a private address"),
    ("allowedDomains: [metadata.google.internal]", "metadata services stay refused"),
    ("threatScoring: {blockAt: 95}", "threatScoring.blockAt at line 1 is above 70"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "warning"), WARNINGS)
def test_what_is_asked_for_and_not_given_is_said(text: str, warning: str) -> None:
    (found,) = parse_policy(text, "policy.yaml").warnings
    assert warning in found


@pytest.mark.parametrize(
    "text", ["promptIntegrity: {enabled: false}", "sql: {enabled: false}", "allowedDomains: ['*']"]
)
def test_what_is_switched_off_or_fine_is_not_warned_about(text: str) -> None:
    assert parse_policy(text, "policy.yaml").warnings == ()
