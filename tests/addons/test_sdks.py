"""The providers' own SDKs read what the gateway makes of an answer, plain and streamed, and go on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest

from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home
from tests.services import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Service

EVIL = "rm -rf / --no-preserve-root"
GOOD = "git status"
TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO" + "2XfbHa"[:6]
BASH: Any = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object"}}}


@pytest.fixture(scope="module")
def gateway(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    home = Home(tmp_path_factory.mktemp("sdks"), policy_for(service)).make()
    with Gateway(home, trusting(service)) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an agent gets: a proxy and an authority, nothing else."""
    monkeypatch.setenv("HTTPS_PROXY", gateway.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(gateway.home.ca))
    monkeypatch.delenv("NO_PROXY", raising=False)


@pytest.fixture
def openai_client(service: Service) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-none", base_url=f"{service.url}/v1", max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(service: Service) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="none", base_url=service.url, max_retries=0) as client:
        yield client


def sse(*documents: dict[str, Any], end: str = "") -> Canned:
    events = (
        (f"event: {one['type']}\n" if "type" in one else "") + f"data: {json.dumps(one)}\n\n"
        for one in documents
    )
    return Canned(("".join(events) + end).encode(), "text/event-stream", "", 29)


def plain(document: dict[str, Any]) -> Canned:
    return Canned(json.dumps(document).encode(), "application/json")


# OpenAI chat completions


def chat_call(command: str, number: int = 0) -> dict[str, Any]:
    function = {"name": "bash", "arguments": json.dumps({"command": command})}
    return {"id": f"call_{number}", "type": "function", "function": function}


def completion(*commands: str) -> dict[str, Any]:
    calls = [chat_call(command, number) for number, command in enumerate(commands)]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls", "logprobs": None}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


def chunks(*commands: str) -> Canned:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    fragments = []
    for number, command in enumerate(commands):
        call = chat_call(command, number)
        arguments = call["function"]["arguments"]
        call["function"]["arguments"] = ""
        fragments.append({"tool_calls": [call | {"index": number}]})
        fragments += [
            {"tool_calls": [{"index": number, "function": {"arguments": char}}]} for char in arguments
        ]
    deltas = [{"role": "assistant", "content": "Let me see. "}, *fragments]
    return sse(*map(chunk, deltas), chunk({}, "tool_calls"), end="data: [DONE]\n\n")


def chat(client: openai.OpenAI, *, stream: bool) -> tuple[str, list[str], str | None]:
    """Return the text, the commands and the reason to stop."""
    messages: Any = [{"role": "user", "content": "please tidy up"}]
    if not stream:
        choice = client.chat.completions.create(model="m", messages=messages, tools=[BASH]).choices[0]
        calls: Any = choice.message.tool_calls or []
        return choice.message.content or "", [one.function.arguments for one in calls], choice.finish_reason
    with client.chat.completions.stream(model="m", messages=messages, tools=[BASH]) as events:
        final: Any = events.get_final_completion().choices[0]
    calls = final.message.tool_calls or []
    return final.message.content or "", [one.function.arguments for one in calls], final.finish_reason


@pytest.mark.parametrize("stream", [False, True])
def test_openai_chat(openai_client: openai.OpenAI, service: Service, *, stream: bool) -> None:
    def given(*commands: str) -> None:
        service.canned["/v1/chat/completions"] = chunks(*commands) if stream else plain(completion(*commands))

    given(EVIL)
    text, commands, finish = chat(openai_client, stream=stream)
    assert "Aegis blocked this tool call" in text
    assert (commands, finish) == ([], "stop")
    given(GOOD)
    _, commands, finish = chat(openai_client, stream=stream)
    assert ([json.loads(one)["command"] for one in commands], finish) == ([GOOD], "tool_calls")
    given(EVIL, GOOD)
    text, commands, finish = chat(openai_client, stream=stream)
    assert "Aegis blocked this tool call" in text
    assert ([json.loads(one)["command"] for one in commands], finish) == ([GOOD], "tool_calls")


# OpenAI responses


def call_item(command: str) -> dict[str, Any]:
    arguments = json.dumps({"command": command})
    return {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "c_1",
        "name": "bash",
        "arguments": arguments,
        "status": "completed",
    }


def response(*output: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": list(output),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def response_events(command: str) -> Canned:
    item = call_item(command)
    begun = item | {"arguments": "", "status": "in_progress"}
    at = {"output_index": 0}
    documents = [
        {"type": "response.created", "response": response() | {"status": "in_progress"}},
        {"type": "response.output_item.added", "item": begun} | at,
        *(
            {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": char} | at
            for char in item["arguments"]
        ),
        {
            "type": "response.function_call_arguments.done",
            "item_id": "fc_1",
            "name": "bash",
            "arguments": item["arguments"],
        }
        | at,
        {"type": "response.output_item.done", "item": item} | at,
        {"type": "response.completed", "response": response(item)},
    ]
    return sse(*(one | {"sequence_number": number} for number, one in enumerate(documents)))


@pytest.mark.parametrize("stream", [False, True])
def test_openai_responses(openai_client: openai.OpenAI, service: Service, *, stream: bool) -> None:
    def ask(command: str) -> Any:
        if not stream:
            service.canned["/v1/responses"] = plain(response(call_item(command)))
            return openai_client.responses.create(model="m", input="please tidy up")
        service.canned["/v1/responses"] = response_events(command)
        with openai_client.responses.stream(model="m", input="please tidy up") as events:
            return events.get_final_response()

    bad = ask(EVIL)
    assert "Aegis blocked this tool call" in bad.output_text
    assert all(one.type != "function_call" for one in bad.output)
    good = ask(GOOD)
    assert [json.loads(one.arguments)["command"] for one in good.output if one.type == "function_call"] == [
        GOOD
    ]


# Anthropic messages


def message(*blocks: dict[str, Any], stop: str = "tool_use") -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": list(blocks),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }


def tool_use(command: str, number: int = 0) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": "bash", "input": {"command": command}}


def message_events(*commands: str) -> Canned:
    documents: list[dict[str, Any]] = [
        {"type": "message_start", "message": message() | {"stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Let me see."}},
        {"type": "content_block_stop", "index": 0},
    ]
    for number, command in enumerate(commands, 1):
        block = tool_use(command, number) | {"input": {}}
        documents.append({"type": "content_block_start", "index": number, "content_block": block})
        documents += [
            {
                "type": "content_block_delta",
                "index": number,
                "delta": {"type": "input_json_delta", "partial_json": char},
            }
            for char in json.dumps({"command": command})
        ]
        documents.append({"type": "content_block_stop", "index": number})
    documents += [
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 9},
        },
        {"type": "message_stop"},
    ]
    return sse(*documents)


@pytest.mark.parametrize("stream", [False, True])
def test_anthropic_messages(anthropic_client: anthropic.Anthropic, service: Service, *, stream: bool) -> None:
    def ask(*commands: str) -> anthropic.types.Message:
        asked: Any = {
            "model": "m",
            "max_tokens": 99,
            "messages": [{"role": "user", "content": "please tidy up"}],
        }
        if not stream:
            service.canned["/v1/messages"] = plain(message(*map(tool_use, commands)))
            return anthropic_client.messages.create(**asked)
        service.canned["/v1/messages"] = message_events(*commands)
        with anthropic_client.messages.stream(**asked) as events:
            return events.get_final_message()

    def commands_of(answer: anthropic.types.Message) -> list[Any]:
        return [block.input["command"] for block in answer.content if block.type == "tool_use"]  # type: ignore[index]

    bad = ask(EVIL)
    assert (commands_of(bad), bad.stop_reason) == ([], "end_turn")
    assert "Aegis blocked this tool call" in "".join(
        block.text for block in bad.content if block.type == "text"
    )
    good = ask(GOOD)
    assert (commands_of(good), good.stop_reason) == ([GOOD], "tool_use")
    both = ask(EVIL, GOOD)
    assert (commands_of(both), both.stop_reason) == ([GOOD], "tool_use")


# What is refused


def test_a_refused_request_is_the_sdks_own_error_with_the_reason(
    openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic
) -> None:
    content = f"deploy with {TOKEN}"
    with pytest.raises(openai.PermissionDeniedError, match="Aegis blocked this request") as raised:
        openai_client.chat.completions.create(model="m", messages=[{"role": "user", "content": content}])
    assert str(raised.value.code).startswith("secrets.")
    with pytest.raises(anthropic.PermissionDeniedError, match="Aegis blocked this request"):
        anthropic_client.messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": content}]
        )
