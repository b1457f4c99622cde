"""What a check says and what the engine decides: findings, bands and verdicts.

Invariant: adding a finding never lowers a score and never turns a block into a pass (see `policy.scoring`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """The four outcomes an exchange can have."""

    ALLOW = "allow"
    REDACT = "redact"
    HOLD = "hold"
    BLOCK = "block"


class Band(StrEnum):
    """Threat score in words: LOW 0-39, MEDIUM 40-69, HIGH 70-89, CRITICAL 90-100."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Effect(StrEnum):
    """How a finding takes part in the decision."""

    SCORE = "score"
    """Counts towards the threat score and nothing else."""
    REDACT = "redact"
    """Asks that what was found be replaced before the exchange passes."""
    HOLD = "hold"
    """Asks for a person, whatever the score."""
    DENY = "deny"
    """Refuses in `enforce` mode, whatever the score; recorded only in `monitor` mode."""
    SAFETY = "safety"
    """Refuses in every mode: SSRF, canaries, faults of the engine."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One match of one check."""

    rule: str
    """Stable id, `category.name`, listed in `policy.catalog`."""
    category: str
    """What the score is combined by: `egress`, `policy`, `rate`, `protocol`, `engine`, ..."""
    severity: int
    """0..100."""
    effect: Effect
    reason: str
    """One plain sentence in lower case for the refused side: no secret, no personal data, no controls."""
    remedy: str = ""
    """What would change the verdict, in words for the operator."""
    location: str = ""
    """Where in the exchange: `host`, `path`, `header:content-encoding`, ..."""
    evidence: str = ""
    """Masked excerpt of what matched; agent-supplied, already made safe to print."""
    refs: tuple[str, ...] = ()
    """Taxonomy references: OWASP LLM / Agentic Top 10, MITRE ATLAS, CWE, RFC."""
    policy_line: int | None = None
    """Line of the policy file that decided (1-based), where one did."""
    span: tuple[int, int] | None = None
    """Half-open, in characters of the document that `location` names."""
    kind: str = ""
    """What exactly was found, finer than the rule: `github-token`, `iban`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a verdict's trace: what one check did."""

    check: str
    """`egress`, `policy`, `tools`, `prompt`, `secrets`, ..."""
    elapsed_us: int
    """Time it took, microseconds."""
    found: int
    """Number of findings; what they are stands in the verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision for one exchange."""

    decision: Decision
    score: int
    """Threat score 0..100."""
    band: Band
    findings: tuple[Finding, ...]
    """Strongest first."""
    policy_digest: str
    """`sha256:` and 64 hex digits of the policy file that made this verdict."""
    is_monitored: bool = False
    """True if `monitor` mode let pass what `enforce` would have refused."""

    @property
    def rule(self) -> str:
        """Rule id of the strongest finding, or the empty string."""
        return self.findings[0].rule if self.findings else ""
