"""Content codings: what comes out is what went in, or a `BodyError`; never more than the cap, never for long."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from addons import bodies

if TYPE_CHECKING:
    from collections.abc import Callable

MEBIBYTE = 1 << 20


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def _streamed_zstd(data: bytes) -> bytes:
    """Without the size in the frame's header, as servers that stream send it."""
    compressor = zstandard.ZstdCompressor(write_content_size=False, write_checksum=True).compressobj()
    return compressor.compress(data) + compressor.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", _gzip),
    "x-gzip": ("x-gzip", _gzip),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _raw_deflate),
    "brotli": ("br", brotli.compress),
    "zstandard": ("zstd", zstandard.compress),
    "streamed zstandard": ("zstd", _streamed_zstd),
}
CODINGS = sorted({coding for coding, _ in ENCODERS.values()})
ACCEPTABLE = {*range(1001), "decode.invalid-body", "decode.body-too-large"}
SAMPLE = b"hello world, " * 1000

quick = settings(max_examples=60, deadline=None, database=None)
encoders = st.sampled_from(sorted(ENCODERS))


@quick
@given(st.binary(max_size=3000), encoders)
def test_decoding_gives_back_what_was_encoded(data: bytes, encoder: str) -> None:
    coding, encode = ENCODERS[encoder]
    assert bodies.decode(encode(data), coding, MEBIBYTE) == data


@quick
@given(st.binary(max_size=3000), encoders, encoders)
def test_two_layers_are_removed_from_the_last_to_the_first(data: bytes, inner: str, outer: str) -> None:
    (inner_coding, encode_inner), (outer_coding, encode_outer) = ENCODERS[inner], ENCODERS[outer]
    body = encode_outer(encode_inner(data))
    assert bodies.decode(body, f"{inner_coding}, identity,{outer_coding.upper()}", MEBIBYTE) == data


@settings(max_examples=300, deadline=None, database=None)
@given(st.binary(max_size=300), st.sampled_from(CODINGS))
def test_garbage_is_decoded_or_a_body_error_and_nothing_else(garbage: bytes, coding: str) -> None:
    assert _size_or_rule(garbage, coding, cap_bytes=1000) in ACCEPTABLE


@settings(max_examples=300, deadline=None, database=None)
@given(st.data(), encoders)
def test_a_damaged_body_is_decoded_or_a_body_error_and_nothing_else(
    data: st.DataObject, encoder: str
) -> None:
    coding, encode = ENCODERS[encoder]
    body = bytearray(encode(SAMPLE[:200]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert _size_or_rule(bytes(body), coding, cap_bytes=1000) in ACCEPTABLE


def _size_or_rule(body: bytes, coding: str, cap_bytes: int) -> int | str:
    try:
        return len(bodies.decode(body, coding, cap_bytes))
    except bodies.BodyError as error:
        return error.rule


@settings(max_examples=200, deadline=None, database=None)
@given(st.text(max_size=40) | st.lists(st.sampled_from([*CODINGS, "identity", "", "x"])).map(", ".join))
def test_any_header_is_codings_we_know_or_a_body_error(header: str) -> None:
    try:
        names = bodies.codings(header)
    except bodies.UnknownEncodingError:
        return
    assert len(names) <= bodies.MAX_LAYERS
    assert set(names) <= set(CODINGS)


@pytest.mark.parametrize("header", ["", "identity", " Identity , identity", "none", "UTF-8", "aws-chunked"])
def test_an_uncoded_body_is_passed_on_as_it_is(header: str) -> None:
    assert bodies.decode(SAMPLE, header, len(SAMPLE)) == SAMPLE


@pytest.mark.parametrize("header", ["compress", "gzip, x-rot13", "gzip, gzip, gzip", "gzip;q=1", "*"])
def test_unknown_codings_and_a_third_layer_are_refused(header: str) -> None:
    with pytest.raises(bodies.UnknownEncodingError):
        bodies.decode(SAMPLE, header, MEBIBYTE)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_cap_is_exact(encoder: str) -> None:
    coding, encode = ENCODERS[encoder]
    body = encode(SAMPLE)
    assert bodies.decode(body, coding, len(SAMPLE)) == SAMPLE
    with pytest.raises(bodies.BodyTooLargeError):
        bodies.decode(body, coding, len(SAMPLE) - 1)


def test_the_cap_holds_for_bodies_without_a_coding() -> None:
    with pytest.raises(bodies.BodyTooLargeError):
        bodies.decode(b"12345", "", 4)


def test_every_layer_of_a_body_is_held_to_the_cap() -> None:
    incompressible = bytes(range(256)) * 40
    inflated_in_between = gzip.compress(zlib.compress(incompressible, 0), 9)
    with pytest.raises(bodies.BodyTooLargeError):
        bodies.decode(inflated_in_between, "deflate, gzip", len(incompressible))


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("missing", [1, 4, 9])
def test_a_body_that_ends_early_is_refused(encoder: str, missing: int) -> None:
    coding, encode = ENCODERS[encoder]
    with pytest.raises(bodies.BodyError):
        bodies.decode(encode(SAMPLE)[:-missing], coding, MEBIBYTE)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("surplus", [b"\0", b"x", b"GET / HTTP/1.1\r\n\r\n"])
def test_bytes_after_the_end_of_a_body_are_refused(encoder: str, surplus: bytes) -> None:
    coding, encode = ENCODERS[encoder]
    with pytest.raises(bodies.BodyError):
        bodies.decode(encode(SAMPLE) + surplus, coding, MEBIBYTE)


@pytest.mark.parametrize("coding", ["deflate", "br"])
def test_a_second_stream_is_refused_where_the_coding_has_but_one(coding: str) -> None:
    encode = dict(ENCODERS.values())[coding]
    with pytest.raises(bodies.BodyError):
        bodies.decode(encode(b"first") + encode(b"second"), coding, MEBIBYTE)


@pytest.mark.parametrize("encoder", ["gzip", "zstandard", "streamed zstandard"])
def test_all_members_of_a_concatenated_body_are_read(encoder: str) -> None:
    coding, encode = ENCODERS[encoder]
    body = encode(b"first ") + encode(b"") + encode(b"second")
    assert bodies.decode(body, coding, 12) == b"first second"
    with pytest.raises(bodies.BodyTooLargeError):
        bodies.decode(body, coding, 11)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_bomb_costs_neither_time_nor_memory(encoder: str) -> None:
    coding, encode = ENCODERS[encoder]
    bomb = encode(b"\0" * (64 * MEBIBYTE))
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(bodies.BodyTooLargeError):
        bodies.decode(bomb, coding, MEBIBYTE)
    elapsed_s = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed_s < 0.5
    assert peak < 24 * MEBIBYTE


@pytest.mark.parametrize("encoder", ["gzip", "zstandard", "streamed zstandard"])
def test_a_body_of_very_many_members_is_refused_at_once(encoder: str) -> None:
    coding, encode = ENCODERS[encoder]
    body = encode(b"") * 200_000
    started = time.perf_counter()
    with pytest.raises(bodies.BodyError):
        bodies.decode(body, coding, MEBIBYTE)
    assert time.perf_counter() - started < 0.2


def test_the_number_of_members_is_exact() -> None:
    assert bodies.decode(_gzip(b"x") * bodies.MAX_MEMBERS, "gzip", 100) == b"x" * bodies.MAX_MEMBERS
    with pytest.raises(bodies.BodyError):
        bodies.decode(_gzip(b"x") * (bodies.MAX_MEMBERS + 1), "gzip", 100)


@pytest.mark.parametrize(
    ("asked", "passed_on"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate, br, zstd"),
        ("gzip;q=0.5, compress, BR", "gzip;q=0.5, BR"),
        ("exotic", "identity"),
        ("*", "identity"),
        ("identity;q=0, *;q=1", "identity;q=0"),
        (",,", "identity"),
    ],
)
def test_services_are_asked_for_nothing_that_we_cannot_decode(asked: str, passed_on: str) -> None:
    assert bodies.acceptable(asked) == passed_on


@quick
@given(st.text(max_size=60) | st.lists(st.sampled_from([*CODINGS, "x", "*;q=1", "gzip ;q=0"])).map(",".join))
def test_what_is_asked_of_services_is_narrowed_and_never_widened(asked: str) -> None:
    passed_on = [part.strip() for part in bodies.acceptable(asked).split(",")]
    assert {part.partition(";")[0].strip().lower() for part in passed_on} <= {*CODINGS, "identity"}
    assert set(passed_on) <= {part.strip() for part in asked.split(",")} | {"identity"}
