"""Plays an agent session as the gateway would report it, and tells what was found.

The wiring in small: acts of a call, what its texts and their views carry, the check, then what was done and read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from policy import actions, arguments
from policy.checks.destination import HostSet
from policy.checks.session import SessionSettings, check
from policy.exchange import Exchange, ToolCall
from policy.sessions.act import Origin
from policy.sessions.calls import acts_of, result_of
from policy.sessions.exchanges import acts_of_exchange
from policy.sessions.links import acts_of_answer
from policy.sessions.session import Session
from policy.text import views
from policy.text.scanner import Scanner

if TYPE_CHECKING:
    from policy.sessions.act import Act
    from policy.sessions.recognition import Carried
    from policy.verdict import Finding

SALT = b"tests only, never in a gateway"


@cache
def _scanner() -> Scanner:
    return Scanner(views.PATTERNS)


@dataclass
class Play:
    """One session as it goes."""

    listed: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    session: Session = field(default_factory=lambda: Session(SALT))
    now_s: float = 1_000.0

    @property
    def settings(self) -> SessionSettings:
        exact = {host: 1 for host in self.listed if not host.startswith("*")}
        suffixes = {host[2:]: 1 for host in self.listed if host.startswith("*.")}
        return SessionSettings(listed=HostSet(exact=exact, suffixes=suffixes))

    @property
    def worst(self) -> int:
        return max((found.severity for found in self.findings), default=0)

    @property
    def rules(self) -> set[str]:
        return {found.rule for found in self.findings}

    def user(self, text: str) -> Play:
        self.now_s += 1
        self.session.saw(Origin.USER, text, "user", self.now_s)
        return self

    def tools(self, text: str, source: str = "tool:server") -> Play:
        self.session.saw(Origin.UNTRUSTED, text, source, self.now_s)
        return self

    def call(
        self, tool: str, given: object, result: str = "", *, server: str = "local", is_sensitive: bool = False
    ) -> Play:
        call = ToolCall(server, tool, given, "call")
        acts = acts_of(call, actions.actions(call))
        texts = [argument.text for argument in arguments.strings(given)]
        self._judge(acts, texts)
        origin, source = result_of(acts)
        if is_sensitive:
            origin |= Origin.SENSITIVE
        self.session.saw(origin, result, source or f"tool:{tool}", self.now_s)
        return self

    def answer(self, text: str) -> Play:
        self._judge(acts_of_answer(text, "answer"), [text])
        return self

    def request(
        self, method: str, url: str, body: str = "", result: str = "", *, messages: tuple[object, ...] = ()
    ) -> Play:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        exchange = Exchange(
            "agent", scheme, method, host, 443, slash + path or "/", body=body.encode(), messages=messages
        )  # type: ignore[arg-type]
        acts = acts_of_exchange(exchange)
        self._judge(acts, [exchange.target, body])
        origin, source = result_of(acts)
        self.session.saw(origin, result, source, self.now_s)
        return self

    def _judge(self, acts: list[Act], texts: list[str]) -> None:
        self.now_s += 1
        carried: list[Carried] = []
        for text in texts:
            carried += self.session.carried(text, self.now_s)
            for view, _ in views.views(_scanner().scan(text)).pairs:
                carried += self.session.carried(view.text, self.now_s)
        view = self.session.view(acts, self.now_s, carried)
        self.findings += check(view, acts, carried, self.settings)
        for act in acts:
            self.session.did(act, self.now_s, carried)
