"""Judges a text as a value: would it break out of the statement it is put into?

Owns the scoring. Every reading of every view of a value is searched for constructs and signals; their points are added
(each once), restraint is subtracted, and the best reading decides. Seven points are a score of 0.7, which refuses.

Does not catch: a bare word or number that is harmful only where it stands (`1-1`, `desc`), an injection whose parts
arrive in separate values, a quoted injection in a sentence that goes on behind it (recorded below the bar), and
encodings that only one application knows. Values beyond some kilobytes are read in windows only: who
fills one with more decoys than there are windows hides an injection between them (`prefilter.windows`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection, Match
from policy.detectors.sql.constructs import CONSTRUCTS
from policy.detectors.sql.context import readings
from policy.detectors.sql.documents import injected, mentions_operator
from policy.detectors.sql.quotes import QUOTED
from policy.detectors.sql.report import match_found, match_of
from policy.detectors.sql.signals import signals
from policy.detectors.sql.validity import is_quoted_in_prose, is_sentence, prose
from policy.detectors.sql.views import views

if TYPE_CHECKING:
    from policy.detectors.sql.context import Reading

BAR: Final = 7.0
"""Points that refuse."""
_RECORDED: Final = 3.0
"""Points below which nothing is said."""
_QUOTED: Final = 6.4
"""What a sentence that quotes an injection is worth at most."""
_INJECTED: Final = 72
"""Severity of an injection into a document database or a directory."""


@dataclass(slots=True)
class _Verdict:
    points: float
    by_rule: dict[str, float]
    """Points of each rule."""
    kind: str
    """Name of the strongest construct."""
    view: str


def judge_value(text: str) -> Detection:
    """Judge one agent-supplied value of at most some kilobytes."""
    best: _Verdict | None = None
    for view, seen in views(text):
        for reading in readings(seen):
            verdict = _judge(reading, seen, view)
            if verdict is not None and (best is None or verdict.points > best.points):
                best = verdict
    if best is None or best.points < BAR:
        other = _documents(text)
        if other is not None and (best is None or score(best.points) < other.score):
            return other
    if best is None or best.points < _RECORDED:
        return Detection(score(best.points)) if best is not None else NOTHING
    return Detection(score(best.points), _matches(best, text))


def score(points: float) -> float:
    """Turn points into 0..1: linear to the bar, then towards one."""
    if points < BAR:
        return max(0.0, 0.1 * points)
    return 1.0 - 0.3 * math.exp((BAR - points) / 8)


def _judge(reading: Reading, text: str, view: str) -> _Verdict | None:
    found = [
        (row.name, row.rule, row.points)
        for row in CONSTRUCTS
        if row.needs in reading.kinds and row.pattern.search(reading.kinds)
    ]
    found += {name: (name, rule, points) for name, rule, points in signals(reading, text)}.values()
    if not found:
        return None
    total = sum(points for _, _, points in found)
    if total < _RECORDED:
        return None
    total -= _restraint(reading, text, total)
    is_quoted = is_quoted_in_prose(text, reading.shape.tail) or any(name == QUOTED for name, _, _ in found)
    if total >= BAR and is_quoted and not _acts(reading):
        total = _QUOTED
    by_rule: dict[str, float] = {}
    for _, rule, points in found:
        by_rule[rule] = by_rule.get(rule, 0.0) + points
    kind = max(found, key=lambda item: item[2])[0]
    return _Verdict(total, by_rule, kind, view)


def _acts(reading: Reading) -> bool:
    """A second statement or a delay does harm wherever a sentence stands around it."""
    return ";D" in reading.kinds or "Zs" in reading.kinds or "Z(" in reading.kinds


def _restraint(reading: Reading, text: str, total: float) -> float:
    """Points that prose takes away; a clear attack keeps most of its own."""
    pairs = prose(reading)
    sentence = is_sentence(text)
    lost = 0.8 * pairs + 0.6 * max(0, sentence - 1)
    return min(lost, 3.0 if total > 2 * BAR else 6.0)


def _matches(best: _Verdict, text: str) -> tuple[Match, ...]:
    refuses = best.points >= BAR
    ordered = sorted(best.by_rule.items(), key=lambda item: -item[1])
    return tuple(
        match_of(
            rule,
            text,
            (0, len(text)),
            kind=best.kind if rank == 0 else "",
            view=best.view,
            below_bar=not refuses or rank > 0,
        )
        for rank, (rule, points) in enumerate(ordered)
        if points > 0 and (rank == 0 or points >= _RECORDED)
    )


def _documents(text: str) -> Detection | None:
    """Judge what is no SQL: operators of document databases are recorded, injected ones refused."""
    for steps, seen in views(text):
        kind = injected(seen)
        if kind:
            found = match_found("sql.nosql-operator", _INJECTED, text, (0, len(text)), kind=kind, view=steps)
            return Detection(_INJECTED / 100, (found,))
    if mentions_operator(text):
        return Detection(0.55, (match_of("sql.nosql-operator", text, (0, len(text)), below_bar=True),))
    return None
