"""Custom rules: judges by the filters of the policy's `rules` that the addons found to match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policy.catalog import finding
from policy.evidence import safe

if TYPE_CHECKING:
    from policy.exchange import Exchange, State
    from policy.verdict import Effect, Finding


@dataclass(frozen=True, slots=True)
class CustomRule:
    """One entry of `rules`, operator-supplied."""

    name: str
    filter: str
    """In mitmproxy's filter language; parsed and matched by the addons, never here."""
    effect: Effect
    severity: int
    """0..100."""
    reason: str
    line: int | None = None


def check(_exchange: Exchange, settings: tuple[CustomRule, ...], state: State) -> list[Finding]:
    """Stop what the operator described in mitmproxy's filter language (LLM06).

    Does not catch: what a filter does not see; the language matches text, not meaning.

    Raises:
        LookupError: for an index outside the policy's rules: flow and policy do not belong together.
    """
    findings = []
    for index in state.matched_rules:
        if not 0 <= index < len(settings):
            raise LookupError(f"matched rule {index} of {len(settings)}")
        rule = settings[index]
        findings.append(
            finding(
                "rule.custom",
                safe(rule.reason, 200) or f"the rule {safe(rule.name)} of this policy matched",
                severity=rule.severity,
                effect=rule.effect,
                location=f"rule:{safe(rule.name)}",
                evidence=safe(rule.name),
                policy_line=rule.line,
            )
        )
    return findings
