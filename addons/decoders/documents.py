"""The documents of a message: what of its head and its body is text, as the checks read it.

Agent- or service-supplied. Documents are raw (JSON stays JSON, a form stays a form), so that a span in a document is
a span on the wire and context such as a key's name is kept; disguises are undone by the views of `policy.text`.
Invariant: every byte that could carry text is in one of the documents, whatever its content type says.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from policy.exchange import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CHARSET = re.compile(rb"charset\s*+=\s*+[\"']?+([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_PICTURES: Final = ("image/", "video/", "audio/", "font/")
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CREDENTIAL_FIELDS: Final = frozenset(
    {
        b"authorization",
        b"proxy-authorization",
        b"cookie",
        b"x-api-key",
        b"api-key",
        b"apikey",
        b"x-goog-api-key",
        b"x-auth-token",
        b"x-access-token",
        b"private-token",
        b"job-token",
        b"deploy-token",
        b"x-vault-token",
        b"x-amz-security-token",
        b"x-figma-token",
        b"x-shopify-access-token",
        b"x-csrf-token",
        b"x-xsrf-token",
        b"dd-api-key",
        b"dd-application-key",
        b"circle-token",
        b"x-tfe-token",
    },
)
"""Header fields in which a service expects its own credential."""
_DULL_FIELDS: Final = frozenset(
    {
        b"host",
        b"content-length",
        b"connection",
        b"accept-encoding",
        b"sec-websocket-key",
        b"traceparent",
        b"sec-ch-ua",
        b"proxy-connection",
    },
)
"""Fields the gateway writes or checks itself, and those whose values are random by nature."""
_MEANS_NOTHING: Final = frozenset({b"*/*", b"gzip, deflate", b"keep-alive", b"no-cache", b"identity"})


def head(target: str, headers: Iterable[tuple[bytes, bytes]]) -> tuple[Text, ...]:
    """The request's target and its header fields: credential fields one by one, the others as one document."""
    texts = [Text("target", target)]
    lines = []
    for name, value in headers:
        lowered = name.lower()
        if lowered in _DULL_FIELDS or value in _MEANS_NOTHING:
            continue
        if lowered in _CREDENTIAL_FIELDS:
            texts.append(Text(f"header:{lowered.decode()}", _latin(value)))
        else:
            lines.append(f"{_latin(name)}: {_latin(value)}")
    if lines:
        texts.append(Text("headers", "\n".join(lines)))
    return tuple(texts)


def body_text(body: bytes, content_type: bytes) -> str:
    """A body as text: by byte-order mark, by charset, as UTF-8, and else byte by byte."""
    return _decode_as(body, content_type)[0]


def rewrite_body(body: bytes, content_type: bytes, rewrite: Callable[[str], str]) -> bytes:
    """Change a body as text, and write it in the charset it was read in.

    Args:
        body: with content codings removed.
        content_type: of the message.
        rewrite: from text to text; what the charset cannot write becomes `?`.
    """
    text, charset = _decode_as(body, content_type)
    return rewrite(text).encode(charset, "replace")


def _decode_as(body: bytes, content_type: bytes) -> tuple[str, str]:
    declared = _CHARSET.search(content_type[:1024])
    charset = next((name for mark, name in _BYTE_ORDER_MARKS if body.startswith(mark)), None)
    charset = charset or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        return body.decode(charset), charset
    except (UnicodeError, LookupError, ValueError):
        return body.decode("latin-1"), "latin-1"


def is_picture(content_type: bytes) -> bool:
    """True for types that hold no text a model reads as text."""
    kind = content_type.decode("latin-1").strip().lower()
    return kind.startswith(_PICTURES) and "xml" not in kind  # a drawing in SVG is text


def _decode(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return body.decode("latin-1")


def _latin(value: bytes) -> str:
    return _decode(value, "utf-8")
