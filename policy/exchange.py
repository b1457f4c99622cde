"""The decoded, protocol-neutral view of one flow that every check reads.

Built once by `addons.decode`; all text in it is agent-supplied.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as the checks see it."""

    agent: str
    """Resolved name of the agent (operator-supplied)."""
    scheme: str
    """`http` or `https`; WebSocket handshakes are `http(s)` with `is_websocket`."""
    method: str
    """As sent, upper case expected; a lower-case method is another method."""
    host: str
    """Lower-case A-label without trailing dot or brackets, or an IP address as spelled by the agent."""
    port: int
    """0..65535."""
    target: str
    """Raw request target as sent: path and query, no fragment."""
    http_version: str = "HTTP/1.1"
    is_websocket: bool = False
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Raw header fields in order."""
    body: bytes = b""
    """Request body with content codings removed."""


@dataclass(frozen=True, slots=True)
class RateReading:
    """What a rate window said when this exchange was counted: kept by the addons, judged by `checks.rate`."""

    key: str
    """Policy key: `requestsPerMinute`, `perHost`, `bytesPerMinute`."""
    limit: int
    """Units allowed per minute."""
    is_exceeded: bool
    retry_after_s: int
    """Seconds until one more unit fits, at least 1."""


@dataclass(frozen=True, slots=True)
class State:
    """What the checks need that has a clock or a memory: handed in by the addons, never fetched."""

    addresses: tuple[str, ...] = ()
    """Every address the one resolution of the host returned, as text; empty if it has not been resolved."""
    rates: tuple[RateReading, ...] = ()
    matched_rules: tuple[int, ...] = ()
    """Indexes of the policy's custom `rules` whose filter matched this flow."""
