"""Messages of JSON-RPC that a service sends: MCP's answers, requests and notifications, A2A's answers.

Recognized by shape, on any host and path. Service-supplied, and untrusted: what a server says is read by a model.
A refused answer becomes an answer that says so under the same id, a refused tool is left out of its list, a refused
request of the server becomes a log message. Invariant: after `rewrite` the document holds no text that was refused.
Sources: MCP specification 2025-06-18 and 2024-11-05, A2A specification 0.3, JSON-RPC 2.0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    type ToolJudge = Callable[[dict[str, Any], str], str]
    """From a tool's definition and its location to why it is hidden; the empty string keeps it."""
    type TextJudge = Callable[[str, str], str]
    """From a text and its location to why it is refused."""

REFUSED: Final = -32001
"""JSON-RPC error code of what the gateway refuses (implementation-defined server errors, JSON-RPC 2.0 §5.1)."""
_BINARY_TYPES: Final = frozenset({"image", "audio", "video"})
_BASE64: Final = re.compile(r"(?:data:[\w/+.;-]{1,80},)?[A-Za-z0-9+/=_\r\n-]*+\Z")
_BINARY_KEYS: Final = frozenset({"data", "blob"})


class RpcAnswers:
    """Judges and rewrites the messages of one answer."""

    def __init__(self, tool: ToolJudge, text: TextJudge) -> None:
        self._tool = tool
        self._text = text

    def rewrite(self, document: Any) -> bool:
        """Judge every message in a parsed document and replace, in place, what is refused.

        Returns:
            True if the document has changed.
        """
        batch = document if isinstance(document, list) else [document]
        changed = False
        for message in batch:
            if is_message(message):
                changed |= self._message(message)
        return changed

    def _message(self, message: dict[str, Any]) -> bool:
        changed = False
        result = message.get("result")
        if isinstance(result, dict) and isinstance(result.get("tools"), list):
            changed = self._tools(result)
        rest = {
            key: value
            for key, value in message.items()
            if key not in {"jsonrpc", "id", "method"} and not (key == "result" and changed)
        }
        if isinstance(result, dict) and isinstance(result.get("tools"), list):
            rest["result"] = {key: value for key, value in result.items() if key != "tools"}
        text = "\n".join((*strings(rest), *_spoken_keys(rest)))
        reason = self._text(text, f"answer:{_part(message)}") if text else ""
        if reason:
            _replace(message, reason)
        return changed or bool(reason)

    def _tools(self, result: dict[str, Any]) -> bool:
        """Leave out the tools that are refused: what the model does not see it does not call."""
        tools = result["tools"]
        kept = [
            tool
            for index, tool in enumerate(tools)
            if isinstance(tool, dict) and not self._tool(tool, f"answer:tools/{index}")
        ]
        result["tools"] = kept
        return len(kept) != len(tools)


def is_message(value: Any) -> bool:
    """True for a JSON-RPC message, of any version: a lenient client does not compare it."""
    return isinstance(value, dict) and "jsonrpc" in value


def refusal(message_id: Any, words: str, *, is_call: bool, data: Any = None) -> dict[str, Any]:
    """The answer to a refused request.

    Args:
        message_id: of the request.
        words: why, for the model or the person.
        is_call: it was a tool call: the model reads the words in the result.
        data: what programs may read.
    """
    head = {"jsonrpc": "2.0", "id": message_id}
    if is_call:
        result: dict[str, Any] = {
            "content": [{"type": "text", "text": words}],
            "isError": True,
            "resultType": "complete",  # what MCP 2026-07-28 asks of every result; older clients ignore it
        }
        return head | {"result": result | ({"_meta": data} if data else {})}
    return head | {"error": {"code": REFUSED, "message": words} | ({"data": data} if data else {})}


def strings(value: Any, *, with_keys: bool = False) -> Iterator[str]:
    """Yield the strings under a parsed value in order, without recursion; pictures and sound are left out.

    Args:
        value: parsed JSON.
        with_keys: yield the keys of objects too: in a schema they are names that a model reads.
    """
    stack: list[Any] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            is_binary = _is_binary(current)
            for key, child in reversed(current.items()):
                if not (
                    is_binary and key in _BINARY_KEYS and isinstance(child, str) and _BASE64.match(child)
                ):
                    stack.append(child)
                if with_keys:
                    stack.append(key)


def _spoken_keys(value: Any) -> Iterator[str]:
    """Yield the keys under a parsed value that are more than names, without recursion."""
    stack: list[Any] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(child for child in reversed(current) if isinstance(child, (dict, list)))
        elif isinstance(current, dict):
            yield from (key for key in current if " " in key)
            stack.extend(child for child in reversed(current.values()) if isinstance(child, (dict, list)))


def _is_binary(block: dict[str, Any]) -> bool:
    kind = block.get("type")
    media_type = block.get("mimeType")
    return (isinstance(kind, str) and kind in _BINARY_TYPES) or (
        isinstance(media_type, str) and media_type.partition("/")[0] in _BINARY_TYPES
    )


def _part(message: dict[str, Any]) -> str:
    return next((key for key in ("result", "error", "params") if key in message), "message")


def _replace(message: dict[str, Any], reason: str) -> None:
    """Put a refusal in the place of a message, in its own grammar."""
    words = f"[Aegis withheld this: {reason}]"
    result = message.get("result")
    is_call = isinstance(result, dict) and "content" in result
    if "result" in message or "error" in message:
        answer = refusal(message.get("id"), words, is_call=is_call)
    else:
        params = {"level": "warning", "logger": "aegis", "data": words}
        answer = {"jsonrpc": "2.0", "method": "notifications/message", "params": params}
    message.clear()
    message.update(answer)
