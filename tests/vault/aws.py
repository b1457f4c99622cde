"""Requests that botocore's clients would send, caught where the wire begins."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

from tests.vault.samples import going_to
from vault.requests import Outgoing

if TYPE_CHECKING:
    from botocore.client import BaseClient

type Call = tuple[str, str, dict[str, Any]]
"""Service, operation, arguments."""

REGION = "eu-central-1"


class _CaughtError(Exception):
    """Carries a prepared request out of the client."""

    def __init__(self, request: Any) -> None:
        super().__init__()
        self.request = request


def prepared(call: Call, credentials: tuple[str, ...], **s3: str) -> Outgoing:
    """The request of a call; a body that is streamed is None, as the gateway would have it."""
    service, operation, arguments = call
    fresh = {name: io.BytesIO(value) if name == "Stream" else value for name, value in arguments.items()}
    if "Stream" in fresh:
        fresh["Body"] = fresh.pop("Stream")
    try:
        getattr(_client(service, credentials, tuple(s3.items())), operation)(**fresh)
    except _CaughtError as caught:
        return _outgoing(caught.request)
    raise AssertionError("nothing was sent")


@cache
def _client(service: str, credentials: tuple[str, ...], s3: tuple[tuple[str, str], ...]) -> BaseClient:
    client = _session().create_client(
        service,
        region_name=REGION,
        aws_access_key_id=credentials[0],
        aws_secret_access_key=credentials[1],
        aws_session_token=credentials[2] if len(credentials) > 2 else None,
        config=Config(retries={"max_attempts": 0}, **dict(s3)),
    )
    client.meta.events.register_last("before-send", _catch)
    return client


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


def _catch(request: Any, **_: object) -> None:
    raise _CaughtError(request)


def _outgoing(request: Any) -> Outgoing:
    parts = urlsplit(request.url)
    body = request.body
    if hasattr(body, "read"):
        body = None
    elif isinstance(body, str):
        body = body.encode()
    headers = tuple((_bytes(name), _bytes(value)) for name, value in request.headers.items())
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    to = going_to(parts.hostname or "", method=request.method, path=parts.path)
    return Outgoing(to, target.encode(), headers, b"" if body is None and not _is_streamed(headers) else body)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _is_streamed(headers: tuple[tuple[bytes, bytes], ...]) -> bool:
    return any(name.lower() == b"transfer-encoding" for name, _ in headers)
