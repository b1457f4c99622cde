"""Mode `set`: a secret is put where it is bound, in the place of whatever the agent put there, or of nothing.

For services whose clients send no credential at all. Headers of that name, or the parameter or cookie, are taken
out first: an agent cannot add a credential of its own beside ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from vault.bindings import Location, Spot
from vault.spots import AUTHORIZATION, COOKIE

if TYPE_CHECKING:
    from vault.exchange import Exchange
    from vault.requests import Headers


def put(
    exchange: Exchange, name: str, location: Location, headers: Headers, target: bytes
) -> tuple[Headers, bytes]:
    """Return headers and target with one secret in its place."""
    if location.spot is Spot.QUERY:
        with exchange.borrow(name, location, b"") as value:
            own = quote(bytes(value.buffer), safe="").encode("ascii")
        return headers, _with_parameter(target, location.name.encode("ascii"), own)
    plain = exchange.printable(name, location, b"")
    if location.spot is Spot.COOKIE:
        return _with_header(
            headers, COOKIE, _with_cookie(headers, location.name.encode("ascii"), plain)
        ), target
    if location.spot is Spot.BEARER:
        return _with_header(headers, AUTHORIZATION, b"Bearer " + plain), target
    return _with_header(headers, location.name.encode("ascii"), plain), target


def _with_header(headers: Headers, name: bytes, value: bytes) -> Headers:
    return (*((key, old) for key, old in headers if key.lower() != name), (name, value))


def _with_parameter(target: bytes, name: bytes, value: bytes) -> bytes:
    path, _, query = target.partition(b"?")
    others = [part for part in query.split(b"&") if part and part.partition(b"=")[0] != name]
    return path + b"?" + b"&".join((*others, name + b"=" + value))


def _with_cookie(headers: Headers, name: bytes, value: bytes) -> bytes:
    sent = [part.strip() for key, text in headers if key.lower() == COOKIE for part in text.split(b";")]
    others = [part for part in sent if part and part.partition(b"=")[0] != name]
    return b"; ".join((*others, name + b"=" + value))
