"""What every refusal must look like, whoever reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.lab.lab import Answer, Lab


def assert_refused(lab: Lab, answer: Answer, rule: str, status: int = 403) -> None:
    """Assert that a refusal can be read by people, programs and the operator alike."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert_problem(lab, answer.headers["aegis-verdict"][0], answer.json(), rule)


def assert_problem(lab: Lab, header: str, problem: dict[str, Any], rule: str) -> None:
    """Assert that header, body and ledger entry of a refusal say the same."""
    told = problem["aegis"]
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert (told["verdict"], told["rule"]) == ("block", rule)
    assert told["band"] in {"HIGH", "CRITICAL"}
    assert header == f'block; score={told["score"]}; rule="{rule}"; entry={told["entry"]}'
    entry = next(entry for entry in lab.entries() if entry["seq"] == told["entry"])
    assert (entry["fields"]["verdict"], entry["fields"]["rule"]) == ("block", rule)
