"""Injection: the last thing that happens to a request, where placeholders become values.

Pure: takes a request's parts, gives back new ones or the reason why not, and touches nothing. Every token that
carries the marker, anywhere in target, headers (Basic credentials decoded) and body, is either exchanged where its
secret is bound or refuses the whole request: a placeholder in the wrong place is an agent, or whoever talks to it,
trying where secrets can be taken. Values are borrowed one at a time and live on in the parts returned, so nothing
that records, logs or judges may come after.

Values are written as their place needs it: percent-encoded in path and query, escaped in JSON and in forms, into
re-encoded Basic credentials; a value with control characters never enters a header (CWE-113). The cost is that of
looking for the marker once per part, whatever the number of secrets.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from vault import sigv4
from vault.bindings import Destination, Issued, Location, Reason, Spot
from vault.errors import SigningRefused
from vault.placeholders import MARKER, Found, Kind, find
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vault.bindings import Register

type Headers = tuple[tuple[bytes, bytes], ...]
type Lend = Callable[[str], Secret]

AUTHORIZATION: Final = b"authorization"
COOKIE: Final = b"cookie"
SECURITY_TOKEN: Final = b"x-amz-security-token"
_BEARER: Final = Location(Spot.BEARER)
_BASIC: Final = Location(Spot.BASIC)
_BODY: Final = Location(Spot.BODY)
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{0,31} +")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_SEGMENT_SAFE: Final = ":@!$'()*,;=~"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that passed every check and is about to be sent; all of it agent-supplied."""

    to: Destination
    target: bytes
    """Path and query as sent."""
    headers: Headers
    body: bytes | None
    """Without content coding; None where it is streamed and was looked through elsewhere."""


@dataclass(frozen=True, slots=True)
class Use:
    """One exchange."""

    secret: str
    location: Location
    token: bytes
    """What the agent holds; empty where it holds nothing (mode `set`)."""


@dataclass(frozen=True, slots=True)
class Injected:
    """The request to send. Parts hold values in the clear: never printed, logged or recorded."""

    target: bytes
    headers: Headers
    body: bytes | None
    uses: tuple[Use, ...]

    def __repr__(self) -> str:
        return f"<injected {[use.secret for use in self.uses]}>"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the request is not sent."""

    reason: Reason
    location: str
    """Where the token stood: `header:authorization`, `query:key`, `body`; agent-supplied names included."""
    secret: str | None = None
    """The secret the placeholder stands for, if it is known."""
    detail: str = ""


class _RefusedError(Exception):
    """Carries a refusal out of the depth."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


def inject(request: Outgoing, register: Register, lend: Lend, now_us: int) -> Injected | Refused | None:
    """Exchange every placeholder of a request, or say why it must not be sent.

    Args:
        request: The request.
        register: Placeholders and bindings.
        lend: Borrows a value by the name of its secret.
        now_us: Microseconds since the epoch.

    Returns:
        The parts to send, a refusal, or None if the request holds no placeholder and none is to be set.

    Raises:
        VaultError: A value cannot be had; the request must not be sent.
    """
    to_set = register.to_set(request.to)
    if not to_set and not _has_marker(request):
        return None
    try:
        return _Injection(request, register, lend, now_us).run(to_set)
    except _RefusedError as error:
        return error.refused


def _has_marker(request: Outgoing) -> bool:
    if MARKER in request.target or (request.body is not None and MARKER in request.body):
        return True
    if any(MARKER in name or MARKER in value for name, value in request.headers):
        return True
    return any(MARKER in _basic(value) for name, value in request.headers if _is_basic(name, value))


class _Injection:
    """One request on its way through; used once."""

    def __init__(self, request: Outgoing, register: Register, lend: Lend, now_us: int) -> None:
        self._request = request
        self._register = register
        self._lend = lend
        self._now_us = now_us
        self._uses: list[Use] = []

    def run(self, to_set: list[tuple[str, Location]]) -> Injected:
        headers, target = self._request.headers, self._request.target
        for name, location in to_set:
            headers, target = self._set(name, location, headers, target)
        target = self._target(target)
        body = self._body(headers)
        fields = tuple((name, self._header(name, value)) for name, value in headers)
        fields = self._signed(fields, target, body)
        return Injected(target, fields, body, tuple(self._uses))

    def _header(self, name: bytes, value: bytes) -> bytes:
        if MARKER not in value and MARKER not in name and not _is_basic(name, value):
            return value
        lower = name.lower()
        where = f"header:{lower.decode('latin-1')}"
        if MARKER in lower:
            self._tokens(lower, where)
        if _is_basic(name, value):
            return self._basic_header(value)
        if MARKER not in value or value.startswith(sigv4.ALGORITHM.encode("ascii")):
            return value
        if lower == COOKIE:
            return b";".join(self._cookie(part, where) for part in value.split(b";"))
        for found, issued in self._tokens(value, where):
            before = value[: found.start - len(issued.prefix)].lstrip()
            if value[found.end :].strip() or (before and not _SCHEME.fullmatch(before)):
                raise self._refusal(Reason.LOCATION, where, issued)
            location = self._allowed(issued, where, _header_locations(lower, before))
            return before + self._plain(issued, location)
        return value

    def _basic_header(self, value: bytes) -> bytes:
        decoded = _basic(value)
        if MARKER not in decoded:
            return value
        user, colon, password = decoded.partition(b":")
        user, password = self._basic_part(user, is_user=True), self._basic_part(password, is_user=False)
        return b"Basic " + base64.b64encode(user + colon + password)

    def _basic_part(self, text: bytes, *, is_user: bool) -> bytes:
        for _, issued in self._tokens(text, str(_BASIC)):
            if issued.token != text:
                raise self._refusal(Reason.LOCATION, str(_BASIC), issued)
            plain = self._plain(issued, self._allowed(issued, str(_BASIC), [_BASIC]))
            if is_user and b":" in plain:
                raise self._refusal(Reason.VALUE, str(_BASIC), issued)
            return plain
        return text

    def _cookie(self, part: bytes, where: str) -> bytes:
        name, equals, value = part.partition(b"=")
        for _, issued in self._tokens(part, where):
            if value.strip() != issued.token:
                raise self._refusal(Reason.LOCATION, where, issued)
            location = Location(Spot.COOKIE, name.strip().decode("latin-1"))
            self._allowed(issued, str(location), [location])
            return name + equals + self._plain(issued, location)
        return part

    def _target(self, target: bytes) -> bytes:
        if MARKER not in target:
            return target
        path, mark, query = target.partition(b"?")
        path = b"/".join(self._segment(part) for part in path.split(b"/"))
        return path + mark + b"&".join(self._parameter(part) for part in query.split(b"&"))

    def _segment(self, part: bytes) -> bytes:
        for found, issued in self._tokens(part, str(Spot.PATH)):
            start = found.start - len(issued.prefix)
            location = Location(Spot.PATH, part[:start].decode("latin-1"))
            if part[found.end :]:
                raise self._refusal(Reason.LOCATION, str(Spot.PATH), issued)
            self._allowed(issued, str(Spot.PATH), [location])
            return part[:start] + self._quoted(issued, location, _SEGMENT_SAFE)
        return part

    def _parameter(self, part: bytes) -> bytes:
        name, equals, value = part.partition(b"=")
        for _, issued in self._tokens(part, "query"):
            location = Location(Spot.QUERY, name.decode("latin-1"))
            if value != issued.token:
                raise self._refusal(Reason.LOCATION, "query", issued)
            self._allowed(issued, str(location), [location])
            return name + equals + self._quoted(issued, location, "")
        return part

    def _body(self, headers: Headers) -> bytes | None:
        body = self._request.body
        if body is None or MARKER not in body:
            return body
        pieces: list[bytes] = []
        done = 0
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        for found, issued in self._tokens(body, str(_BODY)):
            self._allowed(issued, str(_BODY), [_BODY])
            start = found.start - len(issued.prefix)
            with self._borrow(issued.secret, _BODY, issued.token) as value:
                pieces += (body[done:start], _escaped(bytes(value.buffer), kind))
            done = found.end
        return b"".join((*pieces, body[done:]))

    def _set(self, name: str, location: Location, headers: Headers, target: bytes) -> tuple[Headers, bytes]:
        """Put a secret where it is bound, in the place of whatever the agent put there."""
        with self._borrow(name, location, b"") as value:
            plain = bytes(value.buffer)
        if location.spot is Spot.QUERY:
            path, _, query = target.partition(b"?")
            wanted = location.name.encode("ascii")
            others = [part for part in query.split(b"&") if part and part.partition(b"=")[0] != wanted]
            own = wanted + b"=" + quote(plain, safe="").encode("ascii")
            return headers, path + b"?" + b"&".join((*others, own))
        self._require_printable(plain, name, location)
        if location.spot is Spot.COOKIE:
            own = location.name.encode("ascii") + b"=" + plain
            sent = [
                part.strip() for key, text in headers if key.lower() == COOKIE for part in text.split(b";")
            ]
            others = [part for part in sent if part and not part.startswith(own[: len(location.name) + 1])]
            field, text = COOKIE, b"; ".join((*others, own))
        elif location.spot is Spot.BEARER:
            field, text = AUTHORIZATION, b"Bearer " + plain
        else:
            field, text = location.name.encode("ascii"), plain
        return (*((key, old) for key, old in headers if key.lower() != field), (field, text)), target

    def _signed(self, headers: Headers, target: bytes, body: bytes | None) -> Headers:
        """Sign for AWS anew, where the agent's SDK signed with placeholders; last, over what is sent."""
        mark = sigv4.ALGORITHM.encode("ascii")
        if not any(
            name.lower() == AUTHORIZATION and MARKER in value and value.startswith(mark)
            for name, value in headers
        ):
            return headers
        return tuple(
            (name, self._resigned(value, headers, target, body) if name.lower() == AUTHORIZATION else value)
            for name, value in headers
        )

    def _resigned(self, value: bytes, headers: Headers, target: bytes, body: bytes | None) -> bytes:
        where = "header:authorization"
        tokens = list(self._tokens(value, where))
        if len(tokens) != 1:
            raise _RefusedError(Refused(Reason.LOCATION, where))
        issued = tokens[0][1]
        try:
            signature = sigv4.parse(value)
            if signature.key_id.encode("latin-1") != issued.token:
                raise self._refusal(Reason.LOCATION, where, issued)
            location = self._allowed(issued, where, [Location(Spot.SIGV4_ID)])
            binding = issued.bound.binding
            if binding.regions and signature.region not in binding.regions:
                raise self._refusal(Reason.SIGNATURE, where, issued, "the key is not bound to this region")
            key_name = self._register.partner(binding.service, Spot.SIGV4_KEY)
            held = self._register.token(key_name, issued.agent) if key_name else None
            if key_name is None or held is None:
                raise self._refusal(
                    Reason.SIGNATURE, where, issued, "the secret key that belongs to it is not kept"
                )
            asked = self._as_signed(self._request.headers, self._request.target, self._request.body)
            with Secret(held) as stand_in:
                if not sigv4.is_signed_with(asked, signature, stand_in):
                    raise self._refusal(
                        Reason.SIGNATURE, where, issued, "the agent's own signature does not fit"
                    )
            with self._borrow(key_name, Location(Spot.SIGV4_KEY), held) as secret_key:
                made = sigv4.sign(self._as_signed(headers, target, body), signature, secret_key)
            key_id = self._plain(issued, location).decode("latin-1")
        except SigningRefused as error:
            raise self._refusal(Reason.SIGNATURE, where, issued, str(error)) from None
        return sigv4.authorization(signature, key_id, made)

    def _as_signed(self, headers: Headers, target: bytes, body: bytes | None) -> sigv4.SignedRequest:
        to = self._request.to
        return sigv4.SignedRequest(to.method, to.host, target.decode("latin-1"), headers, body)

    def _tokens(self, text: bytes, where: str) -> Iterator[tuple[Found, Issued]]:
        """The known tokens of a text; anything else with the marker refuses the request."""
        for found in find(text, self._register.issued):
            if found.kind is not Kind.KNOWN:
                reason = Reason.UNKNOWN if found.kind is Kind.UNKNOWN else Reason.MALFORMED
                raise _RefusedError(Refused(reason, where))
            issued = self._register.issued[found.core]
            if text[max(0, found.start - len(issued.prefix)) : found.start] != issued.prefix:
                raise self._refusal(Reason.PREFIX, where, issued)
            yield found, issued

    def _allowed(self, issued: Issued, where: str, locations: list[Location]) -> Location:
        """The first location at which the placeholder may be exchanged."""
        objection = Reason.LOCATION
        for location in locations:
            reason = issued.objection(self._request.to, location, self._now_us)
            if reason is None:
                return location
            objection = reason
        raise self._refusal(objection, where, issued)

    def _plain(self, issued: Issued, location: Location) -> bytes:
        with self._borrow(issued.secret, location, issued.token) as value:
            plain = bytes(value.buffer)
        self._require_printable(plain, issued.secret, location)
        return plain

    def _quoted(self, issued: Issued, location: Location, safe: str) -> bytes:
        with self._borrow(issued.secret, location, issued.token) as value:
            return quote(bytes(value.buffer), safe=safe).encode("ascii")

    def _borrow(self, name: str, location: Location, token: bytes) -> Secret:
        self._uses.append(Use(name, location, token))
        return self._lend(name)

    @staticmethod
    def _require_printable(plain: bytes, name: str, location: Location) -> None:
        if _CONTROL.search(plain):
            raise _RefusedError(Refused(Reason.VALUE, str(location), name))

    @staticmethod
    def _refusal(reason: Reason, where: str, issued: Issued, detail: str = "") -> _RefusedError:
        return _RefusedError(Refused(reason, where, issued.secret, detail))


def _header_locations(name: bytes, before: bytes) -> list[Location]:
    """What a header's value can be bound as, with what stands before the placeholder."""
    named = Location(Spot.HEADER, name.decode("latin-1"))
    if name == AUTHORIZATION and before.strip().lower() == b"bearer":
        return [_BEARER, named]
    return [Location(Spot.SIGV4_TOKEN), named] if name == SECURITY_TOKEN else [named]


def _is_basic(name: bytes, value: bytes) -> bool:
    return (
        len(name) == len(AUTHORIZATION) and name.lower() == AUTHORIZATION and value[:6].lower() == b"basic "
    )


def _basic(value: bytes) -> bytes:
    """Decoded Basic credentials; empty if they do not decode."""
    try:
        return base64.b64decode(value[6:].strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _escaped(plain: bytes, content_type: bytes) -> bytes:
    """A value as a body of some type needs it."""
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == b"application/x-www-form-urlencoded":
        return quote_plus(plain).encode("ascii")
    if kind == b"application/json" or kind.endswith(b"+json"):
        return json.dumps(plain.decode("utf-8", "replace"))[1:-1].encode("ascii")
    return plain
