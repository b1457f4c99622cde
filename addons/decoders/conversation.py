"""What a model is asked to read: the messages of LLM API requests and who vouches for each of them.

Recognized by shape, not by host: OpenAI chat completions, responses and completions, Anthropic messages, Google
Gemini, Ollama, and whoever speaks like them. Agent-supplied. What the model itself said before is left out: it was
judged when it came. Tool results and tool descriptions are untrusted, the operator's system prompt is trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policy.channel import Channel
from policy.exchange import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROLES: Final = {
    "user": Channel.USER,
    "human": Channel.USER,
    "system": Channel.SYSTEM,
    "developer": Channel.SYSTEM,
    "assistant": None,
    "model": None,
    "ai": None,
}
"""Every other role is untrusted: tool, function, and what we do not know."""
_TOOL_TYPES: Final = frozenset(
    {
        "tool_result",
        "function_call_output",
        "web_search_tool_result",
        "mcp_tool_result",
        "computer_call_output",
        "custom_tool_call_output",
        "document",
        "input_file",
        "search_result",
    }
)
_LISTS: Final = ("messages", "input", "contents")
_TEXTS: Final = ("prompt", "input", "query", "suffix")
_INSTRUCTIONS: Final = ("system", "instructions", "systemInstruction", "system_instruction")
_NO_TEXT: Final = frozenset(
    {
        "type",
        "role",
        "id",
        "tool_use_id",
        "tool_call_id",
        "call_id",
        "media_type",
        "data",
        "url",
        "image_url",
    }
)
"""Keys whose strings no model reads as text."""


def messages(document: Any) -> Iterator[Message]:
    """Yield the texts of a parsed request to a model; nothing for other documents."""
    if not isinstance(document, dict) or not _is_conversation(document):
        return
    for key in _INSTRUCTIONS:
        if document.get(key):
            yield from _texts(document[key], Channel.SYSTEM, f"body:/{key}")
    for key in _LISTS:
        entries = document.get(key)
        if isinstance(entries, list):
            for index, entry in enumerate(entries):
                yield from _entry(entry, f"body:/{key}/{index}")
    for key in _TEXTS:
        if isinstance(document.get(key), str):
            yield Message(Channel.USER, f"body:/{key}", document[key])
    if document.get("tools"):
        yield from _texts(document["tools"], Channel.TOOL, "body:/tools")


def _is_conversation(document: dict[str, Any]) -> bool:
    """A list of messages, or a model's name with a prompt."""
    if any(isinstance(document.get(key), list) for key in ("messages", "contents")):
        return True
    return "model" in document and any(key in document for key in (*_TEXTS, *_LISTS))


def _entry(entry: Any, at: str) -> Iterator[Message]:
    if isinstance(entry, str):
        yield Message(Channel.USER, at, entry)
        return
    if not isinstance(entry, dict):
        return
    role = entry.get("role")
    kind = entry.get("type")
    if isinstance(kind, str) and kind in _TOOL_TYPES:
        channel: Channel | None = Channel.TOOL
    elif isinstance(role, str):
        channel = _ROLES.get(role.strip().lower(), Channel.TOOL)
    else:
        channel = Channel.USER
    for key in ("content", "parts", "output", "text"):
        if entry.get(key):
            yield from _blocks(entry[key], channel, f"{at}/{key}")


def _blocks(content: Any, channel: Channel | None, at: str) -> Iterator[Message]:
    """Yield the texts of one message's content, blocks that are tool results apart."""
    if not isinstance(content, list):
        if channel is not None:
            yield from _texts(content, channel, at)
        return
    for index, block in enumerate(content):
        is_result = isinstance(block, dict) and (
            block.get("type") in _TOOL_TYPES or "functionResponse" in block or "function_response" in block
        )
        block_channel = Channel.TOOL if is_result else channel
        if block_channel is not None:
            yield from _texts(block, block_channel, f"{at}/{index}")


def _texts(value: Any, channel: Channel, at: str) -> Iterator[Message]:
    """Yield one message with all strings under `value`, in order, without recursion."""
    found = list(strings(value))
    if found:
        yield Message(channel, at, "\n".join(found))


def strings(value: Any) -> Iterator[str]:
    """Yield the strings under a parsed value that a model reads, in order, without recursion."""
    stack: list[Any] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            stack.extend(child for key, child in reversed(current.items()) if not _is_silent(key, child))


def _is_silent(key: str, child: Any) -> bool:
    return key in _NO_TEXT and isinstance(child, str)
