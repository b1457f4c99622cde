"""Fourth of the stack: what the policy says of method, path, rate and the operator's own rules.

Keeps what has a clock: the rate windows (library `limits`). Every request that gets this far is counted, refused or
not, so an agent cannot probe for free. Custom rules are written in mitmproxy's filter language and compiled here,
once per policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy import flowfilter

from policy import catalog, engine, paths
from policy.errors import PolicyInvalidError, Problem
from policy.exchange import RateReading, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.rates import Rates
    from addons.walk import Walk
    from policy.compiled import AgentPolicy, Policy
    from policy.exchange import Exchange


def check_filters(policy: Policy) -> None:
    """Compile every custom rule once, so that a filter nobody understands is found when the policy loads.

    Raises:
        PolicyInvalidError: naming the lines of all that fail.
    """
    problems = []
    for index, rule in enumerate(policy.base.rules):
        try:
            flowfilter.parse(rule.filter)
        except ValueError:
            key = f"rules[{index}].filter"
            message = f"{key} is not a filter that mitmproxy understands"
            problems.append(Problem(rule.line or 1, 1, key, message, "see mitmproxy's filter expressions"))
    if problems:
        raise PolicyInvalidError(policy.source, tuple(problems))


class PolicyRules:
    """Counts, matches and asks `policy`."""

    name = "aegis-policy"

    def __init__(self, gateway: Gateway, rates: Rates) -> None:
        self._gateway = gateway
        self._rates = rates
        self._filters: dict[str, flowfilter.TFilter] = {}

    def request(self, flow: http.HTTPFlow) -> None:
        """Judge the request's form, its rate and the custom rules."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled:
            return
        with walk.step("policy"):
            self._judge(flow, walk, walk.exchange)

    def _judge(self, flow: http.HTTPFlow, walk: Walk, exchange: Exchange) -> None:
        walk.rates = self._count(walk)
        try:
            matched = self._matched(walk.policy, flow)
        except paths.TooManyReadingsError:
            reason = "the path can be read in too many ways"
            walk.findings.append(catalog.finding("protocol.malformed", reason, location="path"))
            matched = ()
        state = State(
            addresses=walk.addresses,
            rates=walk.rates,
            matched_rules=matched,
        )
        walk.findings += engine.request(exchange, walk.policy, state)

    def _count(self, walk: Walk) -> tuple[RateReading, ...]:
        if walk.exchange is None:
            return ()
        host = None if walk.findings else walk.exchange.host
        return self._rates.count(
            walk.agent, host, walk.declared_bytes or len(walk.exchange.body), walk.policy.rates
        )

    def _matched(self, policy: AgentPolicy, flow: http.HTTPFlow) -> tuple[int, ...]:
        if not policy.rules:
            return ()
        filters = [self._filter(rule.filter) for rule in policy.rules]
        matched = {index for index, matches in enumerate(filters) if matches(flow)}
        for reading in _readings(flow):
            matched |= {index for index, matches in enumerate(filters) if matches(reading)}
        return tuple(sorted(matched))

    def _filter(self, text: str) -> flowfilter.TFilter:
        compiled = self._filters.get(text)
        if compiled is None:
            compiled = self._filters[text] = flowfilter.parse(text)
        return compiled


def _readings(flow: http.HTTPFlow) -> Iterator[http.HTTPFlow]:
    """The flow with each other reading of its path (percent-decoded, dots resolved): `/%73ecret` is `/secret`.

    The query stays as it was sent.

    Raises:
        TooManyReadingsError: if nobody can say what the path means.
    """
    sent, mark, query = flow.request.path.partition("?")
    others = [path for path in paths.views(flow.request.path) if path != sent]
    if not others:
        return
    reading = flow.copy()
    for path in others:
        reading.request.path = path + mark + query
        yield reading
