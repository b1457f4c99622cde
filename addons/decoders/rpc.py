"""Calls of tools in JSON-RPC, as MCP makes them: `tools/call` with a name and arguments, alone or in a batch.

Recognized by shape, on any host and path: by the method as lenient servers compare it, and by a name with arguments
whatever the method. Resources and prompts that an agent asks for name files and addresses too; they are judged like
arguments, but no list of tools speaks of them. Agent-supplied.
Invariant: a message in which some server might find a call is a call.
Source: MCP specification 2025-06-18, server/tools, server/resources, server/prompts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from addons.decoders import json_document
from policy.exchange import ToolCall
from policy.tool_calls import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

CALL_METHOD: Final = "tools/call"
MAX_MESSAGES: Final = 10_000
"""Values of one document that are looked at."""
MAX_METHOD: Final = 256
"""Characters of a method's name that count."""
_NO_LETTERS: Final = re.compile(r"[^a-z]++")
_CALLS: Final = frozenset(
    f"{head}{name}"
    for head in ("", "notifications", "mcp", "rpc")
    for name in (
        *(
            f"{tools}{verb}"
            for tools in ("tool", "tools")
            for verb in ("call", "execute", "invoke", "run", "use")
        ),
        *(
            f"{verb}{tools}"
            for tools in ("tool", "tools")
            for verb in ("call", "execute", "invoke", "run", "use")
        ),
    )
)
"""Letters of methods that call a tool."""
_USES: Final = frozenset({"resourcesread", "resourcessubscribe", "resourcesunsubscribe", "promptsget"})
_WRAPPERS: Final = frozenset(
    {"params", "task", "request", "requests", "message", "messages", "payload", "batch", "calls"}
)
"""Keys under which a message may stand in another one."""
_NO_CALLS: Final = frozenset(
    {"initialize", "completioncomplete", "samplingcreatemessage", "elicitationcreate"}
)
"""Methods of MCP whose parameters may have a name, but never call."""


def calls(document: Any, server: str) -> Iterator[ToolCall]:
    """Yield the tool calls of a parsed request.

    Args:
        document: parsed JSON, agent-supplied.
        server: host name the request goes to.
    """
    if isinstance(document, dict) and "method" not in document:
        if isinstance(document.get("name"), str) and isinstance(document.get("arguments"), dict):
            yield _call(document, server, "body:")  # a server with a path for each method
        if "jsonrpc" not in document:
            return
    for message, at in _messages(document):
        method = message["method"]
        letters = _letters(method)
        parameters = message.get("params")
        if letters in _USES:
            yield Use(server, method[:MAX_METHOD], parameters, at)
        elif letters in _CALLS or (letters not in _NO_CALLS and _is_shaped(parameters)):
            yield _call(parameters, server, at)


def is_request(message: Any) -> bool:
    """True for a JSON-RPC 2.0 request: a message with a method that waits for an answer."""
    return (
        isinstance(message, dict)
        and message.get("jsonrpc") == "2.0"
        and isinstance(message.get("method"), str)
        and message.get("id") is not None
    )


def is_call(method: object) -> bool:
    """True for the method that calls a tool, in any spelling a lenient server takes."""
    return isinstance(method, str) and _letters(method) in _CALLS


def _messages(document: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object with a method, in batches and inside other messages, with where its parameters stand."""
    stack: list[tuple[Any, str]] = [(document, "body:")]
    for _ in range(MAX_MESSAGES):
        if not stack:
            return
        value, at = stack.pop()
        if isinstance(value, list):
            stack.extend((value[index], f"{at}/{index}") for index in reversed(range(len(value))))
        elif isinstance(value, dict):
            if isinstance(value.get("method"), str):
                yield value, f"{at}/params"
            stack.extend(
                (child, f"{at}/{key[:64]}")
                for key, child in reversed(value.items())
                if isinstance(child, (dict, list)) and key in _WRAPPERS
            )


def _call(parameters: Any, server: str, at: str) -> ToolCall:
    if not isinstance(parameters, dict):
        return ToolCall(server, "", parameters, at)
    name = parameters.get("name")
    return ToolCall(
        server, name if isinstance(name, str) else "", _arguments(parameters.get("arguments")), at
    )


def _arguments(given: Any) -> Any:
    """Arguments as a server reads them that takes them as text, too."""
    if not isinstance(given, str):
        return given
    try:
        return json_document.parse(given)
    except json_document.JsonError:
        return given


def _is_shaped(parameters: Any) -> bool:
    return (
        isinstance(parameters, dict)
        and isinstance(parameters.get("name"), str)
        and isinstance(parameters.get("arguments"), (dict, list, str))
    )


def _letters(method: str) -> str:
    """What is left of a method's name when case, width, separators and what cannot be seen are taken away."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", method[:MAX_METHOD]).casefold())
