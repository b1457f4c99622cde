"""What rides on a request: its documents, the conversation with a model, the calls of tools.

Agent-supplied. A body that calls itself JSON and is none, or has a key twice, is read differently by different
parsers; it is a finding that refuses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from addons import bodies
from addons.decoders import conversation, documents, grpc, json_document, packed, query, results, rpc
from policy import catalog
from policy.exchange import Text

if TYPE_CHECKING:
    from policy.exchange import Exchange
    from policy.verdict import Finding


OTHER_READING: Final = "body:json"
"""Location of a JSON body read by its bytes, where that differs from the charset it declares."""
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]++")


def unpack(exchange: Exchange) -> tuple[Exchange, list[Finding]]:
    """Return the exchange with its texts, messages and calls, and what is wrong with the body's form."""
    content_type = header(exchange.headers, b"content-type")
    target, credentials = query.split(exchange.target)
    texts = documents.head(target, exchange.headers) + credentials
    if not exchange.body:
        return replace(exchange, texts=texts), []
    body = documents.body_text(exchange.body, content_type)
    texts = (*texts, Text("body", body))
    inner, findings = _inside(exchange, content_type)
    texts += inner
    if not json_document.looks_like_json(exchange.body) and not _claims_json(content_type):
        return replace(exchange, texts=texts), findings
    try:
        as_json = _as_json(exchange.body, body)
        if as_json != body:
            texts = (*texts, Text(OTHER_READING, as_json))
        document: Any = json_document.parse(as_json)
    except json_document.JsonError as error:
        # A body that only begins like JSON (a template, a Markdown list) is not read as JSON by anybody.
        if _claims_json(content_type) or error.is_ambiguous:
            findings.append(catalog.finding("decode.ambiguous-json", str(error), location="body"))
        return replace(exchange, texts=texts), findings
    return replace(
        exchange,
        texts=texts,
        messages=(messages := tuple(conversation.messages(document))),
        results=tuple(results.results(document)) if messages else (),
        calls=tuple(rpc.calls(document, exchange.host)),
    ), findings


def _inside(exchange: Exchange, content_type: bytes) -> tuple[tuple[Text, ...], list[Finding]]:
    """What lies inside a body that is not text as a whole: messages of gRPC, files in archives."""
    if grpc.is_grpc(content_type):
        try:
            coding = header(exchange.headers, b"grpc-encoding")
            return (Text("body:grpc", grpc.text(exchange.body, content_type, coding)),), []
        except bodies.BodyError as error:
            return (), [catalog.finding(error.rule, str(error), location="body")]
    if not packed.is_packed(exchange.body, content_type):
        return (), []
    found = packed.unpack(exchange.body, content_type)
    texts = tuple(
        Text(f"body:packed/{index}", documents.body_text(piece, b""))
        for index, piece in enumerate(found.pieces)
    )
    reason = "the body holds packed files that cannot be read to the end"
    return texts, [catalog.finding("decode.opaque-archive", reason, location="body")] if found.is_cut else []


def _as_json(raw: bytes, declared: str) -> str:
    """The body as parsers of bytes read it, which is not always in the charset that the message declares.

    Raises:
        AmbiguousJsonError: the two differ in more than letters beyond ASCII.
    """
    try:
        text = json_document.text_of(raw).lstrip("\ufeff")
    except json_document.JsonError:
        return declared  # an old charset, and declared as such
    if text != declared and _BEYOND_ASCII.sub("", text) != _BEYOND_ASCII.sub("", declared):
        raise json_document.AmbiguousJsonError("the body is not in the charset it declares")
    return text


def header(headers: tuple[tuple[bytes, bytes], ...], name: bytes) -> bytes:
    """Return the first value of a header field, or nothing."""
    return next((value for key, value in headers if key.lower() == name), b"")


def _claims_json(content_type: bytes) -> bool:
    return b"json" in content_type.lower()
