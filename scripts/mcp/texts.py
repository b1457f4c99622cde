"""The texts in what an MCP server says: everything a model may come to read.

Server-supplied. Strings are taken wherever they stand, keys with blanks or of unusual length as well: a model reads a
result whole. Left out is what is a picture or a sound. A resource that comes as base64 is read if it is text.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEDIA: Final = frozenset({"image", "audio"})
_LONG_KEY: Final = 40
_PICTURES: Final = ("image/", "audio/", "video/", "font/")


def readable(value: Any) -> str:
    """All texts under a parsed value, in order, one a line."""
    return "\n".join(_strings(value))


def _strings(value: Any) -> Iterator[str]:
    stack: list[Any] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            yield from (key for key in current if len(key) > _LONG_KEY or " " in key)
            stack.extend(_read_value(current, key) for key in reversed(current))


def _read_value(holder: dict[str, Any], key: str) -> Any:
    """What a model reads of one member."""
    value = holder[key]
    if not isinstance(value, str):
        return value
    if key == "data" and holder.get("type") in _MEDIA:
        return ""
    if key == "blob" and "uri" in holder:
        return _text_of(value, holder.get("mimeType"))
    return value


def _text_of(blob: str, mime_type: Any) -> str:
    if isinstance(mime_type, str) and mime_type.lower().startswith(_PICTURES):
        return ""
    try:
        return base64.b64decode(blob, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""  # neither base64 nor text: no words a model could follow
