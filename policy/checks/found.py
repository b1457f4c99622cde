"""From what detectors say to findings: one for each rule, kind and place, however often it matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.catalog import finding
from policy.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policy.detection import Match
    from policy.verdict import Finding

MAX_FINDINGS: Final = 32
"""Findings kept of one text, strongest first; more of them change no verdict."""


def findings(
    matches: Iterable[Match],
    location: str,
    line: int | None = None,
    *,
    severity_of: Callable[[Match], int] | None = None,
    effect: Effect = Effect.SCORE,
) -> list[Finding]:
    """Turn matches into findings.

    Args:
        matches: of one text.
        location: of that text in the exchange.
        line: of the policy file that switched the guard on.
        severity_of: what the policy makes of a match's severity, 0..100; absent: the match's own.
        effect: what the policy does about them.
    """
    kinds: dict[tuple[str, str, str], list[Match]] = {}
    for match in matches:
        kinds.setdefault((match.rule, match.kind, match.view), []).append(match)
    found = [
        _finding(group, location, line, severity_of(group[0]) if severity_of else None, effect)
        for group in kinds.values()
    ]
    return sorted(found, key=lambda one: -one.severity)[:MAX_FINDINGS]


def _finding(
    group: list[Match], location: str, line: int | None, severity: int | None, effect: Effect
) -> Finding:
    strongest = max(group, key=lambda match: match.severity)
    more = f", {len(group)} times" if len(group) > 1 else ""
    hidden = f", hidden by {strongest.view}" if strongest.view else ""
    return finding(
        strongest.rule,
        strongest.reason + hidden + more,
        severity=strongest.severity if severity is None else severity,
        effect=effect,
        location=location,
        evidence=strongest.evidence,
        policy_line=line,
        span=(strongest.start, strongest.end),
        kind=strongest.kind,
    )
