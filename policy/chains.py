"""One step of a session: what it carries, what that makes of it, and what is remembered of it.

Owns the order: carried texts are looked for before anything is judged, the view of the session is taken before the
step is added to it. Agent-supplied but for the session. Pure: the clock is an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy import actions, arguments
from policy.arguments import TooManyArgumentsError
from policy.checks.session import SessionSettings, check
from policy.sessions.act import Kind, Origin
from policy.sessions.calls import acts_of, result_of
from policy.sessions.exchanges import acts_of_exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policy.compiled import AgentPolicy
    from policy.exchange import Exchange, ToolCall
    from policy.sessions.act import Act
    from policy.sessions.recognition import Carried
    from policy.sessions.session import Session
    from policy.verdict import Finding

_OWN_CREDENTIALS = ("header:", "query:")
"""Places where a service expects its own credential: the secrets guard owns them."""
_ANYTHING = Origin.UNTRUSTED | Origin.PRIVATE | Origin.SENSITIVE


def call(asked: ToolCall, session: Session, policy: AgentPolicy, now_s: float) -> list[Finding]:
    """Judge one tool call by what its session has read, and remember it."""
    try:
        acts = acts_of(asked, actions.actions(asked))
        texts = [argument.text for argument in arguments.strings(asked.arguments)]
    except TooManyArgumentsError:
        return []  # refused by the check of tool calls
    return _step(acts, texts, session, policy, now_s)


def request(exchange: Exchange, session: Session, policy: AgentPolicy, now_s: float) -> list[Finding]:
    """Judge one request that calls no tool by what its session has read, and remember it."""
    acts = acts_of_exchange(exchange)
    is_talk = any(act.kind is Kind.CONVERSE for act in acts)
    texts = (
        []  # what a model is asked to read holds everything that was read before: that is what it is for
        if is_talk
        else [text.text for text in exchange.texts if not text.location.startswith(_OWN_CREDENTIALS)]
    )
    return _step(acts, texts, session, policy, now_s)


def is_harmless(exchange: Exchange, session: Session) -> bool:
    """True for a plain request of a session that has nothing to carry out: only where it goes is worth keeping."""
    return not (exchange.messages or exchange.calls or session.has(Origin.PRIVATE | Origin.SENSITIVE))


def origin_of(asked: ToolCall) -> tuple[Origin, str]:
    """Return what the result of a call is, and what to call its source."""
    try:
        origin, source = result_of(acts_of(asked, actions.actions(asked)))
    except TooManyArgumentsError:
        origin, source = Origin.UNTRUSTED, ""
    return origin, source or f"tool:{asked.server}/{asked.tool}"


def _step(
    acts: Sequence[Act], texts: Iterable[str], session: Session, policy: AgentPolicy, now_s: float
) -> list[Finding]:
    if not acts:
        return []
    carried: list[Carried] = []
    found: list[Finding] = []
    if session.has(_ANYTHING):  # who has read nothing carries nothing
        carried = _carried(texts, session, policy, now_s)
        view = session.view(acts, now_s, carried)
        found = check(view, acts, carried, SessionSettings(listed=policy.destination.allowed))
    for act in acts:
        session.did(act, now_s, carried)
    return found


def _carried(texts: Iterable[str], session: Session, policy: AgentPolicy, now_s: float) -> list[Carried]:
    found: list[Carried] = []
    for text in texts:
        found += session.carried(text, now_s)
        for part in policy.guards.reader.read(text).parts:
            for view, _ in part.views:
                found += session.carried(view.text, now_s)
    return found
