"""More findings never make less of a threat, and refusals are refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.scoring import ENFORCE, MONITOR, Scoring, band, decide, score
from policy.verdict import Band, Decision, Effect, Finding

DIGEST = "sha256:" + "0" * 64
RANK = [Decision.ALLOW, Decision.REDACT, Decision.HOLD, Decision.BLOCK]


def found(severity: int, effect: Effect = Effect.SCORE, category: str = "egress") -> Finding:
    return Finding(f"{category}.x", category, severity, effect, "because")


findings = st.lists(
    st.builds(
        found, st.integers(0, 100), st.sampled_from(Effect), st.sampled_from(["egress", "pii", "rate"])
    ),
    max_size=8,
)
scorings = st.builds(
    Scoring,
    st.integers(1, 100),
    st.none() | st.integers(1, 100),
    st.dictionaries(st.sampled_from(["egress", "pii", "rate"]), st.floats(0, 2)),
)


@given(findings, st.builds(found, st.integers(0, 100), st.sampled_from(Effect)), scorings)
def test_a_finding_never_lowers_a_score_nor_softens_a_decision(
    some: list[Finding], another: Finding, scoring: Scoring
) -> None:
    before, after = (decide(list_, scoring, ENFORCE, DIGEST) for list_ in (some, [*some, another]))
    assert 0 <= before.score <= after.score <= 100
    assert RANK.index(before.decision) <= RANK.index(after.decision)


@given(findings, scorings)
def test_monitor_mode_lets_pass_all_but_safety_and_says_so(some: list[Finding], scoring: Scoring) -> None:
    enforced, monitored = (decide(some, scoring, mode, DIGEST) for mode in (ENFORCE, MONITOR))
    is_unsafe = any(one.effect is Effect.SAFETY for one in some)
    assert (monitored.decision is Decision.BLOCK) == is_unsafe
    assert monitored.is_monitored == (enforced.decision is not Decision.ALLOW and not is_unsafe)
    assert not enforced.is_monitored
    assert (enforced.score, enforced.findings) == (monitored.score, monitored.findings)


@given(findings)
def test_the_order_of_findings_makes_no_difference(some: list[Finding]) -> None:
    forward, backward = (decide(list_, Scoring(), ENFORCE, DIGEST) for list_ in (some, some[::-1]))
    assert (forward.score, forward.decision) == (backward.score, backward.decision)


FORMULA = [
    ([80], {}, 80),
    ([80, 80], {}, 80),
    ([74], {}, 74),
    ([80, ("rate", 70)], {}, 87),
    ([30, ("pii", 20), ("rate", 10)], {}, 33),
    ([100, ("pii", 100)], {}, 100),
    ([40], {"egress": 0.5}, 20),
    ([40], {"egress": 0}, 0),
    ([80], {"egress": 2}, 100),
]


@pytest.mark.parametrize(("severities", "weights", "expected"), FORMULA)
def test_formula(severities: list[int | tuple[str, int]], weights: dict[str, float], expected: int) -> None:
    some = [found(x) if isinstance(x, int) else found(x[1], category=x[0]) for x in severities]
    assert score(some, Scoring(weights=weights)) == expected


def test_weights_do_not_soften_refusals() -> None:
    verdict = decide([found(80, Effect.DENY)], Scoring(weights={"egress": 0}), ENFORCE, DIGEST)
    assert (verdict.decision, verdict.score, verdict.band) == (Decision.BLOCK, 80, Band.HIGH)


DECISIONS = [
    ("nothing", [], Scoring(), ENFORCE, Decision.ALLOW),
    ("low", [found(39)], Scoring(), ENFORCE, Decision.ALLOW),
    ("high by score", [found(70)], Scoring(), ENFORCE, Decision.BLOCK),
    ("just below", [found(69)], Scoring(), ENFORCE, Decision.ALLOW),
    ("held by score", [found(69)], Scoring(hold_at=50), ENFORCE, Decision.HOLD),
    ("held by effect", [found(1, Effect.HOLD)], Scoring(), ENFORCE, Decision.HOLD),
    ("deny beats hold", [found(1, Effect.HOLD), found(1, Effect.DENY)], Scoring(), ENFORCE, Decision.BLOCK),
    ("deny in monitor", [found(90, Effect.DENY)], Scoring(), MONITOR, Decision.ALLOW),
    ("safety in monitor", [found(1, Effect.SAFETY)], Scoring(), MONITOR, Decision.BLOCK),
    ("unknown mode", [found(90, Effect.DENY)], Scoring(), "off", Decision.BLOCK),
]


@pytest.mark.parametrize(
    ("some", "scoring", "mode", "decision"), [c[1:] for c in DECISIONS], ids=[c[0] for c in DECISIONS]
)
def test_decisions(some: list[Finding], scoring: Scoring, mode: str, decision: Decision) -> None:
    assert decide(some, scoring, mode, DIGEST).decision is decision


def test_the_strongest_finding_speaks_first_and_blocking_ones_before_all() -> None:
    some = [
        found(99),
        found(71, Effect.DENY),
        found(72, Effect.SAFETY),
        found(80, Effect.HOLD),
        found(75, Effect.DENY),
    ]
    verdict = decide(some, Scoring(), ENFORCE, DIGEST)
    assert [one.severity for one in verdict.findings] == [72, 75, 71, 80, 99]


def test_bands() -> None:
    edges = {
        0: "LOW",
        39: "LOW",
        40: "MEDIUM",
        69: "MEDIUM",
        70: "HIGH",
        89: "HIGH",
        90: "CRITICAL",
        100: "CRITICAL",
    }
    assert {value: band(value).value for value in edges} == edges


def test_an_exchange_without_findings_costs_no_new_verdict() -> None:
    assert decide([], Scoring(), ENFORCE, DIGEST) is decide([], Scoring(hold_at=3), MONITOR, DIGEST)
    assert decide([], Scoring(), ENFORCE, DIGEST).policy_digest == DIGEST
