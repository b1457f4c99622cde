"""The last addon of the chain: what carries no verdict does not pass.

It knows nothing of policy. If an addon forgot a flow, was skipped, or a protocol reached a hook that nobody judges,
the sentinel refuses, whatever the reason. Invariant: it lets pass only walks that the gate released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addons import transports
from policy import catalog

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import dns, http, tcp, udp
    from mitmproxy.proxy import server_hooks

    from addons.gate import Gate
    from addons.gateway import Gateway

REASON = "the flow reached the end of the stack without a verdict"


class Sentinel:
    """Denies whatever arrives here without a mark of the gate."""

    name = "aegis-sentinel"

    def __init__(self, gateway: Gateway, gate: Gate) -> None:
        self._gateway = gateway
        self._gate = gate

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse request streaming unless the gate has released the head: `addons.uploads` judges the body."""
        walk = self._gateway.walks.get(flow)
        if flow.request.stream and not (walk and walk.is_released and callable(flow.request.stream)):
            flow.request.stream = False
            transports.abort(flow.client_conn)

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Refuse a request that the gate neither released nor refused."""
        walk = self._gateway.walks.get(flow)
        if walk is not None and (walk.is_released or (walk.is_refused and flow.response)):
            return None
        return self._gate.refuse_unjudged(flow, catalog.finding("engine.no-verdict", REASON))

    def response(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Refuse a response to a request that was never released."""
        return self.request(flow)

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Refuse a connection to a destination that no released request has."""
        caller = self._gateway.callers.get(data.client.id)
        if data.server.error or (caller and data.server.address and data.server.address[:2] in caller.pins):
            return
        data.server.error = "aegis: connect without a verdict"

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Drop a message that nobody has judged, and cut the connection."""
        walk = self._gateway.walks.get(flow)
        messages = flow.websocket.messages if flow.websocket else []
        if not messages or messages[-1].dropped or (walk and walk.judged_message is messages[-1]):
            return
        messages[-1].drop()
        transports.abort(flow.client_conn)

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Blank it: raw TCP is refused before its first byte."""
        flow.messages[-1].content = b""
        transports.abort(flow.client_conn)

    def udp_message(self, flow: udp.UDPFlow) -> None:
        """Blank it: UDP is refused before its first datagram."""
        flow.messages[-1].content = b""
        transports.abort(flow.client_conn)

    def dns_request(self, flow: dns.DNSFlow) -> None:
        """Refuse a query nobody has answered: it would be forwarded as it is."""
        if not flow.response and not flow.error:
            flow.response = flow.request.fail(5)
