"""The `dns` mode: names the policy allows get our own, judged answer; nothing is ever forwarded.

A forwarded query is an exfiltration channel of its own (T1071.004): labels carry data, TXT records carry answers. So
only A and AAAA queries for allowed names are answered, from the same resolution that connections use. This addon
runs before mitmproxy's resolver, which would otherwise ask first.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from mitmproxy import dns
from mitmproxy.net.dns import classes, op_codes, types

from addons import resolution
from addons.records import destination_fields
from policy import catalog, engine
from policy.exchange import Exchange, State
from policy.hosts import normalize_host
from policy.verdict import Decision

if TYPE_CHECKING:
    from addons.gateway import Gateway
    from addons.identify import Identify
    from policy.verdict import Finding

REFUSED = 5
"""RFC 1035 response code."""
HTTPS_PORT = 443
VERSIONS = {types.A: 4, types.AAAA: 6}


class Dns:
    """Answers or refuses each query."""

    name = "aegis-dns"

    def __init__(self, gateway: Gateway, identify: Identify, resolver: resolution.Resolution) -> None:
        self._gateway = gateway
        self._identify = identify
        self._resolver = resolver

    async def dns_request(self, flow: dns.DNSFlow) -> None:
        """Answer an A or AAAA query for an allowed name."""
        flow.response = flow.request.fail(REFUSED)  # until something better is known
        question = flow.request.question
        name = question.name if question else ""
        finding, addresses = await self._judge(flow)
        entry = await self._gateway.record(
            "flow.verdict",
            destination_fields(self._gateway, flow.client_conn, name, 53, finding)
            if finding
            else _allowed_fields(self._gateway, flow, name),
        )
        if finding is None and entry is not None and question is not None:
            flow.response = flow.request.succeed(_records(question, addresses))

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
        "port": 53,
        "verdict": "allow",
        "score": 0,
        "band": "LOW",
        "policy": gateway.policy.digest,
        "findings": [],
    }
