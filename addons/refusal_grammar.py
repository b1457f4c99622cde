"""A refusal in the grammar of what the refused side speaks, so that its SDK reads the reason and goes on.

Owns which grammar that is: JSON-RPC for tool servers over HTTP, the error objects of LLM APIs, problem details for
everybody else. What the request says is agent-supplied; nothing of it but a JSON-RPC id is repeated.
Sources: MCP specification 2025-06-18 (basic/transports), error references of the OpenAI and Anthropic APIs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addons.decoders import json_document, rpc
from addons.decoders.requests import header
from addons.decoders.rpc_answers import refusal

if TYPE_CHECKING:
    from policy.exchange import Exchange

IN_GRAMMAR: Final = frozenset({403, 502})
"""Statuses that JSON-RPC has words for; others (429 and its kin) mean something to every HTTP client."""
_MEDIA: Final = (b"application/json", b"text/event-stream")


def rpc_answer(exchange: Exchange | None, problem: dict[str, Any]) -> Any:
    """The JSON-RPC answer to a refused request; None if the request is none, or its client would not read one.

    Args:
        exchange: the request.
        problem: the problem details, which become the error's data.
    """
    if exchange is None or not exchange.body or problem["status"] not in IN_GRAMMAR:
        return None
    accepted = header(exchange.headers, b"accept")
    if not any(media in accepted for media in _MEDIA):
        return None  # the older SSE transport throws the answer to a POST away, but minds its status
    try:
        document = json_document.parse(json_document.text_of(exchange.body))
    except json_document.JsonError:
        return None
    words = f"[Aegis blocked this: {problem['detail']}]"
    answers = [
        refusal(
            message.get("id"),
            words,
            is_call=rpc.is_call(message.get("method")),
            data={"aegis": problem["aegis"]},
        )
        for message in (document if isinstance(document, list) else [document])
        if rpc.is_request(message)
    ]
    return (answers if isinstance(document, list) else answers[0]) if answers else None


def api_members(exchange: Exchange | None, problem: dict[str, Any]) -> dict[str, Any]:
    """What the error object of an LLM API adds to the problem details; nothing for other requests."""
    if exchange is None or not exchange.messages:
        return {}
    words = f"Aegis blocked this request: {problem['detail']}"
    rule = problem["aegis"]["rule"]
    if header(exchange.headers, b"anthropic-version"):
        return {"type": "error", "error": {"type": "permission_error", "message": words}}
    return {"error": {"message": words, "type": "aegis_refusal", "param": None, "code": rule}}
