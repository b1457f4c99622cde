"""The one place that knows which checks there are and in which order they run.

Owns the stages of a judgment: what can be said before the host is resolved, what its addresses tell, what is asked
of it, what leaves with it. The addons call the stages, replay and tests call `Engine.judge`; both get the same
findings. Invariant: pure; the same exchange, policy and state give the same verdict, today and in a back-test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policy import scoring
from policy.checks import address, custom, rate, secrets
from policy.checks import destination as destination_check
from policy.checks import request as request_check
from policy.exchange import State

if TYPE_CHECKING:
    from policy.compiled import AgentPolicy, Policy
    from policy.exchange import Exchange
    from policy.verdict import Finding, Verdict


def destination(exchange: Exchange, policy: AgentPolicy) -> list[Finding]:
    """First stage: scheme, name and port, before anything is resolved."""
    return destination_check.check(exchange, policy.destination, _NOTHING)


def addresses(exchange: Exchange, policy: AgentPolicy, state: State) -> list[Finding]:
    """Second stage: what the host resolved to."""
    return address.check(exchange, policy.address, state)


def request(exchange: Exchange, policy: AgentPolicy, state: State) -> list[Finding]:
    """Third stage: method, path, rates and custom rules."""
    findings = request_check.check(exchange, policy.request, state)
    if state.rates:
        findings += rate.check(exchange, policy.rates, state)
    if state.matched_rules:
        findings += custom.check(exchange, policy.rules, state)
    return findings


def content(exchange: Exchange, policy: AgentPolicy, state: State) -> list[Finding]:
    """Fourth stage: secrets in what leaves."""
    guards = policy.guards
    if not guards.secrets.is_enabled:
        return []
    read = [(text, guards.reader.read(text.text)) for text in exchange.texts]
    return secrets.check(exchange.host, read, guards.secrets, state)


def decide(findings: list[Finding], policy: AgentPolicy) -> Verdict:
    """Last: one verdict from the findings of all stages."""
    return scoring.decide(findings, policy.scoring, policy.mode, policy.digest)


_NOTHING = State()


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled policy with the checks that read it."""

    policy: Policy

    def judge(self, exchange: Exchange, state: State) -> Verdict:
        """Judge one exchange in one call; without addresses in `state` only the first stage speaks."""
        policy = self.policy.for_agent(exchange.agent)
        findings = destination(exchange, policy)
        if state.addresses:
            seen = {(found.rule, found.evidence) for found in findings}
            found_after = addresses(exchange, policy, state)
            findings += [found for found in found_after if (found.rule, found.evidence) not in seen]
        findings += request(exchange, policy, state)
        findings += content(exchange, policy, state)
        return decide(findings, policy)
