"""The gate: allow only what is durable in the ledger; refuse, withhold and hold in words that can be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from addons.gate import Gate
from addons.identify import Identify
from policy import catalog
from policy.exchange import Exchange, RateReading
from policy.verdict import Decision, Effect, Finding
from tests.addons.test_gateway import POLICY, Bench, bench

if TYPE_CHECKING:
    from pathlib import Path

    from addons.walk import Walk

PUBLIC = "93.184.216.34"


def _judged(at: Bench, *findings: Finding) -> tuple[http.HTTPFlow, Walk]:
    """A flow as it reaches the gate."""
    flow = tflow.tflow(req=http.Request.make("GET", "http://example.com/path"))
    Identify(at.gateway).requestheaders(flow)
    walk = at.gateway.walks.get(flow)
    assert walk is not None
    walk.exchange = Exchange(walk.agent, "http", "GET", "example.com", 80, "/path")
    walk.addresses = (PUBLIC,)
    walk.findings += findings
    return flow, walk


def _problem(flow: http.HTTPFlow) -> dict[str, object]:
    assert flow.response is not None
    problem: dict[str, object] = json.loads(flow.response.content)["aegis"]
    return problem


async def test_without_findings_a_request_is_released_and_its_addresses_are_pinned(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow, walk = _judged(at)
        await Gate(at.gateway).request(flow)
        assert walk.is_released
        assert not walk.is_refused
        assert flow.response is None
        caller = at.gateway.callers[flow.client_conn.id]
        assert caller.pins == {("example.com", 80): (PUBLIC,)}
        assert caller.judged_requests == 1
        (entry,) = await at.entries()
        assert (entry["verdict"], entry["addresses"]) == ("allow", [PUBLIC])


async def test_a_finding_that_denies_is_a_refusal_and_pins_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow, walk = _judged(at, catalog.finding("egress.domain", "not listed"))
        await Gate(at.gateway).request(flow)
        assert walk.is_refused
        assert not walk.is_released
        caller = at.gateway.callers[flow.client_conn.id]
        assert (caller.pins, caller.judged_requests) == ({}, 1)
        (entry,) = await at.entries()
        assert (entry["verdict"], entry["rule"]) == ("block", "egress.domain")
        assert _problem(flow)["entry"] == walk.entry


async def test_findings_that_only_score_pass_below_the_threshold(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        scored = Finding("rule.custom", "rule", 30, Effect.SCORE, "odd")
        flow, walk = _judged(at, scored)
        await Gate(at.gateway).request(flow)
        assert walk.is_released
        (entry,) = await at.entries()
        assert (entry["verdict"], entry["score"], entry["rule"]) == ("allow", 30, "rule.custom")


async def test_a_hold_is_a_refusal_where_nobody_is_there_to_approve(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow, walk = _judged(at, Finding("rule.custom", "rule", 20, Effect.HOLD, "ask first"))
        await Gate(at.gateway).request(flow)
        assert walk.is_refused
        assert walk.verdict is not None
        assert walk.verdict.decision is Decision.BLOCK
        assert _problem(flow)["rule"] == "hold.no-approver"
        (entry,) = await at.entries()
        assert [finding["rule"] for finding in entry["findings"]] == ["hold.no-approver", "rule.custom"]


@pytest.mark.parametrize(
    ("finding", "is_released"),
    [
        (catalog.finding("egress.domain", "not listed"), True),
        (Finding("rule.custom", "rule", 20, Effect.HOLD, "ask first"), True),
        (catalog.finding("egress.loopback", "loopback"), False),
        (catalog.finding("engine.addon-error", "a fault"), False),
    ],
)
async def test_monitor_mode_lets_pass_what_is_not_the_networks_safety(
    finding: Finding,
    is_released: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, POLICY + "mode: monitor\n") as at:
        flow, walk = _judged(at, finding)
        await Gate(at.gateway).request(flow)
        assert walk.is_released is is_released
        (entry,) = await at.entries()
        assert entry.get("monitored", False) is is_released


@pytest.mark.parametrize("findings", [(), (catalog.finding("egress.domain", "not listed"),)])
async def test_what_the_ledger_cannot_record_is_refused(
    findings: tuple[Finding, ...], tmp_path: Path
) -> None:
    async with bench(tmp_path) as at:
        flow, walk = _judged(at, *findings)
        at.writer.close()
        await Gate(at.gateway).request(flow)
        assert walk.is_refused
        assert not walk.is_released
        assert at.gateway.callers[flow.client_conn.id].pins == {}
        assert flow.response is not None
        assert flow.response.status_code == 503
        assert (_problem(flow)["rule"], _problem(flow)["entry"]) == ("engine.ledger-unavailable", None)


async def test_a_request_that_was_refused_or_never_decoded_is_not_decided_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        gate = Gate(at.gateway)
        unknown = tflow.tflow()
        await gate.request(unknown)
        undecoded, walk = _judged(at)
        walk.exchange = None
        await gate.request(undecoded)
        refused, refused_walk = _judged(at)
        refused_walk.is_refused = True
        await gate.request(refused)
        assert (unknown.response, undecoded.response, refused.response) == (None, None, None)
        assert not walk.is_released
        assert not refused_walk.is_released
        assert await at.entries() == []


async def test_only_a_rate_names_a_time_to_come_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow, walk = _judged(at, catalog.finding("rate.requests", "too many"))
        walk.rates = (
            RateReading("requestsPerMinute", 1, is_exceeded=True, retry_after_s=17),
            RateReading("perHost", 1, is_exceeded=True, retry_after_s=42),
            RateReading("bytesPerMinute", 1, is_exceeded=False, retry_after_s=59),
        )
        await Gate(at.gateway).request(flow)
        assert flow.response is not None
        assert (flow.response.status_code, flow.response.headers["retry-after"]) == (429, "42")
        other, walk = _judged(at, catalog.finding("egress.domain", "not listed"))
        walk.rates = (RateReading("perHost", 1, is_exceeded=True, retry_after_s=42),)
        await Gate(at.gateway).request(other)
        assert other.response is not None
        assert "retry-after" not in other.response.headers


async def test_a_response_without_late_findings_is_left_alone(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        gate = Gate(at.gateway)
        flow, _ = _judged(at)
        await gate.request(flow)
        flow.response = http.Response.make(200, b"fine")
        assert gate.response(flow) is None
        assert gate.response(tflow.tflow(resp=True)) is None
        assert flow.response.content == b"fine"


async def test_a_response_with_late_findings_is_withheld(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        gate = Gate(at.gateway)
        flow, walk = _judged(at)
        await gate.request(flow)
        flow.response = http.Response.make(200, b"unreadable")
        walk.late_findings.append(catalog.finding("decode.unknown-encoding", "nobody can read this"))
        rest = gate.response(flow)
        assert rest is not None
        await rest
        assert not walk.is_released
        assert flow.response is not None
        assert flow.response.status_code == 502
        assert b"unreadable" not in flow.response.content
        assert [entry["verdict"] for entry in await at.entries()] == ["allow", "block"]
        assert gate.response(flow) is None


async def test_a_refusal_outside_the_walk_takes_a_release_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        gate = Gate(at.gateway)
        flow, walk = _judged(at)
        await gate.request(flow)
        await gate.refuse_unjudged(flow, catalog.finding("engine.addon-error", "a guard failed"))
        assert walk.is_refused
        assert not walk.is_released
        assert flow.response is not None
        assert flow.response.status_code == 503


@pytest.mark.parametrize("is_ledger_open", [True, False])
async def test_a_flow_nobody_knows_is_refused_with_or_without_a_ledger(
    is_ledger_open: bool,  # noqa: FBT001 - both
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        if not is_ledger_open:
            at.writer.close()
        flow = tflow.tflow()
        await Gate(at.gateway).refuse_unjudged(flow, catalog.finding("engine.no-verdict", "nobody judged it"))
        assert flow.response is not None
        assert flow.response.status_code == 503
        assert isinstance(_problem(flow)["entry"], int) is is_ledger_open
