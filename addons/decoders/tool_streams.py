"""Calls of tools inside a streamed answer: held until they are whole, judged, released unchanged or replaced.

Owns the state of one stream. Text goes on at once; only the fragments of calls wait. Anthropic's blocks wait from
start to stop, OpenAI's fragments until their choice finishes, items of OpenAI's responses until they are done; Gemini
and Ollama send calls whole. What never becomes whole is never released. Service-supplied; recognized event by event
by its shape. Invariant: no fragment of a call goes on before the call was judged and allowed.

Sources: the streaming references of the APIs named above, 2026.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from addons.decoders import json_document
from addons.decoders.answer_documents import may_act
from addons.decoders.events import data_of
from addons.decoders.tool_answers import BLOCK_TYPES, blocked, is_call_item, message_item

if TYPE_CHECKING:
    from addons.decoders.answer_documents import AnswerDocuments

MAX_HELD_CHARACTERS: Final = 4 << 20
"""Of all calls of one answer that wait; a longer one is refused as a whole."""
DONE: Final = "[DONE]"


class UnreadableError(Exception):
    """A document that may call tools and cannot be read in one way: the stream is cut."""


class HeldTooMuchError(Exception):
    """Calls that do not end: the stream is cut."""


@dataclass(slots=True)
class _Block:
    """One of Anthropic's content blocks that waits."""

    raws: list[str]
    block: dict[str, Any]
    parts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Choice:
    """The fragments of calls that one of OpenAI's choices has sent."""

    raws: list[str] = field(default_factory=list)
    calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    is_mixed: bool = False
    """Some event held more than fragments of calls: they cannot be released as they came."""


class ToolStream:
    """Turns the events of one streamed answer into the events that may go on."""

    def __init__(self, documents: AnswerDocuments) -> None:
        self._documents = documents
        self._rewriter = documents.calls
        self._blocks: dict[Any, _Block] = {}
        self._choices: dict[Any, _Choice] = {}
        self._items: dict[Any, list[str]] = {}
        self._released = 0
        self._refused = 0
        self._held_characters = 0

    def event(self, raw: str, *, is_line: bool = False) -> str:
        """Take one event as it came (or one line of NDJSON), return what may go on: nothing, itself, or others.

        Raises:
            HeldTooMuchError: if more is held than may be.
            UnreadableError: if it may act and is not read the same by everybody.
        """
        data = raw if is_line else data_of(raw)
        stripped = data.strip()
        if not stripped or stripped == DONE or stripped[0] not in "{[":
            return raw
        try:
            document = json_document.parse(stripped)
        except json_document.JsonError as error:
            if error.is_ambiguous or (is_line and may_act(stripped)):
                raise UnreadableError(str(error)) from error
            return raw
        written = _Writer(raw, is_line=is_line)
        if not isinstance(document, dict):
            return written.event(document) if self._documents.rewrite(document) else raw
        answer = self._event(document, raw, written)
        if self._held_characters > MAX_HELD_CHARACTERS:
            raise HeldTooMuchError("a tool call does not end")
        return answer

    def _event(self, document: dict[str, Any], raw: str, written: _Writer) -> str:
        if self._documents.rewrite(document):  # what came whole
            raw = written.event(document)
        kind = document.get("type")
        if isinstance(kind, str) and kind.startswith("content_block_"):
            return self._block_event(kind, document, raw, written)
        if kind == "message_delta":
            return self._message_delta(document, raw, written)
        if isinstance(kind, str) and kind.startswith("response."):
            return self._item_event(kind, document, raw, written)
        if any(isinstance(choice, dict) and "delta" in choice for choice in _list(document.get("choices"))):
            return self._chunk(document, raw, written)
        return raw

    def _hold(self, raws: list[str], raw: str) -> str:
        raws.append(raw)
        self._held_characters += len(raw)
        return ""

    # Anthropic

    def _block_event(self, kind: str, document: dict[str, Any], raw: str, written: _Writer) -> str:
        index = _key(document.get("index"))
        if kind == "content_block_start":
            block = document.get("content_block")
            if not isinstance(block, dict) or block.get("type") not in BLOCK_TYPES:
                return raw
            self._blocks[index] = _Block([], block)
            return self._hold(self._blocks[index].raws, raw)
        held = self._blocks.get(index)
        delta = document.get("delta")
        if held is None:
            is_fragment = isinstance(delta, dict) and "partial_json" in delta
            return "" if is_fragment else raw
        if kind == "content_block_stop":
            held.raws.append(raw)
            del self._blocks[index]
            return self._settle_block(held, document.get("index"), written)
        if isinstance(delta, dict) and isinstance(delta.get("partial_json"), str):
            held.parts.append(delta["partial_json"])
        return self._hold(held.raws, raw)

    def _settle_block(self, held: _Block, index: Any, written: _Writer) -> str:
        reason = self._rewriter.block(held.block, "".join(held.parts) or held.block.get("input") or {}, index)
        if not reason and held.parts and held.block.get("input"):
            reason = self._rewriter.block(
                held.block, held.block["input"], index
            )  # clients differ in which counts
        if not reason:
            self._released += held.block.get("type") == "tool_use"
            return "".join(held.raws)
        self._refused += 1
        events = (
            {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}},
            {
                "type": "content_block_delta",
                "index": index,
                "delta": {"type": "text_delta", "text": blocked(reason)},
            },
            {"type": "content_block_stop", "index": index},
        )
        return "".join(written.event(event) for event in events)

    def _message_delta(self, document: dict[str, Any], raw: str, written: _Writer) -> str:
        delta = document.get("delta")
        is_waiting = isinstance(delta, dict) and delta.get("stop_reason") == "tool_use"
        if isinstance(delta, dict) and is_waiting and self._refused and not self._released:
            delta["stop_reason"] = "end_turn"
            return written.event(document)
        return raw

    # OpenAI chat completions

    def _chunk(self, document: dict[str, Any], raw: str, written: _Writer) -> str:
        choices = _list(document.get("choices"))
        if not any(_has_fragment(choice) for choice in choices):
            finished = [c for c in choices if isinstance(c, dict) and c.get("finish_reason")]
            return self._finish(document, finished, written, raw) if finished and self._choices else raw
        is_pure = len(choices) == 1 and _is_only_fragment(choices[0])
        for choice in choices:
            if _has_fragment(choice):
                self._collect(choice, raw, is_pure=is_pure)
        if is_pure and not choices[0].get("finish_reason"):
            return ""
        return self._finish(document, [c for c in choices if isinstance(c, dict)], written, "")

    def _collect(self, choice: dict[str, Any], raw: str, *, is_pure: bool) -> None:
        """Keep a choice's fragments and take them out of its delta."""
        held = self._choices.setdefault(_key(choice.get("index")), _Choice())
        held.is_mixed |= not is_pure or bool(choice.get("finish_reason"))
        self._hold(held.raws, raw)
        delta = choice["delta"]
        for fragment in _list(delta.pop("tool_calls", None)):
            if isinstance(fragment, dict):
                _join(held.calls, fragment)
        old = delta.pop("function_call", None)
        if isinstance(old, dict):
            _join(held.calls, {"index": -1, "function": old})

    def _finish(
        self, document: dict[str, Any], choices: list[dict[str, Any]], written: _Writer, raw: str
    ) -> str:
        """Settle the choices that end with this event, then send what is left of the event itself."""
        out = []
        changed = not raw
        for choice in choices:
            if not choice.get("finish_reason"):
                continue
            held = self._choices.pop(_key(choice.get("index")), None)
            if held is None:
                continue
            settled, released = self._settle_choice(held, choice.get("index"), document, written)
            out.append(settled)
            if not released and choice["finish_reason"] in {"tool_calls", "function_call"}:
                choice["finish_reason"] = "stop"
                changed = True
        is_empty = not document.get("usage") and not any(
            choice.get("finish_reason") or any(v is not None for v in (choice.get("delta") or {}).values())
            for choice in choices
        )
        if changed:
            out.append("" if is_empty else written.event(document))
        else:
            out.append(raw)
        return "".join(out)

    def _settle_choice(
        self, held: _Choice, index: Any, document: dict[str, Any], written: _Writer
    ) -> tuple[str, int]:
        """Judge the calls of a choice; return the events for it and how many calls they hold."""
        allowed, reasons = [], []
        for number, call in sorted(held.calls.items()):
            function = call["function"]
            arguments = function.get("arguments", function.get("input", ""))
            location = f"answer:tool_calls/{number}"
            reason = self._rewriter.refusal_of(function.get("name"), arguments, location)
            reasons += [reason] if reason else []
            allowed += [] if reason else [(number, call)]
        self._refused += len(reasons)
        self._released += len(allowed)
        if not reasons and not held.is_mixed:
            return "".join(held.raws), len(allowed)
        deltas: list[dict[str, Any]] = [{"content": blocked(reason)} for reason in reasons]
        position = 0
        for number, call in allowed:
            if number < 0:
                deltas.append({"function_call": call["function"]})
                continue
            deltas.append({"tool_calls": [call | {"index": position}]})
            position += 1
        frame = {key: value for key, value in document.items() if key not in {"choices", "usage"}}
        events = (
            frame | {"choices": [{"index": index, "delta": delta, "finish_reason": None}]} for delta in deltas
        )
        return "".join(written.event(event) for event in events), len(allowed)

    # OpenAI responses

    def _item_event(self, kind: str, document: dict[str, Any], raw: str, written: _Writer) -> str:
        index = _key(document.get("output_index"))
        item = document.get("item")
        if isinstance(item, dict) and is_call_item(item):
            if kind == "response.output_item.done":
                return self._settle_item(document, item, raw, written)
            self._items[index] = []
        if index in self._items and index is not None:
            return self._hold(self._items[index], raw)
        # a fragment of a call that never began, in a delta or as a whole
        is_stray = "_call_" in kind and any(
            key in document for key in ("delta", "arguments", "input", "code")
        )
        return "" if is_stray else raw

    def _settle_item(self, document: dict[str, Any], item: dict[str, Any], raw: str, written: _Writer) -> str:
        raws = self._items.pop(_key(document.get("output_index")), [])
        reason = self._rewriter.item(item, document.get("output_index"))
        if not reason:
            self._released += 1
            return "".join((*raws, raw))
        self._refused += 1
        return "".join(
            written.event(event) for event in _message_events(document, message_item(item, reason))
        )


class _Writer:
    """Writes events in the style of the event they stand for."""

    def __init__(self, raw: str, *, is_line: bool) -> None:
        self._is_line = is_line
        lines = [] if is_line else raw.splitlines()
        self._name = next((line[6:].strip() for line in lines if line.startswith("event:")), "")
        self._id = "".join(f"{line}\n" for line in lines if line.startswith(("id:", "retry:")))

    def event(self, document: Any) -> str:
        """One event with this document."""
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        if self._is_line:
            return f"{text}\n"
        name = document.get("type", self._name) if isinstance(document, dict) else self._name
        fields = f"event: {name}\n" if self._name and isinstance(name, str) else ""
        return f"{self._id}{fields}data: {text}\n\n"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _key(value: Any) -> Any:
    """An index as a key; whatever is no number shares one place."""
    return value if isinstance(value, int) else None


def _has_fragment(choice: Any) -> bool:
    delta = choice.get("delta") if isinstance(choice, dict) else None
    return isinstance(delta, dict) and bool(delta.get("tool_calls") or delta.get("function_call"))


def _is_only_fragment(choice: dict[str, Any]) -> bool:
    """True if nothing else of the choice is worth sending at once."""
    return all(
        value is None or value == "" or key in {"tool_calls", "function_call", "role"}
        for key, value in choice["delta"].items()
    )


def _join(calls: dict[int, dict[str, Any]], fragment: dict[str, Any]) -> None:
    """Add a fragment to the call it belongs to."""
    index = fragment.get("index")
    number = index if isinstance(index, int) else max(calls, default=0)
    call = calls.setdefault(number, {"type": "function", "function": {}})
    for key, value in fragment.items():
        if key in {"function", "custom"} and isinstance(value, dict):
            function = call["function"]
            for part, text in value.items():
                if isinstance(text, str) and isinstance(function.get(part), str):
                    function[part] += text
                elif text is not None:
                    function[part] = text
        elif key != "index" and value is not None:
            call[key] = value


def _message_events(document: dict[str, Any], item: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a message item that stands where a call would have been."""
    at = {"output_index": document.get("output_index"), "sequence_number": document.get("sequence_number")}
    inside = at | {"item_id": item["id"], "content_index": 0}
    part = item["content"][0]
    opened = item | {"status": "in_progress", "content": []}
    return [
        {"type": "response.output_item.added", "item": opened} | at,
        {"type": "response.content_part.added", "part": part | {"text": ""}} | inside,
        {"type": "response.output_text.delta", "delta": part["text"], "logprobs": []} | inside,
        {"type": "response.output_text.done", "text": part["text"], "logprobs": []} | inside,
        {"type": "response.content_part.done", "part": part} | inside,
        {"type": "response.output_item.done", "item": item} | at,
    ]
