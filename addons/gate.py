"""The gate: scores, decides and enforces. It is the only place that refuses, redacts or holds.

By the time a request reaches it, every addon before has appended its findings. The gate makes the verdict, has the
ledger make the entry durable, and only then releases the request or answers it with a refusal. If the entry cannot
be made durable nothing is released. A hold without a console to approve it is a refusal: silence means deny.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from addons import refusal, transports
from addons.records import late_fields, request_fields, verdict_fields
from addons.redaction import Redaction
from policy import catalog, engine
from policy.evidence import safe
from policy.verdict import Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.verdict import Finding

log = logging.getLogger("aegis.gate")


class Gate:
    """Turns findings into a verdict and the verdict into what happens."""

    name = "aegis-gate"

    def __init__(self, gateway: Gateway, redaction: Redaction | None = None) -> None:
        self._gateway = gateway
        self._redaction = redaction or Redaction()

    async def request(self, flow: http.HTTPFlow) -> None:
        """Decide about a request that every guard has seen."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.is_settled or walk.exchange is None:
            return  # the sentinel refuses what has no walk
        await self._decide(flow, walk, walk.findings)

    def response(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Pass, redact or withhold a response that is there as a whole."""
        walk = self._gateway.walks.get(flow)
        if (
            walk is None
            or walk.is_refused
            or not (walk.late_findings or walk.late_entries or walk.answer is not None)
        ):
            return None
        return self._decide_late(flow, walk)

    async def _decide_late(self, flow: http.HTTPFlow, walk: Walk) -> None:
        for fields in walk.late_entries:
            if await self._gateway.record("flow.verdict", fields) is None:
                walk.is_released = False
                self._answer_without_ledger(flow, walk)
                return
        verdict = engine.decide(walk.late_findings, walk.policy)
        if verdict.decision not in {Decision.ALLOW, Decision.REDACT}:
            walk.is_released = False
            await self._refuse(flow, walk, verdict, is_late=True)
            transports.abort_server(flow.client_conn, flow.server_conn)
            return
        if (
            walk.late_findings
            and await self._gateway.record("flow.verdict", late_fields(walk, verdict)) is None
        ):
            walk.is_released = False
            self._answer_without_ledger(flow, walk)
            return
        if walk.answer is not None and flow.response is not None:
            flow.response.headers.pop("content-encoding", None)
            flow.response.raw_content = walk.answer
            flow.response.headers["content-length"] = str(len(walk.answer))

    async def refuse_unjudged(self, flow: http.HTTPFlow, finding: Finding) -> None:
        """Refuse a request outside the ordinary walk: a fault, or no verdict."""
        policy = self._gateway.policy.for_agent("")
        walk = self._gateway.walks.get(flow)
        verdict = engine.decide([finding], walk.policy if walk else policy)
        if walk is not None:
            walk.is_released = False
            await self._refuse(flow, walk, verdict)
            return
        fields: dict[str, Any] = {
            "flow": flow.id,
            "agent": "default",
            "verdict": str(verdict.decision),
            "score": verdict.score,
            "band": str(verdict.band),
            "rule": verdict.rule,
            "policy": verdict.policy_digest,
        }
        entry = await self._gateway.record("flow.verdict", fields | request_fields(flow.request))
        flow.response = refusal.respond(verdict, entry, method=flow.request.method)

    async def _decide(self, flow: http.HTTPFlow, walk: Walk, findings: list[Finding]) -> None:
        verdict = engine.decide(findings, walk.policy)
        if verdict.decision is Decision.HOLD:
            held = catalog.finding(
                "hold.no-approver", "the request needs a person's approval and nobody is there"
            )
            verdict = engine.decide([held, *findings], walk.policy)
        if verdict.decision is Decision.REDACT:
            self._redaction.apply(flow.request, walk)
        if verdict.decision in {Decision.ALLOW, Decision.REDACT}:
            await self._release(flow, walk, verdict)
        else:
            await self._refuse(flow, walk, verdict)

    async def _release(self, flow: http.HTTPFlow, walk: Walk, verdict: Verdict) -> None:
        walk.verdict = verdict
        walk.entry = await self._gateway.record("flow.verdict", verdict_fields(walk, verdict))
        if walk.entry is None:
            self._answer_without_ledger(flow, walk)
            return
        caller = self._gateway.callers.get(flow.client_conn.id)
        if caller is not None:
            caller.pins[flow.request.host, flow.request.port] = walk.addresses
            caller.judged_requests += 1
        walk.is_released = True

    async def _refuse(
        self, flow: http.HTTPFlow, walk: Walk, verdict: Verdict, *, is_late: bool = False
    ) -> None:
        walk.is_refused = True
        walk.verdict = verdict
        fields = verdict_fields(walk, verdict)
        if walk.exchange is None:
            fields |= request_fields(flow.request)
        walk.entry = await self._gateway.record("flow.verdict", fields)
        if walk.entry is None:
            self._answer_without_ledger(flow, walk)
            return
        if caller := self._gateway.callers.get(flow.client_conn.id):
            caller.judged_requests += 1
        where = safe(f"{flow.request.method} {flow.request.host}", 120)
        log.info("refused: entry %d, agent %s, %s, %s", walk.entry, safe(walk.agent), where, verdict.rule)
        flow.response = refusal.respond(
            verdict,
            walk.entry,
            method=flow.request.method,
            is_late=is_late,
            retry_after_s=_retry_after_s(walk),
            exchange=walk.exchange,
        )

    def _answer_without_ledger(self, flow: http.HTTPFlow, walk: Walk) -> None:
        reason = "the ledger cannot record a verdict, so nothing passes"
        walk.is_refused = True
        verdict = engine.decide([catalog.finding("engine.ledger-unavailable", reason)], walk.policy)
        walk.verdict = verdict
        flow.response = refusal.respond(verdict, None, method=flow.request.method)


def _retry_after_s(walk: Walk) -> int | None:
    if walk.verdict is None or not walk.verdict.rule.startswith("rate."):
        return None
    return max((reading.retry_after_s for reading in walk.rates if reading.is_exceeded), default=None)
