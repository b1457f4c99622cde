"""First of the stack: names the agent behind a connection and opens the walk of each flow.

An agent is known by its proxy credentials or by its source address, as the policy's `agents` say; a caller that is
none of them is judged by the base policy under the name `default`. `Proxy-Authorization` is for us alone and never
leaves the gateway. The connection's name is decided once and kept: credentials inside a tunnel change nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from typing import TYPE_CHECKING

from addons.walk import Caller, Walk
from policy import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitmproxy import connection, http

    from addons.gateway import Gateway
    from policy.compiled import AgentIdentity
    from policy.verdict import Finding

CREDENTIALS = "Proxy-Authorization"
DEFAULT_AGENT = "default"
UNKNOWN = "unknown-credentials"

type Credentials = tuple[str, str]
"""User and password as sent; agent-supplied."""


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
        walk = Walk(flow.id, caller.agent, caller.identified_by, policy)
        walk.findings += judge(caller)
        self._gateway.walks.open(flow, walk)

    def caller(self, client: connection.Client, request: http.Request | None = None) -> Caller:
        """The caller behind a client connection; decided at its first request."""
        known = self._gateway.callers.get(client.id)
        if known is None:
            agent, identified_by = resolve(
                self._gateway.policy.agents,
                proxy_credentials(request),
                source_of(client),
            )
            known = self._gateway.callers[client.id] = Caller(agent, identified_by)
        return known


def judge(caller: Caller) -> list[Finding]:
    """Refuse a caller whose credentials fit no agent: it must not fall back to what anybody may do."""
    if caller.identified_by != UNKNOWN:
        return []
    return [catalog.finding("identity.unknown-agent", "the proxy credentials fit no agent of the policy")]


def source_of(client: connection.Client) -> str:
    """Source address of a client connection as text; empty if there is none."""
    return str(client.peername[0]) if client.peername else ""


def resolve(agents: Sequence[AgentIdentity], credentials: Credentials, source: str) -> tuple[str, str]:
    """The first agent for which all that the policy states of it holds, and how it was recognized.

    Credentials that fit no agent are not the same as none: such a caller is `UNKNOWN` and is refused.
    """
    for agent in agents:
        if _is_claimed(agent, credentials) and _is_from(agent, source):
            return agent.name, "source-address" if agent.proxy_user is None else "proxy-credentials"
    is_expected = any(agent.proxy_user is not None for agent in agents)
    return DEFAULT_AGENT, UNKNOWN if credentials[0] and is_expected else "default"


def proxy_credentials(request: http.Request | None) -> Credentials:
    """User and password of a Basic `Proxy-Authorization`; empty if there is none that can be read."""
    value = request.headers.get(CREDENTIALS, "") if request else ""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password


def _is_claimed(agent: AgentIdentity, credentials: Credentials) -> bool:
    if agent.proxy_user is None:
        return True
    user, password = credentials
    if not hmac.compare_digest(agent.proxy_user.encode(), user.encode()):
        return False
    if agent.proxy_password_sha256 is None:
        return True
    digest = hashlib.sha256(password.encode()).hexdigest()
    return hmac.compare_digest(agent.proxy_password_sha256, digest)


def _is_from(agent: AgentIdentity, source: str) -> bool:
    if not agent.source_addresses:
        return True
    if not source:
        return False
    address = ipaddress.ip_address(source.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address.version == n.version and address in n for n in agent.source_addresses)
