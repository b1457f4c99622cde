"""How a flow ended: the second entry of each released flow, and the only one of a flow that broke off.

The verdict's entry is awaited by the gate; this one is queued, because nothing waits for it. A request that mitmproxy's
core refuses by itself (malformed, too large, cut off) never reaches the gate; its entry is made here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from addons.core_bodies import COUNTED_FROM_BYTES
from addons.core_patches import explain_request
from addons.identify import resolve, source_of
from addons.records import end_fields, request_fields, verdict_fields
from policy import catalog, engine

if TYPE_CHECKING:
    from mitmproxy import connection, http

    from addons.gateway import Gateway


class LedgerAddon:
    """Writes what happened after the verdict, or instead of it."""

    name = "aegis-ledger"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def response(self, flow: http.HTTPFlow) -> None:
        """A flow is complete."""
        self._let_go(flow)
        self._end(flow)

    async def error(self, flow: http.HTTPFlow) -> None:
        """A flow broke off, or the core refused it before anybody judged it."""
        self._let_go(flow)
        if flow.request.data.method == b"HEAD" and (caller := self._gateway.callers.get(flow.client_conn.id)):
            caller.failed_heads += 1
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.verdict is not None:
            self._end(flow)
            return
        finding = catalog.finding(*explain_request(flow.error.msg if flow.error else ""))
        walk.is_refused = True
        walk.verdict = engine.decide([finding], walk.policy)
        fields = verdict_fields(walk, walk.verdict) | request_fields(flow.request)
        walk.entry = await self._gateway.record("flow.verdict", fields)
        caller = self._gateway.callers.get(flow.client_conn.id)
        if caller is not None and walk.entry is not None:
            caller.core_refusal = (walk.verdict, walk.entry)

    def client_disconnected(self, client: connection.Client) -> None:
        """Forget the caller; a tunnel that closes without one judged request was an attempt too."""
        self._gateway.bodies.release_client(client.id)
        caller = self._gateway.callers.pop(client.id, None)
        if caller is not None and caller.judged_requests:
            return
        tunnel = caller.tunnel if caller else None
        host, port = tunnel or (client.sni, client.sockname[1] if client.sockname else 0)
        if not host:
            return
        agent, identified_by = (
            (caller.agent, caller.identified_by)
            if caller
            else resolve(self._gateway.policy.agents, ("", ""), source_of(client))
        )
        self._gateway.post(
            "tunnel.unused",
            {
                "flow": client.id,
                "agent": agent,
                "identified_by": identified_by,
                "host": host[:512],
                "port": port,
                "reason": "closed before a request; does the client trust the gateway's certificate?",
            },
        )

    def _let_go(self, flow: http.HTTPFlow) -> None:
        """Give the body's share of the budget back, and a large body too: mitmproxy's streams live on in cycles."""
        self._gateway.bodies.release(flow)
        body = flow.request.data.content
        if flow.live and body is not None and len(body) >= COUNTED_FROM_BYTES:
            flow.request.data.content = None
            if walk := self._gateway.walks.get(flow):
                walk.exchange = None

    def _end(self, flow: http.HTTPFlow) -> None:
        walk = self._gateway.walks.get(flow)
        if walk is None or not walk.is_released or walk.is_ended:
            return
        walk.is_ended = True
        elapsed_us = (time.perf_counter_ns() - walk.started_ns) // 1000
        self._gateway.post("flow.end", end_fields(walk, flow, elapsed_us))
