"""JSON as everybody must read it: one value for each key, or not at all.

Agent-supplied. Two parsers that disagree about a document are two actions, one judged and one done (CWE-436): a key
that stands twice, a document that is not JSON though it says so. NDJSON is read line by line. What nests deeper than
the parser's own limit is not read.
Sources: RFC 8259 §4, §9; RFC 7464; ndjson.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_OPENED: Final = re.compile(rb"[\x00\xef\xbb\xbf\xfe\xff\x1e \t\r\n]*+[{\[]")
"""Blanks, byte-order marks and the zeros of wide characters before the first that counts."""


class JsonError(ValueError):
    """A document that cannot be read one way; the message says why, in our words."""

    is_ambiguous = False
    """It is JSON, but not the same to everybody."""


class AmbiguousJsonError(JsonError):
    """A key stands twice: which value counts is up to the parser (RFC 8259 §4)."""

    is_ambiguous = True


class TooDeepError(JsonError):
    """It nests deeper than we read; others may read it."""

    is_ambiguous = True


def looks_like_json(body: bytes) -> bool:
    """True if the first character that counts opens an object or an array."""
    return _OPENED.match(body) is not None


def text_of(body: bytes) -> str:
    """Decode a JSON body as parsers of bytes do, by its first bytes, whatever charset the message declares.

    Args:
        body: agent- or service-supplied.

    Raises:
        JsonError: if it is not UTF-8, UTF-16 or UTF-32.
    """
    try:
        return body.decode(json.detect_encoding(body), "surrogatepass")
    except UnicodeError as error:
        raise JsonError("the body is not valid JSON") from error


def parse(text: str) -> Any:
    """Parse one JSON text, or NDJSON into the list of its values.

    Args:
        text: agent-supplied.

    Raises:
        JsonError: if it is neither, has a key twice, or nests too deep to be read.
    """
    text = text.lstrip("\ufeff \t\r\n\x1e")
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        if "Extra data" in error.msg and "\n" in text:
            return _parse_lines(text)
        raise JsonError("the body is not valid JSON") from error
    except JsonError:
        raise
    except RecursionError as error:
        raise TooDeepError("the body nests deeper than is read") from error
    except ValueError as error:
        raise JsonError("the body is not valid JSON") from error


def _parse_lines(text: str) -> list[Any]:
    values = []
    for line in text.splitlines():
        if not (stripped := line.strip("\x1e \t")):
            continue
        try:
            values.append(json.loads(stripped, object_pairs_hook=_unique))
        except JsonError:
            raise
        except RecursionError as error:
            raise TooDeepError("a line of the body nests deeper than is read") from error
        except ValueError as error:
            raise JsonError("a line of the body is not valid JSON") from error
    return values


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise AmbiguousJsonError("the body has an object with one key twice")
    return value
