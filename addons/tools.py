"""Fifth of the stack: which tools are called, with which commands, statements, paths and addresses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from addons import asides
from policy import engine
from policy.exchange import State

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.rates import Rates
    from addons.walk import Walk
    from policy.compiled import AgentPolicy
    from policy.exchange import Exchange


class Tools:
    """Asks `policy` about calls of tools; counts them."""

    name = "aegis-tools"

    def __init__(self, gateway: Gateway, rates: Rates) -> None:
        self._gateway = gateway
        self._rates = rates

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge the tool calls of a request, and the files its target names."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_refused:
            return None
        return asides.run(partial(self._judge, walk, walk.exchange, walk.policy), len(walk.exchange.body))

    def _judge(self, walk: Walk, exchange: Exchange, policy: AgentPolicy) -> None:
        with walk.step("tools"):
            readings = tuple(
                reading
                for call in exchange.calls
                for reading in self._rates.count_tool(walk.agent, call.server, call.tool, policy.rates)
            )
            walk.rates += readings
            state = State(addresses=walk.addresses, rates=readings)
            walk.findings += engine.tools(exchange, policy, state)
