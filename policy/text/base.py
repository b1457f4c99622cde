r"""Texts in base64, base32 and Ascii85: every alphabet and alignment, wrapped or cut by delimiters.

Owns the recognition. A run of base64 characters is nothing special: words, paths, hashes and keys are. But base64 *of
ASCII text* has a rhythm of four: the first six bits of a printable character leave 27 of 64 letters, the next 28, the
next 32. Five such groups in a row come up once in millions of characters of prose, so they make a trigger that ordinary
text does not wake, at any alignment, with or without delimiters, and anchors to read around. Other contents have their
own marks: UTF-16, compressed data, Chinese or Cyrillic text, or simply a long run.

All that is found in one text makes one view, a line a piece, the name before a short value kept (`password: cDRz...`).

Sources: RFC 4648, RFC 2045 section 6.8.
Does not catch: shuffled alphabets, base58, base85 other than Adobe's; pieces of less than 12 bytes without padding.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.inflate import runs_in, text_in
from policy.text.scanner import Pattern
from policy.text.tracing import joined_lines

if TYPE_CHECKING:
    from policy.text.scanner import Scan
    from policy.text.tracing import Draft, Piece

_ONE: Final = "[CI-Za-f]"
_TWO: Final = "[ACD-HQS-Xgi-nwyz0-3]"
_THREE: Final = "[ABEFIJMNQRUVYZcdghklopstwx014589]"
_ANY: Final = "[A-Za-z0-9+/_-]"
_QUAD: Final = _ONE + _TWO + _THREE + _ANY
_CUT: Final = r"[\s,.;:|_-]?"

PATTERNS: Final = (
    Pattern("view.base64", f"(?:{_QUAD}){{4}}"),
    Pattern("view.base64-cut", "(?:" + _CUT.join((_ONE, _TWO, _THREE, _ANY, "")) + "){5}"),
    Pattern("view.base64-wide", "(?:[I-Za-f][AQgw][AB][A-Za-z0-9+/]A[A-H][A-Za-z0-9+/]A){3}"),
    Pattern("view.base64-packed", "(?:H4sI|eJ[w-z]|eAE|eN[o-r]|KLUv)[A-Za-z0-9+/_-]{12}"),
    Pattern("view.base64-long", "[A-Za-z0-9+/]{44}"),
    Pattern("view.base64-padded", r"[:=]['\" ]{0,3}[A-Za-z0-9+/]{7,40}=['\"\s]?"),
    Pattern(
        "view.base32", "(?:[BE-P][ABEFIJMNQRUVYZ45][A-Z2-7]{6}){3}|(?:[be-p][abefijmnqruvyz45][a-z2-7]{6}){3}"
    ),
    Pattern("view.ascii85", "<~[!-uz]{10}"),
)
_TRIGGERS: Final = frozenset(pattern.name for pattern in PATTERNS if pattern.name.startswith("view.base64"))

_RUN: Final = re.compile(
    r"[A-Za-z0-9+/_-]{16,}+={0,2}+(?:(?:\s{1,4}+|\\r\\n|\\n|[\"'] ?[+.,]?\s{0,8}+[\"'])[A-Za-z0-9+/_-]{16,}+={0,2}+)*+"
    r"(?:(?:\s{1,4}+|\\r\\n|\\n)[A-Za-z0-9+/_-]{2,15}+={1,2}+)?"
    r"|(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/]{7,15}+={1,2}+"
)
"""Wrapped lines belong together, quotes and string concatenation between them included."""
_CUT_RUN: Final = re.compile(
    "(?:" + f"{_ONE}[\\s,.;:|_-]?+{_TWO}[\\s,.;:|_-]?+{_THREE}[\\s,.;:|_-]?+{_ANY}[\\s,.;:|_-]?+" + r"){5,}+"
    r"(?:[A-Za-z0-9+/]{1,4}[\s,.;:|_-]?){0,3}={0,2}"
)
_BASE32: Final = re.compile(r"[A-Z2-7]{16,}+={0,6}+|[a-z2-7]{16,}+={0,6}+")
_ASCII85: Final = re.compile(r"<~([!-uz\s]{10,8192})~>")
_NAME: Final = re.compile(r"""[\w.-]{1,32}+["']?\s{0,2}[:=]\s{0,2}["']?\Z""")
_LITERAL_BREAKS: Final = re.compile(r"\\r\\n|\\n")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_NAME_SPAN: Final = 40
_MOST_GUESSES: Final = 8
_ALIGNMENTS: Final = range(4)
_PLENTY: Final = 0.6
"""Share of a run that must be read before other alignments are not tried."""


def base64_text(scan: Scan) -> Draft | None:
    """Read every base64 run of a text."""
    if not scan.hits & _TRIGGERS:
        return None
    text = scan.text
    pieces: list[Piece] = []
    guesses = _MOST_GUESSES
    for found in _RUN.finditer(text):
        guesses -= 1
        pieces += _named(text, _decode(*found.span(), found[0], is_guess=guesses >= 0))
    if "view.base64-cut" in scan.hits and not pieces:
        for found in _CUT_RUN.finditer(text):
            pieces += _decode(*found.span(), _without_cuts(found[0]), is_guess=False)
    return joined_lines("base64", pieces, ALL)


def base32_text(scan: Scan) -> Draft | None:
    """Read every base32 run of a text."""
    if "view.base32" not in scan.hits:
        return None
    pieces: list[Piece] = []
    for found in _BASE32.finditer(scan.text):
        digits = found[0].rstrip("=").upper()
        digits = digits[: len(digits) - (len(digits) % 8 in (1, 3, 6))]
        if made := text_in(base64.b32decode(digits + "=" * (-len(digits) % 8)), is_guess=False):
            pieces.append((*found.span(), made))
    return joined_lines("base32", pieces, ALL)


def ascii85_text(scan: Scan) -> Draft | None:
    """Read Adobe's Ascii85."""
    if "view.ascii85" not in scan.hits:
        return None
    pieces: list[Piece] = []
    for found in _ASCII85.finditer(scan.text):
        try:
            raw = base64.a85decode(found[1])
        except ValueError:
            continue
        if made := text_in(raw):
            pieces.append((*found.span(), made))
    return joined_lines("ascii85", pieces, ALL)


def _decode(start: int, end: int, run: str, *, is_guess: bool) -> list[Piece]:
    """Decode one run: as a whole if it is text, else the text inside it at any alignment."""
    digits = _NOT_BASE64.sub("", _LITERAL_BREAKS.sub("", run).translate(_URL_SAFE))
    first = _bytes_of(digits)
    if made := text_in(first, is_guess=is_guess):
        return [(start, end, made)]
    is_plain = len(digits) == end - start
    best: list[Piece] = []
    covered = 0
    for offset in _ALIGNMENTS:
        raw = _bytes_of(digits[offset:]) if offset else first
        found = runs_in(raw)
        size = sum(high - low for low, high, _ in found)
        if size > covered:
            covered = size
            best = [
                (start + offset + low * 4 // 3, min(end, start + offset + -(-high * 4 // 3)), made)
                if is_plain
                else (start, end, made)
                for low, high, made in found
            ]
        if covered * 4 > _PLENTY * 3 * len(digits):
            break
    return best


def _bytes_of(digits: str) -> bytes:
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


def _without_cuts(run: str) -> str:
    """Drop all delimiters; those of the URL-safe alphabet are delimiters here."""
    return run.replace("-", "").replace("_", "")


def _named(text: str, pieces: list[Piece]) -> list[Piece]:
    """Put the name before a value in front of it, so that `password: ...` still says what it is."""
    named: list[Piece] = []
    for start, end, made in pieces:
        before = max(0, start - _NAME_SPAN)
        if name := _NAME.search(text[before:start]):
            named.append((before + name.start(), end, name[0] + made))
        else:
            named.append((start, end, made))
    return named
