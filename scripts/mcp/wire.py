"""One line of MCP's stdio transport, read in the one way in which everybody must read it.

Client- and server-supplied. What two parsers could read differently is refused: a key that stands twice, a key of the
envelope in another case (Go's `encoding/json` takes `Method` for `method`), NaN, numbers beyond a double, what nests
too deep, what is not UTF-8. A carriage return is white space in JSON and the end of a line for a server that reads
with universal newlines, the official SDK's among them: `clean` takes it out, or a call hidden in a message of several
"lines" would pass unjudged. Invariant: what passes is read by the server as it was read here.
Sources: JSON-RPC 2.0; MCP specification 2025-06-18, basic/transports and basic/index; RFC 8259; CWE-436, CWE-444.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn

type MessageId = str | int | float | None

MAX_DEPTH: Final = 128
"""Levels of nesting; schemas of tools have a few dozen."""
PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
HEAD_BYTES: Final = 4096
TAIL_BYTES: Final = 512
_ENVELOPE: Final = frozenset({"jsonrpc", "id", "method", "params", "result", "error"})
_PARAMETERS: Final = frozenset({"name", "arguments", "uri", "requestid"})
"""Keys of `params` that decide what is done; in any case but their own they are refused."""
_EXACT: Final = {"requestid": "requestId"}
_ID: Final = rb'(-?[0-9]{1,18}|"[^"\\\x00-\x1f]{0,256}")'
_ID_IN_FRONT: Final = re.compile(
    rb'\s*+\{(?:\s*+"(?:jsonrpc|method)"\s*+:\s*+"[^"\\]{0,200}+"\s*+,)*+\s*+"id"\s*+:\s*+'
    + _ID
    + rb"\s*+[,}]"
)
_QUESTION: Final = re.compile(
    rb'\s*+\{(?:\s*+"(?:jsonrpc|id)"\s*+:\s*+(?:"[^"\\]{0,256}+"|-?[0-9]{1,18})\s*+,)*+\s*+"method"\s*+:'
)
_ID_AT_END: Final = re.compile(rb',\s*+"id"\s*+:\s*+' + _ID + rb"\s*+\}\s*+\Z")


class WireError(ValueError):
    """A message that cannot be read one way; the text says why in our words."""

    def __init__(self, reason: str, rule: str, code: int) -> None:
        super().__init__(reason)
        self.rule = rule
        """Of the catalog."""
        self.code = code
        """Of JSON-RPC."""


class Kind(StrEnum):
    """What a message is."""

    REQUEST = "request"
    NOTIFICATION = "notification"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message of JSON-RPC 2.0."""

    kind: Kind
    id: MessageId
    method: str
    """Empty for answers."""
    document: dict[str, Any]
    """The whole message."""

    @property
    def parameters(self) -> Any:
        """`params` of a request or notification."""
        return self.document.get("params")


def clean(line: bytes) -> bytes:
    """Take out of a line what could end it early; JSON allows a carriage return between tokens only."""
    return line.replace(b"\r", b" ").strip(b" \t")


def parse(line: bytes) -> Any:
    """Parse one line.

    Raises:
        WireError: if it is not JSON, or not the same JSON to everybody.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise WireError("the message is not UTF-8", "decode.invalid-body", PARSE_ERROR) from error
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
    except WireError:
        raise
    except (ValueError, RecursionError) as error:
        raise WireError("the message is not valid JSON", "decode.invalid-body", PARSE_ERROR) from error
    if _is_deeper(value, MAX_DEPTH):
        raise WireError(
            f"the message nests more than {MAX_DEPTH} levels deep", "decode.invalid-body", INVALID_REQUEST
        )
    return value


def read(item: Any) -> Envelope:
    """Read one parsed message.

    Raises:
        WireError: if it is none, or could be taken for two kinds of one.
    """
    if not isinstance(item, dict):
        raise _malformed("a message is a JSON object")
    for key in item:
        if key not in _ENVELOPE and key.casefold() in _ENVELOPE:
            raise _ambiguous("a key of the message is spelled in another case than its own")
    if item.get("jsonrpc") != "2.0":
        raise _malformed("the message does not say that it is JSON-RPC 2.0")
    if ("method" in item) + ("result" in item) + ("error" in item) != 1:
        raise _malformed("a message has either a method, or a result, or an error")
    message_id = item.get("id")
    if isinstance(message_id, bool) or not isinstance(message_id, str | int | float | None):
        raise _malformed("the id of a message is a string or a number")
    if "method" not in item:
        if message_id is None and "error" not in item:
            raise _malformed("the answer does not say to what")
        return Envelope(Kind.ANSWER, message_id, "", item)
    return _read_question(item, message_id)


def _read_question(item: dict[str, Any], message_id: MessageId) -> Envelope:
    method, parameters = item["method"], item.get("params")
    if not isinstance(method, str) or not isinstance(parameters, dict | list | None):
        raise _malformed("the method is not text, or its parameters are no object")
    for key in parameters if isinstance(parameters, dict) else ():
        folded = key.casefold()
        if folded in _PARAMETERS and key != _EXACT.get(folded, folded):
            raise _ambiguous("a parameter is spelled in another case than its own")
    if "id" not in item:
        return Envelope(Kind.NOTIFICATION, None, method, item)
    if message_id is None:
        raise _malformed("the id of a request is not null")
    return Envelope(Kind.REQUEST, message_id, method, item)


def guess_id(line: bytes) -> MessageId:
    """Find the id of a message that cannot be parsed, where it stands at one of its ends; None if it does not.

    Args:
        line: the message, or its first `HEAD_BYTES` and its last `TAIL_BYTES`.
    """
    found = _ID_IN_FRONT.match(line[:HEAD_BYTES]) or _ID_AT_END.search(line[-TAIL_BYTES:])
    if found is None:
        return None
    try:
        value: str | int = json.loads(found[1])
    except ValueError:
        return None
    return value


def is_question(line: bytes) -> bool:
    """Tell whether a message that cannot be parsed looks like a request or a notification, by how it begins."""
    return _QUESTION.match(line[:HEAD_BYTES]) is not None


def write(document: Any) -> str:
    """Write a message as one line: what is not ASCII is escaped, so nothing in it can end the line."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _ambiguous("the message has an object with one key twice")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _ambiguous("the message has a number that is not the same to every parser")
    return value


def _refuse_constant(_text: str) -> NoReturn:
    raise WireError("the message is not valid JSON: NaN or Infinity", "decode.invalid-body", PARSE_ERROR)


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for one in level for child in _children(one)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, dict | list)]
    return [child for child in value if isinstance(child, dict | list)] if isinstance(value, list) else []


def _malformed(reason: str) -> WireError:
    return WireError(reason, "protocol.malformed", INVALID_REQUEST)


def _ambiguous(reason: str) -> WireError:
    return WireError(reason, "decode.ambiguous-json", INVALID_REQUEST)
