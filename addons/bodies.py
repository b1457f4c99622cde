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

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LAYERS = 2
ACCEPTED = "gzip, deflate, br, zstd"
"""What we ask services for: everything we can decode."""
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


def codings(header: str) -> list[str]:
    """The content codings of a `Content-Encoding` value in the order applied; `identity` left out.

    Raises:
        UnknownEncodingError: for one we cannot remove, or more than `MAX_LAYERS`.
    """
    if not header:
        return []
    names = [name for part in header.split(",") if (name := part.strip().lower()) and name != "identity"]
    if unknown := [name for name in names if name not in _DECODERS]:
        raise UnknownEncodingError(f"{len(unknown)} content coding(s) we cannot decode")
    if len(names) > MAX_LAYERS:
        raise UnknownEncodingError(f"{len(names)} layers of content coding, at most {MAX_LAYERS} are decoded")
    return names


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
    while body:  # gzip files may be concatenated (RFC 1952 §2.2)
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
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            body, read_across_frames=True
        )
        decoded: bytes = reader.read(cap_bytes + 1)
        if len(decoded) > cap_bytes:
            raise BodyTooLargeError(f"more than {cap_bytes} bytes once decompressed")
    except zstandard.ZstdError as error:
        raise BodyError("not valid compressed data") from error
    return decoded


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstandard,
}
