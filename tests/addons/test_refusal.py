"""A refusal can be read: by a person, by a program, by a header parser; and it gives nothing away."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons import refusal
from policy import catalog, engine
from policy.load import parse_policy
from policy.verdict import Band, Decision, Verdict

POLICY = parse_policy("mode: enforce\n", "policy.yaml").base
STRUCTURED = re.compile(r'(block|hold|redact|allow); score=\d{1,3}; rule="[a-z.-]*"(; entry=\d+)?')


def _verdict(*rules: str, reason: str = "a reason") -> Verdict:
    return engine.decide([catalog.finding(rule, reason, evidence="evidence") for rule in rules], POLICY)


@pytest.mark.parametrize("rule", catalog.RULES)
def test_every_rule_has_a_refusal_with_its_status_title_and_remedy(rule: str) -> None:
    response = refusal.respond(_verdict(rule), 7)
    problem = json.loads(response.content)
    row = catalog.RULES[rule]
    assert response.status_code == row.status == problem["status"]
    assert 400 <= response.status_code < 600
    assert problem["title"] == row.title
    assert problem["type"] == f"urn:aegis:rule:{rule}"
    assert problem["aegis"]["remedy"] == row.remedy
    assert problem["detail"] == f"a reason; to change that: {row.remedy}"
    assert (problem["aegis"]["entry"], problem["aegis"]["rule"]) == (7, rule)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert STRUCTURED.fullmatch(response.headers["Aegis-Verdict"])


def test_the_header_names_verdict_score_rule_and_entry() -> None:
    verdict = _verdict("egress.domain")
    assert refusal.header(verdict, 7001) == 'block; score=80; rule="egress.domain"; entry=7001'
    assert refusal.header(verdict, None) == 'block; score=80; rule="egress.domain"'


def test_all_findings_are_listed_strongest_first_without_their_evidence() -> None:
    problem = refusal.problem_details(_verdict("policy.method", "egress.loopback"), 1, 403)
    assert [f["rule"] for f in problem["aegis"]["findings"]] == ["egress.loopback", "policy.method"]
    assert problem["aegis"]["rule"] == "egress.loopback"
    assert "evidence" not in str(refusal.problem_details(_verdict("policy.method"), 1, 403))


def test_only_a_matter_of_time_has_a_retry_after() -> None:
    assert "retry-after" not in refusal.respond(_verdict("egress.domain"), 1).headers
    response = refusal.respond(_verdict("rate.requests"), 1, retry_after_s=17)
    assert (response.status_code, response.headers["retry-after"]) == (429, "17")


def test_a_verdict_by_score_alone_is_a_403_without_a_title_of_its_own() -> None:
    verdict = Verdict(Decision.BLOCK, 88, Band.HIGH, (), "sha256:0")
    response = refusal.respond(verdict, None)
    problem = json.loads(response.content)
    assert response.status_code == 403
    assert problem["title"] == "Refused by Aegis"
    assert problem["detail"] == "refused by the gateway"
    assert problem["aegis"]["findings"] == []


@settings(max_examples=100, deadline=None, database=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_reason_makes_ascii_json_on_one_line(reason: str) -> None:
    body = refusal.respond(_verdict("egress.domain", reason=reason), 1).content
    assert body is not None
    assert body.isascii()
    assert body.count(b"\n") == 1
    assert json.loads(body)["aegis"]["findings"][0]["reason"] == reason


def test_the_cores_own_answers_are_problems_with_or_without_a_rule() -> None:
    refused = json.loads(refusal.core_problem(431, "Too large", "too long", "decode.headers-too-large"))
    assert refused["aegis"]["verdict"] == "block"
    assert refused["title"] == catalog.RULES["decode.headers-too-large"].title
    assert refused["detail"] == "too long"
    failed = json.loads(refusal.core_problem(502, "Bad Gateway", "the service cannot be reached", ""))
    assert (failed["title"], failed["type"]) == ("Bad Gateway", "about:blank")
    assert "rule" not in failed["aegis"]


def test_a_withheld_answer_is_a_502_and_head_gets_no_body() -> None:
    late = refusal.respond(_verdict("decode.unknown-encoding"), 3, is_late=True)
    assert late.status_code == json.loads(late.content)["status"] == 502
    head = refusal.respond(_verdict("egress.domain"), 3, method="HEAD")
    assert (head.status_code, head.content) == (403, b"")
    assert head.headers["Aegis-Verdict"].endswith("entry=3")
