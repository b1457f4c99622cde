"""What a model's answer makes an agent do is judged inside the answer: plain, streamed, of every API."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from addons.decoders.events import Splitter, data_of
from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home, curl
from tests.services import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateways import Answer
    from tests.services import Service

EVIL = "rm -rf / --no-preserve-root"
GOOD = "git status"
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "please tidy the folder"}]}


@pytest.fixture(scope="module")
def gateway(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with the guards' defaults."""
    home = Home(tmp_path_factory.mktemp("answers"), policy_for(service)).make()
    with Gateway(home, trusting(service)) as running:
        yield running


def ask(
    gateway: Gateway,
    service: Service,
    answer: bytes,
    content_type: str,
    *,
    coding: str = "",
    chunk: int | None = None,
) -> Answer:
    """Ask a model that gives this answer."""
    body = gzip.compress(answer) if coding else answer
    service.canned["/v1/ask"] = Canned(body, content_type, coding, chunk)
    arguments = ("--json", json.dumps(QUESTION), "-H", "accept-encoding: gzip", "--compressed", "--no-buffer")
    return curl(gateway, f"{service.url}/v1/ask", *arguments)


def openai_chat(command: str) -> dict[str, Any]:
    function = {"name": "bash", "arguments": json.dumps({"command": command})}
    call = {"id": "call_1", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "id": "c",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
    }


def openai_response(command: str) -> dict[str, Any]:
    item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "bash", "status": "completed",
            "arguments": json.dumps({"command": command})}  # fmt: skip
    return {"id": "resp_1", "object": "response", "status": "completed", "output": [item]}


def anthropic(command: str) -> dict[str, Any]:
    block = {"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {"command": command}}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [block],
        "stop_reason": "tool_use",
    }


def gemini(command: str) -> dict[str, Any]:
    part = {"functionCall": {"name": "bash", "args": {"command": command}}}
    return {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}


def ollama(command: str) -> dict[str, Any]:
    call = {"function": {"name": "bash", "arguments": {"command": command}}}
    return {"model": "m", "message": {"role": "assistant", "content": "", "tool_calls": [call]}, "done": True}


PLAIN = [openai_chat, openai_response, anthropic, gemini, ollama]


@pytest.mark.parametrize("make", PLAIN, ids=lambda make: make.__name__)
@pytest.mark.parametrize("chunk", [None, 11], ids=["whole", "chunked"])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_forbidden_call_is_replaced_and_an_allowed_one_arrives(
    gateway: Gateway, service: Service, make: Any, chunk: int | None, coding: str
) -> None:
    bad = ask(
        gateway, service, json.dumps(make(EVIL)).encode(), "application/json", coding=coding, chunk=chunk
    )
    assert bad.status == 200
    assert b"rm -rf" not in bad.body
    assert "Aegis blocked this tool call" in json.dumps(json.loads(bad.body))
    good = ask(
        gateway, service, json.dumps(make(GOOD)).encode(), "application/json", coding=coding, chunk=chunk
    )
    assert json.loads(good.body) == make(GOOD)


def test_the_refusal_and_the_call_are_in_the_ledger(gateway: Gateway, service: Service) -> None:
    ask(gateway, service, json.dumps(anthropic(EVIL)).encode(), "application/json")
    entry = gateway.wait_for("flow.verdict", direction="response", verdict="block")
    assert entry["tool"] == {"server": "local", "name": "bash"}
    assert entry["rule"].startswith("shell.")
    ask(gateway, service, json.dumps(anthropic(GOOD)).encode(), "application/json")
    entry = gateway.wait_for("flow.verdict", direction="response", verdict="allow")
    assert entry["score"] == 0


def sse(*documents: dict[str, Any]) -> bytes:
    return "".join(f"event: {d.get('type', 'x')}\ndata: {json.dumps(d)}\n\n" for d in documents).encode()


def anthropic_stream(command: str) -> bytes:
    arguments = json.dumps({"command": command})
    pieces = [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
    return sse(
        {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "On it."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1,
         "content_block": {"type": "tool_use", "id": "t", "name": "bash", "input": {}}},
        *({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": piece}}
          for piece in pieces),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    )  # fmt: skip


@pytest.mark.parametrize("content_type", ["text/event-stream", "text/plain", "application/json"])
@pytest.mark.parametrize("chunk", [None, 1, 64])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_forbidden_call_in_a_stream_never_arrives(
    gateway: Gateway, service: Service, content_type: str, chunk: int | None, coding: str
) -> None:
    bad = ask(gateway, service, anthropic_stream(EVIL), content_type, coding=coding, chunk=chunk)
    assert b"rm -rf" not in bad.body
    if content_type == "text/event-stream":
        documents = [json.loads(data_of(event)) for event in Splitter().feed(bad.body.decode())]
        assert [d["type"] for d in documents if d["type"].startswith("message_")][-1] == "message_stop"
        assert documents[-2]["delta"]["stop_reason"] == "end_turn"
        assert "Aegis blocked this tool call" in json.dumps(documents)
    good = ask(gateway, service, anthropic_stream(GOOD), content_type, coding=coding, chunk=chunk)
    assert good.body == anthropic_stream(GOOD)


def test_lines_of_json_are_judged_one_by_one(gateway: Gateway, service: Service) -> None:
    words = {"model": "m", "message": {"role": "assistant", "content": "Well, "}, "done": False}
    for kind in ("application/x-ndjson", "application/json"):
        body = "".join(json.dumps(one) + "\n" for one in (words, ollama(EVIL), words)).encode()
        answer = ask(gateway, service, body, kind, chunk=13)
        assert answer.body.count(b"Well, ") == 2
        assert b"rm -rf" not in answer.body


def test_a_charset_that_is_not_the_bodys_hides_nothing(gateway: Gateway, service: Service) -> None:
    body = json.dumps(anthropic(EVIL)).encode() + b" "
    for charset in ("utf-16", "utf-7", "ebcdic-cp-us"):
        for chunk in (None, 50):
            answer = ask(gateway, service, body, f"application/json; charset={charset}", chunk=chunk)
            assert b"rm -rf" not in answer.body, charset


def test_an_escaped_key_hides_nothing(gateway: Gateway, service: Service) -> None:
    body = json.dumps(openai_chat(EVIL)).replace("tool_calls", "\\u0074ool_calls").encode()
    for padding in (b"", b" " * 200):
        assert b"rm -rf" not in ask(gateway, service, padding + body, "application/json").body


def test_a_key_that_stands_twice_is_refused(gateway: Gateway, service: Service) -> None:
    body = json.dumps(anthropic(GOOD))[:-1] + ', "content": ' + json.dumps(anthropic(EVIL)["content"]) + "}"
    answer = ask(gateway, service, body.encode(), "application/json")
    assert (answer.status, answer.rule) == (502, "tools.unjudgeable-answer")
    assert b"rm -rf" not in ask(gateway, service, body.encode(), "application/json", chunk=40).body
