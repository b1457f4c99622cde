"""What is packed in a body is read; what cannot be read is said; nothing grows beyond its bound."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from addons import bodies
from addons.decoders import grpc, packed, requests
from policy.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b"the secret is here"


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "two gzip members": lambda raw: gzip.compress(b"first ") + gzip.compress(raw),
    "zlib": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda raw: zipped(("a.txt", b"nothing"), ("b.txt", raw)),
    "a name in a zip": lambda raw: zipped((raw.decode(), b"")),
    "zip in gzip": lambda raw: gzip.compress(zipped(("a", raw))),
    "gzip in zip in zip": lambda raw: zipped(("a", zipped(("b.gz", gzip.compress(raw))))),
}


@pytest.mark.parametrize("how", PACKERS)
def test_what_is_packed_is_read(how: str) -> None:
    body = PACKERS[how](SECRET)
    assert packed.is_packed(body, b"")
    found = packed.unpack(body, b"application/octet-stream")
    assert any(SECRET in piece for piece in found.pieces)
    assert not found.is_cut


@pytest.mark.parametrize("how", PACKERS)
def test_a_part_of_a_multipart_body_is_read_as_well(how: str) -> None:
    kind = b'multipart/form-data; boundary="x y"'
    head = b'--x y\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    body = head + b"plain" + b"\r\n" + head + PACKERS[how](SECRET) + b"\r\n--x y--\r\n"
    found = packed.unpack(body, kind)
    assert any(SECRET in piece for piece in found.pieces)


@pytest.mark.parametrize("text", [b"x^2 + y^2", b"BZhello", b"PK is short", b"hello", b"", b"x\x9c"])
def test_plain_text_is_not_taken_for_an_archive(text: bytes) -> None:
    found = packed.unpack(text, b"text/plain")
    assert (found.pieces, found.is_cut) == ([], False) or found.pieces == [b""]


def test_a_bomb_is_cut_and_said() -> None:
    for bomb in (gzip.compress(b"0" * (40 << 20)), zipped(*((str(n), b"0" * (4 << 20)) for n in range(12)))):
        found = packed.unpack(bomb, b"")
        assert found.is_cut
        assert sum(map(len, found.pieces)) <= packed.MOST_BYTES


@pytest.mark.parametrize(
    "body", [gzip.compress(SECRET * 99)[:-30] + b"x" * 40, b"7z\xbc\xaf\x27\x1c rest", b"PK\x03\x04 rest"]
)
def test_what_cannot_be_read_is_said(body: bytes) -> None:
    exchange = Exchange("a", "https", "POST", "h", 443, "/", body=body)
    _, findings = requests.unpack(exchange)
    assert [one.rule for one in findings] == ["decode.opaque-archive"]


@given(
    st.binary(max_size=300),
    st.sampled_from([b"\x1f\x8b\x08", b"PK\x03\x04", b"x\x9c", b"\xfd7zXZ\x00", b"BZh91AY&SY", b""]),
)
def test_no_body_makes_it_fail(tail: bytes, magic: bytes) -> None:
    for kind in (b"", b"multipart/mixed; boundary=a"):
        packed.unpack(magic + tail, kind)


def field(number: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + content


def frame(message: bytes, flag: int = 0) -> bytes:
    return bytes([flag]) + len(message).to_bytes(4) + message


MESSAGE = (
    field(1, b"hello") + b"\x10\x96\x01" + field(3, field(1, SECRET) + field(2, b"\xff\x00")) + b"\x25abcd"
)


def test_strings_of_protobuf_are_found_at_every_depth() -> None:
    found = grpc.text(frame(MESSAGE) + frame(field(2, b"second")), b"application/grpc", b"")
    assert {"hello", SECRET.decode(), "second"} <= set(found.splitlines())


def test_compressed_messages_and_grpc_web_are_read() -> None:
    import base64  # noqa: PLC0415 - one use

    body = frame(gzip.compress(MESSAGE), 1)
    assert SECRET.decode() in grpc.text(body, b"application/grpc+proto", b"gzip")
    assert SECRET.decode() in grpc.text(base64.b64encode(frame(MESSAGE)), b"application/grpc-web-text", b"")


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"\0\0\0\0\x09abc", b""),
        (b"\0\0", b""),
        (b"\x42\0\0\0\0", b""),
        (frame(b"abc", 1), b"gzip"),
        (frame(b"a", 1), b"snappy"),
    ],
)
def test_frames_that_do_not_add_up_are_refused(body: bytes, coding: bytes) -> None:
    with pytest.raises(bodies.BodyError):
        grpc.text(body, b"application/grpc", coding)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_failing(message: bytes) -> None:
    assert isinstance(grpc.strings(message), list)


def test_deep_nesting_is_bounded() -> None:
    message = SECRET
    for _ in range(200):
        message = field(1, message)
    assert isinstance(grpc.strings(message), list)
