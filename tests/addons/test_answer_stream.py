"""However a stream is cut, the client gets the same events, and never a forbidden call."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.answer_stream import AnswerStream, UnjudgeableError
from addons.decoders import values
from addons.decoders.answer_documents import AnswerDocuments
from addons.decoders.values import Values
from addons.inflating import Inflating
from addons.streams import JudgedStream, live_ends

if TYPE_CHECKING:
    from policy.exchange import ToolCall

EVIL, GOOD = "rm -rf /", "git status"
SSE, LINES, JSON = "text/event-stream", "application/x-ndjson", "application/json"


def call(asked: ToolCall) -> str:
    return "it destroys" if EVIL in json.dumps(asked.arguments) else ""


def tool(definition: dict[str, Any], _location: str) -> str:
    return "it is poisoned" if "poison" in json.dumps(definition) else ""


def said(text: str, _location: str) -> str:
    return "it is injected" if "injected" in text else ""


def stream(kind: str, coding: str = "") -> JudgedStream:
    acting = AnswerStream(AnswerDocuments(call, tool, said), kind, is_model=True)
    return JudgedStream(
        lambda _text: ((), True),
        lambda text, _matches: text,
        lambda: None,
        inflating=Inflating(coding) if coding else None,
        live_ends=live_ends(kind),
        acting=lambda text, is_end: acting.feed(text, is_end=is_end),
    )


def run(kind: str, body: bytes, *cuts: int, coding: str = "") -> bytes:
    through = stream(kind, coding)
    out = []
    start = 0
    for cut in (*cuts, len(body)):
        if body[start:cut]:
            out += through(body[start:cut])
        start = cut
    return b"".join([*out, *through(b"")])


def sse(*documents: Any, line: str = "\n") -> bytes:
    return "".join(
        f"event: {d.get('type', 'm')}{line}data: {json.dumps(d)}{line}{line}" for d in documents
    ).encode()


def chat(command: str) -> list[Any]:
    def chunk(delta: Any, finish: str | None = None) -> Any:
        return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    begin = {"index": 0, "id": "1", "type": "function", "function": {"name": "bash", "arguments": ""}}
    rest = [
        {"index": 0, "function": {"arguments": part}}
        for part in (json.dumps({"c": command})[:9], json.dumps({"c": command})[9:])
    ]
    return [
        chunk({"content": "Hé. "}),
        chunk({"tool_calls": [begin]}),
        *(chunk({"tool_calls": [one]}) for one in rest),
        chunk({}, "tool_calls"),
    ]


def anthropic(command: str) -> list[Any]:
    text = json.dumps({"c": command})
    start = {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "t", "name": "b", "input": {}},
    }
    parts = [
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": part},
        }
        for part in (text[:7], text[7:])
    ]
    words = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hé."}}
    return [
        words,
        start,
        *parts,
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    ]


def responses(command: str) -> list[Any]:
    item = {
        "type": "function_call",
        "id": "i",
        "call_id": "c",
        "name": "bash",
        "arguments": json.dumps({"c": command}),
    }
    delta = {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": item["arguments"]}
    return [
        {"type": "response.output_text.delta", "output_index": 1, "delta": "Hé."},
        {"type": "response.output_item.added", "output_index": 0, "item": item | {"arguments": ""}},
        delta,
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"output": [item]}},
    ]


def gemini(command: str) -> list[Any]:
    parts: list[Any] = [{"text": "Hé."}, {"functionCall": {"name": "bash", "args": {"c": command}}}]
    return [{"candidates": [{"content": {"parts": [part]}}]} for part in parts]


def ollama(command: str) -> list[Any]:
    asked = {"function": {"name": "bash", "arguments": {"c": command}}}
    return [
        {"message": {"content": "Hé."}, "done": False},
        {"message": {"content": "", "tool_calls": [asked]}, "done": True},
    ]


def mcp(command: str) -> list[Any]:
    word = "injected" if command == EVIL else "fine"
    return [
        {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}},
        {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": f"{word} {command}"}]}},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "result": {"tools": [{"name": "a", "description": "poison" if command == EVIL else "ok"}]},
        },
    ]


STREAMS = {
    "OpenAI chat": (SSE, lambda command: sse(*chat(command)) + b"data: [DONE]\n\n"),
    "OpenAI responses": (SSE, lambda command: sse(*responses(command))),
    "Anthropic": (SSE, lambda command: sse(*anthropic(command))),
    "Anthropic with CRLF": (SSE, lambda command: sse(*anthropic(command), line="\r\n")),
    "Gemini": (SSE, lambda command: sse(*gemini(command))),
    "Gemini's array": (JSON, lambda command: json.dumps(gemini(command), indent=1).encode()),
    "Ollama": (LINES, lambda command: b"".join(json.dumps(one).encode() + b"\n" for one in ollama(command))),
    "lines without their type": (JSON, lambda command: b"\n".join(json.dumps(one).encode() for one in ollama(command))),
    "MCP": (SSE, lambda command: sse(*mcp(command))),
    "events without their type": ("text/plain", lambda command: sse(*anthropic(command))),
    "events that call themselves JSON": (JSON, lambda command: sse(*chat(command))),
}  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
def test_cut_at_every_byte_a_stream_is_the_same_and_its_forbidden_call_is_gone(name: str) -> None:
    kind, make = STREAMS[name]
    for command in (GOOD, EVIL):
        body = make(command)
        whole = run(kind, body)
        assert (whole == body) is (command == GOOD)
        assert EVIL.encode() not in whole
        assert b"poison" not in whole
        for cut in range(1, len(body)):
            assert run(kind, body, cut) == whole, cut


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(0, 1500), max_size=12), st.booleans())
def test_many_cuts_and_compression_change_nothing(name: str, cuts: list[int], is_packed: bool) -> None:  # noqa: FBT001
    kind, make = STREAMS[name]
    body = make(EVIL)
    whole = run(kind, body)
    if is_packed:
        body = gzip.compress(body)
    assert run(kind, body, *sorted(cuts), coding="gzip" if is_packed else "") == whole


@pytest.mark.parametrize("name", STREAMS)
def test_cut_off_in_the_middle_nothing_forbidden_has_gone(name: str) -> None:
    kind, make = STREAMS[name]
    body = make(EVIL)
    for end in range(0, len(body), 3):
        assert EVIL.encode() not in run(kind, body[:end])


@pytest.mark.parametrize(("kind", "before"), [(SSE, b""), (LINES, b""), (JSON, b"[")])
def test_words_go_on_at_once(kind: str, before: bytes) -> None:
    """What is no call does not wait for what comes after it."""
    through = stream(kind)
    first = {"message": {"content": "Hello"}}
    document = json.dumps(first).encode()
    event = {SSE: b"data: " + document + b"\n\n", LINES: document + b"\n", JSON: document}[kind]
    out = (
        b"".join(through(before + event))
        if kind != JSON
        else b"".join([*through(before + event), *through(b"")])
    )
    assert document in out


def test_a_call_that_never_ends_is_cut() -> None:
    through = stream(SSE)
    start, delta = (sse(one) for one in anthropic(EVIL)[1:3])
    pieces = (start, *[delta.replace(b'{\\"c', b"x" * 60_000)] * 200)
    with pytest.raises(UnjudgeableError):
        assert not any(list(through(piece)) for piece in pieces)


def test_a_document_too_large_to_be_judged_passes_only_if_nothing_in_it_could_act(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(values, "MAX_VALUE_CHARACTERS", 4000)
    large = {"rows": ["x" * 50] * 400}
    body = json.dumps(large).encode()
    assert run(JSON, body, *range(0, len(body), 999)) == body
    for key in ('"tool_calls"', '"\\u0074ool_calls"'):
        acting = body[:-1] + b", " + key.encode() + b": []}"
        with pytest.raises(UnjudgeableError):
            run(JSON, acting, *range(0, len(acting), 7))


@given(st.text(alphabet='{}[]",:\\ab\n', max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_the_pieces_of_any_text_are_the_text(text: str, cuts: list[int]) -> None:
    splitter = Values()
    out = []
    start = 0
    for cut in (*sorted(cuts), len(text)):
        out += splitter.feed(text[start:cut])
        start = max(start, cut)
    assert "".join([*out, splitter.rest()]) == text


def test_values_end_where_json_says() -> None:
    found = Values().feed('{"a": "}\\""} [1, {"b": []}]\n{"c": 1}')
    assert [re.sub(r"\s", "", piece) for piece in found] == ['{"a":"}\\""}', '[1,{"b":[]}]', '{"c":1}']
    assert Values().feed('[{"a": 1}, {"b": [2]}]') == ["[", '{"a": 1}', ', {"b": [2]}', "]"]
