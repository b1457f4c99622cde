"""What was read, carried out: the chains in which the data itself is recognized.

| what is carried | where to | severity |
|---|---|---|
| sensitive | to whom the user named, to an address book's entry, to whom the user meant | 35 |
| one key | to the host that the same text names; to this machine | 35 |
| sensitive | to sign in at a listed or named host | 35 |
| sensitive | into another table, where no stranger writes | 35 |
| sensitive | anywhere else outward: a host, a recipient, a link, an unknown tool, a table that strangers read | 94 |
| private (60 characters, or most of a text) | to a destination only untrusted text names | 85 |
| private, of an account | to the repository where a stranger's text was read, or to the public | 85 |
| | to the ticket, channel or page where it was read; as the user asks to send | 72; 35 |
| private | to a host or mailbox nobody named, after a stranger's text from outside (mailbox, as asked: 38) | 72 |
| private, of another text | to the writer of a mail or issue; as the user asks to send, or a row | 72; 35 |

Text that goes back to where it came from, and conversations with a model, are ordinary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.evidence import safe
from policy.sessions.act import OUTWARD, Kind, Origin
from policy.sessions.recognition import Means
from policy.sessions.standing import (
    HERE,
    LOCAL_SOURCE,
    SECRET_SOURCES,
    TABLE_SOURCES,
    Judged,
    flag,
    from_outside,
    is_home,
    is_long,
    is_model,
    is_strong,
    prov_of,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.sessions.act import Act
    from policy.sessions.recognition import Carried
    from policy.sessions.standing import Case, Standing

_ASKED: Final = 35
_LONGEST_KEY: Final = 120
_MOST_OF_IT: Final = 0.6


def leaks(case: Case) -> Iterator[Judged]:
    """Yield what is carried out."""
    if not case.carried:
        return
    for act in case.acts:
        if is_model(act, case):
            continue
        if act.kind in OUTWARD or act.kind is Kind.CONVERSE:
            stand = standing(act, case)
            for one in case.carried:
                yield from (
                    _sensitive(stand, one, case)
                    if Origin.SENSITIVE in one.origin
                    else _private(stand, one, case)
                )
        elif act.kind is Kind.WRITE and act.service == "database":
            yield from _table(act, case)


def _sensitive(stand: Standing, one: Carried, case: Case) -> Iterator[Judged]:
    act = stand.act
    if not is_strong(one) or is_home(act, one):
        return
    is_own_data = _is_about(stand, one, case)
    is_secret = one.source.startswith(SECRET_SOURCES) and "secrets" not in case.view.wishes
    is_asked = stand.is_wanted or stand.is_own or is_own_data or (stand.is_meant and not stand.stranger)
    is_asked &= not is_secret
    if act.kind is Kind.SIGN_IN:
        is_asked |= stand.is_listed or stand.is_meant
    is_asked |= act.host in HERE or _is_own_key(act, one, case)
    severity = _ASKED if is_asked else 94
    if not is_asked and act.kind is Kind.CALL and not flag(case, Origin.UNTRUSTED):
        severity = 75
    how = "values" if one.means is Means.VALUE else f"{round(one.share * 100)} % of it"
    yield Judged(
        "session.leak", severity, f"{_to(act)} carries {how} that was read from {safe(one.source)}", act
    )


def _is_about(stand: Standing, one: Carried, case: Case) -> bool:
    """True for a row that goes to whom it is about, and to nobody else's mailbox."""
    if (
        one.number not in stand.texts
        or not one.source.startswith(TABLE_SOURCES)
        or "@" not in stand.act.target
    ):
        return False
    same = [other for other in case.carried if other.number == one.number and other.means is Means.MAILBOX]
    return not any(is_strong(other) for other in same)


def _is_own_key(act: Act, one: Carried, case: Case) -> bool:
    """True for one key that goes to the host which the text it stood in names: `STRIPE_KEY=...` to Stripe."""
    if act.kind is not Kind.SEND or one.number not in case.view.provenance(act.host).kin:
        return False
    same = [other for other in case.carried if other.number == one.number]
    return all(
        other.size <= (1 if other.means is Means.VALUE else _LONGEST_KEY) and other.share < _MOST_OF_IT
        for other in same
    )


def _private(stand: Standing, one: Carried, case: Case) -> Iterator[Judged]:
    act = stand.act
    if Origin.PRIVATE not in one.origin or not is_long(one) or is_home(act, one) or stand.is_own:
        return
    if (
        one.number in stand.texts
        and Origin.UNTRUSTED in one.origin
        and (stand.is_party or act.kind is Kind.SEND)
    ):
        return  # who wrote a text, or is named by it, learns nothing from it
    reason = f"{_to(act)} carries private text from {safe(one.source)}"
    is_asked = "send" in case.view.wishes
    if _is_strangers_place(act, one, case) and not prov_of(case, one.source).is_meant:
        is_open = act.service == "forge" or act.target == "public"
        severity = 85 if is_open else _ASKED if is_asked else 72
        yield Judged("session.private-leak", severity, f"{reason} to where a stranger's text was read", act)
    if stand.is_wanted or act.kind is Kind.CALL:
        return
    other = flag(case, Origin.UNTRUSTED)
    if stand.is_party:
        severity = _ASKED if is_asked or one.source.startswith(TABLE_SOURCES) else 72
        yield Judged("session.private-leak", severity, f"{reason} to somebody who wrote in", act)
    elif stand.stranger:
        reason += f", and only {safe(stand.stranger)} names that recipient"
        yield Judged("session.private-leak", 85, reason, act)
    elif act.host and not stand.is_known and from_outside(other):
        yield Judged(
            "session.private-leak", 72 if other else 45, f"{reason} to a host that nobody named", act
        )
    elif "@" in act.target and not stand.is_known and other and from_outside(other):
        severity = 38 if is_asked else 72
        yield Judged("session.private-leak", severity, f"{reason} to a mailbox that nobody named", act)


def _is_strangers_place(act: Act, one: Carried, case: Case) -> bool:
    """True for a shared place that strangers write to and that is not where the text came from."""
    if one.source.startswith(LOCAL_SOURCE) or act.service not in {"forge", "tracker", "chat", "documents"}:
        return False
    is_read = any(
        done.act.kind is Kind.READ_UNTRUSTED and done.act.label.lower() == act.label.lower()
        for done in case.earlier
    )
    return (is_read or act.target == "public") and bool(act.target)


def _table(act: Act, case: Case) -> Iterator[Judged]:
    """Writing what is sensitive into a table that strangers read and write: the way out of a support desk's agent."""
    places = {done.act.target.lower() for done in case.earlier if Origin.UNTRUSTED in done.act.origin}
    for one in case.carried:
        if Origin.SENSITIVE not in one.origin or not is_strong(one) or is_home(act, one):
            continue
        severity = 94 if act.target.lower() in places else _ASKED
        reason = f"the row for {safe(act.target)} carries what was read from {safe(one.source)}"
        yield Judged("session.leak", severity, reason, act)


def _to(act: Act) -> str:
    words = {Kind.LINK: "a link to", Kind.CALL: "the call of", Kind.SIGN_IN: "the sign-in at"}
    return f"{words.get(act.kind, 'the message to')} {safe(act.host or act.target, 60)}"
