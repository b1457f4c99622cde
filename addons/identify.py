"""First of the stack: names the agent behind a connection and opens the walk of each flow.

An agent is known by its proxy credentials or by its source address, as the policy's `agents` say; a caller that is
none of them is judged by the base policy under the name `default`. `Proxy-Authorization` is for us alone and never
leaves the gateway. The connection's name is decided once and kept: credentials inside a tunnel change nothing.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from typing import TYPE_CHECKING

from addons.walk import Caller, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitmproxy import connection, http

    from addons.gateway import Gateway
    from policy.compiled import AgentIdentity

CREDENTIALS = "Proxy-Authorization"
DEFAULT_AGENT = "default"


class Identify:
    """Resolves who is calling."""

    name = "aegis-identify"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """A tunnel begins: remember its caller and its authority."""
        caller = self.caller(flow.client_conn, flow.request)
        caller.tunnel = (flow.request.host, flow.request.port)
        caller.judged_requests = 0

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A request begins: open its walk and keep our credentials from the service."""
        caller = self.caller(flow.client_conn, flow.request)
        if CREDENTIALS in flow.request.headers:
            del flow.request.headers[CREDENTIALS]
        policy = self._gateway.policy.for_agent(caller.agent)
        self._gateway.walks.open(flow, Walk(flow.id, caller.agent, caller.identified_by, policy))

    def caller(self, client: connection.Client, request: http.Request | None = None) -> Caller:
        """The caller behind a client connection; decided at its first request."""
        known = self._gateway.callers.get(client.id)
        if known is None:
            agent, identified_by = resolve(
                self._gateway.policy.agents, proxy_user(request), source_of(client)
            )
            known = self._gateway.callers[client.id] = Caller(agent, identified_by)
        return known


def source_of(client: connection.Client) -> str:
    """Source address of a client connection as text; empty if there is none."""
    return str(client.peername[0]) if client.peername else ""


def resolve(agents: Sequence[AgentIdentity], user: str, source: str) -> tuple[str, str]:
    """The first agent for which all that the policy states of it holds, and how it was recognized."""
    address = ipaddress.ip_address(source.partition("%")[0]) if source else None
    address = getattr(address, "ipv4_mapped", None) or address
    for agent in agents:
        if agent.proxy_user is not None and agent.proxy_user != user:
            continue
        if agent.source_addresses and not any(
            address is not None and address.version == network.version and address in network
            for network in agent.source_addresses
        ):
            continue
        return agent.name, "proxy-credentials" if agent.proxy_user is not None else "source-address"
    return DEFAULT_AGENT, "default"


def proxy_user(request: http.Request | None) -> str:
    """User of a Basic `Proxy-Authorization`; empty if there is none that can be read."""
    value = request.headers.get(CREDENTIALS, "") if request else ""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
