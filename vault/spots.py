"""Where placeholders stand in a request, and how a value is written there.

A token has to be all of its place: a whole header value (behind one word such as `Bearer`), a whole cookie, user or
password, query parameter, path segment (behind a fixed beginning). Only in a body it may stand anywhere, if the
binding says `body`. Values are percent-encoded in path and query and escaped in JSON and in forms, so that none can
end its place and begin another.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from vault import sigv4
from vault.bindings import Location, Spot
from vault.exchange import Exchange, refusal
from vault.placeholders import MARKER
from vault.register import Reason

if TYPE_CHECKING:
    from vault.requests import Headers

AUTHORIZATION: Final = b"authorization"
COOKIE: Final = b"cookie"
SECURITY_TOKEN: Final = b"x-amz-security-token"
_BEARER: Final = Location(Spot.BEARER)
_BASIC: Final = Location(Spot.BASIC)
_BODY: Final = Location(Spot.BODY)
_AWS: Final = sigv4.ALGORITHM.encode("ascii")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{0,31} +")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_SEGMENT_SAFE: Final = ":@!$'()*,;=~"


def in_headers(exchange: Exchange, headers: Headers) -> Headers:
    """Exchange what headers hold; a signature of AWS is left to `resigning`."""
    names = b"\n".join([name for name, _ in headers]).lower()
    for _, issued in exchange.tokens(names, "headers"):
        raise refusal(Reason.LOCATION, "headers", issued)
    size = len(AUTHORIZATION)
    return tuple(
        [
            (name, _in_header(exchange, name, value) if MARKER in value or len(name) == size else value)
            for name, value in headers
        ]
    )


def _in_header(exchange: Exchange, name: bytes, value: bytes) -> bytes:
    lower = name.lower()
    if is_basic(name, value):
        return _in_basic(exchange, value)
    if MARKER not in value:
        return value
    where = f"header:{lower.decode('latin-1')}"
    if lower == AUTHORIZATION and value.startswith(_AWS):
        exchange.is_signed = True
        return value
    if lower == COOKIE:
        return b";".join(_in_cookie(exchange, part, where) for part in value.split(b";"))
    for found, issued in exchange.tokens(value, where):
        before = value[: found.start - len(issued.prefix)].lstrip()
        if value[found.end :].strip() or (before and not _SCHEME.fullmatch(before)):
            raise refusal(Reason.LOCATION, where, issued)
        location = exchange.place(issued, where, *_header_locations(lower, before))
        return before + exchange.plain(issued, location)
    return value


def in_target(exchange: Exchange, target: bytes) -> bytes:
    """Exchange what path and query hold."""
    if MARKER not in target:
        return target
    path, mark, query = target.partition(b"?")
    path = b"/".join(_in_segment(exchange, part) for part in path.split(b"/"))
    return path + mark + b"&".join(_in_parameter(exchange, part) for part in query.split(b"&"))


def in_body(exchange: Exchange, body: bytes | None, headers: Headers) -> bytes | None:
    """Exchange what a body holds, for secrets that are bound to it."""
    if body is None or MARKER not in body:
        return body
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    pieces: list[bytes] = []
    done = 0
    for found, issued in exchange.tokens(body, str(_BODY)):
        exchange.place(issued, str(_BODY), _BODY)
        start = found.start - len(issued.prefix)
        with exchange.borrow(issued.secret, _BODY, issued.token) as value:
            pieces += (body[done:start], _escaped(bytes(value.buffer), kind))
        done = found.end
    return b"".join((*pieces, body[done:]))


def is_basic(name: bytes, value: bytes) -> bool:
    """Whether a header is Basic credentials."""
    return (
        len(name) == len(AUTHORIZATION) and name.lower() == AUTHORIZATION and value[:6].lower() == b"basic "
    )


def basic(value: bytes) -> bytes:
    """Decoded Basic credentials, as the most lenient service would read them; empty if they do not decode."""
    encoded = value[6:].translate(_STANDARD, b"= \t")
    try:
        return base64.b64decode(encoded + b"=" * (-len(encoded) % 4))
    except binascii.Error:
        return b""


def _in_basic(exchange: Exchange, value: bytes) -> bytes:
    decoded = basic(value)
    if MARKER not in decoded and MARKER not in value:
        return value
    user, colon, password = decoded.partition(b":")
    user = _in_credential(exchange, user, is_user=True)
    password = _in_credential(exchange, password, is_user=False)
    if user + colon + password == decoded:
        for _, issued in exchange.tokens(value, str(_BASIC)):  # a token that is not encoded
            raise refusal(Reason.LOCATION, str(_BASIC), issued)
        return value
    return b"Basic " + base64.b64encode(user + colon + password)


def _in_credential(exchange: Exchange, text: bytes, *, is_user: bool) -> bytes:
    for _, issued in exchange.tokens(text, str(_BASIC)):
        if issued.token != text:
            raise refusal(Reason.LOCATION, str(_BASIC), issued)
        plain = exchange.plain(issued, exchange.place(issued, str(_BASIC), _BASIC))
        if is_user and b":" in plain:
            raise refusal(Reason.VALUE, str(_BASIC), issued)
        return plain
    return text


def _in_cookie(exchange: Exchange, part: bytes, where: str) -> bytes:
    name, equals, value = part.partition(b"=")
    for _, issued in exchange.tokens(part, where):
        if value.strip() != issued.token:
            raise refusal(Reason.LOCATION, where, issued)
        location = Location(Spot.COOKIE, name.strip().decode("latin-1"))
        exchange.place(issued, str(location), location)
        return name + equals + exchange.quoted(issued, location, _COOKIE_SAFE)
    return part


def _in_segment(exchange: Exchange, part: bytes) -> bytes:
    for found, issued in exchange.tokens(part, str(Spot.PATH)):
        start = found.start - len(issued.prefix)
        if part[found.end :]:
            raise refusal(Reason.LOCATION, str(Spot.PATH), issued)
        location = Location(Spot.PATH, part[:start].decode("latin-1"))
        exchange.place(issued, str(Spot.PATH), location)
        return part[:start] + exchange.quoted(issued, location, _SEGMENT_SAFE)
    return part


def _in_parameter(exchange: Exchange, part: bytes) -> bytes:
    name, equals, value = part.partition(b"=")
    for _, issued in exchange.tokens(part, "query"):
        location = Location(Spot.QUERY, name.decode("latin-1"))
        if value != issued.token:
            raise refusal(Reason.LOCATION, "query", issued)
        exchange.place(issued, str(location), location)
        return name + equals + exchange.quoted(issued, location, "")
    return part


def _header_locations(name: bytes, before: bytes) -> tuple[Location, ...]:
    """What a header's value can be bound as, with what stands before the placeholder."""
    named = Location(Spot.HEADER, name.decode("latin-1"))
    if name == AUTHORIZATION and before.strip().lower() == b"bearer":
        return _BEARER, named
    return (Location(Spot.SIGV4_TOKEN), named) if name == SECURITY_TOKEN else (named,)


_COOKIE_SAFE: Final = "!#$&'()*+/:<=>?@[]^`{|}~"


def _escaped(plain: bytes, content_type: bytes) -> bytes:
    """A value as a body of some type needs it."""
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == b"application/x-www-form-urlencoded":
        return quote_plus(plain).encode("ascii")
    if kind == b"application/json" or kind.endswith(b"+json"):
        return json.dumps(plain.decode("utf-8", "replace"))[1:-1].encode("ascii")
    return plain
