"""Seventh of the stack, with the data guard: what a session has read, and whether a request carries it on.

Keeps the sessions of this process, one for each agent and address it calls from: conversations with models, calls of
tool servers and plain requests of one agent are one story. What is kept is hashes, bounded, salted anew at each start.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from addons import asides
from policy import chains
from policy.channel import Channel
from policy.sessions.act import Origin
from policy.sessions.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.exchange import Exchange, ToolCall, ToolResult
    from policy.sessions.session import Session
    from policy.verdict import Finding

SALT_BYTES: Final = 32
KNOWN_HOSTS: Final = 4096
"""Agents and hosts whose plain requests need not be remembered again."""
KNOWN_RESULTS: Final = 4096
"""Results of tools whose origin is remembered: a conversation is sent again with every turn."""


class Chains:
    """Asks `policy` about sessions."""

    name = "aegis-chains"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._sessions = Sessions(secrets.token_bytes(SALT_BYTES))
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._spoken: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge what a request carries on, and remember what it shows."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled:
            return None
        walk.source = flow.client_conn.peername[0] if flow.client_conn.peername else ""
        if chains.is_harmless(walk.exchange, self._of(walk)) and self._is_known(walk, walk.exchange):
            return None
        return asides.run(partial(self._judge, walk, walk.exchange), len(walk.exchange.body))

    def call(self, walk: Walk, asked: ToolCall) -> list[Finding]:
        """Judge one tool call by what the session of a flow has read."""
        return chains.call(asked, self._of(walk), walk.policy, time.time())

    def result(self, walk: Walk, text: str) -> None:
        """Remember what a tool server has answered."""
        calls = walk.exchange.calls if walk.exchange else ()
        if len(calls) == 1:
            origin, source = chains.origin_of(calls[0])
        else:
            origin, source = Origin.UNTRUSTED, f"tool:{walk.exchange.host if walk.exchange else ''}"
        self._of(walk).saw(origin, text, source, time.time())

    def page(self, walk: Walk, text: str) -> None:
        """Remember a page that a service has answered with."""
        if walk.exchange is not None:
            source = f"web:{walk.exchange.scheme}://{walk.exchange.host}"
            self._of(walk).saw(Origin.UNTRUSTED, text, source, time.time())

    def _judge(self, walk: Walk, exchange: Exchange) -> None:
        with walk.step("chains"):
            session, now_s = self._of(walk), time.time()
            for message in exchange.messages:
                if message.channel is not Channel.TOOL:
                    session.saw(Origin.USER, message.text, "user", now_s)
            for result in exchange.results:
                self._hear(session, result, now_s)
            for asked in exchange.calls:
                walk.findings += chains.call(asked, session, walk.policy, now_s)
            walk.findings += chains.request(exchange, session, walk.policy, now_s)

    def _is_known(self, walk: Walk, exchange: Exchange) -> bool:
        """Whether this agent has spoken to this host before; from now on it has."""
        key = (walk.agent, walk.source, exchange.host)
        if key in self._spoken:
            return True
        self._spoken[key] = None
        if len(self._spoken) > KNOWN_HOSTS:
            self._spoken.popitem(last=False)
        return False

    def _hear(self, session: Session, result: ToolResult, now_s: float) -> None:
        """Remember the result of a tool once."""
        text = result.text
        key = blake2b(f"{id(session)}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key in self._known:
            return
        origin, source = chains.origin_of(result.call) if result.call else (Origin.UNTRUSTED, "tool:")
        session.saw(origin, text, source, now_s)
        self._known[key] = None
        if len(self._known) > KNOWN_RESULTS:
            self._known.popitem(last=False)

    def _of(self, walk: Walk) -> Session:
        return self._sessions.session(walk.agent, walk.source, time.time())
