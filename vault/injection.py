"""Injection: the last thing that happens to a request, where placeholders become values.

Pure: takes a request's parts, gives back new ones or the reason why not, and touches nothing. Every token that
carries the marker, anywhere in target, headers (Basic credentials decoded) and body, is either exchanged where its
secret is bound or refuses the whole request: a placeholder in the wrong place is an agent, or whoever talks to it,
trying where secrets can be taken. Values live on in the parts returned, so nothing that records, logs or judges may
come after. The cost is that of looking for the marker once per part, whatever the number of secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault import resigning, setting, spots
from vault.exchange import Exchange, Lend
from vault.placeholders import MARKER
from vault.requests import Injected, Outgoing, Refused, RefusedError

if TYPE_CHECKING:
    from vault.bindings import Location
    from vault.register import Register


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
        return _exchanged(Exchange(request.to, register, lend, now_us), request, to_set)
    except RefusedError as error:
        return error.refused


def _has_marker(request: Outgoing) -> bool:
    """Look through the parts; nearly all requests end here."""
    if request.body is not None and MARKER in request.body:
        return True
    names = b"\n".join([name for name, _ in request.headers]).lower()
    if MARKER in names or MARKER in b"\n".join([request.target, *(value for _, value in request.headers)]):
        return True
    if spots.AUTHORIZATION not in names:
        return False
    return any(MARKER in spots.basic(value) for name, value in request.headers if spots.is_basic(name, value))


def _exchanged(exchange: Exchange, request: Outgoing, to_set: list[tuple[str, Location]]) -> Injected | None:
    headers, target = request.headers, request.target
    for name, location in to_set:
        headers, target = setting.put(exchange, name, location, headers, target)
    target = spots.in_target(exchange, target)
    body = spots.in_body(exchange, request.body, headers)
    headers = spots.in_headers(exchange, headers)
    if exchange.is_signed:
        headers = resigning.resigned(exchange, request, Outgoing(request.to, target, headers, body))
    return Injected(target, headers, body, tuple(exchange.uses)) if exchange.uses else None
