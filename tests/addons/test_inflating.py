"""A coded body in pieces decodes to what the whole decodes to."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from addons.bodies import BodyError, UnknownEncodingError
from addons.inflating import PIECE_BYTES, Inflating

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"the quick brown fox " * 500

ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
}


def raw_deflate(body: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(body) + coder.flush()


@pytest.mark.parametrize("coding", ENCODE)
@given(cuts=st.lists(st.integers(1, 300), min_size=1, max_size=40))
def test_the_cuts_do_not_matter(coding: str, cuts: list[int]) -> None:
    body = ENCODE[coding](TEXT)
    decoder = Inflating(coding)
    out = b""
    for size in cuts:
        piece, body = body[:size], body[size:]
        out += b"".join(decoder.feed(piece))
    out += b"".join(decoder.feed(body))
    assert out == TEXT


def test_raw_deflate_and_two_gzip_members_are_read_as_well() -> None:
    assert b"".join(Inflating("deflate").feed(raw_deflate(TEXT))) == TEXT
    assert b"".join(Inflating("gzip").feed(gzip.compress(b"a") + gzip.compress(b"b"))) == b"ab"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_not_coded_is_an_error(coding: str) -> None:
    with pytest.raises(BodyError):
        list(Inflating(coding).feed(b"this is not compressed at all, whatever the header says" * 4))


def test_an_unknown_coding_is_an_error() -> None:
    with pytest.raises(UnknownEncodingError):
        Inflating("compress")


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_bomb_comes_in_bounded_pieces(coding: str) -> None:
    bomb = ENCODE[coding](b"\0" * (16 << 20))
    sizes = [len(piece) for piece in Inflating(coding).feed(bomb)]
    assert sum(sizes) == 16 << 20
    assert max(sizes) <= 2 * PIECE_BYTES
