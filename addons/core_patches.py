"""Places in mitmproxy's HTTP core that offer no hook: header size, malformed requests, 1xx responses, error pages.

- The HTTP/1 parser buffers headers without limit (50 MB were accepted): capped here, 431 (RFC 6585 §5).
- A request line it cannot parse is answered without any hook: reported here, so that it becomes an entry.
- An HTTP/2 error of a client ends its connection without any hook: reported likewise.
- A 1xx response is taken for the final one: skipped here (RFC 9110 §15.2).
- Error pages are HTML: problem details here, like every other refusal.

HTTP/2 needs no cap of ours: hpack ends a connection whose header list is over 64 KB. Invariant: no patch lets pass what
the core refuses. All targets exist in mitmproxy 12.2 and 12.3; `install` fails loudly if one does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mitmproxy import http
from mitmproxy.net.http import http1, status_codes
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import _http1, _http2
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import (
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
)

from addons import framing
from addons.errors import SelfCheckError
from addons.refusal import PROBLEM_TYPE, core_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from mitmproxy.connection import Client

type Reporter = Callable[[Client, str, str], None]
"""Called with the client, the rule and the reason for what the core refused on its own."""

REFUSALS = (
    (
        "request body exceeds mitmproxy's body_size_limit",
        "decode.body-too-large",
        "the body is larger than may be judged",
    ),
    ("aegis-overload:", "engine.overload", "too many request bodies are under way at once"),
    ("client disconnected", "protocol.malformed", "the request ended before it was complete"),
)
"""How the core's messages about a request begin, the rule each stands for, and our reason. Only beginnings: behind
them the core quotes the request."""
FAILURES = (
    (("connection killed: aegis:",), "engine.no-verdict", "the connection had no verdict"),
    (
        ("header fields are larger",),
        "decode.headers-too-large",
        "the answer's header fields are larger than may be judged",
    ),
    (("aegis-switch:",), "protocol.upgrade", "the service changed to a protocol nobody asked for"),
    (("aegis-vault:",), "vault.unavailable", "the vault could not lend what the request asks for"),
    (("certificate verify", "tls handshake", "no tls", "ssl"), "", "TLS with the service failed"),
    (("client disconnected",), "", "the client went away"),
    (("peer closed", "stream reset"), "", "the connection was closed early"),
    (("connect", "timed out", "errno", "refused"), "", "the service cannot be reached"),
)
"""Words of the core's messages about a service (any of them), the rule if one of ours refused, and our reason."""

MALFORMED = ("protocol.malformed", "the request is not well-formed HTTP")

SWITCHED = "aegis-switch: the service changed to a protocol nobody asked for"
_INFORMATIONAL = re.compile(rb"HTTP/[0-9]\.[0-9] 1[0-9][0-9]")
_HEAD_END = re.compile(rb"\r?\n\r?\n")

type Taker = Callable[[Client], http.Response | None]
"""Takes the refusal that was recorded for what the core is about to answer with an error page."""

TARGETS = (
    (_http1.Http1Server, "send"),
    (_http1, "make_error_response"),
    (_http1.Http1Server, "read_headers"),
    (_http1.Http1Client, "read_headers"),
    (_http2, "format_error"),
    (_http2.Http2Server, "protocol_error"),
    (_http2.Http2Server, "_handle_event"),
)


def install(
    max_header_bytes: Callable[[], int], report: Reporter, take: Taker, is_head: Callable[[Client], bool]
) -> None:
    """Patch the core.

    Args:
        max_header_bytes: the limit now in force.
        report: makes an entry of what the core refuses without any hook.
        take: finds the refusal for what the core refuses after its `error` hook.
        is_head: is the error page that a client gets next the answer to HEAD?

    Raises:
        SelfCheckError: if this mitmproxy is built differently.
    """
    for owner, name in TARGETS:
        if not callable(getattr(owner, name, None)):
            raise SelfCheckError(f"mitmproxy has no {owner.__name__}.{name}")
    core: Any = _http1
    core.make_error_response = _error_response
    http2: Any = _http2
    http2.format_error = _error_body
    http2.Http2Server._handle_event = _honest_pages(_http2.Http2Server._handle_event, is_head)  # noqa: SLF001
    http2.Http2Server.protocol_error = _reporting(_http2.Http2Server.protocol_error, report)
    core.Http1Server.send = _sending_refusals(_http1.Http1Server.send, take)
    core.Http1Server.read_headers = _capped(_http1.Http1Server.read_headers, max_header_bytes, report)
    core.Http1Client.read_headers = _capped_client(_http1.Http1Client.read_headers, max_header_bytes)


def _error_response(status_code: int, message: str = "") -> bytes:
    response = http.Response.make(
        status_code,
        _error_body(status_code, message),
        {"content-type": PROBLEM_TYPE, "connection": "close", "cache-control": "no-store"},
    )
    assembled: bytes = http1.assemble_response(response)
    return assembled


def _error_body(status_code: int, message: str) -> bytes:
    title = status_codes.RESPONSES.get(status_code, "Unknown")
    explain = explain_failure if status_code >= 500 else explain_request  # noqa: PLR2004 - 5xx
    rule, detail = explain(message)
    return core_problem(status_code, title, detail, rule)


def explain_request(message: str) -> tuple[str, str]:
    """Rule and reason for what the core says of a request that nobody judged.

    The core's own words may quote what was sent, or advise to switch a check off; ours do neither.
    """
    lowered = message.lower()
    for beginning, rule, reason in REFUSALS:
        if lowered.startswith(beginning):
            return rule, reason
    return MALFORMED


def explain_failure(message: str) -> tuple[str, str]:
    """Rule (empty if it is no refusal of ours) and reason for what the core says of a service."""
    lowered = message.lower()
    for words, rule, reason in FAILURES:
        if any(word in lowered for word in words):
            return rule, reason
    return "", "the exchange with the service broke off"


def _capped(
    read_headers: Callable[..., Generator[commands.Command]],
    max_header_bytes: Callable[[], int],
    report: Reporter,
) -> Callable[..., Generator[commands.Command]]:
    def read(self: Any, event: events.ConnectionEvent) -> Generator[commands.Command]:
        if empty := _empty_lines(self.buf):
            self.buf.maybe_extract_at_most(empty)
        if isinstance(event, events.DataReceived) and _exceeds(self.buf, max_header_bytes()):
            reason = "the request's header fields are larger than may be judged"
            report(self.conn, "decode.headers-too-large", reason)
            yield commands.SendData(self.conn, _error_response(431, reason))
            yield commands.CloseConnection(self.conn)
            self.state = self.done
            return
        yield from read_headers(self, event)
        if self.request is None and self.state == self.done and isinstance(event, events.DataReceived):
            report(self.conn, "protocol.malformed", "the request is not well-formed HTTP")

    return read


def _capped_client(
    read_headers: Callable[..., Generator[commands.Command]],
    max_header_bytes: Callable[[], int],
) -> Callable[..., Generator[commands.Command]]:
    def read(self: Any, event: events.ConnectionEvent) -> Generator[commands.Command]:
        if isinstance(event, events.DataReceived) and self.request:
            skipped, is_switch = _informational(bytes(self.buf))
            if skipped:
                self.buf.maybe_extract_at_most(skipped)
            stream, so_far = getattr(self, "aegis_skipped", (None, 0))
            so_far = skipped + (so_far if stream == self.stream_id else 0)
            self.aegis_skipped = (self.stream_id, so_far)
            if is_switch and not framing.is_websocket(self.request):
                yield from _end(self, SWITCHED)
                return
            if so_far > max_header_bytes() or _exceeds(self.buf, max_header_bytes()):
                yield from _end(self, "the response's header fields are larger than may be judged")
                return
            if not self.buf:
                return
        yield from read_headers(self, event)

    return read


def _end(self: Any, reason: str) -> Generator[commands.Command]:
    """End the exchange with a service as the core does when it cannot read an answer."""
    yield commands.CloseConnection(self.conn)
    yield ReceiveHttp(self.ReceiveProtocolError(self.stream_id, reason, code=self.ReceiveProtocolError.code))


def _empty_lines(buffer: Any) -> int:
    """Bytes of empty lines before a request: skipped (RFC 9112 §2.2), all at once, so that none counts as its end."""
    data = bytes(buffer)
    return len(data) - len(data.lstrip(b"\r\n")) if data[:1] in {b"\r", b"\n"} else 0


def _informational(data: bytes) -> tuple[int, bool]:
    """Bytes of complete 1xx responses at the start, which the core takes for the final one; is a 101 next?"""
    start = 0
    while _INFORMATIONAL.match(data, start):
        if (end := _HEAD_END.search(data, start)) is None:
            break
        if data[start + 9 : start + 12] == b"101":
            return start, True
        start = end.end()
    return start, False


def _reporting(
    protocol_error: Callable[..., Generator[commands.Command]], report: Reporter
) -> Callable[..., Generator[commands.Command]]:
    """HTTP/2 errors of a client end the connection without any hook."""

    def reporting(self: Any, message: str, *rest: Any) -> Generator[commands.Command]:
        report(self.conn, *MALFORMED)
        yield from protocol_error(self, message, *rest)

    return reporting


def _sending_refusals(
    send: Callable[..., Generator[commands.Command]],
    take: Taker,
) -> Callable[..., Generator[commands.Command]]:
    """HTTP/1 only: HTTP/2's error pages do not say which stream they are for."""

    def sending(self: Any, event: Any) -> Generator[commands.Command]:
        if isinstance(event, ResponseProtocolError) and self.response and self.response.status_code < 200:  # noqa: PLR2004
            self.response = None  # 100 Continue is no answer: the page is still to come
        if isinstance(event, ResponseProtocolError) and not self.response and (refused := take(self.conn)):
            refused.headers["connection"] = "close"
            yield commands.SendData(self.conn, http1.assemble_response(refused))
            yield commands.CloseConnection(self.conn)
            return
        yield from send(self, event)

    return sending


def _honest_pages(
    handle_event: Callable[..., Generator[commands.Command]],
    is_head: Callable[[Client], bool],
) -> Callable[..., Generator[commands.Command]]:
    """HTTP/2 error pages with their own content type; the core calls them HTML and tells its version."""

    def handling(self: Any, event: Any) -> Generator[commands.Command]:
        if not isinstance(event, ResponseProtocolError) or not _is_answerable(self, event):
            yield from handle_event(self, event)
            return
        page = http.Response.make(
            event.code.http_status_code() or 502,
            _error_body(event.code.http_status_code() or 502, event.message),
            {"content-type": PROBLEM_TYPE, "cache-control": "no-store"},
        )
        if is_head(self.conn):
            page.content = b""
        yield from handle_event(self, ResponseHeaders(event.stream_id, page, end_stream=False))
        if page.raw_content:
            yield from handle_event(self, ResponseData(event.stream_id, page.raw_content))
        yield from handle_event(self, ResponseEndOfMessage(event.stream_id))

    return handling


def _is_answerable(connection: Any, event: ResponseProtocolError) -> bool:
    if event.code.http_status_code() is None or not connection.is_open_for_us(event.stream_id):
        return False
    return not connection.h2_conn.streams[event.stream_id].state_machine.headers_sent


def _exceeds(buffer: Any, limit_bytes: int) -> bool:
    """True if the header block is over the limit; what follows a complete one is body and does not count."""
    if len(buffer) <= limit_bytes:
        return False
    head = bytes(buffer)[: limit_bytes + 4]
    return b"\r\n\r\n" not in head and b"\n\n" not in head
