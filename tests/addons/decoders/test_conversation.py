"""Who says what in a request to a model, in every API's grammar."""

from __future__ import annotations

from typing import Any

import pytest

from addons.decoders.conversation import messages, strings
from policy.channel import Channel

USER, TOOL, SYSTEM = Channel.USER, Channel.TOOL, Channel.SYSTEM

REQUESTS: dict[str, tuple[dict[str, Any], list[tuple[Channel, str]]]] = {
    "openai chat": (
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "be kind"},
                {"role": "user", "content": [{"type": "text", "text": "hello"}]},
                {"role": "assistant", "content": "I said"},
                {"role": "tool", "tool_call_id": "1", "content": "result"},
            ],
        },
        [(SYSTEM, "be kind"), (USER, "hello"), (TOOL, "result")],
    ),
    "openai responses": (
        {
            "model": "m",
            "instructions": "be brief",
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "hello"}]},
                {"type": "function_call_output", "call_id": "1", "output": "42"},
            ],
        },
        [(SYSTEM, "be brief"), (USER, "hello"), (TOOL, "42")],
    ),
    "openai responses with a string": ({"model": "m", "input": "hello"}, [(USER, "hello")]),
    "anthropic": (
        {
            "model": "m",
            "system": [{"type": "text", "text": "be kind"}],
            "messages": [
                {"role": "user", "content": "hello"},
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t",
                            "content": [{"type": "text", "text": "page"}],
                        },
                        {"type": "text", "text": "and now?"},
                    ],
                },
            ],
        },
        [(SYSTEM, "be kind"), (USER, "hello"), (TOOL, "page"), (USER, "and now?")],
    ),
    "gemini": (
        {
            "systemInstruction": {"parts": [{"text": "be kind"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "hello"}]},
                {"role": "model", "parts": [{"text": "I said"}]},
                {"role": "user", "parts": [{"functionResponse": {"response": {"out": "page"}}}]},
            ],
        },
        [(SYSTEM, "be kind"), (USER, "hello"), (TOOL, "page")],
    ),
    "ollama generate": (
        {"model": "m", "system": "be kind", "prompt": "hello"},
        [(SYSTEM, "be kind"), (USER, "hello")],
    ),
    "a role nobody knows is not trusted": (
        {"messages": [{"role": "oracle", "content": "hello"}]},
        [(TOOL, "hello")],
    ),
    "tool descriptions are not trusted": (
        {
            "messages": [],
            "tools": [{"name": "t", "description": "adds", "parameters": {"a": {"title": "x"}}}],
        },
        [(TOOL, "t\nadds\nx")],
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_each_text_has_the_channel_of_who_says_it(name: str) -> None:
    document, expected = REQUESTS[name]
    assert [(message.channel, message.text) for message in messages(document)] == expected


@pytest.mark.parametrize("document", [None, 1, "x", [], {}, {"prompt": "no model"}, {"messages": "text"}])
def test_other_documents_are_no_conversation(document: object) -> None:
    assert list(messages(document)) == []


@pytest.mark.parametrize(
    "document",
    [
        {"messages": [None, 1, [], {"role": None}, {"role": 1, "content": {"a": [None]}}]},
        {"messages": [{"role": "user", "content": [[["deep"]]]}]},
        {"contents": [{"parts": "text"}], "system": 5},
    ],
)
def test_malformed_conversations_are_read_as_far_as_they_go(document: object) -> None:
    assert all(message.text for message in messages(document))


def test_nesting_does_not_end_the_walk() -> None:
    value: Any = "deep"
    for _ in range(50_000):
        value = [value]
    assert list(strings(value)) == ["deep"]
