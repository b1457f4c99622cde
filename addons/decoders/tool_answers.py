"""Calls of tools in a model's answer: found in every API's grammar, judged, and replaced in the same grammar.

Recognized by shape, not by host: OpenAI chat completions and responses, Anthropic messages, Google Gemini, Ollama and
whoever speaks like them. Service-supplied. A refused call becomes words that the model reads in its next turn, and
the reason to stop is that of an answer without calls, so that SDKs go on. Invariant: after `rewrite` no call is left
in the document that was not judged and allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addons.decoders import json_document
from policy.exchange import ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable

    type Judge = Callable[[ToolCall], str]
    """From a call to why it is refused; the empty string lets it pass."""

LOCAL: Final = "local"
"""Server of tools that the agent runs itself."""
BLOCK_TYPES: Final = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
"""Anthropic's content blocks that are calls."""
_CALL_SUFFIXES: Final = ("_call", "_approval_request")
"""Type names of OpenAI's response items that are calls end like this: function, custom tool, shell, MCP, computer."""
_ITEM_DETAILS: Final = ("arguments", "input", "action", "actions", "operation", "code", "queries", "commands")
_ITEM_FRAME: Final = frozenset(
    {"type", "id", "call_id", "name", "status", "namespace", "server_label", "output"}
)


class Rewriter:
    """Judges and rewrites the documents of one answer."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def rewrite(self, document: Any) -> bool:
        """Judge every call in a parsed document and replace, in place, those that are refused.

        Returns:
            True if the document has changed.
        """
        changed = False
        for one in document if isinstance(document, list) else (document,):
            if isinstance(one, dict):
                changed |= self._document(one)
        return changed

    def _document(self, document: dict[str, Any]) -> bool:
        changed = False
        for choice in _objects(document.get("choices")):
            changed |= self._choice(choice)
        live = document.get("serverContent")
        turn = live.get("modelTurn") if isinstance(live, dict) else None
        if isinstance(turn, dict):
            changed |= self._candidate({"content": turn})
        item = document.get("item")  # of the realtime API's conversation
        is_whole = isinstance(item, dict) and any(item.get(key) for key in _ITEM_DETAILS)
        if is_whole and str(document.get("type")).startswith("conversation.item."):
            items = [item]
            changed |= self._items(items)
            document["item"] = items[0]
        for answer in (document, document.get("message"), document.get("response"), document.get("output")):
            if isinstance(answer, dict):
                for candidate in _objects(answer.get("candidates")):
                    changed |= self._candidate(candidate)
                changed |= self._message(answer) | self._blocks(answer) | self._items(answer.get("output"))
                inner = answer.get("message")
                if answer is not document and isinstance(inner, dict):
                    changed |= self._blocks(inner)
        for holder in (document, document.get("toolCall")):
            if isinstance(holder, dict):
                changed |= self._live_calls(holder)
        return changed

    def _live_calls(self, holder: dict[str, Any]) -> bool:
        """Gemini's live API: `toolCall.functionCalls[]`; a refused one is left out."""
        calls = holder.get("functionCalls")
        if not isinstance(calls, list):
            return False
        kept = [
            call
            for index, call in enumerate(calls)
            if isinstance(call, dict)
            and not self.refusal_of(call.get("name"), call.get("args", {}), f"answer:functionCalls/{index}")
        ]
        holder["functionCalls"] = kept
        return len(kept) != len(calls)

    def refusal_of(self, name: Any, arguments: Any, location: str, server: str = LOCAL) -> str:
        """Judge one call; arguments that are text are parsed first, and refused if they are not JSON.

        Args:
            name: of the tool, service-supplied.
            arguments: parsed, or as text.
            location: of the call in the answer.
            server: that runs the tool.
        """
        if isinstance(arguments, str):
            try:
                arguments = json_document.parse(arguments) if arguments.strip() else {}
            except json_document.JsonError as error:
                return f"the arguments cannot be read: {error}"
        return self._judge(ToolCall(server, name if isinstance(name, str) else "", arguments, location))

    def _choice(self, choice: dict[str, Any]) -> bool:
        """OpenAI chat: `choices[].message.tool_calls`, and `function_call` of old."""
        message = choice.get("message")
        if not isinstance(message, dict) or not self._message(message):
            return False
        if not message.get("tool_calls") and "function_call" not in message:
            choice["finish_reason"] = "stop"
        return True

    def _message(self, message: dict[str, Any]) -> bool:
        """OpenAI chat and Ollama: a message with `tool_calls`."""
        refusals = []
        calls = message.get("tool_calls")
        if isinstance(calls, list):
            kept = []
            for index, call in enumerate(calls):
                reason = self._function(call, f"answer:tool_calls/{index}")
                refusals += [reason] if reason else []
                kept += [] if reason else [call]
            if len(kept) != len(calls):
                message["tool_calls"] = kept
            if not kept and refusals:
                del message["tool_calls"]
        if message.get("function_call") is not None:
            reason = self._function({"function": message["function_call"]}, "answer:function_call")
            if reason:
                del message["function_call"]
                refusals.append(reason)
        if refusals:
            before = message.get("content")
            words = [before] if isinstance(before, str) and before else []
            message["content"] = "\n".join((*words, *map(blocked, refusals)))
        return bool(refusals)

    def _function(self, call: Any, location: str) -> str:
        if not isinstance(call, dict):
            return "the call has no form"
        details = next((call[key] for key in ("function", "custom") if isinstance(call.get(key), dict)), call)
        arguments = details.get("arguments", details.get("input", {}))
        return self.refusal_of(details.get("name"), arguments, location)

    def _blocks(self, document: dict[str, Any]) -> bool:
        """Anthropic: `content[]` with blocks of type `tool_use`."""
        blocks = document.get("content")
        if not isinstance(blocks, list):
            return False
        changed = False
        for index, block in enumerate(blocks):
            used = block.get("toolUse") if isinstance(block, dict) else None
            if isinstance(used, dict):  # Bedrock's Converse
                reason = self.refusal_of(used.get("name"), used.get("input"), f"answer:content/{index}")
                if reason:
                    blocks[index] = {"text": blocked(reason)}
                    changed = True
            elif isinstance(block, dict) and block.get("type") in BLOCK_TYPES:
                reason = self.block(block, block.get("input"), index)
                if reason:
                    blocks[index] = {"type": "text", "text": blocked(reason)}
                    changed = True
        if changed and not any(isinstance(b, dict) and b.get("type") == "tool_use" for b in blocks):
            document["stop_reason"] = "end_turn"
        return changed

    def block(self, block: dict[str, Any], arguments: Any, index: Any) -> str:
        """Judge one of Anthropic's blocks with its whole input."""
        server = block.get("server_name")
        location = f"answer:content/{index}"
        return self.refusal_of(
            block.get("name"), arguments, location, server if isinstance(server, str) else LOCAL
        )

    def _items(self, items: Any) -> bool:
        """OpenAI responses: `output[]` with items of a type that ends in `_call`."""
        changed = False
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if is_call_item(item) and (reason := self.item(item, index)):
                items[index] = message_item(item, reason)
                changed = True
        return changed

    def item(self, item: dict[str, Any], index: Any) -> str:
        """Judge one of OpenAI's response items that is a call."""
        name = item.get("name", item.get("type"))
        found = {key: item[key] for key in _ITEM_DETAILS if item.get(key) is not None} or {
            key: value for key, value in item.items() if key not in _ITEM_FRAME
        }
        arguments: Any = next(iter(found.values())) if len(found) == 1 else found
        if item.get("type") == "custom_tool_call" and isinstance(arguments, str):
            arguments = {"input": arguments}
        server = item.get("server_label")
        location = f"answer:output/{index}"
        return self.refusal_of(name, arguments, location, server if isinstance(server, str) else LOCAL)

    def _candidate(self, candidate: dict[str, Any]) -> bool:
        """Gemini: `candidates[].content.parts[]` with a `functionCall` or code to execute."""
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        changed = False
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            reason = self._part(part, index) if isinstance(part, dict) else ""
            if reason and isinstance(parts, list):
                parts[index] = {"text": blocked(reason)}
                changed = True
        return changed

    def _part(self, part: dict[str, Any], index: int) -> str:
        location = f"answer:parts/{index}"
        for key in ("functionCall", "function_call"):
            call = part.get(key)
            if call is None:
                continue
            if not isinstance(call, dict) or "partialArgs" in call or call.get("willContinue"):
                return "the call comes in pieces, which this gateway does not put together for this API"
            if reason := self.refusal_of(call.get("name"), call.get("args", {}), location):
                return reason
        for key in ("executableCode", "executable_code"):
            if part.get(key) is not None:
                return self.refusal_of("code_execution", part[key], location)
        return ""


def blocked(reason: str) -> str:
    """The words that stand for a refused call."""
    return f"[Aegis blocked this tool call: {reason}]"


def is_call_item(item: Any) -> bool:
    """True for one of OpenAI's response items that is a call."""
    kind = item.get("type") if isinstance(item, dict) else None
    return isinstance(kind, str) and kind.lower().endswith(_CALL_SUFFIXES)


def message_item(item: dict[str, Any], reason: str) -> dict[str, Any]:
    """The item that stands for a refused call."""
    part = {"type": "output_text", "text": blocked(reason), "annotations": []}
    return {
        "type": "message",
        "id": item.get("id", "msg_aegis"),
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
