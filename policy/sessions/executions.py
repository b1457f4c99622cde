"""What is run that strangers wrote, and what is remembered of theirs.

| what | severity |
|---|---|
| a downloaded file is run; its address is the user's or its host listed or meant | 35 |
| ... nobody vouches for it (only untrusted text names it) | 78 (84) |
| a file is run that holds a run of untrusted text and starts programs or speaks to the network | 76 |
| ... the user named the source and asks to run, or the text does neither | 35 |
| a command that stands in untrusted text and fetches, sends or decodes | 74, from local files or to known hosts 35 |
| untrusted text goes into a file of instructions for agents | 72, as asked 35 |
| ... into a memory, with an address of the stranger's | 70, without 50, as asked 35 |
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.evidence import masked, safe
from policy.sessions.act import Kind, Origin
from policy.sessions.recognition import Means
from policy.sessions.standing import Judged, from_outside, is_listed, prov_of, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.sessions.act import Act
    from policy.sessions.recognition import Carried
    from policy.sessions.standing import Case
    from policy.sessions.view import Done

_ASKED: Final = 35
_REACHING: Final = re.compile(
    r"\b(?:curl|wget|nc|ncat|ssh|scp|sftp|rsync|iwr|irm|Invoke-WebRequest|base64|eval|/dev/tcp|socat|nslookup|dig|mail|sendmail)\b"
)
_LONG_RUN: Final = 36


def executions(case: Case) -> Iterator[Judged]:
    """Yield what is run or remembered of a stranger's."""
    for act in case.acts:
        if act.kind is Kind.EXECUTE and act.service == "files":
            yield from _file(act, case)
        elif act.kind is Kind.EXECUTE:
            yield from _command(act, case)
        elif act.kind is Kind.WRITE and act.service == "memory":
            yield from _memory(act, case)


def _file(act: Act, case: Case) -> Iterator[Judged]:
    for done in case.earlier:
        if done.act.kind is not Kind.WRITE or not _is_same(done.act.target, act.target):
            continue
        if done.act.source:
            yield from _download(act, done, case)
        else:
            yield from _written(act, done, case)


def _download(act: Act, done: Done, case: Case) -> Iterator[Judged]:
    address, host = case.view.provenance(done.act.source), case.view.provenance(done.act.host)
    is_vouched = (
        address.is_named or host.is_named or (is_listed(done.act.host, case) and not address.stranger)
    )
    severity = (
        _ASKED if is_vouched or (host.is_meant and not address.stranger) else 84 if address.stranger else 78
    )
    reason = f"{safe(act.target, 60)} was downloaded from {safe(done.act.host)} and is run"
    yield Judged("session.download-execute", severity, reason, act)


def _written(act: Act, done: Done, case: Case) -> Iterator[Judged]:
    for one in _strangers(done.carried):
        is_asked = "run" in case.view.wishes and prov_of(case, one.source).is_named
        severity = _ASKED if is_asked or not done.act.is_active else 76
        reason = f"{safe(act.target, 60)} holds text from {safe(one.source)} and is run"
        yield Judged("session.write-execute", severity, reason, act)


def _command(act: Act, case: Case) -> Iterator[Judged]:
    known = case.view.provenance(act.target)
    if not known.stranger or known.is_named or not _REACHING.search(act.target):
        return
    sends = [standing(other, case) for other in case.acts if other.kind is Kind.SEND]
    is_calm = bool(sends) and all(one.is_known for one in sends)
    severity = 74 if from_outside(known.stranger) and not is_calm else _ASKED
    reason = f"the command stands in text from {safe(known.stranger)}: {masked(act.target, 60)}"
    yield Judged("session.copied-command", severity, reason, act)


def _memory(act: Act, case: Case) -> Iterator[Judged]:
    for one in _strangers(case.carried):
        is_asked = "remember" in case.view.wishes
        links = [standing(other, case) for other in case.acts if other.kind in {Kind.LINK, Kind.MENTION}]
        is_reaching = act.is_active or any(link.stranger for link in links)
        if is_asked:
            severity = _ASKED
        elif act.target not in {"memory", ""}:
            severity = 72
        else:
            severity = 70 if is_reaching else 50
        reason = f"text from {safe(one.source)} becomes the agent's memory {safe(act.target, 40)}"
        yield Judged("session.memory-poisoning", severity, reason, act)


def _strangers(carried: tuple[Carried, ...] | list[Carried] | object) -> Iterator[Carried]:
    for one in carried if isinstance(carried, (tuple, list)) else ():
        is_run = one.means is Means.RUN and one.size >= _LONG_RUN
        if Origin.UNTRUSTED in one.origin and is_run and from_outside(one.source):
            yield one


def _is_same(written: str, run: str) -> bool:
    """True if two spellings may name one file: the shorter is the end of the longer."""
    one, other = _plain(written), _plain(run)
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    return longer == shorter or longer.endswith(f"/{shorter}")


def _plain(path: str) -> str:
    return path.strip().strip("\"'").replace("\\", "/").removeprefix("./").lower()
