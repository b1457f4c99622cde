"""What rides on a request: its documents, the conversation with a model, the calls of tools.

Agent-supplied. A body that calls itself JSON and is none, or has a key twice, is read differently by different
parsers; it is a finding that refuses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from addons.decoders import conversation, documents, json_document, query, rpc
from policy import catalog
from policy.exchange import Text

if TYPE_CHECKING:
    from policy.exchange import Exchange
    from policy.verdict import Finding


def unpack(exchange: Exchange) -> tuple[Exchange, list[Finding]]:
    """Return the exchange with its texts, messages and calls, and what is wrong with the body's form."""
    content_type = header(exchange.headers, b"content-type")
    target, credentials = query.split(exchange.target)
    texts = documents.head(target, exchange.headers) + credentials
    if not exchange.body:
        return replace(exchange, texts=texts), []
    body = documents.body_text(exchange.body, content_type)
    texts = (*texts, Text("body", body))
    if not json_document.looks_like_json(exchange.body) and not _claims_json(content_type):
        return replace(exchange, texts=texts), []
    try:
        document: Any = json_document.parse(body)
    except json_document.JsonError as error:
        # A body that only begins like JSON (a template, a Markdown list) is not read as JSON by anybody.
        findings = (
            [catalog.finding("decode.ambiguous-json", str(error), location="body")]
            if _claims_json(content_type) or error.is_ambiguous
            else []
        )
        return replace(exchange, texts=texts), findings
    return replace(
        exchange,
        texts=texts,
        messages=tuple(conversation.messages(document)),
        calls=tuple(rpc.calls(document, exchange.host)),
    ), []


def header(headers: tuple[tuple[bytes, bytes], ...], name: bytes) -> bytes:
    """Return the first value of a header field, or nothing."""
    return next((value for key, value in headers if key.lower() == name), b"")


def _claims_json(content_type: bytes) -> bool:
    return b"json" in content_type.lower()
