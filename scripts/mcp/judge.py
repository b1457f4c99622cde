"""Judging what crosses the bridge, by the same engine and in the same order as on the wire.

Owns which stage of the engine reads what: a call of a tool is judged for what it does, for what leaves with it and
for what it says; what a server says (results, errors, descriptions, questions) is untrusted text, and judged for
personal data on its way in. Thread-safe. Invariant: pure but for the windows of rates and what the session remembers;
nothing is sent or recorded here.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from addons.rates import Rates
from ledger.definitions import DefinitionsError, Standing
from policy import actions, catalog, chains, engine
from policy.arguments import TooManyArgumentsError
from policy.channel import Channel
from policy.checks import filesystem, urls
from policy.checks.found import findings as findings_of
from policy.detectors.files import detector as files
from policy.evidence import safe
from policy.exchange import Exchange, Message, State, Text, ToolCall
from policy.memory import Memory
from policy.sessions.act import Origin
from policy.sessions.session import Session
from policy.verdict import Decision
from scripts.mcp.texts import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.definitions import Definitions
    from policy.compiled import AgentPolicy
    from policy.detection import Match
    from policy.verdict import Finding, Verdict
    from scripts.mcp.policy_watch import PolicyWatch

    type RealPaths = Callable[[list[str], AgentPolicy], Mapping[str, str]]

SALT_BYTES: Final = 32
LOCATION: Final = "body"
"""The one document of a message."""
SHORTEST: Final = 16
"""Characters; fewer of ASCII instruct nobody. Other scripts say more in less."""
_OWN_SCHEME: Final = re.compile(r"\s*+(?!(?:file|https?):)[a-z][a-z0-9+.-]++://", re.IGNORECASE)
_FETCHED: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and what is to be replaced in the message's text before it passes."""

    verdict: Verdict
    redactions: tuple[Match, ...] = ()

    @property
    def is_refused(self) -> bool:
        """True if the message must not pass."""
        return self.verdict.decision not in {Decision.ALLOW, Decision.REDACT}


@dataclass(frozen=True, slots=True)
class Judge:
    """One agent's policy, applied to one server."""

    watch: PolicyWatch
    agent: str
    server: str
    """Name of the server, as `tools` in the policy knows it."""
    real_paths: RealPaths | None = None
    """Where named paths lead, if the file system is shared with what runs the tools."""
    definitions: Definitions | None = None
    """What tools were when they were first seen; None for tools of our own."""
    rates: Rates = field(default_factory=Rates)
    memory: Memory = field(default_factory=Memory)
    session: Session = field(default_factory=lambda: Session(secrets.token_bytes(SALT_BYTES)))
    """What this client has read through this server."""
    latest: list[tuple[Origin, str]] = field(default_factory=list)
    """What the result of the last call is, and what to call its source."""

    def call(self, call: ToolCall, text: str) -> Judged:
        """Judge a call of a tool.

        Args:
            call: agent-supplied.
            text: the message it came in.
        """
        policy = self.watch.current()
        state = State(
            rates=self.rates.count_tool(self.agent, call.server, call.tool, policy.rates),
            real_paths=self._real_paths(call, policy),
        )
        exchange = self._exchange(text, (call,))
        found = engine.tools(exchange, policy, state)
        found += self._standing(call.tool, lambda book: book.is_pending(self.server, call.tool))
        found += chains.call(call, self.session, policy, time.time())
        self.latest[:] = [chains.origin_of(call)]
        return self._outward(found, exchange, call.arguments, policy)

    def resource(self, uri: str, text: str) -> Judged:
        """Judge the request for a resource: its address is a path or a URL that the server goes to."""
        policy = self.watch.current()
        exchange = self._exchange(text, ())
        return self._outward(self._address(uri, policy), exchange, uri, policy)

    def outward(self, text: str, said: Any) -> Judged:
        """Judge anything else that the client sends: what leaves with it, and what it says.

        Args:
            text: the message as JSON.
            said: its parameters or its result, parsed.
        """
        return self._outward([], self._exchange(text, ()), said, self.watch.current())

    def inward(self, text: str, said: Any) -> Judged:
        """Judge what a server says.

        Args:
            text: the message as JSON.
            said: what a model reads of it, parsed.
        """
        policy = self.watch.current()
        personal = engine.answer([Text(LOCATION, text)], policy)
        words = readable(said)
        findings = personal.findings + self._prompts(Channel.TOOL, words, policy)
        judged = Judged(decide(findings, policy), personal.redactions.get(LOCATION, ()))
        if not judged.is_refused:
            origin, source = next(iter(self.latest), (Origin.UNTRUSTED, f"tool:{self.server}"))
            self.session.saw(origin, words, source, time.time())
        return judged

    def offer(self, entry: Any, kind: str) -> Verdict:
        """Judge one entry of a list of tools, prompts or resources.

        Args:
            entry: server-supplied, parsed.
            kind: `tools`, or the name of another list, whose entries are judged by their words alone.
        """
        policy = self.watch.current()
        said = Message(Channel.TOOL, f"answer:{kind}", readable(entry))
        if kind != "tools":
            return engine.decide(engine.prompts([said], policy, self.memory), policy)
        name = entry.get("name") if isinstance(entry, dict) else None
        name = name if isinstance(name, str) else ""
        found = engine.offer(self.server, name, said, policy, self.memory)
        if isinstance(entry, dict) and not any(one.severity >= policy.scoring.block_at for one in found):
            found += self._standing(
                name, lambda book: book.check(self.server, name, entry) is Standing.CHANGED
            )
        return engine.decide(found, policy)

    def warm(self) -> None:
        """Have the detectors make now what they make at their first use, so that no call waits for it."""
        policy = self.watch.current()
        arguments = {"command": "true", "sql": "SELECT 1", "path": "a.txt", "url": "https://example.com/"}
        engine.call(ToolCall(self.server, "shell", arguments, ""), self.agent, policy, State())
        self._prompts(Channel.TOOL, "nothing of interest", policy)

    def refusal(self, rule: str, reason: str) -> Verdict:
        """The verdict for what could not be judged, or not be recorded."""
        return engine.decide([catalog.finding(rule, reason)], self.watch.current())

    def _standing(self, name: str, is_changed: Callable[[Definitions], bool]) -> list[Finding]:
        """Compare a tool with what it was when it was first seen, or accepted."""
        if self.definitions is None:
            return []
        at = f"tool:{safe(name, 64)}"
        try:
            if not is_changed(self.definitions):
                return []
        except DefinitionsError as error:
            return [catalog.finding("tools.unknown-definition", safe(str(error), 200), location=at)]
        reason = f"the definition of the tool {safe(name, 60)} is not the one that was accepted"
        return [catalog.finding("tools.changed-definition", reason, location=at)]

    def _outward(self, findings: list[Finding], exchange: Exchange, said: Any, policy: AgentPolicy) -> Judged:
        personal = engine.content(exchange, policy, State())
        findings = [*findings, *personal.findings, *self._prompts(Channel.USER, readable(said), policy)]
        return Judged(decide(findings, policy), personal.redactions.get(LOCATION, ()))

    def _prompts(self, channel: Channel, text: str, policy: AgentPolicy) -> list[Finding]:
        if text.isascii() and len(text) < SHORTEST:
            return []
        return engine.prompts([Message(channel, LOCATION, text)], policy, self.memory)

    def _address(self, uri: str, policy: AgentPolicy) -> list[Finding]:
        call = ToolCall(self.server, "resources", {"uri": uri}, "body:/params/uri")
        done = actions.actions(call)
        if _OWN_SCHEME.match(uri):  # a name in the server's own space: no sandbox, but no key files either
            return [
                one
                for path, at in done.paths
                for one in findings_of(files.detect(path).matches, at, policy.guards.filesystem.line)
            ]
        state = State(real_paths=self._real_paths(call, policy))
        found = filesystem.check(done.paths, policy.guards.filesystem, state.real_paths)
        if uri.strip().lower().startswith(_FETCHED):
            found += urls.check(self.agent, done.urls, done.mentioned_urls, policy.destination)
        return found

    def _real_paths(self, call: ToolCall, policy: AgentPolicy) -> Mapping[str, str]:
        if self.real_paths is None:
            return {}
        try:
            done = actions.actions(call)
        except TooManyArgumentsError:
            return {}  # the engine refuses it
        return self.real_paths([path for path, _ in done.paths], policy)

    def _exchange(self, text: str, calls: tuple[ToolCall, ...]) -> Exchange:
        return Exchange(
            agent=self.agent,
            scheme="mcp",
            method="POST",
            host=self.server,
            port=0,
            target="/",
            texts=(Text(LOCATION, text),),
            calls=calls,
        )


def decide(findings: list[Finding], policy: AgentPolicy) -> Verdict:
    """Turn findings into the verdict; nobody is there to approve what is held."""
    verdict = engine.decide(findings, policy)
    if verdict.decision is Decision.HOLD:
        held = catalog.finding("hold.no-approver", "the call needs a person's approval and nobody is there")
        return engine.decide([held, *findings], policy)
    return verdict
