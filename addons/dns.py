"""DNS, in the mode `dns` or to port 53 through a `tun`: allowed names get our own, judged answer; nothing is forwarded.

A forwarded query is an exfiltration channel of its own (T1071.004): labels carry data, TXT records carry answers. So
only A and AAAA queries for allowed names are answered, from the same resolution that connections use. This addon
runs before mitmproxy's resolver, which would otherwise ask first.

What is no DNS message gets no answer, and its refusals are counted by `addons.repeats`. Queries are one entry each, so
an agent that asks more than `MOST_QUERIES` in `repeats.WINDOW_S` is refused, and that is only counted (CWE-770).
"""

from __future__ import annotations

import ipaddress
import struct
import time
from typing import TYPE_CHECKING, Any

from mitmproxy import dns
from mitmproxy.net.dns import classes, op_codes, types
from mitmproxy.proxy import mode_specs
from mitmproxy.proxy.layers import DNSLayer

from addons import resolution
from addons.errors import SelfCheckError
from addons.records import destination_fields
from addons.repeats import WINDOW_S, Repeats
from policy import catalog, engine
from policy.exchange import Exchange, State
from policy.hosts import normalize_host
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from mitmproxy.addonmanager import Loader
    from mitmproxy.connection import Client
    from mitmproxy.proxy.context import Context

    from addons.gateway import Gateway
    from addons.identify import Identify
    from policy.verdict import Finding

type Unpack = Callable[[DNSLayer, bytes, bool], list[dns.DNSMessage]]

REFUSED = 5
"""RFC 1035 response code."""
DNS_PORT = 53
HTTPS_PORT = 443
MOST_QUERIES = 1000
"""Of one agent in a window."""
MOST_QUERY_BYTES = 4096
"""Over TCP, where a message says how long it will be. A query for one name is under 600 (RFC 1035 §2.3.4, RFC 6891)."""
VERSIONS = {types.A: 4, types.AAAA: 6}


class Dns:
    """Answers or refuses each query."""

    name = "aegis-dns"

    def __init__(self, gateway: Gateway, identify: Identify, resolver: resolution.Resolution) -> None:
        self._gateway = gateway
        self._identify = identify
        self._resolver = resolver
        self._repeats = Repeats(gateway)
        self._silent: set[str] = set()
        """Clients of the `dns` mode that have sent no byte yet, by id; datagrams only."""
        self._asked: dict[str, int] = {}
        """Queries in this window, by agent."""
        self._window_ends_at = 0.0

    def load(self, _loader: Loader) -> None:
        """Hear of what the core cannot read as DNS: it has no hook for that."""
        if not callable(getattr(DNSLayer, "unpack_message", None)):
            raise SelfCheckError("mitmproxy has no DNSLayer.unpack_message")
        core: Any = DNSLayer
        core.unpack_message = _reporting(DNSLayer.unpack_message, self._hear, self._refuse_unreadable)

    def client_connected(self, client: Client) -> None:
        """A first datagram has come; what it holds is not known yet."""
        if client.transport_protocol == "udp" and isinstance(client.proxy_mode, mode_specs.DnsMode):
            self._silent.add(client.id)

    def client_disconnected(self, client: Client) -> None:
        """A datagram without a byte reaches no other hook."""
        if client.id in self._silent:
            self._silent.discard(client.id)
            self._refuse_unreadable(client, ("", DNS_PORT))

    def done(self) -> None:
        """The process ends: tell what has only been counted."""
        self._repeats.tell_all()

    async def dns_request(self, flow: dns.DNSFlow) -> None:
        """Answer an A or AAAA query for an allowed name."""
        flow.response = flow.request.fail(REFUSED)  # until something better is known
        if self._is_too_much(self._identify.caller(flow.client_conn).agent):
            too_much = catalog.finding(
                "engine.overload", "more names are asked for than are answered at once"
            )
            fields = destination_fields(self._gateway, flow.client_conn, "", DNS_PORT, too_much)
            await self._repeats.record(fields)
            return
        question = flow.request.question
        name = question.name if question else ""
        finding, addresses = await self._judge(flow)
        entry = await self._gateway.record(
            "flow.verdict",
            destination_fields(self._gateway, flow.client_conn, name, DNS_PORT, finding)
            if finding
            else _allowed_fields(self._gateway, flow, name),
        )
        if finding is None and entry is not None and question is not None:
            flow.response = flow.request.succeed(_records(question, addresses))

    def _is_too_much(self, agent: str) -> bool:
        if (now := time.monotonic()) >= self._window_ends_at:
            self._asked.clear()
            self._window_ends_at = now + WINDOW_S
        self._asked[agent] = asked = self._asked.get(agent, 0) + 1
        return asked > MOST_QUERIES

    def _hear(self, client: Client) -> None:
        self._silent.discard(client.id)

    def _refuse_unreadable(self, client: Client, address: tuple[str, int]) -> None:
        finding = catalog.finding("protocol.malformed", "the bytes are not a DNS message")
        self._repeats.post(destination_fields(self._gateway, client, *address, finding))

    async def _judge(self, flow: dns.DNSFlow) -> tuple[Finding | None, tuple[str, ...]]:
        question = flow.request.question
        if (
            question is None
            or not flow.request.query
            or flow.request.op_code != op_codes.QUERY
            or question.class_ != classes.IN
        ):
            return catalog.finding("dns.query-type", "only plain queries are answered"), ()
        if question.type not in VERSIONS:
            return catalog.finding("dns.query-type", "only A and AAAA records are answered"), ()
        try:
            host = normalize_host(question.name)
        except ValueError:
            return catalog.finding("dns.name", "the name is malformed"), ()
        caller = self._identify.caller(flow.client_conn)
        policy = self._gateway.policy.for_agent(caller.agent)
        ports = policy.destination.ports
        port = HTTPS_PORT if HTTPS_PORT in ports or not ports else min(ports)
        exchange = Exchange(caller.agent, "https", "GET", host, port, "/")
        refused = engine.destination(exchange, policy)
        if refused and engine.decide(refused, policy).decision is not Decision.ALLOW:
            return refused[0], ()
        try:
            addresses = await self._resolver.resolve(host)
        except resolution.ResolutionError:
            return catalog.finding("egress.unresolvable", "the name has no address"), ()
        refused = engine.addresses(exchange, policy, State(addresses=addresses))
        return (refused[0], ()) if refused else (None, addresses)


def _reporting(
    unpack_message: Unpack,
    hear: Callable[[Client], None],
    refuse: Callable[[Client, tuple[str, int]], None],
) -> Unpack:
    def unpack(self: DNSLayer, data: bytes, from_client: bool) -> list[dns.DNSMessage]:  # noqa: FBT001 - the core's
        hear(self.context.client)
        try:
            _check_length(self, data)
            return unpack_message(self, data, from_client)
        except (struct.error, ValueError, IndexError) as error:
            refuse(self.context.client, _destination(self.context))
            raise struct.error("not a DNS message") from error  # what the core closes the connection upon

    return unpack


def _check_length(layer: DNSLayer, data: bytes) -> None:
    """Wait for no message over TCP that no query can be: what is not DNS often announces one, and never sends it."""
    if layer.context.client.transport_protocol == "tcp":
        beginning = bytes(layer.req_buf[:2]) + data[:2]
        if len(beginning) >= 2 and struct.unpack("!H", beginning[:2])[0] > MOST_QUERY_BYTES:  # noqa: PLR2004
            raise struct.error("too long")


def _destination(context: Context) -> tuple[str, int]:
    return context.server.address[:2] if context.server.address else ("", DNS_PORT)


def _records(question: dns.Question, addresses: tuple[str, ...]) -> list[dns.ResourceRecord]:
    wanted = VERSIONS[question.type]
    parsed = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    return [
        dns.ResourceRecord(
            question.name, question.type, question.class_, int(resolution.TTL_S), address.packed
        )
        for address in parsed
        if address.version == wanted
    ]


def _allowed_fields(gateway: Gateway, flow: dns.DNSFlow, name: str) -> dict[str, object]:
    caller = gateway.callers.get(flow.client_conn.id)
    return {
        "flow": flow.id,
        "agent": caller.agent if caller else "default",
        "identified_by": caller.identified_by if caller else "default",
        "method": "DNS",
        "host": name[:512],
        "port": DNS_PORT,
        "verdict": "allow",
        "score": 0,
        "band": "LOW",
        "policy": gateway.policy.digest,
        "findings": [],
    }
