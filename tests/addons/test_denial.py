"""After an addon raised: whatever kind of event it was, nothing more of it passes, and an entry says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy import connection as mitm_connection
from mitmproxy import dns, http
from mitmproxy.hooks import all_hooks
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import HttpLayer, TCPLayer
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.layers.quic import QuicTlsData
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import tflow
from mitmproxy.tls import ClientHelloData, TlsData

from addons.denial import RULE, Denial
from addons.gate import Gate
from addons.identify import Identify
from addons.protocols import DenyLayer
from tests.addons.test_gateway import Bench, Connection, bench
from tests.addons.test_protocols import client_hello, tls_layer

if TYPE_CHECKING:
    from pathlib import Path

WHY = "RuntimeError in hook"
ANSWERED = ("requestheaders", "request", "http_connect")
"""Hooks of HTTP in which the agent can still be told."""
CUT = ("http_connected", "responseheaders", "error", "websocket_start", "websocket_message", "websocket_end")
"""Hooks of HTTP in which bytes may be on their way already."""


async def _deny(at: Bench, hook: str, datum: Any) -> None:
    await Denial(at.gateway, Gate(at.gateway)).deny(hook, datum, WHY)


async def _rules(at: Bench) -> list[str]:
    return [entry["rule"] for entry in await at.entries()]


def _context(at: Bench, connection: Connection) -> Context:
    return Context(connection.client, at.tctx.options)


@pytest.mark.parametrize("is_walked", [True, False])
@pytest.mark.parametrize("hook", ANSWERED)
async def test_a_request_is_answered_with_a_503(
    hook: str,
    is_walked: bool,  # noqa: FBT001 - both kinds of flow
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = tflow.tflow(client_conn=connection.client)
        if is_walked:
            Identify(at.gateway).requestheaders(flow)
        await _deny(at, hook, flow)
        assert flow.response is not None
        assert flow.response.status_code == 503
        assert not await connection.is_cut()
        assert await _rules(at) == [RULE]


async def test_a_request_that_is_streamed_already_is_cut_off(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = tflow.tflow(client_conn=connection.client)
        flow.request.stream = True
        await _deny(at, "request", flow)
        assert await connection.is_cut()


async def test_a_response_is_withheld_and_the_agent_is_told(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = tflow.tflow(client_conn=connection.client, resp=True)
        assert flow.response is not None
        flow.response.content = b"what the service said"
        Identify(at.gateway).requestheaders(flow)
        await _deny(at, "response", flow)
        assert flow.response.status_code == 503
        assert b"what the service said" not in flow.response.content
        assert not await connection.is_cut()
        assert await _rules(at) == [RULE]


async def test_a_response_that_is_streamed_already_is_cut_off(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = tflow.tflow(client_conn=connection.client, resp=True)
        assert flow.response is not None
        flow.response.stream = True
        await _deny(at, "response", flow)
        assert await connection.is_cut()


@pytest.mark.parametrize("hook", CUT)
async def test_what_may_be_under_way_is_cut_off(hook: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = tflow.tflow(client_conn=connection.client, resp=True)
        await _deny(at, hook, flow)
        assert await connection.is_cut()
        assert await _rules(at) == [RULE]


async def test_a_websocket_message_is_dropped_as_well(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = tflow.twebsocketflow()
        flow.client_conn = connection.client
        await _deny(at, "websocket_message", flow)
        assert flow.websocket is not None
        assert flow.websocket.messages[-1].dropped
        assert await connection.is_cut()


@pytest.mark.parametrize("make", [tflow.ttcpflow, tflow.tudpflow])
@pytest.mark.parametrize("has_messages", [True, False])
async def test_raw_traffic_is_blanked_and_cut_off(
    make: Any,
    has_messages: bool,  # noqa: FBT001 - with and without
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        flow = make(client_conn=connection.client)
        if not has_messages:
            flow.messages = []
        await _deny(at, "tcp_message", flow)
        assert all(message.content == b"" for message in flow.messages[-1:])
        assert await connection.is_cut()
        assert await _rules(at) == [RULE]


@pytest.mark.parametrize("hook", ["dns_request", "dns_response"])
async def test_a_dns_query_is_refused(hook: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = tflow.tdnsflow(resp=hook == "dns_response")
        await _deny(at, hook, flow)
        assert flow.response is not None
        assert flow.response.response_code == dns.response_codes.REFUSED
        assert flow.response.answers == []
        assert await _rules(at) == [RULE]


async def test_a_client_is_not_let_in(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        client = tflow.tclient_conn()
        await _deny(at, "client_connected", client)
        assert client.error == f"aegis: {WHY}"
        assert await _rules(at) == [RULE]


async def test_a_client_that_has_gone_needs_no_denial(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        client = tflow.tclient_conn()
        await _deny(at, "client_disconnected", client)
        assert client.error is None
        assert await _rules(at) == []


async def test_a_server_is_not_connected_to(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        data = ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
        await _deny(at, "server_connect", data)
        assert data.server.error == f"aegis: {WHY}"
        (entry,) = await at.entries()
        assert (entry["host"], entry["port"], entry["rule"]) == ("address", 22, RULE)


async def test_a_connected_server_is_cut_off_with_its_client(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection, at.connection() as service:
        server = mitm_connection.Server(address=("127.0.0.1", 1))
        connection.handler.transports[server] = service.handler.transports[service.client]
        await _deny(at, "server_connected", ServerConnectionHookData(server, connection.client))
        assert await service.is_cut()
        assert await connection.is_cut()
        assert await _rules(at) == [RULE]


@pytest.mark.parametrize("hook", ["server_disconnected", "server_connect_error"])
async def test_a_server_that_has_gone_needs_no_denial(hook: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        data = ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
        await _deny(at, hook, data)
        assert data.server.error is None
        assert await _rules(at) == []


async def test_a_tls_handshake_is_never_passed_on_unread(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        data = ClientHelloData(_context(at, connection), client_hello("example.com"))
        data.ignore_connection = True
        await _deny(at, "tls_clienthello", data)
        assert data.ignore_connection is False
        assert await connection.is_cut()
        assert await _rules(at) == [RULE]


@pytest.mark.parametrize("kind", [TlsData, QuicTlsData])
@pytest.mark.parametrize(
    "hook", ["tls_start_client", "tls_start_server", "tls_established_server", "tls_failed_client"]
)
async def test_a_tls_connection_is_cut_off(hook: str, kind: type[TlsData], tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        await _deny(at, hook, kind(connection.client, _context(at, connection)))
        assert await connection.is_cut()
        assert await _rules(at) == [RULE]


@pytest.mark.parametrize(
    "chosen",
    [
        lambda context: None,  # noqa: ARG005
        TCPLayer,
        lambda context: HttpLayer(context, HTTPMode.regular),
        tls_layer,
    ],
)
async def test_a_layer_is_replaced_by_one_that_closes(chosen: Any, tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        nextlayer = layer.NextLayer(_context(at, connection))
        nextlayer.layer = chosen(nextlayer.context)
        await _deny(at, "next_layer", nextlayer)
        assert isinstance(nextlayer.layer, DenyLayer)
        done = list(nextlayer.layer.handle_event(events.Start()))
        assert [type(command) for command in done] == [commands.CloseConnection]
        assert await _rules(at) == [RULE]


async def test_anything_else_is_recorded_as_a_fault(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        for datum in (None, object(), {"mode"}):
            await _deny(at, "running", datum)
        assert await at.entries("gateway.fault") == [{"hook": "running", "reason": WHY}] * 3


async def test_a_denial_holds_when_the_ledger_is_gone(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        at.writer.close()
        flow = tflow.tflow(client_conn=connection.client)
        Identify(at.gateway).requestheaders(flow)
        await _deny(at, "request", flow)
        assert isinstance(flow.response, http.Response)
        assert flow.response.status_code == 503
        client = tflow.tclient_conn()
        await _deny(at, "client_connected", client)
        assert client.error


def test_every_kind_of_argument_that_traffic_hooks_have_has_a_test_here() -> None:
    kinds = {
        next(iter(hook.__dataclass_fields__.values())).type
        for hook in all_hooks.values()
        if hook.__dataclass_fields__ and hook.name not in {"load", "configure", "add_log", "update"}
    }
    names = {getattr(kind, "__name__", str(kind)).rpartition(".")[2] for kind in kinds}
    assert names <= {
        "Client",
        "ClientHelloData",
        "DNSFlow",
        "HTTPFlow",
        "NextLayer",
        "QuicTlsData",
        "ServerConnectionHookData",
        "TCPFlow",
        "TlsData",
        "UDPFlow",
        # neither of these is reachable: SOCKS is refused at the start, and commands have no flow
        "Socks5AuthData",
    }
