"""Custom rules do what their action says and name themselves."""

from __future__ import annotations

import pytest

from policy.checks import custom
from policy.exchange import Exchange, State
from policy.load import parse_policy
from policy.verdict import Effect

POLICY = """
rules:
- {name: no deletes, filter: "~m DELETE", action: block, severity: 90, reason: deletes need a person}
- {name: watch, filter: "~d example.com", action: hold, severity: 30}
- {name: count, filter: "~a", action: score, severity: 20}
"""
EXCHANGE = Exchange("a", "https", "GET", "example.com", 443, "/")


def test_each_action_has_its_effect_line_and_reason() -> None:
    rules = parse_policy(POLICY, "policy.yaml").base.rules
    findings = custom.check(EXCHANGE, rules, State(matched_rules=(0, 1, 2)))
    assert [found.effect for found in findings] == [Effect.DENY, Effect.HOLD, Effect.SCORE]
    assert [found.severity for found in findings] == [90, 30, 20]
    assert [found.policy_line for found in findings] == [3, 4, 5]
    assert findings[0].reason == "deletes need a person"
    assert "watch" in findings[1].reason
    assert {found.rule for found in findings} == {"rule.custom"}


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_of_another_policy_is_not_a_pass(index: int) -> None:
    rules = parse_policy(POLICY, "policy.yaml").base.rules
    with pytest.raises(LookupError):
        custom.check(EXCHANGE, rules, State(matched_rules=(index,)))
