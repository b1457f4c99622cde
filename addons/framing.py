"""What makes a request mean the same to us and to the service behind us: its form and its framing.

Request smuggling (CWE-444) lives on messages that two parsers read differently: a bare CR that one takes for a line
end, a body whose length only one of them knows, a target that is a URL to one and a path to the other. Such requests
are refused; the rest leaves with one unambiguous length. Services are held to the same (CWE-113).

All of it is agent-supplied, responses are service-supplied. Sources: RFC 9112 §2.2, §3.2, §6; RFC 9113 §8.2, §8.3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from addons import bodies
from policy import catalog

if TYPE_CHECKING:
    from mitmproxy import http

    from policy.verdict import Finding

_FORBIDDEN_IN_FIELDS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_FORBIDDEN_IN_TARGET = re.compile(rb"[\x00-\x20\x7f]")
_CONNECTION_OPTIONS = frozenset({"close", "keep-alive", "te"})
_BODILESS = frozenset({204, 304})
_RULE = "protocol.malformed"


def judge_request(request: http.Request, *, is_http2: bool) -> list[Finding]:
    """Find what two parsers may read differently."""
    if _FORBIDDEN_IN_FIELDS.search(_joined(request.headers)):
        return [catalog.finding(_RULE, "a header field holds a control character", location="headers")]
    target = request.data.path
    if _FORBIDDEN_IN_TARGET.search(target):
        return [
            catalog.finding(_RULE, "the target holds white space or a control character", location="path")
        ]
    if not target.startswith(b"/") and not (target == b"*" and request.data.method == b"OPTIONS"):
        return [catalog.finding(_RULE, "the target is not a path", location="path")]
    if not is_http2 and request.data.http_version not in {b"HTTP/1.1", b"HTTP/1.0"}:
        return [catalog.finding(_RULE, "the protocol version is not HTTP/1.0 or HTTP/1.1")]
    coding = request.headers.get("transfer-encoding")
    if coding is not None and coding.strip().lower() != "chunked":
        reason = "the body's transfer coding is not plain chunked"
        return [catalog.finding(_RULE, reason, location="header:transfer-encoding")]
    return []


def frame(request: http.Request) -> None:
    """Give a complete request one length, no trailers, and hop-by-hop options of ours only."""
    headers = request.headers
    size = len(request.raw_content or b"")
    if headers.pop("transfer-encoding", None) is not None or size:
        headers["content-length"] = str(size)
    request.trailers = None
    if (options := headers.get("connection")) is not None:
        admitted = _CONNECTION_OPTIONS | {"upgrade"} if is_websocket(request) else _CONNECTION_OPTIONS
        kept = [o.strip() for o in options.split(",") if o.strip().lower() in admitted]
        if kept:
            headers["connection"] = ", ".join(kept)
        else:
            del headers["connection"]


def is_websocket(request: http.Request) -> bool:
    """True for a WebSocket handshake as RFC 6455 §4.1 has it, in HTTP/1.1."""
    headers = request.headers
    options = {option.strip().lower() for option in headers.get("connection", "").split(",")}
    return (
        request.data.http_version == b"HTTP/1.1"
        and request.data.method == b"GET"
        and headers.get("upgrade", "").strip().lower() == "websocket"
        and "upgrade" in options
        and headers.get_all("sec-websocket-version") == ["13"]
        and len(headers.get_all("sec-websocket-key")) == 1
        and not request.raw_content
    )


def judge_response(response: http.Response, *, is_head: bool, is_handshake: bool = False) -> list[Finding]:
    """Find what must not reach the agent: a changed protocol, a split head, a body nobody can decode."""
    status = response.status_code
    if status == 101:  # noqa: PLR2004 - Switching Protocols
        return _judge_switch(response, is_handshake=is_handshake)
    if not 200 <= status <= 599:  # noqa: PLR2004 - final responses, RFC 9110 §15
        return [catalog.finding(_RULE, "the service's status is not one of a final response")]
    if _FORBIDDEN_IN_FIELDS.search(_joined(response.headers)):
        return [catalog.finding(_RULE, "a header field of the response holds a control character")]
    if is_head or status in _BODILESS:
        return []
    try:
        bodies.codings(response.headers.get("content-encoding", ""))
    except bodies.BodyError as error:
        return [catalog.finding(error.rule, f"the response cannot be read: {error}")]
    return []


def _judge_switch(response: http.Response, *, is_handshake: bool) -> list[Finding]:
    """Admit the change that was asked for, without extensions that were not."""
    is_asked = is_handshake and response.headers.get("upgrade", "").strip().lower() == "websocket"
    if is_asked and "sec-websocket-extensions" not in response.headers:
        return []
    return [catalog.finding("protocol.upgrade", "the service changed to a protocol nobody asked for")]


def _joined(headers: http.Headers) -> bytes:
    return b"\t".join([part for field in headers.fields for part in field])
