"""The documents of an answer in which something acts: tool calls of a model, messages of a tool server.

Owns what is worth parsing and in which order both kinds are looked for. Service-supplied.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from addons.decoders import json_document
from addons.decoders.rpc_answers import RpcAnswers
from addons.decoders.tool_answers import Rewriter
from policy.text.scanner import Pattern, Scanner

if TYPE_CHECKING:
    from addons.decoders.rpc_answers import TextJudge, ToolJudge
    from addons.decoders.tool_answers import Judge

_MARKS: Final = (
    "tool_",
    "function_call",
    "functionCall",
    '_call"',
    "_call_",
    "_approval_request",
    "toolUse",
    "executableCode",
    "executable_code",
    "partial_json",
    "jsonrpc",
    "\\u00",
)
"""One of them stands in every document that acts; an escape may hide any of them."""
_MARKED: Final = Scanner((Pattern("acts", "|".join(map(re.escape, _MARKS))),))
_KEYS: Final = ('"tool_calls"', '"tool_use"', '_tool_use"', '_call"', '"functionCall"', '"jsonrpc"')
_ASCII_ESCAPE: Final = re.compile(r"\\u00([2-7][0-9a-fA-F])")
KEY_CHARACTERS: Final = 6 * max(map(len, _KEYS))
"""How long a key is at most, with every character escaped."""


class AnswerDocuments:
    """Judges and rewrites the documents of one answer."""

    def __init__(self, call: Judge, tool: ToolJudge, text: TextJudge) -> None:
        self.calls = Rewriter(call)
        self._messages = RpcAnswers(tool, text)

    def rewrite(self, document: Any) -> bool:
        """Judge a parsed document; True if it has changed, in place."""
        changed = self._messages.rewrite(document)
        return self.calls.rewrite(document) or changed

    def rewrite_text(self, text: str) -> str | None:
        """Judge a JSON text.

        Returns:
            what takes its place; None if it may stay as it is.

        Raises:
            json_document.JsonError: if it can be read in two ways, so that nobody knows what it does.
        """
        if not may_act(text):
            return None
        try:
            document = json_document.parse(text)
        except json_document.JsonError as error:
            if error.is_ambiguous:
                raise
            return None
        if not self.rewrite(document):
            return None
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def has_key_of_call(text: str) -> bool:
    """True if a text has a key or type that only documents that act have, escaped or not."""
    if "\\u00" in text:
        text = _ASCII_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return any(key in text for key in _KEYS)


def is_json(text: str) -> bool:
    """True if a text is JSON, read one way."""
    try:
        json_document.parse(text)
    except json_document.JsonError:
        return False
    return True


def may_act(text: str) -> bool:
    """True if a text could be a document that acts."""
    return bool(_MARKED.which(text.encode("utf-8", "surrogatepass")))
