"""Session check: judges what a request does by what its session has read before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from policy.evidence import masked
from policy.rulebook.session import ROWS
from policy.sessions.act import Act, Kind
from policy.sessions.executions import executions
from policy.sessions.leaks import leaks
from policy.sessions.lethal import lethal
from policy.sessions.standing import Case
from policy.sessions.view import Done
from policy.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.checks.destination import HostSet
    from policy.sessions.recognition import Carried
    from policy.sessions.standing import Judged
    from policy.sessions.view import View

_ROWS: Final = {row[0]: row for row in ROWS}
MAX_FINDINGS: Final = 16


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What the policy says about chains."""

    is_enabled: bool = True
    listed: HostSet | None = None
    """`allowedDomains`: hosts that it names, other than by `*`, are known."""
    own_domains: frozenset[str] = field(default_factory=frozenset)
    """Mail domains of the operator: their mailboxes are no strangers."""
    line: int | None = None


_DEFAULT: Final = SessionSettings()


def check(
    view: View, acts: Sequence[Act], carried: Sequence[Carried], settings: SessionSettings = _DEFAULT
) -> list[Finding]:
    """Stop chains in which each step is innocent (LLM01, LLM02, ASI01, ASI06, AML.T0086; the lethal trifecta).

    What was read and leaves, private data that goes where a stranger's text says, environment to network, list to bulk
    to send, a stranger's text that is run or remembered. The tables in `policy.sessions.leaks`, `lethal` and
    `executions` say which severity each has and what lowers it: that the user named the destination, that the policy
    lists it, that the data goes back to where it came from, that it is a conversation with a model.

    Args:
        view: of the session, taken for these acts before they are added to it.
        acts: of one request or tool call, in order.
        carried: what the texts of these acts (and their views) hold of remembered texts.
        settings: of the agent's policy.

    Does not catch: what is retold in other words; a stranger who writes under a name that the user used; a leak to the
    service that the data came from, in another account; chains over several sessions; hosts that a policy lists and an
    attacker shares, as long as only the shape of the session speaks against them.
    """
    if not settings.is_enabled or not acts:
        return []
    acts = [_located(act, view) for act in acts]
    own = tuple(
        Done(act, view.now_s, view.now_s, 1, tuple(carried)) for act in acts if act.kind is Kind.WRITE
    )
    case = Case(view, acts, carried, settings.listed, settings.own_domains, (*view.done, *own))
    best: dict[tuple[str, str], Judged] = {}
    for judged in (*leaks(case), *lethal(case), *executions(case)):
        key = (judged.rule, judged.act.target)
        if key not in best or judged.severity > best[key].severity:
            best[key] = judged
    ordered = sorted(best.values(), key=lambda judged: -judged.severity)[:MAX_FINDINGS]
    return [_finding(judged, settings.line) for judged in ordered]


def _located(act: Act, view: View) -> Act:
    """What is typed into a page goes to its host."""
    is_form = act.kind is Kind.CALL and act.service == "web" and not act.host and bool(view.web_host)
    if not is_form:
        return act
    return replace(act, kind=Kind.SEND, host=view.web_host, target=f"https://{view.web_host}/", method="FORM")


def _finding(judged: Judged, line: int | None) -> Finding:
    rule, _, effect, _, remedy, refs, _ = _ROWS[judged.rule]
    return Finding(
        rule=rule,
        category="session",
        severity=judged.severity,
        effect=effect,
        reason=judged.reason,
        remedy=remedy,
        location=judged.act.location,
        evidence=masked(judged.act.target or judged.act.host),
        refs=refs,
        policy_line=line,
        kind=judged.act.kind.value,
    )
