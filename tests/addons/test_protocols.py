"""What may be spoken: HTTP, TLS and nothing that would be relayed unread."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import ClientTLSLayer, DNSLayer, HttpLayer, TCPLayer, UDPLayer
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.layers.quic import ClientQuicLayer, RawQuicLayer, ServerQuicLayer
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import tflow
from mitmproxy.tls import ClientHello, ClientHelloData, TlsData

from addons.identify import Identify
from addons.protocols import DenyLayer, Protocols, _may_be_http
from tests.addons.test_gateway import Bench, bench

if TYPE_CHECKING:
    from pathlib import Path

HEADER_BYTES = 9
"""Of a TLS record and of the handshake message in it."""


def client_hello(name: str | None) -> ClientHello:
    """What a real TLS client sends first."""
    context = ssl.create_default_context()
    context.check_hostname = False
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return ClientHello(outgoing.read()[HEADER_BYTES:])


def _next_layer(at: Bench, make: Any, sent: bytes = b"") -> layer.NextLayer:
    context = Context(tflow.tclient_conn(), at.tctx.options)
    context.client.alpn = None
    nextlayer = layer.NextLayer(context)
    nextlayer.layer = make(context)
    if sent:
        nextlayer.events.append(events.DataReceived(context.client, sent))
    return nextlayer


def _http_layer(context: Context) -> HttpLayer:
    return HttpLayer(context, HTTPMode.regular)


def tls_layer(context: Context) -> ClientTLSLayer:
    """TLS inside what came before it."""
    _http_layer(context)
    return ClientTLSLayer(context)


def _quic_layer(context: Context) -> ClientQuicLayer:
    return ClientQuicLayer(context)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (TCPLayer, "protocol.raw-tcp"),
        (UDPLayer, "protocol.udp"),
        (_quic_layer, "protocol.quic"),
        (ServerQuicLayer, "protocol.quic"),
        (lambda context: RawQuicLayer(context, force_raw=True), "protocol.quic"),
    ],
)
async def test_a_layer_that_relays_is_replaced_with_an_entry(make: Any, rule: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        nextlayer = _next_layer(at, make)
        nextlayer.context.server.address = ("example.com", 9000)
        await Protocols(at.gateway).next_layer(nextlayer)
        assert isinstance(nextlayer.layer, DenyLayer)
        (entry,) = await at.entries()
        assert (entry["rule"], entry["host"], entry["port"]) == (rule, "example.com", 9000)


@pytest.mark.parametrize(
    ("make", "sent"),
    [
        (lambda _: None, b"anything"),
        (tls_layer, b"\x16\x03\x01"),
        (DNSLayer, b"\0\0"),
        (_http_layer, b""),
        (_http_layer, b"GET / HTTP/1.1\r\n"),
        (_http_layer, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n"),
        (_http_layer, b"\r\nGET / HTTP/1.1\r\n\r\n"),
        (_http_layer, b"GE"),
    ],
)
async def test_what_can_be_judged_is_left_alone(make: Any, sent: bytes, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        nextlayer = _next_layer(at, make, sent)
        before = nextlayer.layer
        await Protocols(at.gateway).next_layer(nextlayer)
        assert nextlayer.layer is before
        assert await at.entries() == []


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"EHLO example.com\r\n",
        b"\x00\x01\x02\x03",
        b"\x05\x01\x00",
        b"* OK imap ready\r\n",
        b"GET /\r\n",
        b"GET / FTP/1.1\r\n",
        b"X" * 40,
    ],
)
async def test_bytes_that_are_not_http_never_reach_the_http_layer(sent: bytes, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        nextlayer = _next_layer(at, _http_layer, sent)
        await Protocols(at.gateway).next_layer(nextlayer)
        assert isinstance(nextlayer.layer, DenyLayer)
        assert [entry["rule"] for entry in await at.entries()] == ["protocol.not-http"]


async def test_what_alpn_has_agreed_on_needs_no_look_at_its_bytes(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        nextlayer = _next_layer(at, _http_layer, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        nextlayer.context.client.alpn = b"h2"
        await Protocols(at.gateway).next_layer(nextlayer)
        assert isinstance(nextlayer.layer, HttpLayer)


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.from_regex(rb"[A-Z]{1,10} [!-~]{1,60} HTTP/1\.[01]\r\n", fullmatch=True),
    st.integers(0, 90),
    st.binary(),
)
def test_every_beginning_of_a_request_may_become_one(line: bytes, length: int, rest: bytes) -> None:
    assert _may_be_http(line + rest)
    beginning = line[: length + 1]
    assert _may_be_http(beginning) or b"\n" in beginning.lstrip(b"\r\n")


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(min_size=1, max_size=200))
def test_what_may_be_http_begins_with_a_token(data: bytes) -> None:
    if _may_be_http(data) and (stripped := data.lstrip(b"\r\n")):
        assert stripped[:1].isascii()
        assert stripped[:1] not in b' \t"(),/:;<=>?@[\\]{}\x00'


async def test_the_layer_of_a_denial_closes_both_sides_whatever_arrives(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        context = Context(tflow.tclient_conn(), at.tctx.options)
        denying = DenyLayer(context)
        closed = [c.connection for c in _closed(denying, events.Start())]
        assert closed == [context.client]
        context.server.state = ConnectionState.OPEN
        data = events.DataReceived(context.client, b"secret")
        assert [c.connection for c in _closed(denying, data)] == [context.client, context.server]
        assert list(denying.handle_event(events.ConnectionClosed(context.client))) == []


def _closed(denying: DenyLayer, event: events.Event) -> list[commands.CloseConnection]:
    done = list(denying.handle_event(event))
    assert all(type(command) is commands.CloseConnection for command in done)
    return done  # type: ignore[return-value] - just asserted


@pytest.mark.parametrize("name", ["example.com", "xn--bcher-kva.example", None])
async def test_a_handshake_for_a_plain_name_goes_on_and_is_read(name: str | None, tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        data = ClientHelloData(Context(connection.client, at.tctx.options), client_hello(name))
        data.ignore_connection = True
        await Protocols(at.gateway).tls_clienthello(data)
        assert data.ignore_connection is False
        assert await at.entries() == []
        assert not await connection.is_cut()


@pytest.mark.parametrize("name", ["localhost.", "example.com.", "_bad-.example"])
async def test_a_handshake_for_an_odd_name_is_cut_off(name: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        hello = client_hello(name)
        data = ClientHelloData(Context(connection.client, at.tctx.options), hello)
        await Protocols(at.gateway).tls_clienthello(data)
        (entry,) = await at.entries()
        assert (entry["rule"], entry["host"]) == ("egress.malformed-host", name)
        assert await connection.is_cut()


@pytest.mark.parametrize("make", [tls_layer, _http_layer])
async def test_no_datagram_becomes_tls_or_http(make: Any, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        nextlayer = _next_layer(at, make, b"\x16\xfe\xfd")
        nextlayer.context.client.transport_protocol = "udp"
        await Protocols(at.gateway).next_layer(nextlayer)
        assert isinstance(nextlayer.layer, DenyLayer)
        assert [entry["rule"] for entry in await at.entries()] == ["protocol.udp"]


async def test_repeated_datagrams_are_one_entry_and_a_count(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        protocols = Protocols(at.gateway)
        for _ in range(50):
            nextlayer = _next_layer(at, UDPLayer)
            nextlayer.context.client.transport_protocol = "udp"
            nextlayer.context.server.address = ("93.184.216.34", 9000)
            await protocols.next_layer(nextlayer)
            assert isinstance(nextlayer.layer, DenyLayer)
        assert len(await at.entries()) == 1
        protocols.done()
        assert [entry.get("repeats") for entry in await at.entries()] == [None, 49]


@pytest.mark.parametrize(
    ("protocol", "mode", "rules"),
    [
        ("udp", "tun", ["protocol.udp"]),
        ("tcp", "tun", []),
        ("udp", "dns", []),
    ],
)
async def test_a_datagram_without_a_byte_is_an_entry_once_it_has_gone(
    protocol: Any, mode: str, rules: list[str], tmp_path: Path
) -> None:
    async with bench(tmp_path) as at:
        protocols = Protocols(at.gateway)
        client = tflow.tclient_conn()
        client.transport_protocol, client.proxy_mode = protocol, ProxyMode.parse(mode)
        protocols.client_connected(client)
        protocols.client_disconnected(client)
        protocols.client_disconnected(client)
        entries = await at.entries()
        assert [entry["rule"] for entry in entries] == rules
        assert all((entry["host"], entry["port"]) == client.sockname for entry in entries)


async def test_a_handshake_nobody_could_read_is_an_entry_unless_its_tunnel_tells_of_it(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        protocols = Protocols(at.gateway)
        nameless, named, tunnelled = tflow.tclient_conn(), tflow.tclient_conn(), tflow.tclient_conn()
        nameless.sni = tunnelled.sni = None
        Identify(at.gateway).caller(tunnelled)
        for client in (nameless, named, tunnelled):
            protocols.tls_failed_client(TlsData(client, Context(client, at.tctx.options)))
        assert [(entry["rule"], entry["flow"]) for entry in await at.entries()] == [
            ("protocol.not-http", nameless.id)
        ]


def _connect(host: str, port: int) -> http.HTTPFlow:
    flow = tflow.tflow(req=http.Request.make("CONNECT", "http://example.com/"))
    flow.request.data.host, flow.request.data.port = host, port
    return flow


@pytest.mark.parametrize(
    ("host", "port", "rule"),
    [
        ("example.com", 22, "egress.port"),
        ("example.com", 0, "egress.port"),
        ("exa mple.com", 443, "egress.malformed-host"),
        ("", 443, "egress.malformed-host"),
    ],
)
async def test_a_tunnel_that_could_not_be_judged_is_refused_at_once(
    host: str, port: int, rule: str, tmp_path: Path
) -> None:
    async with bench(tmp_path) as at:
        flow = _connect(host, port)
        Identify(at.gateway).http_connect(flow)
        await Protocols(at.gateway).http_connect(flow)
        assert flow.response is not None
        assert flow.response.status_code == 403
        assert json.loads(flow.response.content)["aegis"]["rule"] == rule
        (entry,) = await at.entries()
        assert (entry["rule"], entry["method"]) == (rule, "CONNECT")
        assert at.gateway.callers[flow.client_conn.id].judged_requests == 1


@pytest.mark.parametrize("host", ["example.com", "evil-hacker.com", "127.0.0.1"])
async def test_a_tunnel_whose_inside_can_be_answered_is_opened(host: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _connect(host, 443)
        Identify(at.gateway).http_connect(flow)
        await Protocols(at.gateway).http_connect(flow)
        assert flow.response is None
        assert await at.entries() == []


async def test_a_tunnel_with_unknown_credentials_is_opened_to_be_refused_inside(tmp_path: Path) -> None:
    agents = "allowedDomains: ['*']\nagents:\n  - name: builder\n    match: {proxyUser: builder}\n"
    async with bench(tmp_path, agents) as at:
        flow = _connect("example.com", 443)
        flow.request.headers["proxy-authorization"] = "Basic c3RyYW5nZXI6eA=="  # stranger:x
        identify = Identify(at.gateway)
        identify.http_connect(flow)
        await Protocols(at.gateway).http_connect(flow)
        assert flow.response is None
        inner = tflow.tflow(client_conn=flow.client_conn)
        identify.requestheaders(inner)
        walk = at.gateway.walks.get(inner)
        assert walk is not None
        assert [found.rule for found in walk.findings] == ["identity.unknown-agent"]


async def test_what_is_refused_before_any_request_names_the_agent_of_its_source(tmp_path: Path) -> None:
    agents = "agents:\n  - name: desk\n    match: {sourceAddresses: [127.0.0.1/32]}\n"
    async with bench(tmp_path, agents) as at:
        await Protocols(at.gateway).next_layer(_next_layer(at, TCPLayer))
        (entry,) = await at.entries()
        assert (entry["agent"], entry["identified_by"]) == ("desk", "source-address")
