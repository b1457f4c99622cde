"""Every rule that refuses weighs enough, and every rule can be built."""

from __future__ import annotations

import pytest

from policy.catalog import CATEGORIES, RULES, finding, status_of
from policy.verdict import Effect, Finding


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_is_complete(rule_id: str) -> None:
    found = finding(rule_id, "because", evidence="x", policy_line=3)
    rule = RULES[rule_id]
    assert found.rule == rule_id
    assert found.category == rule_id.partition(".")[0]
    assert found.category in CATEGORIES
    assert (found.evidence, found.policy_line, found.location) == ("x", 3, "")
    assert rule.title
    assert rule.remedy
    assert rule.refs
    assert 400 <= status_of(found) < 600
    if found.effect in {Effect.DENY, Effect.SAFETY}:
        assert found.severity >= 70


def test_an_unknown_rule_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        finding("egress.domian", "because")


def test_a_rule_of_another_catalog_is_a_plain_refusal() -> None:
    assert status_of(Finding("pii.ssn", "pii", 80, Effect.DENY, "because")) == 403


def test_statuses_that_clients_act_on() -> None:
    expected = {
        "names.mismatch": 421,
        "rate.requests": 429,
        "decode.body-too-large": 413,
        "decode.unknown-encoding": 415,
        "decode.headers-too-large": 431,
        "engine.ledger-unavailable": 503,
        "egress.unresolvable": 502,
        "egress.domain": 403,
    }
    assert {rule: RULES[rule].status for rule in expected} == expected
