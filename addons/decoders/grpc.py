"""gRPC and gRPC-Web without a schema: the strings in the messages of a body.

Agent-supplied. A body is a row of frames, each a flag, a length and a message, which may be compressed on its own.
In a message every field that holds bytes is a string if it reads as one, and a message of its own besides. Invariant:
every length-delimited field that is text is yielded; a body whose frames do not add up is an error.
Sources: gRPC over HTTP/2 and gRPC-Web protocol descriptions, Protocol Buffers encoding.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from addons import bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 16 << 20
"""Of all messages of one body, decompressed."""
DEPTH: Final = 16
MOST_STRINGS: Final = 20_000
_HEAD: Final = 5
_COMPRESSED: Final = 1
_TRAILERS: Final = 0x80
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def is_grpc(content_type: bytes) -> bool:
    """True for the media types of gRPC and gRPC-Web."""
    return content_type.lower().startswith(b"application/grpc")


def text(body: bytes, content_type: bytes, coding: bytes) -> str:
    """Return the strings of all messages, a line each.

    Args:
        body: agent-supplied.
        content_type: of the request.
        coding: value of `grpc-encoding`, which compressed messages are compressed with.

    Raises:
        bodies.BodyError: the frames do not add up, or a message does not decompress.
    """
    if b"-text" in content_type.lower():
        try:
            body = base64.b64decode(body, validate=False)
        except binascii.Error as error:
            raise bodies.BodyError("the body is not base64, as its type says") from error
    found: list[str] = []
    for message in _messages(body, coding.decode("latin-1").strip().lower()):
        found += strings(message)
    return "\n".join(found)


def strings(message: bytes) -> list[str]:
    """Return the strings of one message in order, without recursion; of what is no message, nothing."""
    found: list[str] = []
    stack = [(message, 0)]
    while stack and len(found) < MOST_STRINGS:
        current, depth = stack.pop()
        fields = _fields(current)
        if fields is None:
            continue
        inner = []
        for field in fields:
            readable = _readable(field)
            if readable:
                found.append(readable)
            if depth < DEPTH:
                inner.append((field, depth + 1))
        stack.extend(reversed(inner))
    return found


def _messages(body: bytes, coding: str) -> Iterator[bytes]:
    at = 0
    size = 0
    while at < len(body):
        flag, length = body[at], int.from_bytes(body[at + 1 : at + _HEAD])
        message = body[at + _HEAD : at + _HEAD + length]
        if len(message) < length or len(body) < at + _HEAD:
            raise bodies.BodyError("a gRPC frame is longer than the body")
        at += _HEAD + length
        if flag & ~(_COMPRESSED | _TRAILERS):
            raise bodies.BodyError("a gRPC frame has an unknown flag")
        if flag & _COMPRESSED and message:
            message = bodies.decode(message, coding, MOST_BYTES)
        size += len(message)
        if size > MOST_BYTES:
            raise bodies.BodyTooLargeError(f"more than {MOST_BYTES} bytes in gRPC messages")
        yield message


def _fields(message: bytes) -> list[bytes] | None:
    """The length-delimited fields of a message; None if it is none."""
    found = []
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if at < 0 or key >> 3 == 0:
            return None
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind == _BYTES:
            length, at = _varint(message, at)
            if at < 0 or at + length > len(message):
                return None
            found.append(message[at : at + length])
            at += length
        elif kind in {_FIXED64, _FIXED32}:
            at += 8 if kind == _FIXED64 else 4
        else:
            return None
        if at < 0 or at > len(message):
            return None
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends, -1 if it does not."""
    value = shift = 0
    while at < len(message) and shift < 64:  # noqa: PLR2004 - bits of the largest varint
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:  # noqa: PLR2004 - no more bytes follow
            return value, at
        shift += 7
    return 0, -1


def _readable(field: bytes) -> str:
    try:
        return field.decode()
    except UnicodeDecodeError:
        return ""
