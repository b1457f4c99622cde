"""What a request is unpacked to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from addons.decoders.requests import unpack
from policy.exchange import Exchange

if TYPE_CHECKING:
    from policy.verdict import Finding


def request(body: bytes = b"", target: str = "/", **headers: str) -> Exchange:
    fields = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return Exchange("a", "https", "POST", "api.example.com", 443, target, headers=fields, body=body)


def unpacked(exchange: Exchange) -> tuple[dict[str, str], list[Finding], Exchange]:
    result, findings = unpack(exchange)
    return {text.location: text.text for text in result.texts}, findings, result


def test_every_part_of_the_head_is_a_document() -> None:
    texts, findings, _ = unpacked(
        request(target="/a?q=1&token=s3cr3t%2B", authorization="Bearer x", x_note="hello", host="h")
    )
    assert texts == {
        "target": "/a?q=1&token=",
        "header:authorization": "Bearer x",
        "query:token": "s3cr3t+",
        "headers": "x-note: hello",
    }
    assert findings == []


def test_a_tool_call_is_read_from_json_rpc() -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "run", "arguments": {"c": "ls"}},
    }
    for document in (call, [{"method": "ping"}, call]):
        _, _, exchange = unpacked(request(json.dumps(document).encode(), content_type="application/json"))
        [found] = exchange.calls
        assert (found.server, found.tool, found.arguments) == ("api.example.com", "run", {"c": "ls"})


def test_a_call_without_a_name_is_still_a_call() -> None:
    body = b'{"method": "tools/call", "params": [1]}'
    _, _, exchange = unpacked(request(body))
    assert [call.tool for call in exchange.calls] == [""]


@pytest.mark.parametrize("body", [b'{"a":1', b"nonsense", b'{"a":1}x'])
def test_a_body_that_claims_to_be_json_and_is_not_is_refused(body: bytes) -> None:
    _, findings, _ = unpacked(request(body, content_type="application/json"))
    assert [found.rule for found in findings] == ["decode.ambiguous-json"]


def test_a_key_that_stands_twice_is_refused_whatever_the_body_says_it_is() -> None:
    _, findings, _ = unpacked(request(b'{"a":1,"a":2}', content_type="text/plain"))
    assert [found.rule for found in findings] == ["decode.ambiguous-json"]


@pytest.mark.parametrize("body", [b"[x] a list in Markdown", b"{% template %}"])
def test_text_that_only_begins_like_json_is_text(body: bytes) -> None:
    texts, findings, _ = unpacked(request(body, content_type="text/plain"))
    assert texts["body"] == body.decode()
    assert findings == []


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("grün".encode(), "text/plain", "grün"),
        ("grün".encode("latin-1"), "text/plain; charset=iso-8859-1", "grün"),
        ("grün".encode("latin-1"), "text/plain", "grün"),
        ("\ufeffgrün".encode("utf-16-le"), "text/plain", "grün"),
        (b"\xff\xfe\x00", "application/octet-stream", "ÿþ\x00"),
        ("grün".encode(), 'text/plain; charset="no-such"', "grÃ¼n"),
    ],
)
def test_a_body_is_text_in_its_charset(body: bytes, content_type: str, text: str) -> None:
    texts, _, _ = unpacked(request(body, content_type=content_type))
    assert texts["body"] == text
