"""What a name resolves to decides, and one bad answer refuses all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.addresses import AddressClass, classify
from policy.checks import address
from policy.exchange import Exchange, State
from policy.load import parse_policy
from policy.verdict import Effect

PUBLIC = "93.184.216.34"
ADMITS = "network: {allowSubnets: {db.example.com: [10.1.0.0/16, 127.0.0.5/32, 0.0.0.0/0]}}"
LOCAL = "allowedDomains: [localhost]"

CASES = [
    ("public", "a.example.com", (PUBLIC,), "", []),
    ("public v6", "a.example.com", ("2606:4700::1111",), "", []),
    ("DNS64 of a public address", "a.example.com", ("64:ff9b::808:808",), "", []),
    ("nothing resolved", "a.example.com", (), "", []),
    ("private", "a.example.com", ("10.1.2.3",), "", ["egress.private-address"]),
    ("one of many", "a.example.com", (PUBLIC, "8.8.8.8", "127.0.0.1"), "", ["egress.loopback"]),
    ("each one once", "a.example.com", ("10.0.0.1", "10.0.0.1", "::1"), "",
     ["egress.private-address", "egress.loopback"]),
    ("mapped", "a.example.com", ("::ffff:169.254.169.254",), "", ["egress.metadata-endpoint"]),
    ("zone", "a.example.com", ("fe80::1%eth0",), "", ["egress.link-local"]),
    ("not an address", "a.example.com", ("what",), "", ["egress.reserved-address"]),
    ("empty answer", "a.example.com", ("",), "", ["egress.reserved-address"]),
    ("localhost listed", "localhost", ("127.0.0.1", "::1"), LOCAL, []),
    ("localhost not listed", "localhost", ("127.0.0.1",), "", ["egress.loopback"]),
    ("localhost to private", "localhost", ("10.0.0.1",), LOCAL, ["egress.private-address"]),
    ("localhost to 0.0.0.0", "localhost", ("0.0.0.0",), LOCAL, ["egress.loopback"]),
    ("other name to loopback", "a.localhost", ("127.0.0.1",), LOCAL, ["egress.loopback"]),
    ("admitted", "db.example.com", ("10.1.2.3",), ADMITS, []),
    ("admitted loopback", "db.example.com", ("127.0.0.5",), ADMITS, []),
    ("admitted for that name only", "x.db.example.com", ("10.1.2.3",), ADMITS, ["egress.private-address"]),
    ("metadata is never admitted", "db.example.com", ("169.254.169.254",), ADMITS,
     ["egress.metadata-endpoint"]),
    ("link-local is never admitted", "db.example.com", ("169.254.1.1",), ADMITS, ["egress.link-local"]),
    ("multicast is never admitted", "db.example.com", ("224.0.0.1",), ADMITS, ["egress.multicast"]),
    ("unspecified is never admitted", "db.example.com", ("0.0.0.0",), ADMITS, ["egress.loopback"]),
    ("6to4 is never admitted", "db.example.com", ("2002:808:808::1",), ADMITS, ["egress.embedded-address"]),
    ("blocked subnet", "a.example.com", ("8.8.8.8",), "network: {blockedSubnets: [8.8.8.0/24]}",
     ["egress.blocked-subnet"]),
    ("blocked subnet, mapped", "a.example.com", ("::ffff:8.8.8.8",), "network: {blockedSubnets: [8.8.8.0/24]}",
     ["egress.blocked-subnet"]),
    ("blocked subnet, DNS64", "a.example.com", ("64:ff9b::808:808",), "network: {blockedSubnets: [8.8.8.8]}",
     ["egress.blocked-subnet"]),
    ("blocked beats admitted", "db.example.com", ("10.1.2.3",),
     "network: {allowSubnets: {db.example.com: [10.0.0.0/8]}, blockedSubnets: [10.1.0.0/16]}",
     ["egress.blocked-subnet"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("host", "addresses", "policy", "rules"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_resolved_addresses(host: str, addresses: tuple[str, ...], policy: str, rules: list[str]) -> None:
    settings = parse_policy(policy or "mode: enforce", "policy.yaml").base.address
    exchange = Exchange("a", "https", "GET", host, 443, "/")
    assert [found.rule for found in address.check(exchange, settings, State(addresses))] == rules


@given(st.ip_addresses())
def test_an_address_that_is_not_public_is_refused_in_every_mode(generated: object) -> None:
    settings = parse_policy("mode: monitor", "policy.yaml").base.address
    exchange = Exchange("a", "https", "GET", "a.example.com", 443, "/")
    findings = address.check(exchange, settings, State((PUBLIC, str(generated))))
    is_public = classify(generated) is AddressClass.PUBLIC  # type: ignore[arg-type]
    assert [found.effect for found in findings] == ([] if is_public else [Effect.SAFETY])


def test_the_peer_has_to_be_one_of_the_judged_addresses() -> None:
    state = State((PUBLIC, "2606:4700::1111"))
    assert address.check_peer(PUBLIC, state) == []
    assert address.check_peer("2606:4700:0::1111", state) == []
    assert [found.rule for found in address.check_peer("8.8.8.8", state)] == ["egress.peer-mismatch"]
    assert [found.rule for found in address.check_peer("", State(("",)))] == ["egress.peer-mismatch"]
