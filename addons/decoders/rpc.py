"""Calls of tools in JSON-RPC, as MCP makes them: `tools/call` with a name and arguments, alone or in a batch.

Recognized by shape, on any host and path. Agent-supplied. Source: MCP specification 2025-06-18, server/tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy.exchange import ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

CALL_METHOD = "tools/call"


def calls(document: Any, server: str) -> Iterator[ToolCall]:
    """Yield the tool calls of a parsed request.

    Args:
        document: parsed JSON, agent-supplied.
        server: host name the request goes to.
    """
    batch = document if isinstance(document, list) else [document]
    for index, message in enumerate(batch):
        if not isinstance(message, dict) or not is_call(message.get("method")):
            continue
        parameters = message.get("params")
        at = f"body:/{index}/params" if isinstance(document, list) else "body:/params"
        if not isinstance(parameters, dict):
            yield ToolCall(server, "", parameters, at)
            continue
        name = parameters.get("name")
        yield ToolCall(server, name if isinstance(name, str) else "", parameters.get("arguments"), at)


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
    return isinstance(method, str) and method.strip().lower() == CALL_METHOD
