"""Secrets in mitmproxy's core: put in when a request becomes bytes, taken out when an answer becomes a flow.

mitmproxy's own addons come before ours in every hook: `save` (`-w`) has a flow in its hands before any addon of ours
could put a placeholder back. So the flow never holds a secret. When the connection to the service stands, verified and
addressed as judged, the request that goes out is made beside the flow's; it takes the flow's place in the two functions
that write bytes, and is gone when they have: at once, or when an HTTP/2 service admits another stream. Answers are
scrubbed before the flow gets them (`addons.scrubbing`).

Invariants: what is sent was made from the flow as it is at that moment, after every addon; if it cannot be made,
nothing is sent. All targets exist in mitmproxy 12.2 and 12.3; `install` fails loudly if one does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from mitmproxy.proxy.layers.http import HttpStream, _http1, _http2
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
)

from addons.errors import SelfCheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from mitmproxy import http
    from mitmproxy.connection import Server

    from addons.scrubbing import ScrubbedAnswer


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out in the place of a flow's request."""

    request: http.Request
    """Without its body."""
    body: bytes | None
    """None where the flow's own goes out."""
    answer: ScrubbedAnswer

    def __repr__(self) -> str:
        return "<sent>"


class Injector(Protocol):
    """Makes what is sent."""

    def prepare(self, flow: http.HTTPFlow, server: Server) -> Sent | str | None:
        """Return what goes out, None for the flow's own request, or why nothing does."""


TARGETS = (
    (HttpStream, "make_server_connection"),
    (HttpStream, "_handle_event"),
    (_http1.Http1Client, "send"),
    (_http2.Http2Client, "_handle_event2"),
)
ANSWERS: Final = (
    ResponseHeaders,
    ResponseData,
    ResponseTrailers,
    ResponseEndOfMessage,
    ResponseProtocolError,
)
_SENT: Final = "_aegis_sent"
"""Attribute of a live request, taken by whoever writes it; mitmproxy neither copies nor saves it."""
_ANSWER: Final = "_aegis_answer"
"""Attribute of a stream."""
_REPLACED: Final = "_aegis_replaced"
"""Attribute of a connection: the streams whose own body does not go out."""


def install(injector: Injector) -> None:
    """Patch the core.

    Raises:
        SelfCheckError: if this mitmproxy is built differently.
    """
    for owner, name in TARGETS:
        if not callable(getattr(owner, name, None)):
            raise SelfCheckError(f"mitmproxy has no {owner.__name__}.{name}")
    stream: Any = HttpStream
    http1: Any = _http1.Http1Client
    http2: Any = _http2.Http2Client
    stream.make_server_connection = _preparing(_own(stream.make_server_connection), injector)
    stream._handle_event = _scrubbing(_own(stream._handle_event))  # noqa: SLF001 - mitmproxy's core has no other place
    http1.send = _writing(_own(http1.send))
    http2._handle_event2 = _writing(_own(http2._handle_event2))  # noqa: SLF001


def _own(function: Any) -> Any:
    """What stood there before a stack of ours was installed: a second one does not wrap the first's."""
    return getattr(function, "aegis_original", function)


def _preparing(original: Callable[..., Generator[Any, Any, bool]], injector: Injector) -> Any:
    def make_server_connection(self: Any) -> Generator[Any, Any, bool]:
        if not (yield from original(self)):
            return False
        sent = injector.prepare(self.flow, self.context.server)
        if sent is None:
            return True
        if isinstance(sent, str):
            error = ResponseProtocolError(self.stream_id, sent, ErrorCode.GENERIC_SERVER_ERROR)
            yield from self.handle_protocol_error(error)
            return False
        vars(self.flow.request)[_SENT] = sent
        vars(self)[_ANSWER] = sent.answer
        return True

    make_server_connection.aegis_original = original  # type: ignore[attr-defined]
    return make_server_connection


def _scrubbing(original: Callable[..., Generator[Any]]) -> Any:
    def handle_event(self: Any, event: Any) -> Generator[Any]:
        answer = vars(self).get(_ANSWER)
        if answer is None or not isinstance(event, ANSWERS):
            return original(self, event)
        return scrubbed(self, event, answer)

    def scrubbed(self: Any, event: Any, answer: ScrubbedAnswer) -> Generator[Any]:
        for passed in answer.feed(event):
            yield from original(self, passed)

    handle_event.aegis_original = original  # type: ignore[attr-defined]
    return handle_event


def _writing(original: Callable[..., Generator[Any]]) -> Any:
    def write(self: Any, event: Any) -> Generator[Any]:
        if isinstance(event, RequestHeaders):
            sent: Sent | None = vars(event.request).pop(_SENT, None)
            return original(self, event) if sent is None else replaced(self, event, sent)
        streams = vars(self).get(_REPLACED)
        if streams and isinstance(event, RequestData | RequestEndOfMessage) and event.stream_id in streams:
            if isinstance(event, RequestData):
                return nothing()  # it has gone out already, with secrets in it
            streams.discard(event.stream_id)
        return original(self, event)

    def nothing() -> Generator[Any]:
        yield from ()

    def replaced(self: Any, event: RequestHeaders, sent: Sent) -> Generator[Any]:
        yield from original(self, RequestHeaders(event.stream_id, sent.request, event.end_stream))
        if getattr(self, "request", None) is sent.request:
            self.request = event.request  # what the connection keeps until the answer is there
        if sent.body is not None:
            yield from original(self, RequestData(event.stream_id, sent.body))
            vars(self).setdefault(_REPLACED, set()).add(event.stream_id)

    write.aegis_original = original  # type: ignore[attr-defined]
    return write
