"""What may be spoken at all: HTTP, HTTPS and the DNS of `addons.dns`. Everything else ends here, with an entry.

mitmproxy relays raw TCP, UDP and QUIC it does not understand, and opens a tunnel to any port. The layer that would do
so is replaced before its first byte. A tunnel is refused at its CONNECT only if what comes inside could not be judged
or answered (another port, a malformed authority); a forbidden host is refused inside, where the agent can read why.

The mode `tun` hands over every datagram that an agent sends, as one "connection" for each pair of addresses and
ports. Of these only DNS is judged; all else is refused whatever it looks like, DTLS and a datagram without a byte
included, and `addons.repeats` bounds the entries. Invariant: only DNS is answered, nothing is relayed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitmproxy.proxy import commands, events, layer, mode_specs
from mitmproxy.proxy.layers import DNSLayer, HttpLayer, TCPLayer, UDPLayer
from mitmproxy.proxy.layers.quic import ClientQuicLayer, RawQuicLayer, ServerQuicLayer

from addons import refusal, transports
from addons.core_streams import Streams
from addons.records import destination_fields
from addons.repeats import Repeats
from policy import catalog, engine
from policy.exchange import Exchange
from policy.hosts import normalize_host
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Generator

    from mitmproxy import connection, http, tls
    from mitmproxy.addonmanager import Loader

    from addons.gateway import Gateway
    from policy.verdict import Finding

_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [^\r\n]* HTTP/[0-9.]{1,4}\r?\n")
_TOKEN_START = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}( |\Z)")
_LEADING_BYTES = 64
_REFUSED_AT_CONNECT = frozenset({"egress.port", "egress.malformed-host", "egress.scheme"})


class DenyLayer(layer.Layer):
    """Closes both sides, whatever arrives."""

    def _handle_event(self, event: events.Event) -> Generator[commands.Command]:
        if isinstance(event, events.Start | events.DataReceived):
            yield commands.CloseConnection(self.context.client)
            if self.context.server.connected:
                yield commands.CloseConnection(self.context.server)


class Protocols:
    """Denies what is not HTTP before it is relayed."""

    name = "aegis-protocols"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._repeats = Repeats(gateway)
        self._silent: dict[str, tuple[str, int]] = {}
        """Clients that have sent no byte yet, by id, to where they would send it; datagrams only."""

    def load(self, _loader: Loader) -> None:
        """Bound what may be under way; the rest is refused here."""
        Streams(self._refuse_unread).install()

    def client_connected(self, client: connection.Client) -> None:
        """A first datagram has come; what it holds is not known yet."""
        if client.transport_protocol == "udp" and not isinstance(client.proxy_mode, mode_specs.DnsMode):
            self._silent[client.id] = client.sockname[:2]

    def client_disconnected(self, client: connection.Client) -> None:
        """A datagram without a byte reaches no other hook: it is a signal nevertheless, and refused."""
        if (address := self._silent.pop(client.id, None)) is not None:
            finding = catalog.finding("protocol.udp", "UDP cannot be judged")
            self._repeats.post(destination_fields(self._gateway, client, *address, finding))

    def done(self) -> None:
        """The process ends: tell what has only been counted."""
        self._repeats.tell_all()

    def _refuse_unread(self, client: connection.Client, address: tuple[str, int]) -> None:
        finding = catalog.finding("engine.overload", "more is under way at once than may be")
        self._repeats.post(destination_fields(self._gateway, client, *address, finding))

    async def http_connect(self, flow: http.HTTPFlow) -> None:
        """Judge the authority of a tunnel."""
        caller = self._gateway.callers[flow.client_conn.id]
        policy = self._gateway.policy.for_agent(caller.agent)
        host, port = flow.request.host, flow.request.port
        exchange = Exchange(caller.agent, "https", "CONNECT", host, port, "/")
        findings = [f for f in engine.destination(exchange, policy) if f.rule in _REFUSED_AT_CONNECT]
        verdict = engine.decide(findings, policy)
        if verdict.decision is Decision.ALLOW:
            return
        caller.tunnel = None  # the connection goes on without one
        fields = destination_fields(self._gateway, flow.client_conn, host, port, findings[0])
        entry = await self._gateway.record("flow.verdict", fields | {"method": "CONNECT"})
        caller.judged_requests += 1
        flow.response = refusal.respond(verdict, entry)
        # Few clients show the body of a refused CONNECT; most show the reason phrase.
        words = f"Forbidden by {verdict.rule}: {verdict.findings[0].reason}"
        flow.response.reason = "".join(c for c in words if c.isascii() and c.isprintable())[:200]

    async def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Refuse names in the handshake that nobody could have meant; never let TLS pass unread."""
        data.ignore_connection = False
        sni = data.client_hello.sni
        if sni is None or _is_plain_name(sni):
            return
        finding = catalog.finding(
            "egress.malformed-host", "the TLS handshake asks for a malformed name", location="sni"
        )
        client = data.context.client
        await self._gateway.record(
            "flow.verdict",
            destination_fields(self._gateway, client, sni, _port(data.context), finding),
        )
        transports.abort(client)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """A handshake nobody could read, at the proxy's own port: there is no tunnel whose end would tell of it."""
        client = data.context.client
        if client.sni or client.id in self._gateway.callers:
            return
        finding = catalog.finding("protocol.not-http", "the TLS handshake cannot be read")
        self._gateway.post("flow.verdict", destination_fields(self._gateway, client, "", 0, finding))

    async def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """Replace a layer that would relay what nobody judges."""
        context = nextlayer.context
        self._silent.pop(context.client.id, None)
        finding = _judge_layer(nextlayer)
        if finding is None:
            return
        nextlayer.layer = DenyLayer(context)
        host = context.server.address[0] if context.server.address else ""
        fields = destination_fields(self._gateway, context.client, host, _port(context), finding)
        if context.client.transport_protocol == "udp":
            await self._repeats.record(fields)
        else:
            await self._gateway.record("flow.verdict", fields)


def _judge_layer(nextlayer: layer.NextLayer) -> Finding | None:
    chosen = nextlayer.layer
    if chosen is None:
        return None  # the core waits for more
    if isinstance(chosen, TCPLayer):
        return catalog.finding("protocol.raw-tcp", "raw TCP cannot be judged")
    if isinstance(chosen, ServerQuicLayer | ClientQuicLayer | RawQuicLayer):
        return catalog.finding("protocol.quic", "QUIC cannot be judged")
    is_udp = nextlayer.context.client.transport_protocol == "udp"
    if isinstance(chosen, UDPLayer) or (is_udp and not isinstance(chosen, DNSLayer)):
        return catalog.finding("protocol.udp", "UDP cannot be judged")
    if isinstance(chosen, HttpLayer) and not nextlayer.context.client.alpn:
        data = nextlayer.data_client()
        if data and not _may_be_http(data):
            return catalog.finding("protocol.not-http", "the bytes are not HTTP")
    return None


def _may_be_http(data: bytes) -> bool:
    """True if `data` is, or may become, the start of an HTTP/1 request."""
    data = data.lstrip(b"\r\n")
    if b"\n" in data:
        return _REQUEST_LINE.match(data) is not None
    return _TOKEN_START.match(data[:_LEADING_BYTES]) is not None


def _is_plain_name(sni: str) -> bool:
    try:
        return normalize_host(sni) == sni.lower()
    except ValueError:
        return False


def _port(context: object) -> int:
    server = getattr(context, "server", None)
    address = getattr(server, "address", None)
    return int(address[1]) if address else 0
