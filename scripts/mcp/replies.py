"""What the refused side reads: an answer with the id of its own request, in its own grammar.

A refused call of a tool becomes a result with `isError`, which clients hand to the model; anything else becomes an
error object. Nothing here is secret: reasons and remedies hold no matched value, and the entry's number leads to the
rest.
Sources: MCP specification 2025-06-18, server/tools (error handling); 2026-07-28, results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addons.decoders.rpc_answers import refusal
from policy import catalog
from policy.evidence import safe

if TYPE_CHECKING:
    from policy.verdict import Verdict
    from scripts.mcp.wire import MessageId

ENDED: Final = -32000
"""Connection closed, as the SDKs call it."""
COMPLETE: Final = "complete"
"""Kind of a result that asks for nothing more: from 2026-07-28 on every result has one, older clients skip it."""
META: Final = "aegis"
"""Key under which programs find the verdict."""


def refused_call(
    message_id: MessageId, verdict: Verdict, entry: int | None, ledger: str, tool: str
) -> dict[str, Any]:
    """The answer to a refused call of a tool, which the model reads.

    Args:
        message_id: of the call.
        verdict: why.
        entry: number in the ledger; None if it could not be written.
        ledger: name of the ledger.
        tool: name as called.
    """
    call = f"the tool call {safe(tool)}" if tool else "this tool call"
    words = f"[Aegis refused {call}: {explain(verdict, entry, ledger)}]"
    message = refusal(message_id, words, is_call=True, data={META: summary(verdict, entry, ledger)})
    message["result"]["resultType"] = COMPLETE
    return message


def refused(
    message_id: MessageId, verdict: Verdict, entry: int | None, ledger: str, code: int
) -> dict[str, Any]:
    """The error that stands for any other refused request, or for a refused answer; `code` is JSON-RPC's."""
    words = f"[Aegis refused this message: {explain(verdict, entry, ledger)}]"
    message = refusal(message_id, words, is_call=False, data={META: summary(verdict, entry, ledger)})
    message["error"]["code"] = code
    return message


def ended(message_id: MessageId, how: str) -> dict[str, Any]:
    """The error for a request that the server will not answer any more."""
    return {"jsonrpc": "2.0", "id": message_id, "error": {"code": ENDED, "message": f"the MCP server {how}"}}


def explain(verdict: Verdict, entry: int | None, ledger: str) -> str:
    """Say what was refused, by which rule, where that is recorded, and what would change it."""
    found = verdict.findings[0] if verdict.findings else None
    reason = found.reason if found else "refused"
    place = f"entry {entry} of ledger {ledger}" if entry is not None else "not recorded"
    words = f"{reason} (rule {verdict.rule}, score {verdict.score}, {verdict.band}; {place})"
    return f"{words}. To change that: {found.remedy}" if found and found.remedy else words


def summary(verdict: Verdict, entry: int | None, ledger: str) -> dict[str, Any]:
    """The verdict for programs."""
    rule = catalog.RULES.get(verdict.rule)
    return {
        "verdict": str(verdict.decision),
        "score": verdict.score,
        "band": str(verdict.band),
        "rule": verdict.rule,
        "title": rule.title if rule else "",
        "entry": entry,
        "ledger": ledger,
    }
