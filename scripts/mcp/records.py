"""What of a message goes into the ledger: who, which server, which tool, the verdict. Never arguments or results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policy.evidence import masked, safe

if TYPE_CHECKING:
    from policy.verdict import Finding, Verdict

VERDICT: Final = "flow.verdict"
MAX_FINDINGS: Final = 32
_MAX_NAME: Final = 128


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about; strings from outside are masked when they are recorded."""

    flow: str
    """Ties what was asked to what was answered."""
    method: str
    """Of JSON-RPC."""
    name: str = ""
    """Tool, resource or prompt."""
    direction: str = "request"
    """`request` or `response`."""


def verdict_fields(agent: str, server: str, subject: Subject, verdict: Verdict) -> dict[str, Any]:
    """Fields of a `flow.verdict` entry, as the gateway's own, so that the same commands show both."""
    fields: dict[str, Any] = {
        "flow": subject.flow,
        "agent": agent,
        "identified_by": "command-line",
        "scheme": "mcp-stdio",
        "host": server,
        "method": masked(subject.method, _MAX_NAME),
        "direction": subject.direction,
        "verdict": str(verdict.decision),
        "score": verdict.score,
        "band": str(verdict.band),
        "policy": verdict.policy_digest,
        "findings": [_finding(one) for one in verdict.findings[:MAX_FINDINGS]],
    }
    if subject.name:
        fields["path"] = f"/{masked(subject.name, _MAX_NAME)}"
    if verdict.findings:
        fields["rule"] = verdict.rule
    if len(verdict.findings) > MAX_FINDINGS:
        fields["findings_in_all"] = len(verdict.findings)
    if verdict.is_monitored:
        fields["monitored"] = True
    return fields


def _finding(finding: Finding) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "rule": finding.rule,
        "severity": finding.severity,
        "reason": safe(finding.reason, 512),
    }
    for name in ("kind", "location", "evidence"):
        if value := getattr(finding, name):
            fields[name] = safe(value, 256)
    if finding.policy_line is not None:
        fields["policy_line"] = finding.policy_line
    return fields
