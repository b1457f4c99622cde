"""Archives and compressed files inside a body: what is in them leaves too.

Agent-supplied. A body, or a part of a multipart body, that begins like gzip, zlib, zstd, bzip2, xz or ZIP is read, to
a depth and a size; archives in archives too. Tar needs nothing: its content lies open. Invariant: at most
`MOST_BYTES` come out of one body whatever goes in; if there is more, or a part cannot be read, `is_cut` says so.
Does not read: encrypted archives, RAR, 7z, disk images, PDF streams; they count as cut where they are recognized.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_BYTES: Final = 16 << 20
MOST_FILES: Final = 512
DEPTH: Final = 3
_BOUNDARY: Final = re.compile(rb'boundary\s*=\s*"?([^";\r\n]{1,200})', re.IGNORECASE)
_PART_START: Final = re.compile(rb"\r?\n\r?\n")
_BZIP2: Final = re.compile(rb"BZh[1-9]1AY&SY")
_OPAQUE: Final = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x9d",
    b"MSCF",
    b"LZIP",
    b"age-encryption.org",
)
"""What is recognized and not read."""


@dataclass(slots=True)
class Unpacked:
    """What came out of a body."""

    pieces: list[bytes] = field(default_factory=list)
    is_cut: bool = False
    """There is more than was read, or something that cannot be."""
    size: int = 0


def is_packed(body: bytes, content_type: bytes) -> bool:
    """True if a body begins like something packed, or has parts that may."""
    return (
        _reader(body) is not None
        or body.startswith(_OPAQUE)
        or content_type.lower().startswith(b"multipart/")
    )


def unpack(body: bytes, content_type: bytes) -> Unpacked:
    """Read what is packed in a body; nothing for bodies that are not."""
    found = Unpacked()
    for part in _parts(body, content_type):
        _read(part, found, DEPTH)
    return found


def _read(packed: bytes, found: Unpacked, depth: int) -> None:
    if packed.startswith(_OPAQUE):
        found.is_cut = True
        return
    reader = _reader(packed)
    if reader is None:
        return
    if depth == 0:
        found.is_cut = True
        return
    try:
        for piece in reader(packed):
            left = MOST_BYTES - found.size
            if len(piece) > left or len(found.pieces) >= MOST_FILES:
                found.is_cut = True
                piece = piece[:left]  # noqa: PLW2901 - what there is room for is read
            found.size += len(piece)
            if _reader(piece) is not None or piece.startswith(_OPAQUE):
                _read(piece, found, depth - 1)
            elif piece:
                found.pieces.append(piece)
            if found.is_cut and found.size >= MOST_BYTES:
                return
    except (zlib.error, zstandard.ZstdError, OSError, EOFError, lzma.LZMAError, ValueError, RuntimeError,
            zipfile.BadZipFile, NotImplementedError, MemoryError):  # fmt: skip
        found.is_cut = True


def _parts(body: bytes, content_type: bytes) -> Iterator[bytes]:
    """The body, or the content of each of its parts."""
    declared = _BOUNDARY.search(content_type[:1024])
    if not content_type.lower().startswith(b"multipart/") or declared is None:
        yield body
        return
    for part in body.split(b"--" + declared[1].strip())[1 : MOST_FILES + 1]:
        start = _PART_START.search(part, 0, 4096)
        if start is not None:
            yield part[start.end() :].removesuffix(b"\r\n")


def _reader(packed: bytes) -> Callable[[bytes], Iterator[bytes]] | None:
    head = packed[:10]
    for magic, reader in _READERS:
        if head.startswith(magic):
            return reader
    return _bzip2 if _BZIP2.match(head) else None


def _inflated(packed: bytes, window: int) -> Iterator[bytes]:
    """One stream, as one piece: a secret must not be cut in two."""
    made = []
    size = 0
    while packed and size <= MOST_BYTES:
        decoder = zlib.decompressobj(window)
        piece = decoder.decompress(packed, MOST_BYTES + 1 - size)
        made.append(piece)
        size += len(piece)
        if not decoder.eof:
            break
        packed = decoder.unused_data
        if not packed.startswith(b"\x1f\x8b"):
            break
    yield b"".join(made)


def _gzip(packed: bytes) -> Iterator[bytes]:
    return _inflated(packed, zlib.MAX_WBITS | 16)


def _zlib(packed: bytes) -> Iterator[bytes]:
    """Two bytes are not much of a sign: what does not decompress is something else."""
    try:
        yield from _inflated(packed, zlib.MAX_WBITS)
    except zlib.error:
        return


def _zstandard(packed: bytes) -> Iterator[bytes]:
    """All frames, or the first one if something else follows it."""
    decoder = zstandard.ZstdDecompressor(max_window_size=1 << 25)
    try:
        yield decoder.stream_reader(packed, read_across_frames=True).read(MOST_BYTES + 1)
    except zstandard.ZstdError:
        yield decoder.stream_reader(packed).read(MOST_BYTES + 1)
        raise


def _bzip2(packed: bytes) -> Iterator[bytes]:
    yield bz2.BZ2Decompressor().decompress(packed, MOST_BYTES + 1)


def _xz(packed: bytes) -> Iterator[bytes]:
    yield lzma.LZMADecompressor(memlimit=64 << 20).decompress(packed, MOST_BYTES + 1)


def _zip(packed: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.infolist():
            yield entry.filename.encode("utf-8", "surrogateescape")
            with archive.open(entry) as file:
                yield file.read(MOST_BYTES + 1)


_READERS: Final[tuple[tuple[bytes, Callable[[bytes], Iterator[bytes]]], ...]] = (
    (b"\x1f\x8b", _gzip),
    *((bytes((0x78, level)), _zlib) for level in (0x01, 0x5E, 0x9C, 0xDA)),
    (b"\x28\xb5\x2f\xfd", _zstandard),
    (b"\xfd7zXZ\x00", _xz),
    (b"PK\x03\x04", _zip),
)
