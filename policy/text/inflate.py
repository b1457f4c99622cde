"""Bytes that came out of an encoding: are they text, compressed text, or nothing one can read?

Owns the caps against compression bombs and the test of what counts as text. Invariant: at most `MOST` bytes come out
of any compressed input, and time is linear in what goes in and comes out.

Does not catch: bzip2 and xz, whose smallest block may take a hundred milliseconds; what is behind the first `MOST`
bytes.

Sources: RFC 1950, 1951, 1952 (zlib, deflate, gzip), RFC 8878 (zstd), RFC 7932 (brotli, which has no magic number).
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import Final

import brotli  # type: ignore[import-untyped]
import zstandard

from policy.text.runs import Runs

MOST: Final = 1 << 16
"""Bytes read out of one compressed piece; what is behind them is not read."""
_SHORTEST: Final = 6
_MAGIC: Final = frozenset((0x1F, 0x28, *range(0x08, 0x80, 0x10)))
"""First bytes of gzip, zstd and zlib."""
_SHORTEST_RUN: Final = 12
_GZIP: Final = b"\x1f\x8b\x08"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZLIB_HEADERS: Final = 31
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xc0\xc1\xf5-\xff]")
"""Bytes that are in no text in UTF-8: noise shows one within the first ten."""
_RUNS: Final = Runs("\t\n\r" + "".join(map(chr, range(32, 127))), _SHORTEST_RUN)
_LONG_PIECE: Final = 256
"""Bytes from which noise that breaks no other rule is out of the question."""
_LONGEST_CHARACTER: Final = 4
_CONTINUATION: Final = 0x80
_Utf8: Final = codecs.getincrementaldecoder("utf-8")
_BROTLI_SPAN: Final = range(16, 8192)


def text_in(raw: bytes, *, is_guess: bool = True) -> str:
    """Return the text that some agent-supplied bytes are, compressed or not; nothing if they are none.

    Args:
        raw: decoded from somewhere.
        is_guess: try formats that no magic number announces.
    """
    if len(raw) < _SHORTEST:
        return ""
    text = _utf8(raw)
    if not text and 0 in raw and raw.count(0) * 5 >= len(raw) * 2:
        return _utf16(raw)
    return text or (_unpacked(raw, is_guess=is_guess) if is_guess or raw[0] in _MAGIC else "")


def runs_in(raw: bytes) -> list[tuple[int, int, str]]:
    """Return the long printable runs inside bytes that are no text as a whole, with their byte spans."""
    return [(start, end, raw[start:end].decode("ascii")) for start, end in _RUNS.find_bytes(raw)]


def _utf8(raw: bytes) -> str:
    if _NO_TEXT.search(raw):
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _utf8_piece(raw) if len(raw) >= _LONG_PIECE else ""


def _utf8_piece(raw: bytes) -> str:
    """Read a piece that was cut out of text, perhaps inside characters at its ends."""
    start = next((at for at in range(_LONGEST_CHARACTER) if raw[at] & 0xC0 != _CONTINUATION), 0)
    try:
        return _Utf8().decode(raw[start:], final=False)
    except UnicodeDecodeError:
        return ""


def _utf16(raw: bytes) -> str:
    """PowerShell's `-EncodedCommand`: every other byte is zero, or nearly so."""
    half = len(raw) // 2
    for name, zeros in (("utf-16-le", raw[1::2]), ("utf-16-be", raw[::2])):
        if zeros.count(0) * 10 >= half * 9 and not len(raw) % 2:
            made = raw.decode(name, "replace")
            return made if "\0" not in made and "\ufffd" not in made else ""
    return ""


def _unpacked(raw: bytes, *, is_guess: bool) -> str:
    if raw.startswith(_GZIP):
        return _utf8_cut(_inflated(raw, zlib.MAX_WBITS | 16))
    if raw.startswith(_ZSTD):
        return _utf8_cut(_zstd(raw))
    if raw[0] & 15 == zlib.DEFLATED and not int.from_bytes(raw[:2]) % _ZLIB_HEADERS:
        return _utf8_cut(_inflated(raw, zlib.MAX_WBITS))
    if not is_guess or len(raw) not in _BROTLI_SPAN:
        return ""
    return _whole_text(_inflated(raw, -zlib.MAX_WBITS, is_whole=True)) or _whole_text(_brotli(raw))


def _inflated(raw: bytes, bits: int, *, is_whole: bool = False) -> bytes:
    try:
        stream = zlib.decompressobj(bits)
        made = stream.decompress(raw, MOST)
    except zlib.error:
        return b""
    return made if stream.eof or not is_whole else b""


def _zstd(raw: bytes) -> bytes:
    try:
        return bytes(zstandard.ZstdDecompressor(max_window_size=1 << 23).stream_reader(raw).read(MOST))
    except (zstandard.ZstdError, MemoryError):
        return b""


def _brotli(raw: bytes) -> bytes:
    try:
        stream = brotli.Decompressor()
        made = stream.process(raw, output_buffer_limit=MOST)
    except brotli.error:
        return b""
    return bytes(made) if stream.is_finished() else b""


def _whole_text(raw: bytes) -> str:
    """Formats without a magic number find something in any noise: ask for more."""
    return _utf8(raw) if len(raw) > _SHORTEST_RUN else ""


def _utf8_cut(raw: bytes) -> str:
    """Read text that may be cut inside its last character; binary yields its printable runs, a line each."""
    for end in range(len(raw), max(0, len(raw) - 4), -1):
        if text := _utf8(raw[:end]):
            return text
    return "\n".join(run for _, _, run in runs_in(raw)) if raw else ""
