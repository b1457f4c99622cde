r"""Texts written as numbers: hexadecimal with any delimiter, decimal and octal character codes, bits.

Owns their grammars. The triggers for delimited codes ask for codes of *letters* (`69 67 6e`, `105, 103, 110`), so that
UUIDs, dates, phone and card numbers seldom wake them; what comes out must read like text.

Does not catch: number systems of one's own, places in the alphabet, decimal codes without gaps, codes with words
between them, delimited codes without four letters in a row, EBCDIC, escapes of style sheets.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.inflate import runs_in, text_in
from policy.text.runs import Runs
from policy.text.scanner import Pattern
from policy.text.tracing import joined_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policy.text.scanner import Scan, Span
    from policy.text.tracing import Draft, Piece

_CODE: Final = "(?:0o?)?1[0-7][0-9][ ,;|+]{1,2}"

PATTERNS: Final = (
    Pattern(
        "view.hex-cut",
        r"(?:[67][0-9A-Fa-f][\s:,;_.-]){4}|(?:[45][0-9A-Fa-f][\s:]){5}|(?:0x[2-7][0-9A-Fa-f][\s,;]{1,2}){3}"
        # Groups of four and eight, and code points.
        r"|(?:[67][0-9A-Fa-f][2-7][0-9A-Fa-f][ -]){3}|(?:[67][0-9A-Fa-f](?:[2-7][0-9A-Fa-f]){3}[ -]){2}"
        r"|(?:U\+00[2-7][0-9A-F][ ,]{1,2}){3}",
    ),
    Pattern("view.codes", _CODE * 3),
    Pattern("view.bits", r"(?:0[01]{7}[\s,_-]?){5}|(?:0b[01]{6,8}[ ,]{1,2}){3}|(?:1[01]{6} ){3}"),
)

_DIGITS: Final = "0123456789abcdefABCDEF"
_RUNS: Final = Runs(_DIGITS, 16)
_CUT: Final = re.compile(
    r"(?:\\x|0x|x|U\+00)?[0-9A-Fa-f]{2}(?:[\s,:;._'\"-]{0,3}+(?:\\x|0x|x|U\+00)?[0-9A-Fa-f]{2}){5,}+"
)
_NUMBERS: Final = re.compile(
    r"(?<![0-9])(?:0o?)?+[0-9]{2,3}(?:[\s,;|+]{1,3}+(?:0o?)?+[0-9]{2,3}){4,}+(?![0-9])"
)
_BITS: Final = re.compile(r"(?<![01])[01]{8}(?:[\s,_-]{0,2}+[01]{8}){4,}+")
_BIT_WORDS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:0b)?[01]{6,8}(?:[ ,]{1,2}+(?:0b)?[01]{6,8}){4,}+(?![0-9])"
)
_BIT_WORD: Final = re.compile(r"[01]{6,8}")
_MARKS: Final = re.compile(r"0[xX]|[^0-9A-Fa-f]{0,4}U\+00|[^0-9A-Fa-f]+")
_NUMBER: Final = re.compile(r"[0-9]+")
_NO_BIT: Final = re.compile(r"[^01]+")
_MOST: Final = 4096
_WORDY: Final = 0.75
_MANY_DIGITS: Final = 24
_DIGESTS: Final = frozenset((32, 40, 56, 64, 96, 128))
"""Digits of hashes, in which nobody hides a part of a text."""
_FEW_CODES: Final = 5
_READABLE: Final = frozenset((9, 10, 13, *range(32, 127)))
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")


def hexadecimal(scan: Scan) -> Draft | None:
    """Read runs of hexadecimal pairs."""
    # Any run of hexadecimal digits is a run of base64 letters, so that trigger serves both.
    if scan.hits.isdisjoint(("view.base64", "view.hex-cut")):
        return None
    text = scan.text
    spans: list[Span] = list(islice(_RUNS.find(text), _MOST)) if "view.base64" in scan.hits else []
    if "view.hex-cut" in scan.hits:
        spans += [found.span() for found in islice(_CUT.finditer(text), _MOST)]
        # One run may be found both ways: the longer reading of each start is kept.
        spans = sorted({start: (start, end) for start, end in sorted(spans)}.values())
    return _read("hex", text, spans, _from_hex)


def numbers(scan: Scan) -> Draft | None:
    """Read lists of decimal or octal character codes."""
    if "view.codes" not in scan.hits:
        return None
    return _read("codes", scan.text, _spans(_NUMBERS, scan.text), _from_numbers)


def bits(scan: Scan) -> Draft | None:
    """Read groups of eight bits."""
    if "view.bits" not in scan.hits:
        return None
    text = scan.text
    return _read("bits", text, _spans(_BITS, text), _from_bits) or _read(
        "bits", text, _spans(_BIT_WORDS, text), _from_bit_words
    )


def _spans(form: re.Pattern[str], text: str) -> Iterable[Span]:
    return (found.span() for found in islice(form.finditer(text), _MOST))


def _read(kind: str, text: str, spans: Iterable[Span], decode: Callable[[str], str]) -> Draft | None:
    pieces: list[Piece] = [(start, end, made) for start, end in spans if (made := decode(text[start:end]))]
    return joined_lines(kind, pieces, ALL)


def _from_hex(run: str) -> str:
    digits = run if run.isalnum() and "x" not in run else _MARKS.sub("", run)
    is_number = digits.isdecimal()
    if is_number and len(digits) < _MANY_DIGITS:
        return ""
    raw = bytes.fromhex(digits[: len(digits) & ~1])
    if text := text_in(raw, is_guess=False):
        return text if not is_number or _is_wordy(text.encode()) else ""
    if len(digits) in _DIGESTS:
        return ""
    # A digit too many in front shifts all pairs.
    found = runs_in(raw) or (runs_in(bytes.fromhex(digits[1:])) if len(digits) % 2 else [])
    return "\n".join(part for _, _, part in found if _is_wordy(part.encode()))


def _from_numbers(run: str) -> str:
    codes = _NUMBER.findall(run.replace("0o", ""))
    made = "" if "o" in run else _spelled([int(code) for code in codes])
    if made or "8" in run or "9" in run:
        return made
    return _spelled([int(code, 8) for code in codes])


def _spelled(codes: list[int]) -> str:
    """Return the words that codes spell; what spells none separates."""
    raw = bytes(code if code in _READABLE else 0 for code in codes)
    parts = (part for part in raw.split(b"\0") if len(part) >= _FEW_CODES and _is_wordy(part))
    return "\n".join(part.decode("ascii") for part in parts)


def _from_bits(run: str) -> str:
    digits = _NO_BIT.sub("", run)
    return text_in(int(digits, 2).to_bytes(len(digits) // 8), is_guess=False)


def _from_bit_words(run: str) -> str:
    return _spelled([int(word, 2) for word in _BIT_WORD.findall(run)])


def _is_wordy(raw: bytes) -> bool:
    """True for what looks like words: letters and spaces by far."""
    return sum(map(_LETTERS.__contains__, raw)) >= _WORDY * len(raw)
