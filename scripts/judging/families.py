"""How one row of each family is judged by the engine, as the gateway would judge the same thing on the wire.

Rows are agent-supplied data: a field that is missing or of the wrong type is an error of the row, told with its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from policy import engine
from policy.checks.found import findings
from policy.checks.urls import judge_url
from policy.detectors.files import detector as files
from policy.detectors.pii import detector as pii
from policy.detectors.secrets import detector as secrets
from policy.detectors.sql import detector as sql
from policy.text.scanner import Scanner
from policy.verdict import Decision, Effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.compiled import AgentPolicy
    from policy.detection import Detection
    from policy.verdict import Finding, Verdict

AGENT: Final = "judge"
_SSRF_ONLY: Final = Effect.SAFETY
"""Of a URL by itself only what every policy refuses is judged; allowed hosts are a matter of the policy."""


class RowError(ValueError):
    """A row that cannot be judged; the message names the field."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the engine says of one row."""

    verdict: Verdict
    detector: float
    """The family's own continuous score, 0..1, before any threshold."""


type Row = dict[str, Any]


def judge(family: str, row: Row, policy: AgentPolicy) -> Judged:
    """Judge one row.

    Args:
        family: one of `FAMILIES`.
        row: its fields as in a corpus of that family.
        policy: by which scores become verdicts.

    Raises:
        RowError: for a row without the family's fields.
    """
    return FAMILIES[family](row, policy)


def _text(row: Row, *names: str) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            return value
    raise RowError(f"expected text in the field {' or '.join(names)}")


def _detected(detection: Detection, policy: AgentPolicy, location: str, *, is_denied: bool = False) -> Judged:
    """Turn what one detector says into a verdict; `is_denied` is a policy that blocks whatever is found."""
    effect = Effect.DENY if is_denied else Effect.SCORE
    severity_of = (lambda match: max(match.severity, policy.scoring.block_at)) if is_denied else None
    found = findings(detection.matches, location, severity_of=severity_of, effect=effect)
    return Judged(engine.decide(found, policy), detection.score)


def _pii(row: Row, policy: AgentPolicy) -> Judged:
    detection = pii.detect(_pii_scanner().scan(_text(row, "text")))
    return _detected(detection, policy, "text", is_denied=True)


@cache
def _pii_scanner() -> Scanner:
    return Scanner(pii.PATTERNS)


def _secrets(row: Row, policy: AgentPolicy) -> Judged:
    ask = partial(secrets.detect, allow=policy.guards.secrets.allow)
    return _detected(policy.guards.reader.read(_text(row, "text")).detect(ask, "secrets"), policy, "text")


def _ssrf(row: Row, policy: AgentPolicy) -> Judged:
    found = judge_url(AGENT, _text(row, "url"), policy.destination)
    kept = [one for one in found if one.effect is _SSRF_ONLY]
    return Judged(engine.decide(kept, policy), _strongest(kept))


def _sql(row: Row, policy: AgentPolicy) -> Judged:
    return _detected(sql.detect(_text(row, "input", "text", "query")), policy, "input")


def _paths(row: Row, policy: AgentPolicy) -> Judged:
    return _detected(files.detect(_text(row, "path", "text")), policy, "path")


def _strongest(found: list[Finding]) -> float:
    return max((one.severity for one in found), default=0) / 100


FAMILIES: Final[dict[str, Callable[[Row, AgentPolicy], Judged]]] = {
    "pii": _pii,
    "secrets": _secrets,
    "ssrf": _ssrf,
    "sqli": _sql,
    "paths": _paths,
}
"""Every family and how a row of it is judged."""

FIELD_OF: Final = {
    "pii": "text",
    "secrets": "text",
    "ssrf": "url",
    "sqli": "input",
    "paths": "path",
}
"""Where the words of a command line go."""


def as_json(row_id: Any, judged: Judged) -> dict[str, Any]:
    """One line of output."""
    verdict = judged.verdict
    return {
        "id": row_id,
        "verdict": str(verdict.decision),
        "score": verdict.score,
        "detector": round(judged.detector, 6),
        "findings": [
            {
                "rule": one.rule,
                "category": one.category,
                "severity": one.severity,
                "span": list(one.span) if one.span else None,
                "kind": one.kind,
            }
            for one in verdict.findings
        ],
    }


def is_refused(judged: Judged) -> bool:
    """True if the engine would not let it pass as it is."""
    return judged.verdict.decision is not Decision.ALLOW
