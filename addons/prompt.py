"""Sixth of the stack: what a model is asked to read, on its way out and on its way back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from addons import asides
from policy import engine
from policy.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.exchange import Exchange


class Prompt:
    """Asks `policy` about messages; remembers which it has judged."""

    name = "aegis-prompt"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.memory = Memory()

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge the messages of a request to a model."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled or not walk.exchange.messages:
            return None
        return asides.run(partial(self._judge, walk, walk.exchange), len(walk.exchange.body))

    def _judge(self, walk: Walk, exchange: Exchange) -> None:
        with walk.step("prompt"):
            walk.findings += engine.prompts(exchange.messages, walk.policy, self.memory)
