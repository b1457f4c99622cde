"""Answers to requests that a secret was put into: the secret becomes the agent's placeholder again, first of all.

Stands below mitmproxy's flow: what addons, filters, dumps and the ledger see of an answer has been scrubbed. It is the
first to touch an answer, because everything behind it may record, quote or buffer. Head and trailers are replaced
as they are; bodies are decoded where they have a content coding. A small body of known length is held and goes on as
it came if nothing was found in it; a large or live one goes on piece by piece, of which only what may be the beginning
of a secret waits. Service-supplied. Invariant: after a fault not one more byte of the body goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitmproxy.http import Headers
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
)

from addons import bodies
from addons.inflating import Inflating
from vault.errors import VaultError
from vault.scrubbing import ScrubbedStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from mitmproxy import http
    from mitmproxy.proxy.layers.http._events import HttpEvent

    from addons.lending import Loan
    from vault.scrubbing import Scrubber

HELD_BYTES: Final = 1 << 20
"""Bodies up to this length are held until they are whole."""
FAILED: Final = "aegis-vault: an answer could not be looked through for the secret that was lent"
_SWITCHING: Final = 101
_BODILESS: Final = frozenset({_SWITCHING, 204, 304})


class ScrubbedAnswer:
    """The answer to one request, event by event."""

    def __init__(self, loan: Loan, report: Callable[[], None], *, is_head: bool, is_http1: bool) -> None:
        """Begin.

        Args:
            loan: what was put into the request.
            report: called once, when something was found.
            is_head: the request's method is HEAD: its answer has no body.
            is_http1: the agent speaks HTTP/1, which needs to be told where a body ends.
        """
        self._loan = loan
        self._report = report
        self._is_head = is_head
        self._is_http1 = is_http1
        self._body: ScrubbedStream | None = None
        """None where there is no body to be looked through."""
        self._scrubber: Scrubber | None = None
        self._inflating: Inflating | None = None
        self._head: ResponseHeaders | None = None
        """Held until the body is whole."""
        self._came: list[bytes] = []
        """The held body as it came."""
        self._pieces: list[bytes] = []
        """The held body, decoded and scrubbed."""
        self._held_bytes = 0
        self._trailers: ResponseTrailers | None = None
        self._is_over = False
        self._is_switch = False
        self._is_reported = False

    def feed(self, event: HttpEvent) -> list[HttpEvent]:
        """Take an event from the service, return what goes on to the flow."""
        if self._is_over:
            return []
        try:
            passed = self._fed(event)
        except (VaultError, bodies.BodyError):
            return self._fail(event.stream_id)
        if self._scrubber is not None and self._scrubber.count and not self._is_reported:
            self._is_reported = True
            self._report()
        if self._is_over:
            self._forget()
        return passed

    def _forget(self) -> None:
        """Let go of the values; a WebSocket has only begun, and goes on to need them."""
        if not self._is_switch:
            self._loan.end()
        self._scrubber = self._body = None

    def _fed(self, event: HttpEvent) -> list[HttpEvent]:
        if isinstance(event, ResponseHeaders):
            return self._begin(event)
        if isinstance(event, ResponseData):
            return self._take(event)
        if isinstance(event, ResponseTrailers):
            return self._take_trailers(event)
        if isinstance(event, ResponseEndOfMessage):
            return self._end(event)
        if isinstance(event, ResponseProtocolError):
            self._is_over = True
            return [self._error(event)]
        return [event]

    def _begin(self, event: ResponseHeaders) -> list[HttpEvent]:
        scrubber = self._scrubber = self._loan.scrubber()
        response = event.response
        response.headers = _scrubbed(response.headers, scrubber)
        response.data.reason = scrubber.scrub(response.data.reason)
        self._is_switch = response.status_code == _SWITCHING
        if event.end_stream or self._is_head or response.status_code in _BODILESS:
            return [event]
        self._body = ScrubbedStream(scrubber)
        coding = response.headers.get("content-encoding", "")
        try:
            self._inflating = Inflating(coding) if bodies.codings(coding) else None
        except bodies.UnknownEncodingError:
            self._is_over = True  # `decode` withholds it by its head; nothing of its body is needed
            return [event, ResponseEndOfMessage(event.stream_id)]
        length = response.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) <= HELD_BYTES:
            self._head = event
            return []
        self._unframe(response)
        return [event]

    def _unframe(self, response: http.Response) -> None:
        """Length and coding of what came are not those of what goes on."""
        if self._inflating is not None:
            del response.headers["content-encoding"]
        if response.headers.pop("content-length", None) is not None and self._is_http1:
            response.headers["transfer-encoding"] = "chunked"

    def _take(self, event: ResponseData) -> list[HttpEvent]:
        if self._body is None:
            return [event]
        pieces = self._inflating.feed(event.data) if self._inflating else (event.data,)
        if self._head is None:
            passed = b"".join(map(self._body.feed, pieces))
            return [ResponseData(event.stream_id, passed)] if passed else []
        self._came.append(event.data)
        for piece in pieces:
            self._held_bytes += len(piece)
            if self._held_bytes > bodies.ANSWER_CAP_BYTES:
                raise bodies.BodyTooLargeError("the answer grows without end")
            self._pieces.append(self._body.feed(piece))
        return []

    def _take_trailers(self, event: ResponseTrailers) -> list[HttpEvent]:
        if self._scrubber is not None:
            event.trailers = _scrubbed(event.trailers, self._scrubber)
        self._trailers = event
        return []

    def _end(self, event: ResponseEndOfMessage) -> list[HttpEvent]:
        passed: list[HttpEvent] = []
        rest = self._body.finish() if self._body is not None else b""
        if self._head is not None:
            passed += (self._head, ResponseData(event.stream_id, self._whole(self._head.response, rest)))
        elif rest:
            passed.append(ResponseData(event.stream_id, rest))
        if self._trailers is not None:
            passed.append(self._trailers)
        self._is_over = True
        return [*passed, event]

    def _whole(self, response: http.Response, rest: bytes) -> bytes:
        """The held body: as it came if nothing was found in it."""
        if self._scrubber is not None and not self._scrubber.count:
            return b"".join(self._came)
        body = b"".join((*self._pieces, rest))
        if self._inflating is not None:
            del response.headers["content-encoding"]
        response.headers["content-length"] = str(len(body))
        return body

    def _error(self, event: ResponseProtocolError) -> ResponseProtocolError:
        """The core's messages quote what a service sent."""
        message = event.message.encode("utf-8", "surrogateescape")
        scrubbed = self._loan.scrubber().scrub(message).decode("utf-8", "surrogateescape")
        return ResponseProtocolError(event.stream_id, scrubbed, event.code)

    def _fail(self, stream_id: int) -> list[HttpEvent]:
        self._is_over = True
        self._came.clear()
        self._pieces.clear()
        return [ResponseProtocolError(stream_id, FAILED, ErrorCode.GENERIC_SERVER_ERROR)]


def _scrubbed(fields: Headers, scrubber: Scrubber) -> Headers:
    """Fields with every value scrubbed."""
    return Headers([(scrubber.scrub(name), scrubber.scrub(value)) for name, value in fields.fields])
