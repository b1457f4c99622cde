"""Seventh of the stack: secrets and personal data in what leaves.

Keeps what has a memory: at which host each credential was first seen, and how much an agent says in the names it
looks up.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from addons import asides
from addons.credentials import Credentials
from policy import engine
from policy.exchange import State

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.exchange import Exchange


class Data:
    """Asks `policy` about everything that could carry data."""

    name = "aegis-data"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._credentials = Credentials()

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge the documents of a request."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled:
            return None
        foreign = self._credentials.foreign(walk.exchange, self._gateway.policy.services)
        return asides.run(partial(self._judge, walk, walk.exchange, foreign), len(walk.exchange.body))

    def _judge(self, walk: Walk, exchange: Exchange, foreign: frozenset[str]) -> None:
        with walk.step("data"):
            state = State(
                foreign_credentials=foreign, watch=self._gateway.watch, placeholders=walk.placeholders
            )
            found = engine.content(exchange, walk.policy, state)
            walk.findings += found.findings
            walk.redactions = found.redactions
