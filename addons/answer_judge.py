"""What an answer makes an agent do: calls a model asks for, tools a server offers, texts a model will read.

One judge for each answer. Each verdict that says something becomes an entry; what is refused is told in words that
the decoders put in its place. Service-supplied. Invariant: a call or text that this judge has not seen, or cannot
judge, does not pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addons.decoders.rpc_answers import strings
from addons.records import late_fields
from ledger.definitions import DefinitionsError, Standing
from policy import catalog, engine
from policy.channel import Channel
from policy.evidence import safe
from policy.exchange import Message, State, ToolCall
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from addons.known import Known
    from addons.walk import Walk
    from policy.verdict import Finding

    type Report = Callable[[dict[str, Any]], None]
    """Takes the fields of an entry; the addon makes it."""

NAME_CHARACTERS: Final = 128


class AnswerJudge:
    """Judges the actions in the answer to one request."""

    def __init__(self, walk: Walk, known: Known, report: Report) -> None:
        self._walk = walk
        self._known = known
        self._report = report

    def call(self, call: ToolCall) -> str:
        """Judge a call that a model asks for; return why it is refused, or nothing."""
        walk = self._walk
        rates = self._known.rates.count_tool(walk.agent, call.server, call.tool, walk.policy.rates)
        found = engine.call(call, walk.agent, walk.policy, State(rates=rates))
        found += self._known.chains.call(walk, call)
        return self._decide(found, {"tool": _named(call.server, call.tool)}, is_entered=True)

    def tool(self, definition: dict[str, Any], location: str) -> str:
        """Judge a tool that a server offers; return why it is hidden, or nothing."""
        walk = self._walk
        name = definition.get("name")
        name = name if isinstance(name, str) else ""
        found = engine.offer(
            server_of(walk), name, _described(definition, location), walk.policy, self._known.memory
        )
        if not any(one.severity >= walk.policy.scoring.block_at for one in found):
            found += self._standing(name, definition, location)
        return self._decide(found, {"tool": _named(server_of(walk), name)})

    def text(self, text: str, location: str) -> str:
        """Judge what a tool or its server says; return why it is withheld, or nothing."""
        message = Message(Channel.TOOL, location, text)
        reason = self._decide(engine.prompts([message], self._walk.policy, self._known.memory), {})
        if not reason:
            self._known.chains.result(self._walk, text)
        return reason

    def _standing(self, name: str, definition: dict[str, Any], location: str) -> list[Finding]:
        try:
            standing = self._known.definitions.check(server_of(self._walk), name, definition)
        except DefinitionsError as error:
            return [catalog.finding("tools.unknown-definition", safe(str(error), 200), location=location)]
        if standing is not Standing.CHANGED:
            return []
        reason = f"the definition of the tool {safe(name, 60)} is not the one that was accepted"
        return [catalog.finding("tools.changed-definition", reason, location=location)]

    def _decide(self, found: list[Finding], more: dict[str, Any], *, is_entered: bool = False) -> str:
        if not found and not is_entered:
            return ""
        verdict = engine.decide(found, self._walk.policy)
        self._report(late_fields(self._walk, verdict) | more)
        if verdict.decision in {Decision.ALLOW, Decision.REDACT}:
            return ""
        return f"{verdict.findings[0].reason} ({verdict.rule})"


def server_of(walk: Walk) -> str:
    """Name of the server a request goes to: its host, with the port if it is not the scheme's."""
    exchange = walk.exchange
    if exchange is None:
        return ""
    return exchange.host if exchange.port in {80, 443} else f"{exchange.host}:{exchange.port}"


def _described(definition: dict[str, Any], location: str) -> Message:
    return Message(Channel.TOOL, location, "\n".join(strings(definition, with_keys=True)))


def _named(server: str, tool: str) -> dict[str, str]:
    return {"server": safe(server, NAME_CHARACTERS), "name": safe(tool, NAME_CHARACTERS)}
