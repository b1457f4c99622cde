"""What denying means for each kind of event: how traffic is stopped after an addon raised.

Called by the dispatcher only. While it runs the event waits, so what is recorded first is not forwarded meanwhile.
Invariant: whatever the event, nothing more of it reaches the other side, and an entry says so if the ledger can still
write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mitmproxy import connection, dns, http, tcp, tls, udp
from mitmproxy.proxy import layer, server_hooks
from mitmproxy.proxy.layers.quic import QuicTlsData

from addons import transports
from addons.protocols import DenyLayer
from addons.records import destination_fields
from policy import catalog

if TYPE_CHECKING:
    from addons.gate import Gate
    from addons.gateway import Gateway

RULE = "engine.addon-error"


class Denial:
    """Carries out the denial of one event."""

    def __init__(self, gateway: Gateway, gate: Gate) -> None:
        self._gateway = gateway
        self._gate = gate

    async def deny(self, hook: str, datum: Any, why: str) -> None:
        """Stop what `datum` stands for.

        Args:
            hook: name of the hook in which something raised.
            datum: its argument: a flow, a connection, a layer decision, ...
            why: what raised, without any agent-supplied text.
        """
        match datum:
            case http.HTTPFlow():
                await self._deny_http(hook, datum, why)
            case dns.DNSFlow():
                datum.response = datum.request.fail(5)
                await self._record(datum.client_conn, "", 53, why)
            case tcp.TCPFlow() | udp.UDPFlow():
                if datum.messages:
                    datum.messages[-1].content = b""
                await self._record(datum.client_conn, "", 0, why)
                transports.abort(datum.client_conn)
            case connection.Client():
                await self._deny_client(hook, datum, why)
            case server_hooks.ServerConnectionHookData():
                await self._deny_server(hook, datum, why)
            case tls.ClientHelloData():
                datum.ignore_connection = False
                await self._record(datum.context.client, "", 0, why)
                transports.abort(datum.context.client)
            case tls.TlsData() | QuicTlsData():
                await self._record(datum.context.client, "", 0, why)
                transports.abort(datum.context.client)
            case layer.NextLayer():
                datum.layer = DenyLayer(datum.context)
                await self._record(datum.context.client, "", 0, why)
            case _:
                self._gateway.post("gateway.fault", {"hook": hook, "reason": why})

    async def _deny_http(self, hook: str, flow: http.HTTPFlow, why: str) -> None:
        finding = catalog.finding(RULE, f"a guard failed: {why}")
        is_answerable = hook in {"requestheaders", "request", "http_connect"} and not flow.request.stream
        is_withheld = hook == "response" and flow.response is not None and not flow.response.stream
        await self._gate.refuse_unjudged(flow, finding)
        if hook == "websocket_message" and flow.websocket and flow.websocket.messages:
            flow.websocket.messages[-1].drop()
        if not (is_answerable or is_withheld):
            transports.abort(flow.client_conn)
        elif is_withheld:
            transports.abort_server(flow.client_conn, flow.server_conn)

    async def _deny_client(self, hook: str, client: connection.Client, why: str) -> None:
        if hook == "client_connected":
            client.error = f"aegis: {why}"
            await self._record(client, "", 0, why)

    async def _deny_server(self, hook: str, data: server_hooks.ServerConnectionHookData, why: str) -> None:
        host, port = (data.server.address or ("", 0))[:2]
        if hook == "server_connect":
            data.server.error = f"aegis: {why}"
        elif hook != "server_connected":
            return
        await self._record(data.client, host, port, why)
        if hook == "server_connected":
            transports.abort(data.client, data.server)  # last: it cancels the task that runs this hook

    async def _record(self, client: connection.Client, host: str, port: int, why: str) -> None:
        finding = catalog.finding(RULE, f"a guard failed: {why}")
        await self._gateway.record(
            "flow.verdict", destination_fields(self._gateway, client, host, port, finding)
        )
