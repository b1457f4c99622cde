"""What of a flow goes into the ledger, and what does not.

Never headers, cookies, query values or bodies. Paths are agent-supplied and services put tokens into them, so long
segments that look random are masked. All strings lose what a terminal could act on only when they are shown: the
ledger keeps them as JSON, escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from addons.core_patches import explain_failure
from addons.identify import resolve, source_of
from policy.scoring import band

if TYPE_CHECKING:
    from mitmproxy import connection, http

    from addons.gateway import Gateway
    from addons.walk import Walk
    from policy.exchange import Exchange
    from policy.verdict import Finding, Verdict

MAX_TEXT = 512
"""Characters of a path or name that are kept."""
MAX_WORD = 16
MAX_KEYS = 32
LONG_RUN = 32
"""Longer runs are masked whatever they are made of."""
_RANDOM_LOOKING = re.compile(r"[A-Za-z0-9_\-:.~+=%]{20,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def verdict_fields(walk: Walk, verdict: Verdict) -> dict[str, Any]:
    """Fields of a `flow.verdict` entry."""
    fields: dict[str, Any] = {
        "flow": walk.flow_id,
        "agent": walk.agent,
        "identified_by": walk.identified_by,
        "verdict": str(verdict.decision),
        "score": verdict.score,
        "band": str(verdict.band),
        "policy": verdict.policy_digest,
        "findings": [_finding(f) for f in verdict.findings],
    }
    if verdict.findings:
        fields["rule"] = verdict.rule
    if verdict.is_monitored:
        fields["monitored"] = True
    if walk.trace:
        fields["trace"] = [[step.check, step.elapsed_us, step.found] for step in walk.trace]
    if walk.exchange is not None:
        fields |= _exchange(walk.exchange)
    if walk.addresses:
        fields["addresses"] = list(walk.addresses)
    if walk.lent and not walk.is_refused:
        fields["lent"] = list(walk.lent)
    return fields


def late_fields(walk: Walk, verdict: Verdict) -> dict[str, Any]:
    """Fields of a `flow.verdict` entry about the response to a request that had passed."""
    return verdict_fields(walk, verdict) | {"direction": "response", "verdict_entry": walk.entry}


def request_fields(request: http.Request) -> dict[str, Any]:
    """What is known of a request that was never decoded."""
    return {
        "method": request.method[:MAX_TEXT],
        "scheme": request.scheme[:MAX_WORD],
        "host": request.host[:MAX_TEXT],
        "port": request.port,
        "path": masked_path(request.path),
    }


def destination_fields(
    gateway: Gateway,
    client: connection.Client,
    host: str,
    port: int,
    finding: Finding,
) -> dict[str, Any]:
    """Fields of an entry for what was refused before there was a request."""
    caller = gateway.callers.get(client.id)
    agent, identified_by = (
        (caller.agent, caller.identified_by)
        if caller
        else resolve(gateway.policy.agents, ("", ""), source_of(client))
    )
    return {
        "flow": client.id,
        "agent": agent,
        "identified_by": identified_by,
        "source": client.peername[0] if client.peername else "",
        "host": host[:MAX_TEXT],
        "port": port,
        "verdict": "block",
        "score": finding.severity,
        "band": str(band(finding.severity)),
        "rule": finding.rule,
        "policy": gateway.policy.digest,
        "findings": [_finding(finding)],
    }


def end_fields(walk: Walk, flow: http.HTTPFlow, elapsed_us: int) -> dict[str, Any]:
    """Fields of a `flow.end` entry: how a released flow ended."""
    response = flow.response
    fields: dict[str, Any] = {
        "flow": walk.flow_id,
        "agent": walk.agent,
        "verdict_entry": walk.entry,
        "elapsed_us": elapsed_us,
    }
    if response is not None:
        fields["status"] = response.status_code
        content = response.raw_content
        if content is not None:
            fields["response_bytes"] = len(content)
    if flow.error:
        fields["error"] = explain_failure(flow.error.msg)[1]
    if flow.server_conn.peername:
        fields["peer"] = flow.server_conn.peername[0]
    return fields


def masked_path(target: str) -> str:
    """The path of a request target, without query, random-looking segments masked, at most `MAX_TEXT` characters.

    What is masked is looked for in the first `4 * MAX_TEXT` characters, in one pass over them.
    """
    path = target[: 4 * MAX_TEXT].partition("?")[0]
    return _RANDOM_LOOKING.sub(_mask, path)[:MAX_TEXT]


def _mask(match: re.Match[str]) -> str:
    text = match[0]
    has_digit = any(c.isdigit() for c in text)
    has_letter = any(c.isalpha() for c in text)
    looks_random = (has_digit and has_letter) or len(text) > LONG_RUN
    return f"[masked:{len(text)}]" if looks_random and not _UUID.fullmatch(text) else text


def _exchange(exchange: Exchange) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "method": exchange.method[:MAX_TEXT],
        "scheme": exchange.scheme[:MAX_WORD],
        "host": exchange.host[:MAX_TEXT],
        "port": exchange.port,
        "path": masked_path(exchange.target),
        "http": exchange.http_version[:MAX_WORD],
        "request_bytes": len(exchange.body),
    }
    query = exchange.target.partition("?")[2]
    if query:
        pairs = [pair.partition("=") for pair in query[:4096].split("&")]
        keys = [key[:64] for key, equals, _ in pairs if equals]  # what has no value is a value
        fields["query_keys"] = [masked_path(key) for key in keys[:MAX_KEYS]]
    return fields


def _finding(finding: Finding) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "rule": finding.rule,
        "severity": finding.severity,
        "reason": finding.reason,
    }
    if finding.kind:
        fields["kind"] = finding.kind
    if finding.location:
        fields["location"] = finding.location
    if finding.evidence:
        fields["evidence"] = finding.evidence
    if finding.policy_line is not None:
        fields["policy_line"] = finding.policy_line
    return fields
