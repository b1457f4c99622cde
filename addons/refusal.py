"""What the refused side gets to read: RFC 9457 problem details, in the protocol it speaks.

Nothing here is secret: a finding's reason and remedy hold no matched value, and the ledger's entry number lets the
operator find the rest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mitmproxy import http

from addons import refusal_grammar
from policy import catalog

if TYPE_CHECKING:
    from policy.exchange import Exchange
    from policy.verdict import Finding, Verdict

PROBLEM_TYPE = "application/problem+json"
VERDICT_HEADER = "Aegis-Verdict"
MAX_AGE_OF_REFUSAL = "no-store"


def respond(
    verdict: Verdict,
    entry: int | None,
    *,
    method: str = "",
    is_late: bool = False,
    retry_after_s: int | None = None,
    exchange: Exchange | None = None,
) -> http.Response:
    """The response for a refused request.

    Args:
        verdict: what was decided; its first finding names the rule and the status.
        entry: sequence number in the ledger; None if nothing could be written.
        method: of the request; the answer to HEAD has no body.
        is_late: the service has answered already, and its answer is withheld: 502.
        retry_after_s: seconds until the same request would pass, if only time stands in its way.
        exchange: what was refused, if it was read: its sender gets an answer in its own grammar.
    """
    status = 502 if is_late else status_of(verdict)
    document = problem_details(verdict, entry, status)
    answer = refusal_grammar.rpc_answer(exchange, document)
    if answer is not None:
        status = 200
    else:
        answer = document | refusal_grammar.api_members(exchange, document)
    body = b"" if method == "HEAD" else written(answer)
    headers = {
        "content-type": PROBLEM_TYPE if status != 200 else "application/json",  # noqa: PLR2004
        "cache-control": MAX_AGE_OF_REFUSAL,
        VERDICT_HEADER: header(verdict, entry),
    }
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    return http.Response.make(status, body, headers)


def status_of(verdict: Verdict) -> int:
    """HTTP status of the refusal: that of its first finding's rule."""
    return catalog.RULES[verdict.rule].status if verdict.rule in catalog.RULES else 403


def header(verdict: Verdict, entry: int | None) -> str:
    """Value of `Aegis-Verdict` (a structured field item with parameters, RFC 9651)."""
    number = f"; entry={entry}" if entry is not None else ""
    return f'{verdict.decision}; score={verdict.score}; rule="{verdict.rule}"{number}'


def problem_details(verdict: Verdict, entry: int | None, status: int) -> dict[str, Any]:
    """The problem details (RFC 9457)."""
    finding = verdict.findings[0] if verdict.findings else None
    rule = catalog.RULES.get(verdict.rule)
    return {
        "type": f"urn:aegis:rule:{verdict.rule}",
        "title": rule.title if rule else "Refused by Aegis",
        "status": status,
        "detail": _detail(finding),
        "message": _detail(finding),  # where the SDKs of LLM providers look for words
        "aegis": {
            "verdict": str(verdict.decision),
            "score": verdict.score,
            "band": str(verdict.band),
            "rule": verdict.rule,
            "entry": entry,
            "remedy": finding.remedy if finding else "",
            "findings": [
                {"rule": f.rule, "severity": f.severity, "location": f.location, "reason": f.reason}
                for f in verdict.findings
            ],
        },
    }


def written(document: Any) -> bytes:
    """A document as JSON, in ASCII."""
    return json.dumps(document, ensure_ascii=True).encode() + b"\n"


def core_problem(status: int, title: str, detail: str, rule: str) -> bytes:
    """Problem details for an answer that mitmproxy's core makes by itself; its entry is made when it ends.

    Args:
        status: HTTP status.
        title: its phrase.
        detail: our reason.
        rule: the rule that refused; empty if the service failed and nothing was refused.
    """
    verdict = {"verdict": "block", "rule": rule} if rule else {"verdict": "allow"}
    document = {
        "type": f"urn:aegis:rule:{rule}" if rule else "about:blank",
        "title": catalog.RULES[rule].title if rule else title,
        "status": status,
        "detail": detail,
        "message": detail,
        "aegis": verdict | {"entry": None},
    }
    return written(document)


def _detail(finding: Finding | None) -> str:
    if finding is None:
        return "refused by the gateway"
    return f"{finding.reason}; to change that: {finding.remedy}" if finding.remedy else finding.reason
