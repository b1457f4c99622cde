"""From findings to a score, from a score to a verdict.

Owns the formula and the decision. Per category the strongest finding counts, 0..100, multiplied by the
category's weight if it is one that scores or asks (refusals always count in full). With `m` the largest of
these and `s` their sum:

    score = min(100, (9·m + s) div 10)

which is the strongest category in full plus a tenth of each other one. Invariants: the formula is monotone in
every category, so a finding never lowers a score; a refusal is a refusal whatever the weights; `monitor` mode
lets pass everything but `Effect.SAFETY`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policy.verdict import Band, Decision, Effect, Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENFORCE: Final = "enforce"
MONITOR: Final = "monitor"

_BANDS: Final = ((90, Band.CRITICAL), (70, Band.HIGH), (40, Band.MEDIUM))
_RANK: Final = {Effect.SAFETY: 0, Effect.DENY: 1, Effect.HOLD: 2, Effect.SCORE: 3, Effect.REDACT: 4}
_HIGHEST: Final = 100


@dataclass(frozen=True, slots=True)
class Scoring:
    """What the policy says about scores."""

    block_at: int = 70
    """Scores from here on are blocked, 1..100."""
    hold_at: int | None = None
    """Scores from here on are held for a person; None holds nothing by score."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Factor per category, 0..2; absent means 1."""


def score(findings: Sequence[Finding], scoring: Scoring) -> int:
    """Return the threat score, 0..100."""
    if not findings:
        return 0
    strongest: dict[str, int] = {}
    for found in findings:
        weighed = _weigh(found, scoring)
        if weighed > strongest.get(found.category, -1):
            strongest[found.category] = weighed
    values = strongest.values()
    return min(_HIGHEST, (9 * max(values) + sum(values)) // 10)


def band(value: int) -> Band:
    """Return the band of a score 0..100."""
    return next((name for floor, name in _BANDS if value >= floor), Band.LOW)


def decide(findings: Sequence[Finding], scoring: Scoring, mode: str, digest: str) -> Verdict:
    """Turn findings into the verdict.

    Args:
        findings: of all checks, in any order.
        scoring: thresholds and weights.
        mode: `enforce` or `monitor`; anything else is taken for `enforce`.
        digest: of the policy that decides.
    """
    if not findings:
        return _clear(digest)
    value = score(findings, scoring)
    effects = {found.effect for found in findings}
    wanted = _wanted(effects, value, scoring)
    is_monitored = mode == MONITOR and wanted is not Decision.ALLOW and Effect.SAFETY not in effects
    return Verdict(
        decision=Decision.ALLOW if is_monitored else wanted,
        score=value,
        band=band(value),
        findings=tuple(sorted(findings, key=lambda found: (_RANK[found.effect], -found.severity))),
        policy_digest=digest,
        is_monitored=is_monitored,
    )


@lru_cache(maxsize=64)
def _clear(digest: str) -> Verdict:
    return Verdict(Decision.ALLOW, 0, Band.LOW, (), digest)


def _wanted(effects: set[Effect], value: int, scoring: Scoring) -> Decision:
    """Return what `enforce` mode does."""
    if Effect.SAFETY in effects or Effect.DENY in effects or value >= scoring.block_at:
        return Decision.BLOCK
    if Effect.HOLD in effects or (scoring.hold_at is not None and value >= scoring.hold_at):
        return Decision.HOLD
    return Decision.REDACT if Effect.REDACT in effects else Decision.ALLOW


def _weigh(found: Finding, scoring: Scoring) -> int:
    if found.effect is Effect.SAFETY or found.effect is Effect.DENY:
        return min(_HIGHEST, max(0, found.severity))
    return max(0, min(_HIGHEST, int(found.severity * scoring.weights.get(found.category, 1.0))))
