"""Removing the content coding of a body that comes in pieces.

Service-supplied. A piece that grows beyond measure is an attack on our memory: what one call may give is bounded, and
what is left waits inside the decoder. Layers are removed from the last to the first, like in `addons.bodies`.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Protocol

import brotli  # type: ignore[import-untyped]  # ships no annotations
import zstandard

from addons import bodies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE_BYTES: Final = 256 * 1024
"""Most that is decoded at once."""


class _Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield decoded pieces."""


class Inflating:
    """Decodes a stream with the codings of its `Content-Encoding`."""

    def __init__(self, header: str) -> None:
        """Make the decoders.

        Raises:
            bodies.UnknownEncodingError: for a coding nobody here knows.
        """
        self._decoders = [_DECODERS[name]() for name in reversed(bodies.codings(header))]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what a piece of the body decodes to, in pieces of at most about `PIECE_BYTES`.

        Raises:
            bodies.BodyError: if it does not decode.
        """
        yield from self._through(0, data)

    def _through(self, layer: int, data: bytes) -> Iterator[bytes]:
        if layer == len(self._decoders):
            if data:
                yield data
            return
        for piece in self._decoders[layer].feed(data):
            yield from self._through(layer + 1, piece)


class _Zlib:
    """Gzip with any number of members, zlib, or raw deflate."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._decoder = zlib.decompressobj(window)
        self._is_fresh = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._decoder.eof:
                self._decoder = zlib.decompressobj(self._window)
            try:
                piece = self._decoder.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                if not (self._is_fresh and self._window == zlib.MAX_WBITS):
                    raise bodies.BodyError("not valid compressed data") from error
                self._window = -zlib.MAX_WBITS
                self._decoder = zlib.decompressobj(self._window)
                self._is_fresh = False
                continue
            self._is_fresh = False
            yield piece
            data = self._decoder.unconsumed_tail or self._decoder.unused_data


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while True:
                piece = self._decoder.process(data, output_buffer_limit=PIECE_BYTES)
                data = b""
                if piece:
                    yield piece
                elif self._decoder.is_finished() or self._decoder.can_accept_more_data():
                    return
        except brotli.error as error:
            raise bodies.BodyError("not valid compressed data") from error


class _Zstandard:
    """Fed in small steps, because a step's output has no limit of its own."""

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        self._decoder = self._decompressor.decompressobj()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            for start in range(0, len(data), bodies.ZSTD_STEP_BYTES):
                rest = data[start : start + bodies.ZSTD_STEP_BYTES]
                while rest:
                    if self._decoder.eof:
                        self._decoder = self._decompressor.decompressobj()
                    yield self._decoder.decompress(rest)
                    rest = self._decoder.unused_data
        except zstandard.ZstdError as error:
            raise bodies.BodyError("not valid compressed data") from error


_DECODERS: Final[dict[str, Callable[[], _Decoder]]] = {
    "gzip": lambda: _Zlib(zlib.MAX_WBITS | 32),
    "x-gzip": lambda: _Zlib(zlib.MAX_WBITS | 32),
    "deflate": lambda: _Zlib(zlib.MAX_WBITS),
    "br": _Brotli,
    "zstd": _Zstandard,
}
