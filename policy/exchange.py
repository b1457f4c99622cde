"""The decoded, protocol-neutral view of one flow that every check reads.

Built once by `addons.decode`; all text in it is agent-supplied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policy.channel import Channel


@dataclass(frozen=True, slots=True)
class Text:
    """One document of an exchange, as it is read for secrets and personal data: raw, so that spans are true."""

    location: str
    """`target`, `headers`, `body`, `header:authorization`."""
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One text that a model will read, and who vouches for it."""

    channel: Channel
    location: str
    """JSON pointer into the body, `body:/messages/0/content`."""
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool that the agent makes."""

    server: str
    """Host that serves the tool."""
    tool: str
    """Name as called."""
    arguments: object
    """Parsed JSON."""
    location: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool has answered, as an agent passes it on to a model."""

    call: ToolCall | None
    """The call it answers; None if the conversation does not hold it."""
    text: str
    location: str


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
    texts: tuple[Text, ...] = ()
    """Everything that may carry text out."""
    messages: tuple[Message, ...] = ()
    """What a model is asked to read."""
    calls: tuple[ToolCall, ...] = ()
    """Tools the agent calls."""
    results: tuple[ToolResult, ...] = ()
    """What tools have answered, in a conversation with a model."""


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


class Watch(Protocol):
    """Knows the vault's secrets when it sees them, and holds none of them."""

    def leaks(self, texts: Sequence[bytes]) -> Sequence[tuple[str, bool]]:
        """Return the name of each secret found, and whether its value is there as a whole."""


@dataclass(frozen=True, slots=True)
class State:
    """What the checks need that has a clock or a memory: handed in by the addons, never fetched."""

    addresses: tuple[str, ...] = ()
    """Every address the one resolution of the host returned, as text; empty if it has not been resolved."""
    rates: tuple[RateReading, ...] = ()
    matched_rules: tuple[int, ...] = ()
    """Indexes of the policy's custom `rules` whose filter matched this flow."""
    foreign_credentials: frozenset[str] = frozenset()
    """Locations of credentials in this exchange that were first seen at another host."""
    real_paths: Mapping[str, str] = field(default_factory=dict)
    """Path as named to what it is with symbolic links resolved, where the gateway shares the file system."""
    watch: Watch | None = None
    """Knows the vault's secrets; None without a vault."""
    placeholders: frozenset[str] | None = None
    """Placeholders that the vault admits in this request; None for what it never exchanges: frames and streams."""
