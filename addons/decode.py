"""Second of the stack: builds the exchange, once; no later addon parses a body again.

A request that cannot be read the same way by everyone is refused here: a body that does not decode within the cap,
an unknown content coding, an upgrade to a protocol nobody judges, two names for one destination. In transparent mode
the destination address is the agent's choice; here the agreed name takes its place.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mitmproxy.proxy import mode_specs

from addons import asides, bodies, framing
from addons.decoders import packed, requests
from policy import catalog
from policy.checks import names
from policy.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.verdict import Finding

BUFFERED_RESPONSE_BYTES = 1024 * 1024
"""Responses that declare more than this, or nothing, are streamed: no guard of this build reads them."""


class Decode:
    """Makes the protocol-neutral exchange out of a flow."""

    name = "aegis-decode"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Build the exchange; what cannot be read becomes findings. Waits only for compressed bodies."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.is_settled:
            return None
        request = flow.request
        disagreements, name = names.reconcile(self._names(flow))
        walk.findings += disagreements
        host = name or request.host
        if request.host != host:
            request.data.host = host  # leaves Host and :authority as they are
        is_http2 = flow.client_conn.alpn == b"h2"
        walk.findings += framing.judge_request(request, is_http2=is_http2)
        walk.findings += _upgrade(request)
        framing.frame(request)
        request.headers.pop("sec-websocket-extensions", None)  # compressed messages could not be bounded
        if accepted := request.headers.get("accept-encoding"):
            request.headers["accept-encoding"] = bodies.acceptable(accepted)
        body = request.raw_content or b""
        if max(len(body), walk.declared_bytes) > walk.policy.limits.max_request_body_bytes:
            reason = "the request body is larger than may be judged"
            walk.findings.append(catalog.finding("decode.body-too-large", reason, location="body"))
        coding = request.headers.get("content-encoding", "")
        request.headers.pop("grpc-accept-encoding", None)  # answers come as they can be read
        content_type = request.headers.get("content-type", "").encode("latin-1", "replace")
        if coding or len(body) > asides.INLINE_BYTES or packed.is_packed(body, content_type):
            return self._build_aside(request, walk, host, body, coding)
        walk.exchange = _exchange(request, walk, host, body)
        self._unpack(walk)
        return None

    async def _build_aside(
        self, request: http.Request, walk: Walk, host: str, body: bytes, coding: str
    ) -> None:
        decoded = await self._decode(walk, body, coding) if coding else body
        walk.exchange = _exchange(request, walk, host, decoded)
        await asyncio.to_thread(self._unpack, walk)

    def _unpack(self, walk: Walk) -> None:
        """Read what rides on the request."""
        if walk.exchange is not None:
            walk.exchange, findings = requests.unpack(walk.exchange)
            walk.findings += findings

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream what is large or live; a response nobody can decode, or a changed protocol, is withheld."""
        response = flow.response
        walk = self._gateway.walks.get(flow)
        if response is None or walk is None or walk.is_refused:
            return
        walk.late_findings += framing.judge_response(
            response,
            is_head=flow.request.data.method == b"HEAD",
            is_handshake=framing.is_websocket(flow.request),
        )
        if walk.late_findings:
            response.stream = False
        elif not response.stream and _is_large_or_live(response):
            response.stream = True

    def response(self, flow: http.HTTPFlow) -> None:
        """HTTP/1 clients get no trailers: mitmproxy cannot send them."""
        if flow.response is not None and flow.client_conn.alpn != b"h2":
            flow.response.trailers = None

    async def _decode(self, walk: Walk, body: bytes, coding: str) -> bytes:
        cap_bytes = walk.policy.limits.max_request_body_bytes
        try:
            return await asyncio.to_thread(bodies.decode, body, coding, cap_bytes)
        except bodies.BodyError as error:
            walk.findings.append(bodies.finding(error))
            return b""

    def _names(self, flow: http.HTTPFlow) -> names.FlowNames:
        request = flow.request
        caller = self._gateway.callers.get(flow.client_conn.id)
        is_tls = request.scheme == "https"
        hosts = [value.decode("latin-1") for key, value in request.headers.fields if key.lower() == b"host"]
        is_direct = flow.is_replay is not None or not flow.live
        return names.FlowNames(
            connect=caller.tunnel if caller else None,
            sni=flow.client_conn.sni if is_tls else None,
            is_tls=is_tls and not is_direct,
            authorities=tuple(hosts),
            authority=request.authority or None,
            scheme=request.scheme,
            request_host="" if _is_intercepted(flow) else request.host,
            request_port=request.port,
        )


def _exchange(request: http.Request, walk: Walk, host: str, body: bytes) -> Exchange:
    return Exchange(
        agent=walk.agent,
        scheme=request.scheme,
        method=request.data.method.decode("latin-1"),
        host=host,
        port=request.port,
        target=request.path,
        http_version=request.http_version,
        is_websocket="websocket" in request.headers.get("upgrade", "").lower(),
        headers=request.headers.fields,
        body=body,
    )


def _is_intercepted(flow: http.HTTPFlow) -> bool:
    """True if the destination is an address that the agent's network stack chose."""
    return not isinstance(flow.client_conn.proxy_mode, mode_specs.RegularMode)


def _upgrade(request: http.Request) -> list[Finding]:
    """An upgrade leads to a protocol that is not judged; `h2c` is only an offer and is taken out."""
    offered = request.headers.get("upgrade", "")
    if not offered or framing.is_websocket(request):
        return []
    if offered.strip().lower() == "h2c":
        for name in ("upgrade", "http2-settings", "connection"):
            request.headers.pop(name, None)
        return []
    return [
        catalog.finding(
            "protocol.upgrade",
            "the request asks to change to a protocol that this build does not judge",
            location="header:upgrade",
        ),
    ]


def _is_large_or_live(response: http.Response) -> bool:
    if "content-length" not in response.headers:
        return True
    size = response.headers["content-length"]
    return not size.isascii() or not size.isdigit() or int(size) > BUFFERED_RESPONSE_BYTES
