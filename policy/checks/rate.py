"""Rate check: judges the readings of the windows that the addons keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.catalog import finding

if TYPE_CHECKING:
    from policy.exchange import Exchange, State
    from policy.verdict import Finding

_RULE_OF: Final = {
    "requestsPerMinute": ("rate.requests", "requests"),
    "perHost": ("rate.per-host", "requests to one host"),
    "perTool": ("rate.per-tool", "calls of one tool"),
    "bytesPerMinute": ("rate.bytes", "bytes"),
}


@dataclass(frozen=True, slots=True)
class RateSettings:
    """Limits per minute and agent, each with its policy line; None where there is no limit."""

    requests_per_minute: int | None = None
    requests_line: int | None = None
    per_host: int | None = None
    per_host_line: int | None = None
    bytes_per_minute: int | None = None
    bytes_line: int | None = None
    per_tool: int | None = None
    per_tool_line: int | None = None

    @property
    def is_limited(self) -> bool:
        """True if any window has to be read at all."""
        limits = (self.requests_per_minute, self.per_host, self.bytes_per_minute, self.per_tool)
        return any(limit is not None for limit in limits)

    def line_of(self, key: str) -> int | None:
        """Return the policy line of one policy key."""
        lines = {
            "requestsPerMinute": self.requests_line,
            "perHost": self.per_host_line,
            "perTool": self.per_tool_line,
            "bytesPerMinute": self.bytes_line,
        }
        return lines[key]


def check(_exchange: Exchange, settings: RateSettings, state: State) -> list[Finding]:
    """Stop loops, floods and bulk exfiltration (LLM10, CWE-770, T1048).

    Does not catch: a drip below the limits, and agents that share a limit under several names.

    Raises:
        KeyError: for a reading of an unknown window, which is a mistake of ours.
    """
    findings = []
    for reading in state.rates:
        if reading.is_exceeded:
            rule, what = _RULE_OF[reading.key]
            reason = f"more than {reading.limit} {what} per minute; try again in {reading.retry_after_s} s"
            findings.append(finding(rule, reason, location="rate", policy_line=settings.line_of(reading.key)))
    return findings
