"""Private data, a stranger's text and a way out: the chains in which nothing is recognized but the shape.

| session | outward act | severity |
|---|---|---|
| sensitive or private text read | message or upload to a destination only untrusted text names | 78, 74 |
| only local files read | the same | 50 |
| sensitive or private text read | fetch of, or link to, a stranger's host with opaque data added | 76 |
| | with some other data added | 50 |
| sensitive text read | opaque data in an address nobody named (a name that is resolved: 80) | 74 |
| sensitive text and a stranger's text read | upload to a host that nobody named, first seen | 50 |
| environment read | the same (in one command: 80) | 75 |
| listed, eight or more reads | 2,000 characters to a destination nobody named | 50 |
| | with a stranger's text or three recognized texts (an archive: 72) | 78 |
| | a recipient that only a tool's description names | 82 |

An address that stands in untrusted text letter by letter tells nobody anything: following a link is not in the table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.evidence import safe
from policy.sessions.act import Kind, Origin
from policy.sessions.programs import UPLOAD
from policy.sessions.standing import (
    SECRET_SOURCES,
    TABLE_SOURCES,
    TOOL_SOURCE,
    Judged,
    flag,
    from_outside,
    is_long,
    is_model,
    opaque_piece,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.sessions.act import Act
    from policy.sessions.standing import Case, Standing

_PACKING: Final = re.compile(r"\b(?:tar|zip|7z|7za|rar|gzip|zstd|Compress-Archive)\b")
_MANY_READS: Final = 8
_BULK: Final = 2000
_SOME_DATA: Final = 24
_LOW: Final = 38
_SEVERAL: Final = 3
_OUT: Final = frozenset({Kind.SEND, Kind.LINK, Kind.CONVERSE})


def lethal(case: Case) -> Iterator[Judged]:
    """Yield what the shape of the session makes of its outward acts."""
    for act in case.acts:
        if act.kind not in _OUT or is_model(act, case):
            continue
        stand = standing(act, case)
        if stand.stranger.startswith(TOOL_SOURCE):
            reason = f"only {safe(stand.stranger)} names {safe(act.target or act.host, 60)}"
            yield Judged("session.copied-recipient", 82, reason, act)
        if stand.has_body:
            yield from _message(stand, case)
            yield from _environment(stand, case)
            yield from _bulk(stand, case)
        else:
            yield from _address(stand, case)


def _message(stand: Standing, case: Case) -> Iterator[Judged]:
    act = stand.act
    sensitive, private = flag(case, Origin.SENSITIVE), flag(case, Origin.PRIVATE)
    if stand.is_party and not stand.stranger.startswith(TOOL_SOURCE):
        return
    if stand.stranger and (sensitive or private):
        severity = 78 if sensitive else 74 if _has_account(case) else 50
        if _is_ordinary(stand, sensitive):
            severity = _LOW
        read = safe(sensitive or private)
        reason = f"{safe(stand.stranger)} alone names {safe(act.target, 60)}, and this session read {read}"
        yield Judged("session.trifecta", severity, reason, act)
        return
    other = flag(case, Origin.UNTRUSTED)
    is_new = bool(act.host) and not stand.is_known and stand.is_first
    if sensitive and other and is_new and from_outside(other):
        reason = f"a new host after {safe(sensitive)} and text of strangers from {safe(other)}"
        yield Judged("session.trifecta", _LOW if _is_scripted(act, sensitive) else 50, reason, act)


def _is_ordinary(stand: Standing, sensitive: str) -> bool:
    """True for a listed host, a row of one's own, a repository or channel without secrets, a page's own requests."""
    act = stand.act
    is_own_row = stand.stranger.startswith(TABLE_SOURCES)
    return (
        stand.is_listed
        or is_own_row
        or (act.service == "forge" and not sensitive)
        or _is_scripted(act, sensitive)
    )


def _is_scripted(act: Act, sensitive: str) -> bool:
    """True for a request that a page's script may have made, as long as no credential was read."""
    return act.is_traffic and not sensitive.startswith(SECRET_SOURCES)


def _address(stand: Standing, case: Case) -> Iterator[Judged]:
    act = stand.act
    sensitive, private = flag(case, Origin.SENSITIVE), flag(case, Origin.PRIVATE)
    if stand.is_verbatim or stand.is_wanted or stand.is_listed or not (sensitive or private):
        return
    piece = opaque_piece(act.payload, is_name=act.method == "resolve")
    read = safe(sensitive or private)
    is_scripted = act.is_traffic and (not piece or not sensitive.startswith(SECRET_SOURCES))
    if stand.stranger and not is_scripted:
        query = act.path.partition("?")[2]
        severity = 76 if piece else 50 if sensitive and len(query) >= _SOME_DATA else _LOW
        if (piece and (sensitive or _has_account(case))) or query:
            reason = f"{safe(stand.stranger)} names {safe(act.host)}, and the address holds data since {read} was read"
            yield Judged("session.trifecta", severity, reason, act)
    elif sensitive and piece and not stand.is_known and not act.is_traffic:
        severity = 80 if act.method == "resolve" else 74
        reason = f"opaque data in an address at {safe(act.host)} after {read} was read"
        yield Judged("session.covert", severity, reason, act)


def _environment(stand: Standing, case: Case) -> Iterator[Judged]:
    if stand.is_known or not stand.act.host:
        return
    if any(act.kind in {Kind.ENVIRONMENT, Kind.READ_SENSITIVE} for act in case.acts):
        reason = f"one command reads secrets and sends to {safe(stand.act.host)}"
        yield Judged("session.environment-leak", 80, reason, stand.act)
    elif stand.is_first and any(done.act.kind is Kind.ENVIRONMENT for done in case.earlier):
        reason = f"the environment was read, then {safe(stand.act.host)} is sent {stand.act.size} characters"
        yield Judged("session.environment-leak", 75, reason, stand.act)


def _bulk(stand: Standing, case: Case) -> Iterator[Judged]:
    act = stand.act
    if (
        stand.is_known
        or stand.is_party
        or act.service in {"forge", "memory"}
        or not case.view.counts.get(Kind.LIST)
    ):
        return
    read = {
        done.act.label
        for done in case.earlier
        if done.act.kind in {Kind.READ, Kind.READ_SENSITIVE, Kind.READ_UNTRUSTED}
    }
    recognized = {one.number for one in case.carried if is_long(one)}
    if len(read) < _MANY_READS or (act.size < _BULK and len(recognized) < _SEVERAL):
        return
    is_led = from_outside(flag(case, Origin.UNTRUSTED)) and bool(flag(case, Origin.UNTRUSTED))
    severity = 78 if len(recognized) >= _SEVERAL or is_led else 72 if _is_packed(case) else 50
    if act.is_traffic and len(recognized) < _SEVERAL:
        severity = _LOW
    place = safe(act.target or act.host, 60)
    reason = f"{len(read)} things were listed and read, then {place} is sent {act.size} characters"
    yield Judged("session.bulk", severity, reason, act)


def _is_packed(case: Case) -> bool:
    """True if an archive was made, and a file is uploaded."""
    commands = [*case.acts, *(done.act for done in case.earlier)]
    return any(act.kind is Kind.EXECUTE and _PACKING.search(act.target) for act in commands) and any(
        act.size >= UPLOAD for act in case.acts
    )


def _has_account(case: Case) -> bool:
    """True if more than local files and one message were read."""
    read = [
        done for done in case.earlier if Origin.PRIVATE in done.act.origin and done.act.service != "files"
    ]
    return sum(done.count for done in read) > 1
