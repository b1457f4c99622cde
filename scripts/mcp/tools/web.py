"""A tool that makes one HTTP request, through the gateway and no other way.

The gateway judges it like any request of the agent; its refusals come back as answers with their reason. Redirects
are not followed: each step is a request of its own. Only the gateway's authority is trusted.
"""

from __future__ import annotations

import ssl
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from pydantic import Field

from scripts.mcp.tools.files import Arguments
from scripts.mcp.tools.outcome import ToolError

if TYPE_CHECKING:
    from http.client import HTTPResponse

MOST_ANSWER_BYTES: Final = 1024 * 1024
MOST_BODY_CHARACTERS: Final = 4 * 1024 * 1024
LONGEST_S: Final = 120
_CHUNK_BYTES: Final = 1 << 16
_SHOWN_HEADERS: Final = 64


class HttpRequest(Arguments):
    """Make one HTTP request through the gateway and return the answer. Redirects are not followed."""

    url: str = Field(max_length=8192, description="Address, http or https.")
    method: str = Field("GET", pattern=r"^[A-Z]{1,16}$")
    headers: dict[str, str] = Field(default_factory=dict, max_length=64)
    body: str = Field("", max_length=MOST_BODY_CHARACTERS)
    timeout_s: int = Field(30, ge=1, le=LONGEST_S)


def http_request(proxy: str, authority: str, wanted: HttpRequest) -> dict[str, Any]:
    """Make a request.

    Args:
        proxy: URL of the gateway.
        authority: path of the certificate that it signs with.
        wanted: agent-supplied.
    """
    if urlsplit(wanted.url).scheme not in {"http", "https"}:
        raise ToolError("the address is neither http nor https")
    deadline = time.monotonic() + wanted.timeout_s
    try:
        request = Request(  # noqa: S310 - the scheme is checked above
            wanted.url,
            data=wanted.body.encode() if wanted.body else None,
            headers=wanted.headers,
            method=wanted.method,
        )
        with _open(proxy, authority, request, wanted.timeout_s) as response:
            return _described(response, deadline)
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise ToolError(_explained(error, proxy)) from error


def _open(proxy: str, authority: str, request: Request, timeout_s: int) -> HTTPResponse:
    director = OpenerDirector()  # without the handlers that follow redirects and raise for a status
    context = ssl.create_default_context(cafile=authority)
    for handler in (
        ProxyHandler({"http": proxy, "https": proxy}),
        HTTPHandler(),
        HTTPSHandler(context=context),
    ):
        director.add_handler(handler)
    response: HTTPResponse | None = director.open(request, timeout=timeout_s)
    if response is None:
        raise ToolError("the address is neither http nor https")
    return response


def _described(response: HTTPResponse, deadline: float) -> dict[str, Any]:
    content = bytearray()
    is_cut = False
    while chunk := response.read1(_CHUNK_BYTES):
        content += chunk
        if len(content) > MOST_ANSWER_BYTES or time.monotonic() > deadline:
            is_cut = True
            break
    kept = bytes(content[:MOST_ANSWER_BYTES])
    charset = response.headers.get_content_charset("utf-8")
    try:
        text = kept.decode(charset, "replace")
    except LookupError:
        text = kept.decode("utf-8", "replace")
    headers = dict(list(response.headers.items())[:_SHOWN_HEADERS])
    return {"status": response.status, "headers": headers, "body": text, "is_cut": is_cut}


def _explained(error: Exception, proxy: str) -> str:
    reason = error.reason if isinstance(error, URLError) and not isinstance(error, HTTPError) else error
    if isinstance(reason, ConnectionRefusedError):
        return f"no gateway listens at {proxy}: start it with `aegis start`"
    if isinstance(reason, TimeoutError):
        return "the request took too long"
    return f"the request failed: {reason}"[:300]
