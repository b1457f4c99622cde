"""From an exchange to acts: what a request does that is no tool call.

A conversation with a model is `CONVERSE`, whatever it holds; the calls of tools in a request are `calls`' business;
all else is a request to a host, which reads or sends. Invariant: pure, bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.sessions.act import Act, Kind, Origin

if TYPE_CHECKING:
    from policy.exchange import Exchange

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SIGN_IN: Final = ("/oauth/token", "/oauth2/token", "/login", "/signin", "/session", "/api/login")


def acts_of_exchange(exchange: Exchange) -> list[Act]:
    """Return what one request does, its tool calls left out."""
    host = exchange.host.lower()
    path = exchange.target if exchange.target.startswith("/") else "/" + exchange.target
    address = f"{exchange.scheme}://{host}{path}"
    size = len(exchange.body) + len(path)
    if exchange.messages:
        return [Act(Kind.CONVERSE, address, host, exchange.method, size, "model", location="body")]
    if exchange.calls:
        return []
    is_reading = exchange.method.upper() in _READING
    is_sign_in = exchange.target.partition("?")[0].lower().endswith(_SIGN_IN)
    sent = Act(
        Kind.SIGN_IN if is_sign_in and not is_reading else Kind.SEND,
        address,
        host,
        exchange.method,
        len(path) if is_reading else size,
        "web",
        location="target" if is_reading else "body",
        is_traffic=True,
    )
    read = Act(Kind.READ_UNTRUSTED, address, host, service="web", origin=Origin.UNTRUSTED, location="target")
    return [sent, read] if is_reading else [sent]
