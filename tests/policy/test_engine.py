"""One call judges an exchange; denying more never allows more."""

from __future__ import annotations

import json
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.engine import Engine
from policy.exchange import Exchange, RateReading, State
from policy.load import parse_policy
from policy.verdict import Band, Decision

PUBLIC = State(("93.184.216.34",))
POLICY = """
allowedDomains: [api.example.com, '*.example.org', localhost]
allowedMethods: [GET, POST]
blockedPaths: [/, /admin/**]
rateLimits: {requestsPerMinute: 3}
"""


def exchange(
    host: str = "api.example.com", target: str = "/v1", method: str = "GET", port: int = 443
) -> Exchange:
    return Exchange("a", "https", method, host, port, target)


CASES = [
    ("allowed", exchange(), PUBLIC, "allow", 0, ""),
    ("not yet resolved", exchange(), State(), "allow", 0, ""),
    ("wildcard", exchange("a.b.example.org"), PUBLIC, "allow", 0, ""),
    ("unlisted", exchange("evil.com"), PUBLIC, "block", 80, "egress.domain"),
    ("metadata is no worse than metadata", exchange("169.254.169.254"), State(), "block", 74,
     "egress.metadata-endpoint"),
    ("metadata seen twice", exchange("169.254.169.254"), State(("169.254.169.254",)), "block", 74,
     "egress.metadata-endpoint"),
    ("rebound", exchange(), State(("93.184.216.34", "127.0.0.1")), "block", 72, "egress.loopback"),
    ("localhost", exchange("localhost"), State(("127.0.0.1", "::1")), "allow", 0, ""),
    ("root", exchange(target="/"), PUBLIC, "block", 75, "policy.path"),
    ("two categories", exchange("evil.com", "/admin"), PUBLIC, "block", 87, "egress.domain"),
    ("method", exchange(method="DELETE"), PUBLIC, "block", 70, "policy.method"),
    ("port", exchange(port=22), PUBLIC, "block", 72, "egress.port"),
    ("rate", exchange(), State(PUBLIC.addresses, (RateReading("requestsPerMinute", 3, True, 9),)),  # noqa: FBT003
     "block", 70, "rate.requests"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "state", "decision", "score", "rule"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_judgments(asked: Exchange, state: State, decision: str, score: int, rule: str) -> None:
    verdict = Engine(parse_policy(POLICY, "policy.yaml")).judge(asked, state)
    assert (verdict.decision, verdict.score, verdict.rule) == (decision, score, rule)
    assert verdict.policy_digest.startswith("sha256:")


def test_monitor_mode_lets_an_unlisted_host_pass_but_no_metadata() -> None:
    engine = Engine(parse_policy("mode: monitor" + POLICY, "policy.yaml"))
    seen = engine.judge(exchange("evil.com"), PUBLIC)
    assert (seen.decision, seen.is_monitored, seen.band) == (Decision.ALLOW, True, Band.HIGH)
    kept = engine.judge(exchange("169.254.169.254"), PUBLIC)
    assert (kept.decision, kept.is_monitored) == (Decision.BLOCK, False)
    rebound = engine.judge(exchange("evil.com"), State(("10.0.0.1",)))
    assert (rebound.decision, rebound.rule) == (Decision.BLOCK, "egress.private-address")


hosts = st.sampled_from(
    [
        "a.com",
        "b.a.com",
        "x.org",
        "localhost",
        "8.8.8.8",
        "127.0.0.1",
        "0x7f.1",
        "redis",
        "10.0.0.1",
        "bad host",
    ]
)
targets = st.sampled_from(["/", "/a", "/admin", "/x/../admin", "/a/b.env", "//a", "/%61", "*"])
policies = st.fixed_dictionaries(
    {
        "allowedDomains": st.lists(
            st.sampled_from(["*", "a.com", "*.a.com", "x.org", "localhost", "8.8.8.8"])
        ),
        "allowedMethods": st.lists(st.sampled_from(["GET", "POST"]), min_size=1),
        "blockedDomains": st.lists(st.sampled_from(["x.org", "*.a.com", "*"]), max_size=1),
        "blockedPaths": st.lists(st.sampled_from(["/", "/admin/**", "**/*.env"]), max_size=2),
    }
)
RANK = [Decision.ALLOW, Decision.HOLD, Decision.BLOCK]
STRICTER = [
    ("blockedDomains", ["a.com", "*.a.com", "*", "8.8.8.8", "localhost"]),
    ("blockedPaths", ["/", "/a", "/**", "/*"]),
    ("network", [{"blockedSubnets": ["8.8.8.0/24"]}, {"allowedPorts": [80]}]),
]


@given(policies, hosts, targets, st.sampled_from(["GET", "POST", "TRACE"]), st.data())
def test_adding_a_deny_rule_never_allows_more(
    document: dict[str, object], host: str, target: str, method: str, data: st.DataObject
) -> None:
    key, choices = data.draw(st.sampled_from(STRICTER))
    more = data.draw(st.sampled_from(choices))
    stricter = {**document, key: more if isinstance(more, dict) else [*document[key], more]}  # type: ignore[misc]
    state = State((data.draw(st.sampled_from(["93.184.216.34", "8.8.8.8", "127.0.0.1"])),))
    asked = exchange(host, target, method)
    before, after = (
        Engine(parse_policy(json.dumps(one), "policy.yaml")).judge(asked, state)
        for one in (document, stricter)
    )
    assert RANK.index(before.decision) <= RANK.index(after.decision)
    assert before.score <= after.score


def test_an_allowed_exchange_costs_microseconds() -> None:
    engine = Engine(parse_policy(POLICY, "policy.yaml"))
    asked = exchange(target="/v1/chat/completions?stream=1")
    state = State(("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"))
    best_s = min(timeit.repeat(lambda: engine.judge(asked, state), number=500, repeat=7)) / 500
    assert best_s < 60e-6, "15 microseconds are expected; the margin is for a busy machine"
