"""Signatures of AWS in a request: checked with the agent's placeholder key, then made anew with the real one.

Last of all, over the request as it will be sent. The access key id is the placeholder that stands in the header; the
secret key that belongs to it is the one of the same service in the vault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault import sigv4
from vault.bindings import Location, Spot
from vault.errors import SigningRefused
from vault.exchange import Exchange, refusal
from vault.placeholders import MARKER
from vault.register import Reason
from vault.requests import Headers, Outgoing, Refused, RefusedError
from vault.secret import Secret
from vault.spots import AUTHORIZATION

if TYPE_CHECKING:
    from vault.register import Issued

_WHERE: Final = "header:authorization"
_ALGORITHM: Final = sigv4.ALGORITHM.encode("ascii")
_ID: Final = Location(Spot.SIGV4_ID)
_KEY: Final = Location(Spot.SIGV4_KEY)


def resigned(exchange: Exchange, before: Outgoing, after: Outgoing) -> Headers:
    """Return the headers of a request with its signature made anew.

    Args:
        exchange: The request's.
        before: The request as the agent's SDK signed it.
        after: The request with all other placeholders exchanged.
    """
    return tuple(
        (name, _made_anew(exchange, value, before, after) if _is_signature(name, value) else value)
        for name, value in after.headers
    )


def _is_signature(name: bytes, value: bytes) -> bool:
    return MARKER in value and value.startswith(_ALGORITHM) and name.lower() == AUTHORIZATION


def _made_anew(exchange: Exchange, value: bytes, before: Outgoing, after: Outgoing) -> bytes:
    tokens = list(exchange.tokens(value, _WHERE))
    if len(tokens) != 1:
        raise RefusedError(Refused(Reason.LOCATION, _WHERE))
    issued = tokens[0][1]
    try:
        signature = sigv4.parse(value)
        if signature.key_id.encode("latin-1") != issued.token:
            raise refusal(Reason.LOCATION, _WHERE, issued)
        exchange.place(issued, _WHERE, _ID)
        name, held = _secret_key(exchange, issued, signature.region)
        with Secret(held) as stand_in:
            if not sigv4.is_signed_with(_as_signed(before), signature, stand_in):
                raise refusal(Reason.SIGNATURE, _WHERE, issued, "the agent's own signature does not fit")
        with exchange.borrow(name, _KEY, held) as secret_key:
            made = sigv4.sign(_as_signed(after), signature, secret_key)
    except SigningRefused as error:
        raise refusal(Reason.SIGNATURE, _WHERE, issued, str(error)) from None
    return sigv4.authorization(signature, exchange.plain(issued, _ID).decode("latin-1"), made)


def _secret_key(exchange: Exchange, issued: Issued, region: str) -> tuple[str, bytes]:
    """The name of the secret key that belongs to an access key id, and what the agent holds of it."""
    binding = issued.bound.binding
    if binding.regions and region not in binding.regions:
        raise refusal(Reason.SIGNATURE, _WHERE, issued, "the key is not bound to this region")
    name = exchange.register.partner(binding.service, Spot.SIGV4_KEY)
    held = exchange.register.token(name, issued.agent) if name else None
    bound = exchange.register.bound.get(name) if name else None
    if name is None or held is None or bound is None:
        raise refusal(
            Reason.SIGNATURE, _WHERE, issued, "no secret key of the same service is kept for this agent"
        )
    reason = bound.objection(exchange.to, _KEY)
    if reason is not None:
        raise refusal(reason, _WHERE, issued, "the secret key is bound otherwise")
    return name, held


def _as_signed(request: Outgoing) -> sigv4.SignedRequest:
    to = request.to
    host = to.host if to.port == 443 else f"{to.host}:{to.port}"  # noqa: PLR2004 - the port of https
    return sigv4.SignedRequest(
        to.method, host, request.target.decode("latin-1"), request.headers, request.body
    )
