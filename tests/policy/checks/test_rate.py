"""Readings of the windows become findings with the line of the limit."""

from __future__ import annotations

import pytest

from policy.checks import rate
from policy.exchange import Exchange, RateReading, State
from policy.load import parse_policy

POLICY = "rateLimits:\n  requestsPerMinute: 30\n  perHost: 10\n  bytesPerMinute: 1000\n  perTool: 5\n"
EXCHANGE = Exchange("a", "https", "GET", "example.com", 443, "/")

CASES = [
    ("requestsPerMinute", "rate.requests", 2),
    ("perHost", "rate.per-host", 3),
    ("bytesPerMinute", "rate.bytes", 4),
    ("perTool", "rate.per-tool", 5),
]


@pytest.mark.parametrize(("key", "rule", "line"), CASES)
def test_an_exceeded_window_refuses(key: str, rule: str, line: int) -> None:
    settings = parse_policy(POLICY, "policy.yaml").base.rates
    (found,) = rate.check(EXCHANGE, settings, State(rates=(RateReading(key, 30, True, 7),)))  # noqa: FBT003
    assert (found.rule, found.policy_line) == (rule, line)
    assert "try again in 7 s" in found.reason
    assert rate.check(EXCHANGE, settings, State(rates=(RateReading(key, 30, False, 7),))) == []  # noqa: FBT003


def test_an_unknown_window_is_our_mistake_and_not_a_pass() -> None:
    settings = parse_policy(POLICY, "policy.yaml").base.rates
    with pytest.raises(KeyError):
        rate.check(EXCHANGE, settings, State(rates=(RateReading("other", 1, True, 1),)))  # noqa: FBT003


def test_limits_are_known_to_be_there() -> None:
    assert parse_policy(POLICY, "policy.yaml").base.rates.is_limited
    assert not parse_policy("mode: enforce", "policy.yaml").base.rates.is_limited
