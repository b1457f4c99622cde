"""Bodies in mitmproxy's core: how much may be buffered, and what follows a body.

- One request's body is limited by `body_size_limit`; all bodies under way together are limited here. Otherwise a few
  parked uploads exhaust the memory, and a process without memory answers nobody.
- The same option would refuse large downloads before an addon can stream them: it holds for requests only.
- HTTP/1 trailers end the core's stream with an exception and leave the client hanging: here they are dropped.

Invariant: what is over a limit is answered and cut off; nothing is buffered beyond it.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h11
from mitmproxy import flow
from mitmproxy.proxy.layers import http as http_layer
from mitmproxy.proxy.layers.http import HttpStream, _http1
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook

from addons.errors import SelfCheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from mitmproxy import http

OVERLOAD = "aegis-overload: more request bodies are under way than the gateway may hold"
COUNTED_FROM_BYTES = 64 * 1024
"""Smaller bodies are not worth the counting."""


class Budget:
    """How many bytes of request bodies may be held at one time."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held: dict[str, dict[str, _Share]] = {}
        """Client connection to flow to what it holds."""
        self.total_bytes = 0

    def admits(self, stream: HttpStream) -> bool:
        """Count the bytes that a stream's body has now; False if all together are over the limit."""
        size_bytes = len(stream.request_body_buf)
        if size_bytes < COUNTED_FROM_BYTES:
            return True
        flow_ = stream.flow
        shares = self._held.setdefault(flow_.client_conn.id, {})
        before = shares.get(flow_.id)
        self.total_bytes += size_bytes - (before.size_bytes if before else 0)
        shares[flow_.id] = _Share(size_bytes, weakref.ref(stream))
        if self.total_bytes <= self._limit_bytes:
            return True
        self.release(flow_)
        return False

    def release(self, flow_: http.HTTPFlow) -> None:
        """Give a flow's share back: it has its response, was refused, or broke off."""
        share = self._held.get(flow_.client_conn.id, {}).pop(flow_.id, None)
        if share is not None:
            self._let_go(share)

    def release_client(self, client_id: str) -> None:
        """Give back what a connection that is gone still held."""
        for share in self._held.pop(client_id, {}).values():
            self._let_go(share)

    def _let_go(self, share: _Share) -> None:
        self.total_bytes -= share.size_bytes
        if (stream := share.stream()) is not None:  # streams live on in reference cycles, with what they hold
            stream.request_body_buf.clear()


@dataclass(frozen=True, slots=True)
class _Share:
    size_bytes: int
    stream: weakref.ref[HttpStream]


def install(budget: Budget) -> None:
    """Patch the core.

    Raises:
        SelfCheckError: if this mitmproxy is built differently.
    """
    for owner, name in ((HttpStream, "check_body_size"), (_http1, "make_body_reader")):
        if not callable(getattr(owner, name, None)):
            raise SelfCheckError(f"mitmproxy has no {owner.__name__}.{name}")
    stream: Any = HttpStream
    stream.check_body_size = _checking(HttpStream.check_body_size, budget)
    http1: Any = _http1
    http1.make_body_reader = _without_trailers(_http1.make_body_reader)


def _checking(
    check_body_size: Callable[..., Generator[Any, Any, bool]], budget: Budget
) -> Callable[..., Generator[Any, Any, bool]]:
    def check(self: HttpStream, request: bool) -> Generator[Any, Any, bool]:  # noqa: FBT001 - the core's
        if not request:
            return False
        if self.flow.response is not None:  # refused by its head: what still comes is not kept
            self.request_body_buf.clear()
            return False
        if not budget.admits(self):
            self.flow.error = flow.Error(OVERLOAD)
            yield HttpErrorHook(self.flow)
            error = ResponseProtocolError(self.stream_id, OVERLOAD, ErrorCode.REQUEST_TOO_LARGE)
            yield http_layer.SendHttp(error, self.context.client)
            self.client_state = self.state_errored
            self.flow.live = False
            return True
        is_refused = yield from check_body_size(self, request)
        if is_refused:  # the core would keep what it has until the connection ends
            self.request_body_buf.clear()
            budget.release(self.flow)
        return is_refused

    return check


def _without_trailers(make: Callable[..., Any]) -> Callable[..., Any]:
    def make_body_reader(expected_size: int | None) -> Any:
        reader = make(expected_size)
        return _TrailerDropper(reader) if expected_size is None else reader

    return make_body_reader


class _TrailerDropper:
    """A chunked body's reader whose end has no fields."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def __call__(self, buffer: Any) -> Any:
        event = self._reader(buffer)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event

    def read_eof(self) -> Any:
        return self._reader.read_eof()
