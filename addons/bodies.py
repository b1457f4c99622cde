"""Removing content codings with a cap: a body that cannot be decoded, or grows too large, cannot be judged.

Agent-supplied input. A compression bomb of 0.6 MB grows to 600 MB in a naive decoder; here every decoder stops at
the cap. Layers of codings (`gzip, br`) are removed from the last to the first (RFC 9110 §8.4), at most
`MAX_LAYERS` of them.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # ships no annotations
import zstandard

from policy import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.verdict import Finding

ANSWER_CAP_BYTES = 64 * 1024 * 1024
"""Most that a response grows to when it is decoded to be judged."""
MAX_LAYERS = 2
MAX_MEMBERS = 16
"""Compressed members or frames in one body; each costs a copy of what is behind it."""
ZSTD_STEP_BYTES = 128
_PLAIN = frozenset({"identity", "none", "utf-8", "aws-chunked"})
"""No coding at all, though services say so: what follows can be read as it is."""
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS


class BodyError(Exception):
    """A body that cannot be judged; `rule` says which way."""

    rule = "decode.invalid-body"


class UnknownEncodingError(BodyError):
    """A content coding we do not know, or too many of them."""

    rule = "decode.unknown-encoding"


class BodyTooLargeError(BodyError):
    """Larger than the cap once decoded."""

    rule = "decode.body-too-large"


def finding(error: BodyError) -> Finding:
    """What a body that cannot be decoded is to the gate."""
    return catalog.finding(error.rule, str(error), location="header:content-encoding")


def codings(header: str) -> list[str]:
    """The content codings of a `Content-Encoding` value in the order applied, without those that change nothing.

    Raises:
        UnknownEncodingError: for one we cannot remove, or more than `MAX_LAYERS`.
    """
    if not header:
        return []
    names = [name for part in header.split(",") if (name := part.strip().lower()) and name not in _PLAIN]
    if unknown := [name for name in names if name not in _DECODERS]:
        raise UnknownEncodingError(f"{len(unknown)} content coding(s) we cannot decode")
    if len(names) > MAX_LAYERS:
        raise UnknownEncodingError(f"{len(names)} layers of content coding, at most {MAX_LAYERS} are decoded")
    return names


def acceptable(header: str) -> str:
    """An `Accept-Encoding` value without what we could not decode, so that a well-behaved service never sends it."""
    kept = [part.strip() for part in header.split(",") if part.partition(";")[0].strip().lower() in _ACCEPTED]
    return ", ".join(kept) or "identity"


def decode(body: bytes, header: str, cap_bytes: int) -> bytes:
    """Remove all codings that `header` names.

    Raises:
        BodyError: if that cannot be done within `cap_bytes`, or leaves bytes over.
    """
    for name in reversed(codings(header)):
        body = _DECODERS[name](body, cap_bytes) if body else body
    if len(body) > cap_bytes:
        raise BodyTooLargeError(f"more than {cap_bytes} bytes")
    return body


def _gzip(body: bytes, cap_bytes: int) -> bytes:
    return _inflate(body, cap_bytes, _GZIP_OR_ZLIB)


def _deflate(body: bytes, cap_bytes: int) -> bytes:
    """Zlib format as RFC 9110 says, or raw deflate as some send."""
    try:
        return _inflate(body, cap_bytes, zlib.MAX_WBITS)
    except BodyTooLargeError:
        raise
    except BodyError:
        return _inflate(body, cap_bytes, _RAW_DEFLATE)


def _inflate(body: bytes, cap_bytes: int, window: int) -> bytes:
    parts: list[bytes] = []
    room = cap_bytes + 1
    members = 0
    while body:  # gzip files may be concatenated (RFC 1952 §2.2)
        members = _next_member(members)
        decoder = zlib.decompressobj(window)
        try:
            part = decoder.decompress(body, room)
        except zlib.error as error:
            raise BodyError("not valid compressed data") from error
        room -= len(part)
        parts.append(part)
        if room <= 0:
            raise BodyTooLargeError(f"more than {cap_bytes} bytes once decompressed")
        if not decoder.eof:
            raise BodyError("compressed data ends early")
        body = decoder.unused_data
        if body and window != _GZIP_OR_ZLIB:
            raise BodyError("data after the end of the compressed body")
    return b"".join(parts)


def _brotli(body: bytes, cap_bytes: int) -> bytes:
    decoder = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    pending = body
    try:
        while True:
            part = decoder.process(pending, output_buffer_limit=1 << 20)
            pending = b""
            size += len(part)
            parts.append(part)
            if size > cap_bytes:
                raise BodyTooLargeError(f"more than {cap_bytes} bytes once decompressed")
            if decoder.is_finished():
                return b"".join(parts)
            if not part and decoder.can_accept_more_data():
                raise BodyError("compressed data ends early")
    except brotli.error as error:
        raise BodyError("not valid compressed data") from error


def _zstandard(body: bytes, cap_bytes: int) -> bytes:
    """Fed in small steps, because a step's output has no limit of its own: 128 bytes may grow to 4 MiB."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    parts: list[bytes] = []
    size = 0
    members = 0
    decoder = None
    rest = b""
    try:
        for start in range(0, len(body), ZSTD_STEP_BYTES):
            rest = body[start : start + ZSTD_STEP_BYTES]
            while rest:
                if decoder is None:
                    members = _next_member(members)
                    decoder = decompressor.decompressobj()
                part = decoder.decompress(rest)
                size += len(part)
                parts.append(part)
                if size > cap_bytes:
                    raise BodyTooLargeError(f"more than {cap_bytes} bytes once decompressed")
                rest = decoder.unused_data
                if decoder.eof:
                    decoder = None
    except zstandard.ZstdError as error:
        raise BodyError("not valid compressed data") from error
    if decoder is not None:
        raise BodyError("compressed data ends early")
    return b"".join(parts)


def _next_member(members: int) -> int:
    if members >= MAX_MEMBERS:
        raise BodyError(f"more than {MAX_MEMBERS} compressed members in one body")
    return members + 1


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstandard,
}
_ACCEPTED = frozenset(_DECODERS) | {"identity"}
