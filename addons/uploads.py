"""Uploads too large to be held: judged by their head first, then piece by piece while they pass.

A body beyond `STREAMED_FROM_BYTES` (which the policy has to admit first) is not held in memory. Its request walks the
stack as soon as its head is there; only if the gate releases it, the body begins to flow, each piece judged with the
end of the one before, the last characters held back. What offends cuts the service's side first, so that the service
never gets a complete request. Bodies in which something could act (JSON, forms of RPC) and compressed ones are never
streamed. Agent-supplied.

Invariant: not a byte of a body leaves before the gate has released its head, nor before it was judged itself.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from addons import readable, streams, transports
from addons.decoders import grpc, json_document
from addons.records import verdict_fields
from policy import catalog, engine
from policy.exchange import State, Text
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.detection import Match
    from policy.exchange import Exchange
    from policy.verdict import Finding

    type Station = Callable[[http.HTTPFlow], Awaitable[None] | None]
    """The `request` hook of one addon of the stack."""

STREAMED_FROM_BYTES: Final = 32 << 20
"""The default of `limits.maxRequestBodyBytes`: what is larger passes only where the policy says so."""
LOCATION: Final = "body"


class Uploads:
    """Judges large uploads as they come."""

    name = "aegis-uploads"

    def __init__(self, gateway: Gateway, stations: tuple[Station, ...]) -> None:
        """Take the hooks that a request walks through, in order."""
        self._gateway = gateway
        self._stations = stations

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Judge the head of a large upload now, and let its body flow if it is released."""
        walk = self._gateway.walks.get(flow)
        if walk is None or not is_streamable(flow.request):
            return
        size = int(flow.request.headers["content-length"])
        if size > walk.policy.limits.max_request_body_bytes:
            return  # refused by its size, by the core or once it is there
        walk.declared_bytes = size
        for station in self._stations:
            waiting = station(flow)
            if inspect.isawaitable(waiting):
                await waiting
        if walk.is_released and walk.exchange is not None and flow.response is None:
            flow.request.stream = self._judged(flow, walk, walk.exchange)

    def _judged(self, flow: http.HTTPFlow, walk: Walk, exchange: Exchange) -> streams.JudgedStream:
        begun = False

        def judge(text: str) -> tuple[tuple[Match, ...], bool]:
            nonlocal begun
            found = [] if begun else _begins(text)
            begun = True
            found += self._findings(walk, exchange, text)
            verdict = engine.decide(found, walk.policy)
            if verdict.decision is Decision.ALLOW and not found:
                return (), True
            fields = verdict_fields(walk, verdict) | {"verdict_entry": walk.entry, "part": "body"}
            self._gateway.post("flow.verdict", fields)
            return (), verdict.decision is Decision.ALLOW

        return streams.JudgedStream(
            judge,
            lambda text, _matches: text,
            lambda: transports.abort(flow.client_conn, flow.server_conn),
            inflating=None,
            live_ends=(),
            overlap=self._gateway.lender.overlap_characters if self._gateway.lender else 0,
        )

    def _findings(self, walk: Walk, exchange: Exchange, text: str) -> list[Finding]:
        piece = replace(exchange, texts=(Text(LOCATION, readable.text(text)),), messages=(), calls=())
        return engine.content(piece, walk.policy, State(watch=self._gateway.watch)).findings


def is_streamable(request: http.Request) -> bool:
    """True for a body of known length that is too large to be held and holds nothing that acts."""
    size = request.headers.get("content-length", "")
    if not (size.isascii() and size.isdigit()) or int(size) <= STREAMED_FROM_BYTES:
        return False
    content_type = request.headers.get("content-type", "").lower()
    return not (
        "json" in content_type
        or "x-www-form-urlencoded" in content_type
        or grpc.is_grpc(content_type.encode("latin-1", "replace"))
        or request.headers.get("content-encoding", "")
        or request.headers.get("transfer-encoding", "")
    )


def _begins(text: str) -> list[Finding]:
    """Refuse a body that is JSON after all: what it does would have to be judged as a whole."""
    if not json_document.looks_like_json(text[:4096].encode("utf-8", "surrogateescape")):
        return []
    reason = "a JSON body is larger than may be judged"
    return [catalog.finding("decode.body-too-large", reason, location=LOCATION)]
