"""Fifth of the stack: which tools are called, with which commands, statements, paths and addresses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from addons import asides
from addons.answer_judge import server_of
from ledger.definitions import DefinitionsError
from policy import catalog, engine
from policy.evidence import safe
from policy.exchange import State

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.rates import Rates
    from addons.walk import Walk
    from ledger.definitions import Definitions
    from policy.compiled import AgentPolicy
    from policy.exchange import Exchange, ToolCall
    from policy.verdict import Finding


class Tools:
    """Asks `policy` about calls of tools; counts them."""

    name = "aegis-tools"

    def __init__(self, gateway: Gateway, rates: Rates, definitions: Definitions) -> None:
        self._gateway = gateway
        self._rates = rates
        self._definitions = definitions

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge the tool calls of a request, and the files its target names."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled:
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
            for call in exchange.calls:
                walk.findings += self._standing(server_of(walk), call)

    def _standing(self, server: str, call: ToolCall) -> list[Finding]:
        """Refuse a tool whose definition has changed since it was accepted."""
        try:
            if not self._definitions.is_pending(server, call.tool):
                return []
        except DefinitionsError as error:
            return [
                catalog.finding("tools.unknown-definition", safe(str(error), 200), location=call.location)
            ]
        reason = f"the definition of the tool {safe(call.tool, 60)} is not the one that was accepted"
        return [catalog.finding("tools.changed-definition", reason, location=call.location)]
