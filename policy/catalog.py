"""The table of every rule Aegis can cite: its weight, its effect, its words and its sources.

Owns the stable rule ids. A rule id in a ledger entry, a refusal or a test is looked up here and nowhere else;
a finding is built with `finding`, so that no check can invent an id, a severity or an effect of its own.
Invariant: every rule that refuses (`Effect.DENY`, `Effect.SAFETY`) has a severity of 70 or more, so a refusal
is never shown in a LOW or MEDIUM band.

References: OWASP Top 10 for LLM Applications 2025 (LLMnn), OWASP Top 10 for Agentic Applications (ASInn),
MITRE ATT&CK (Tnnnn), CWE, RFC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from policy.rulebook import filesystem, pii, prompt, secrets, session, shell, spine, sql, tools, vault
from policy.verdict import Effect, Finding

if TYPE_CHECKING:
    from typing import Unpack

    from policy.rulebook.row import Row

_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the catalog."""

    id: str
    """Stable id, `category.name`."""
    category: str
    """What the score is combined by."""
    severity: int
    """0..100."""
    effect: Effect
    title: str
    """A few words for a table or a `title` member, capitalized."""
    remedy: str
    """What would change the verdict, for the operator."""
    refs: tuple[str, ...]
    """Taxonomy references."""
    status: int = _FORBIDDEN
    """HTTP status of the refusal."""


class FindingFields(TypedDict, total=False):
    """What a check may add to, or override in, the catalog's row."""

    severity: int
    effect: Effect
    remedy: str
    location: str
    evidence: str
    policy_line: int | None
    span: tuple[int, int] | None
    kind: str


_MODULES: Final = (spine, tools, filesystem, shell, sql, prompt, pii, secrets, session, vault)


def _rule(row: Row) -> Rule:
    rule_id, severity, effect, title, remedy, refs, status = row
    return Rule(rule_id, rule_id.partition(".")[0], severity, effect, title, remedy, refs, status)


RULES: Final[dict[str, Rule]] = {row[0]: _rule(row) for module in _MODULES for row in module.ROWS}
"""Every rule by its id."""

CATEGORIES: Final[frozenset[str]] = frozenset(rule.category for rule in RULES.values()) | {
    "tools",
    "prompt",
    "pii",
    "secrets",
    "filesystem",
    "shell",
    "sql",
}
"""What `threatScoring.weights` may name: the categories above, and those of guards to come."""


def finding(rule_id: str, reason: str, **fields: Unpack[FindingFields]) -> Finding:
    """Build the finding of one rule.

    Args:
        rule_id: an id of the table.
        reason: one plain sentence in lower case for the refused side, already safe to print.
        **fields: what this match adds or overrides.

    Raises:
        KeyError: for an id that is not in the table, which is a mistake of ours.
    """
    rule = RULES[rule_id]
    return Finding(
        rule=rule.id,
        category=rule.category,
        severity=fields.get("severity", rule.severity),
        effect=fields.get("effect", rule.effect),
        reason=reason,
        remedy=fields.get("remedy", rule.remedy),
        location=fields.get("location", ""),
        evidence=fields.get("evidence", ""),
        refs=rule.refs,
        policy_line=fields.get("policy_line"),
        span=fields.get("span"),
        kind=fields.get("kind", ""),
    )


def status_of(found: Finding) -> int:
    """Return the HTTP status of a refusal whose strongest finding this is."""
    rule = RULES.get(found.rule)
    return rule.status if rule else _FORBIDDEN
