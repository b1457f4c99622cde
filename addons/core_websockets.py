"""WebSockets in mitmproxy's core: frames that its hook does not show, and an end that says why.

The core hands whole messages to the addons, but relays pings, pongs and the reason of a close as they are, lets a
message grow without a bound, and can end a connection only by cutting it. Here control frames are shown to a guard,
what is too long is refused, and a refusal closes both sides with code 1008 and the reason (RFC 6455 §7.4.1).

Invariant: after a refusal neither side gets another frame but the close.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from mitmproxy.proxy.layers import websocket
from wsproto.events import CloseConnection, Message, Ping, Pong, TextMessage

from addons.errors import SelfCheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsproto.events import Event

MAX_MESSAGE_BYTES: Final = 16 << 20
POLICY_VIOLATION: Final = 1008
TOO_BIG: Final = 1009
REASON_BYTES: Final = 120
"""Of a close frame; RFC 6455 §5.5 has 125 for code and reason."""


class Guard(Protocol):
    """Sees what the core does not show, by the id of the connection it came from."""

    def control(self, connection_id: str, payload: bytes) -> None:
        """Judge the payload of a ping, a pong or a close."""

    def released(self, connection_id: str) -> list[bytes]:
        """Hand over the messages that take the place of the one judged last, in order."""

    def refusal(self, connection_id: str) -> str:
        """Say why the connection is refused; the empty string if it is not."""


type Scrub = Callable[[str, bytes, bool | None], bytes]
"""From the id of a connection, a frame's data and whether its message ends (None: it is of no message), to what of it
is shown to anybody."""


def install(guard: Guard, scrub: Scrub | None = None) -> None:
    """Patch the core.

    Args:
        guard: sees and ends connections.
        scrub: takes out what nobody may see; absent: nothing.

    Raises:
        SelfCheckError: if this mitmproxy is built differently.
    """
    kind: Any = getattr(websocket, "WebsocketConnection", None)
    if (
        kind is None
        or not callable(getattr(kind, "events", None))
        or not hasattr(websocket, "WebsocketLayer")
    ):
        raise SelfCheckError("mitmproxy has no WebsocketConnection.events")
    original = getattr(kind.events, "aegis_original", kind.events)

    def events(self: Any) -> Iterator[Event]:
        for event in original(self):
            bare = _scrubbed(self, event, scrub) if scrub is not None else event
            shown = _shown(self, bare, guard)
            yield shown
            if shown is not bare:
                return
            # The hook has judged what was yielded.
            for content in guard.released(self.conn.id):
                yield TextMessage(content.decode("utf-8", "replace"), message_finished=True)
            if reason := guard.refusal(self.conn.id):
                yield close(reason)
                return

    events.aegis_original = original  # type: ignore[attr-defined]  # so that a second stack does not wrap the first's
    kind.events = events


def close(reason: str, code: int = POLICY_VIOLATION) -> CloseConnection:
    """The frame that ends a refused connection."""
    return CloseConnection(code=code, reason=reason.encode("ascii", "replace")[:REASON_BYTES].decode())


def _scrubbed(connection: Any, event: Event, scrub: Scrub) -> Event:
    """The event without what nobody may see: the same one if it held nothing of that kind."""
    source = connection.conn.id
    if isinstance(event, TextMessage):
        data = event.data.encode("utf-8", "surrogateescape")
        kept = scrub(source, data, event.message_finished)
        return event if kept == data else replace(event, data=kept.decode("utf-8", "replace"))
    if isinstance(event, Message):
        kept = scrub(source, bytes(event.data), event.message_finished)
        return event if kept == event.data else replace(event, data=bytearray(kept))
    if isinstance(event, Ping | Pong):
        return replace(event, payload=scrub(source, bytes(event.payload), None))
    if isinstance(event, CloseConnection) and event.reason:
        reason = scrub(source, event.reason.encode("utf-8", "surrogateescape"), None)
        return replace(event, reason=reason.decode("utf-8", "replace"))
    return event


def _shown(connection: Any, event: Event, guard: Guard) -> Event:
    """The event, or the close that takes its place."""
    source = connection.conn.id
    if reason := guard.refusal(source):
        return close(reason)
    if isinstance(event, Ping | Pong):
        guard.control(source, bytes(event.payload))
    elif isinstance(event, CloseConnection):
        guard.control(source, (event.reason or "").encode())
    elif isinstance(event, Message):
        held = sum(map(len, connection.frame_buf)) + len(event.data)
        if held > MAX_MESSAGE_BYTES:
            return close("the message is too long to be judged", TOO_BIG)
    reason = guard.refusal(source)
    return close(reason) if reason else event
