"""Results of tools inside a conversation with a model, each with the call that it answers.

The call stands earlier in the same conversation, under the same id; a result says by itself only that it is one.
Recognized by shape: OpenAI chat completions and responses, Anthropic messages, Google Gemini, Ollama. Agent-supplied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addons.decoders import json_document
from addons.decoders.conversation import strings
from addons.decoders.tool_answers import LOCAL
from policy.exchange import ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Iterator

_IDS: Final = ("tool_call_id", "tool_use_id", "call_id")
_LISTS: Final = ("messages", "input", "contents")


def results(document: Any) -> Iterator[ToolResult]:
    """Yield the tool results of a parsed request to a model, in order."""
    if not isinstance(document, dict):
        return
    calls: dict[str, ToolCall] = {}
    for key in _LISTS:
        entries = document.get(key)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                at = f"body:/{key}/{index}"
                for block in (entry, *_blocks(entry)):
                    calls |= dict(_calls(block, at))
                    yield from _results(block, calls, at)


def _blocks(entry: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for key in ("content", "parts", "tool_calls"):
        value = entry.get(key)
        found += [block for block in value if isinstance(block, dict)] if isinstance(value, list) else []
    return found


def _calls(block: dict[str, Any], at: str) -> Iterator[tuple[str, ToolCall]]:
    """Yield a block's call by its id; Gemini and Ollama have only the name."""
    function = block.get("function") if isinstance(block.get("function"), dict) else block.get("functionCall")
    if isinstance(function, dict):
        name = _text(function.get("name"))
        call = ToolCall(LOCAL, name, _parsed(function.get("arguments", function.get("args"))), at)
        yield _text(block.get("id")) or name, call
    elif block.get("type") in {"tool_use", "function_call"}:
        arguments = _parsed(block.get("input", block.get("arguments")))
        key = _text(block.get("call_id")) or _text(block.get("id"))
        yield key, ToolCall(LOCAL, _text(block.get("name")), arguments, at)


def _results(block: dict[str, Any], calls: dict[str, ToolCall], at: str) -> Iterator[ToolResult]:
    answer = block.get("functionResponse")
    if isinstance(answer, dict):
        yield ToolResult(calls.get(_text(answer.get("name"))), "\n".join(strings(answer)), at)
        return
    is_result = block.get("role") == "tool" or _text(block.get("type")).endswith(("_result", "_call_output"))
    if is_result:
        key = next((block[name] for name in _IDS if isinstance(block.get(name), str)), "")
        call = calls.get(key) or calls.get(_text(block.get("tool_name")) or _text(block.get("name")))
        text = "\n".join(strings([block.get("content"), block.get("output")]))
        yield ToolResult(call, text, at)


def _parsed(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json_document.parse(arguments)
    except json_document.JsonError:
        return arguments


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
