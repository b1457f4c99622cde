"""A forbidden call never reaches the client, an allowed one arrives as it was sent, and text does not wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from addons.decoders.answer_documents import AnswerDocuments
from addons.decoders.events import Splitter, data_of
from addons.decoders.tool_answers import Rewriter
from addons.decoders.tool_streams import MAX_HELD_CHARACTERS, HeldTooMuchError, ToolStream, UnreadableError

if TYPE_CHECKING:
    from policy.exchange import ToolCall


def judge(call: ToolCall) -> str:
    return "it destroys" if "rm -rf" in json.dumps(call.arguments) or call.tool == "evil" else ""


def judging(call: Any) -> AnswerDocuments:
    return AnswerDocuments(call, lambda _tool, _location: "", lambda _text, _location: "")


def sse(*documents: Any, named: bool = False) -> str:
    return "".join(
        (f"event: {d['type']}\n" if named else "") + f"data: {json.dumps(d)}\n\n" for d in documents
    )


def run(stream: str, *, is_line: bool = False, cut: int | None = None) -> str:
    """Send a stream through, cut once."""
    tools, splitter = ToolStream(judging(judge)), Splitter(is_lines=is_line)
    pieces = [stream] if cut is None else [stream[:cut], stream[cut:]]
    out = "".join(tools.event(event, is_line=is_line) for piece in pieces for event in splitter.feed(piece))
    return out + splitter.rest()


def documents(stream: str) -> list[Any]:
    found = [data_of(event) for event in Splitter().feed(stream)]
    return [json.loads(data) for data in found if data and data != "[DONE]"]


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}


def fragments(name: str, command: str, index: int = 0, choice: int = 0) -> list[dict[str, Any]]:
    text = json.dumps({"command": command})
    begin = {
        "index": index,
        "id": f"call_{index}",
        "type": "function",
        "function": {"name": name, "arguments": ""},
    }
    rest = [{"index": index, "function": {"arguments": char}} for char in text]
    return [chunk(index=choice, tool_calls=[fragment]) for fragment in (begin, *rest)]


def block(index: int, command: str, kind: str = "tool_use") -> list[dict[str, Any]]:
    text = json.dumps({"command": command})
    start = {"type": kind, "id": f"t{index}", "name": "bash", "input": {}}
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *(
            {
                "type": "content_block_delta",
                "index": index,
                "delta": {"type": "input_json_delta", "partial_json": c},
            }
            for c in text
        ),
        {"type": "content_block_stop", "index": index},
    ]


def words(index: int, text: str) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": index},
    ]


def ending(reason: str) -> list[dict[str, Any]]:
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {}},
        {"type": "message_stop"},
    ]


def item(kind: str, command: str, index: int = 0) -> list[dict[str, Any]]:
    text = json.dumps({"command": command})
    at = {"output_index": index}
    whole = {"type": kind, "id": f"fc_{index}", "call_id": "x", "name": "bash", "arguments": text}
    return [
        {"type": "response.output_item.added", "item": whole | {"arguments": ""}} | at,
        *({"type": f"response.{kind}_arguments.delta", "delta": c} | at for c in text),
        {"type": f"response.{kind}_arguments.done", "arguments": text} | at,
        {"type": "response.output_item.done", "item": whole} | at,
        {"type": "response.completed", "response": {"id": "r", "output": [dict(whole)]}},
    ]


def parts(*found: dict[str, Any]) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(found)}}]}


BAD, GOOD = "rm -rf /", "ls"

STREAMS: dict[str, str] = {
    "openai chat": sse(chunk(content="hi"), *fragments("bash", BAD), chunk("tool_calls")) + "data: [DONE]\n\n",
    "openai chat, two calls": sse(
        *fragments("bash", GOOD), *fragments("bash", BAD, 1), chunk("tool_calls")
    ),
    "openai chat, two choices": sse(
        *fragments("bash", BAD, choice=1), chunk(content="hello"), chunk("tool_calls", 1), chunk("stop")
    ),
    "openai chat, all in one event": sse(
        chunk(
            "tool_calls",
            content="so:",
            tool_calls=[{"index": 0, "id": "a", "function": {"name": "bash", "arguments": '{"c":"rm -rf /"}'}}],
        )
    ),
    "openai chat, function call of old": sse(
        chunk(function_call={"name": "bash", "arguments": '{"c":"rm'}),
        chunk(function_call={"arguments": ' -rf /"}'}),
        chunk("function_call"),
    ),
    "openai chat, a whole message in a chunk": sse(
        {"choices": [{"index": 0, "delta": {}, "message": {"tool_calls": [{"function": {"name": "evil"}}]}}]}
    ),
    "anthropic": sse(*words(0, "hi"), *block(1, BAD), *ending("tool_use"), named=True),
    "anthropic, two calls": sse(*block(0, GOOD), *block(1, BAD), *ending("tool_use"), named=True),
    "anthropic, a server's tool": sse(*block(0, BAD, "mcp_tool_use"), *ending("end_turn"), named=True),
    "anthropic, input at the start": sse(
        {"type": "content_block_start", "index": 0,
         "content_block": {"type": "tool_use", "id": "t", "name": "bash", "input": {"command": BAD}}},
        {"type": "content_block_stop", "index": 0},
        named=True,
    ),
    "openai responses": sse(*item("function_call", BAD), named=True),
    "openai responses, a shell call": sse(
        {"type": "response.output_item.added", "output_index": 0,
         "item": {"type": "local_shell_call", "id": "l", "action": {"command": ["rm -rf /"]}}},
        {"type": "response.output_item.done", "output_index": 0,
         "item": {"type": "local_shell_call", "id": "l", "action": {"command": ["rm -rf /"]}}},
        named=True,
    ),
    "gemini": sse(parts({"text": "hi"}, {"functionCall": {"name": "bash", "args": {"c": BAD}}})),
    "gemini, in pieces": sse(parts({"functionCall": {"name": "x", "partialArgs": [{"stringValue": BAD}]}})),
    "arguments with one key twice": sse(
        chunk(tool_calls=[{"index": 0, "function": {"name": "x", "arguments": '{"c":"rm -rf /","c":"ls"}'}}]),
        chunk("tool_calls"),
    ),
    "never ends": sse(*fragments("bash", BAD)) + "data: [DONE]\n\n",
    "fragments of a block that never began": sse(*block(0, BAD)[1:]),
}  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
def test_a_forbidden_call_never_reaches_the_client_wherever_the_stream_is_cut(name: str) -> None:
    stream = STREAMS[name]
    whole = run(stream)
    assert "".join(json.dumps(d) for d in documents(whole)).count(BAD) == 0
    for fragment in ('"r"}', '"partial_json":"r"', '"delta":"r"'):
        assert fragment not in whole.replace(": ", ":")
    step = max(1, len(stream) // 400)
    assert all(run(stream, cut=cut) == whole for cut in range(0, len(stream), step))


@pytest.mark.parametrize(
    "stream",
    [
        sse(chunk(role="assistant", content="hi"), *fragments("bash", GOOD), chunk("tool_calls"))
        + "data: [DONE]\n\n",
        sse(*fragments("bash", GOOD), *fragments("bash", GOOD, 1), chunk("tool_calls")),
        sse(*words(0, "hi"), *block(1, GOOD), *ending("tool_use"), named=True),
        sse(*item("function_call", GOOD), named=True),
        sse(parts({"functionCall": {"name": "b", "args": {"c": GOOD}}})),
        ": ping\n\n" + sse({"usage": {"total": 1}, "choices": []}),
        "data: not json\n\n",
    ],
)
def test_what_is_allowed_arrives_byte_for_byte(stream: str) -> None:
    assert run(stream) == stream


def test_text_does_not_wait_for_a_call() -> None:
    tools = ToolStream(judging(judge))
    for event in fragments("bash", GOOD, choice=1):
        assert tools.event(sse(event)) == ""
    assert tools.event(sse(chunk(content="hello"))) == sse(chunk(content="hello"))
    assert tools.event(sse(*[words(0, "x")[1]])) != ""


def test_the_refusal_is_in_the_grammar_of_openai_chat() -> None:
    found = documents(run(STREAMS["openai chat, two calls"]))
    deltas = [d["choices"][0]["delta"] for d in found]
    assert "it destroys" in deltas[0]["content"]
    assert [call["index"] for delta in deltas for call in delta.get("tool_calls", ())] == [0]
    assert found[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert documents(run(STREAMS["openai chat"]))[-1]["choices"][0]["finish_reason"] == "stop"


def test_the_refusal_is_in_the_grammar_of_anthropic() -> None:
    found = documents(run(STREAMS["anthropic"]))
    kinds = [(d["type"], d.get("index")) for d in found]
    assert kinds == [
        ("content_block_start", 0), ("content_block_delta", 0), ("content_block_stop", 0),
        ("content_block_start", 1), ("content_block_delta", 1), ("content_block_stop", 1),
        ("message_delta", None), ("message_stop", None),
    ]  # fmt: skip
    assert found[6]["delta"]["stop_reason"] == "end_turn"
    assert documents(run(STREAMS["anthropic, two calls"]))[-2]["delta"]["stop_reason"] == "tool_use"


def test_the_refusal_is_in_the_grammar_of_openai_responses() -> None:
    found = documents(run(STREAMS["openai responses"]))
    assert [d["type"] for d in found][-2:] == ["response.output_item.done", "response.completed"]
    assert found[-2]["item"]["type"] == found[-1]["response"]["output"][0]["type"] == "message"


def test_a_line_of_json_is_an_event_of_ollama() -> None:
    line = {
        "message": {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "evil", "arguments": {}}}],
        }
    }
    answer = json.loads(run(json.dumps(line) + "\n", is_line=True))
    assert "tool_calls" not in answer["message"]
    assert "it destroys" in answer["message"]["content"]


def test_calls_that_do_not_end_cut_the_stream() -> None:
    tools = ToolStream(judging(judge))
    piece = "x" * 100_000
    event = sse(chunk(tool_calls=[{"index": 0, "function": {"arguments": piece}}]))
    for _ in range(MAX_HELD_CHARACTERS // len(event)):
        assert tools.event(event) == ""
    with pytest.raises(HeldTooMuchError):
        tools.event(event)


WHOLE: dict[str, dict[str, Any]] = {
    "openai chat": {
        "choices": [
            {"message": {"content": None, "tool_calls": [
                {"id": "a", "function": {"name": "bash", "arguments": '{"c": "rm -rf /"}'}}]},
             "finish_reason": "tool_calls"}
        ]
    },
    "anthropic": {
        "content": [{"type": "tool_use", "id": "t", "name": "x", "input": {"c": BAD}}], "stop_reason": "tool_use"
    },
    "openai responses": {
        "output": [{"type": "function_call", "id": "f", "name": "x", "arguments": '{"c": "rm -rf /"}'}]
    },
    "gemini": {"candidates": [{"content": {"parts": [{"functionCall": {"name": "evil"}}]}}]},
    "ollama": {"message": {"content": "", "tool_calls": [{"function": {"name": "x", "arguments": {"c": BAD}}}]}},
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_answer_is_rewritten_in_its_own_grammar(name: str) -> None:
    document = json.loads(json.dumps(WHOLE[name]))
    assert Rewriter(judge).rewrite(document)
    text = json.dumps(document)
    assert "Aegis blocked this tool call: it destroys" in text
    assert BAD not in text
    assert "evil" not in text
    assert not Rewriter(judge).rewrite(document)


@pytest.mark.parametrize(
    "document", [None, [], "x", {"choices": [1, {"message": 3}], "content": [0], "output": [None]}]
)
def test_other_documents_stay_as_they_are(document: Any) -> None:
    before = json.dumps(document)
    assert not Rewriter(judge).rewrite(document)
    assert json.dumps(document) == before


def test_an_event_that_can_be_read_in_two_ways_ends_the_stream() -> None:
    tools = ToolStream(judging(judge))
    for event in (
        f'data: {{"choices": [], "choices": [{{"delta": {{"content": "{BAD}"}}}}]}}\n\n',
        'data: {"tool_calls": ' + "[" * 100_000 + "\n\n",
    ):
        with pytest.raises(UnreadableError):
            tools.event(event)
    with pytest.raises(UnreadableError):
        tools.event('{"tool_calls": [} {"a": 1}\n', is_line=True)
