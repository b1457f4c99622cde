"""Third of the stack: where may this go? Names first, then every address of the one resolution, then the wire.

A name that the policy refuses is never resolved: a DNS query is a message too (exfiltration by labels, T1048.003).
After judging, the addresses are pinned to the caller and destination; when mitmproxy connects, the pin is all that
`loop.getaddrinfo` answers, and after connecting the peer is compared once more.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from addons import resolution, transports
from addons.records import destination_fields
from policy import catalog, engine
from policy.exchange import State
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http
    from mitmproxy.proxy import server_hooks

    from addons.gateway import Gateway
    from addons.walk import Walk


class Egress:
    """Judges the destination of an exchange and guards the connection to it."""

    name = "aegis-egress"

    def __init__(self, gateway: Gateway, resolver: resolution.Resolution) -> None:
        self._gateway = gateway
        self._resolver = resolver

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge name, port and scheme; then the addresses. Waits only for a name that is not cached."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled:
            return None
        with walk.step("egress"):
            findings = engine.destination(walk.exchange, walk.policy)
            walk.findings += findings
        if findings and engine.decide(findings, walk.policy).decision is not Decision.ALLOW:
            return None
        host = walk.exchange.host
        if (literal := _literal(host)) is not None:
            self._judge(walk, (literal,))
        elif not flow.live and not flow.is_replay:
            self._judge(walk, _recorded_addresses(flow))
        elif (addresses := self._resolver.cached(host)) is not None:
            self._judge(walk, addresses)
        else:
            return self._resolve(walk, host)
        return None

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Let the connection that follows go to the judged addresses and nowhere else."""
        addresses = self._pinned(data)
        if not addresses:
            data.server.error = data.server.error or "aegis: connect without a verdict"
            return
        if data.server.transport_protocol != "tcp":
            data.server.error = "aegis: only TCP is dialled"
            return
        resolution.pin(addresses)

    async def server_connected(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Compare the peer with what was judged: the last line should anything above be wrong."""
        addresses = self._pinned(data) or ()
        peer = data.server.peername[0] if data.server.peername else ""
        if peer and any(_same(peer, address) for address in addresses):
            return
        finding = catalog.finding(
            "egress.peer-mismatch", "the connected peer is not an address that was judged"
        )
        host, port = (data.server.address or ("", 0))[:2]
        await self._gateway.record(
            "flow.verdict",
            destination_fields(self._gateway, data.client, host, port, finding),
        )
        transports.abort(data.client, data.server)  # last: it cancels the task that runs this hook

    def _pinned(self, data: server_hooks.ServerConnectionHookData) -> tuple[str, ...] | None:
        caller = self._gateway.callers.get(data.client.id)
        if caller is None or not data.server.address or data.server.via:
            return None
        return caller.pins.get(data.server.address[:2])

    async def _resolve(self, walk: Walk, host: str) -> None:
        try:
            addresses = await self._resolver.resolve(host)
        except resolution.ResolutionError as error:
            walk.findings.append(
                catalog.finding(
                    "egress.unresolvable", f"the host name has no address: {error}", location="host"
                ),
            )
            return
        self._judge(walk, addresses)

    def _judge(self, walk: Walk, addresses: tuple[str, ...]) -> None:
        if walk.exchange is None:
            return
        walk.addresses = addresses
        with walk.step("addresses"):
            walk.findings += engine.addresses(walk.exchange, walk.policy, State(addresses=addresses))


@lru_cache(maxsize=4096)
def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _same(peer: str, address: str) -> bool:
    return ipaddress.ip_address(peer.partition("%")[0]) == ipaddress.ip_address(address.partition("%")[0])


def _recorded_addresses(flow: http.HTTPFlow) -> tuple[str, ...]:
    """Where a recorded flow went; nothing is resolved or dialled for it."""
    peer = flow.server_conn.peername
    return (peer[0],) if peer else ()
