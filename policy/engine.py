"""The one place that knows which checks there are and in which order they run.

Owns the stages of a judgment: what can be said before the host is resolved, what its addresses tell, what is asked
of it, which tools it uses, what a model is asked to read, what leaves or comes back. The addons call the stages,
replay and tests call `Engine.judge`; both get the same findings. Invariant: pure; the same exchange, policy and state
give the same verdict, today and in a back-test.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policy import scoring, tool_calls
from policy.checks import address, custom, pii, prompt, rate, secrets, sensitive_urls, vault
from policy.checks import destination as destination_check
from policy.checks import request as request_check
from policy.checks import tools as tools_check
from policy.detectors.pii import detector as pii_detector
from policy.detectors.shell import detector as shell_detector
from policy.exchange import Exchange, State, Text
from policy.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.checks.pii import Personal
    from policy.compiled import AgentPolicy, Policy
    from policy.exchange import Message, ToolCall
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


def tools(exchange: Exchange, policy: AgentPolicy, state: State) -> list[Finding]:
    """Fourth stage: the tools that are called, and files named in the target."""
    findings = sensitive_urls.check(exchange, policy.guards.filesystem)
    if state.rates:
        findings += rate.check(exchange, policy.rates, state)
    for call in exchange.calls:
        findings += tool_calls.check(call, exchange.agent, policy, state)
    return findings


def call(asked: ToolCall, agent: str, policy: AgentPolicy, state: State) -> list[Finding]:
    """Judge one tool call that a model asks the agent to make, as if the agent made it."""
    found = rate.check(_NO_EXCHANGE, policy.rates, state) if state.rates else []
    found += tool_calls.check(asked, agent, policy, state)
    if policy.guards.secrets.is_enabled:
        text = Text(asked.location, json.dumps(asked.arguments, ensure_ascii=False))
        found += secrets.check(
            "", [(text, policy.guards.reader.read(text.text))], policy.guards.secrets, _NOTHING
        )
    return found


def offer(server: str, name: str, described: Message, policy: AgentPolicy, memory: Memory) -> list[Finding]:
    """Judge one tool that a server offers: may it be called at all, and what does its description say?"""
    return tools_check.check_offer(server, name, policy.guards.tools) + prompts([described], policy, memory)


def prompts(messages: Sequence[Message], policy: AgentPolicy, memory: Memory) -> list[Finding]:
    """Fifth stage: what a model is asked to read, in either direction."""
    if not messages:
        return []
    return prompt.check(messages, policy.guards.prompt, policy.guards.reader, memory)


def content(exchange: Exchange, policy: AgentPolicy, state: State) -> Personal:
    """Sixth stage: secrets and personal data in what leaves."""
    guards = policy.guards
    if not guards.secrets.is_enabled and not guards.pii.is_enabled and state.watch is None:
        return pii.Personal([], {})
    read = [(text, guards.reader.read(text.text)) for text in exchange.texts]
    found = pii.check(read, guards.pii, pii.REQUEST)
    leaks = secrets.check(exchange.host, read, guards.secrets, state)
    leaks += vault.check(exchange, read, state)
    return pii.Personal(leaks + found.findings, found.redactions)


def answer(texts: Sequence[Text], policy: AgentPolicy) -> Personal:
    """Judge what comes back for personal data."""
    guards = policy.guards
    if not guards.pii.is_enabled or pii.RESPONSE not in guards.pii.directions:
        return pii.Personal([], {})
    read = [(text, guards.reader.read(text.text)) for text in texts]
    return pii.check(read, guards.pii, pii.RESPONSE)


def decide(findings: list[Finding], policy: AgentPolicy) -> Verdict:
    """Last: one verdict from the findings of all stages."""
    return scoring.decide(findings, policy.scoring, policy.mode, policy.digest)


def warm() -> None:
    """Make now what the first requests would otherwise wait for; seconds of CPU, without the interpreter's lock."""
    pii_detector.warm()
    shell_detector.warm()


_NOTHING = State()
_NO_EXCHANGE = Exchange("", "", "", "", 0, "")


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled policy with the checks that read it."""

    policy: Policy
    memory: Memory = field(default_factory=Memory)

    def judge(self, exchange: Exchange, state: State) -> Verdict:
        """Judge one exchange in one call; without addresses in `state` only the first stage speaks of them."""
        policy = self.policy.for_agent(exchange.agent)
        findings = destination(exchange, policy)
        if state.addresses:
            seen = {(found.rule, found.evidence) for found in findings}
            found_after = addresses(exchange, policy, state)
            findings += [found for found in found_after if (found.rule, found.evidence) not in seen]
        findings += request(exchange, policy, state)
        findings += tools(exchange, policy, State(real_paths=state.real_paths))  # rates are counted above
        findings += prompts(exchange.messages, policy, self.memory)
        findings += content(exchange, policy, state).findings
        return decide(findings, policy)
