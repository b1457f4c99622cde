r"""Texts written as numbers: hexadecimal with any delimiter, decimal and octal character codes, bits.

Owns their grammars. The triggers ask for codes of *printable ASCII* (`6967 6e6f`), so that hashes, UUIDs, phone and
card numbers seldom wake them; what comes out must read like text.

Does not catch: number systems of one's own, codes with sentences between them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.inflate import runs_in, text_in
from policy.text.scanner import Pattern
from policy.text.tracing import joined_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.text.scanner import Scan
    from policy.text.tracing import Draft, Piece

PATTERNS: Final = (
    Pattern("view.hex", r"(?:(?:\\x|0x|x)?(?:[2-7][0-9A-Fa-f]|0[9AaDd])[\s,:;._-]{0,2}){8}"),
    Pattern(
        "view.hex-wide",
        r"(?:[ce][0-9a-fA-F][89abAB][0-9a-fA-F](?:[89abAB][0-9a-fA-F])?){5}|1f8b08|28b52ffd|(?:[2-7][0-9a-f]00){6}",
    ),
    Pattern("view.decimal", r"(?:(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])[\s,;|+-]{1,3}){7}"),
    Pattern("view.octal", r"(?:0?(?:04[0-7]|1[0-7]{2})[\s,;|]{1,2}){7}"),
    Pattern("view.bits", r"(?:0[01]{7}[\s,_-]?){6}"),
)

_HEX: Final = re.compile(
    r"(?:\\x|0x|x)?[0-9A-Fa-f]{2}(?:[\s,:;._'\"-]{0,3}+(?:\\x|0x|x)?[0-9A-Fa-f]{2}){7,}+"
)
_NUMBERS: Final = re.compile(r"[0-9]{2,3}(?:[\s,;|+-]{1,3}+[0-9]{2,3}){6,}+(?![0-9])")
_BITS: Final = re.compile(r"[01]{8}(?:[\s,_-]{0,2}+[01]{8}){4,}+")
_HEX_MARKS: Final = str.maketrans("", "", "\\xX \t\r\n\v\f,:;._'\"-")
_NUMBER: Final = re.compile(r"[0-9]+")
_DIGIT: Final = re.compile(r"[^01]+")
_WORDY: Final = 0.75
_MANY_DIGITS: Final = 24
_HIGHEST_ASCII: Final = 127
_LOWEST_ASCII: Final = 32


def hexadecimal(scan: Scan) -> Draft | None:
    """Read runs of hexadecimal pairs."""
    return _read("hex", scan.text, _HEX, _from_hex) if scan.hits & {"view.hex", "view.hex-wide"} else None


def numbers(scan: Scan) -> Draft | None:
    """Read lists of decimal or octal character codes."""
    is_here = scan.hits & {"view.decimal", "view.octal"}
    return _read("char-codes", scan.text, _NUMBERS, _from_numbers) if is_here else None


def bits(scan: Scan) -> Draft | None:
    """Read groups of eight bits."""
    return _read("binary", scan.text, _BITS, _from_bits) if "view.bits" in scan.hits else None


def _read(kind: str, text: str, form: re.Pattern[str], decode: Callable[[str], str]) -> Draft | None:
    pieces: list[Piece] = [
        (*found.span(), made) for found in form.finditer(text) if (made := decode(found[0]))
    ]
    return joined_lines(kind, pieces, ALL)


def _from_hex(run: str) -> str:
    # `0x` first: its zero is no digit.
    digits = run.replace("0x", "").replace("0X", "").translate(_HEX_MARKS)
    raw = bytes.fromhex(digits[: len(digits) & ~1])
    if digits.isdecimal() and len(digits) < _MANY_DIGITS:
        return ""
    text = text_in(raw, is_guess=False)
    if text:
        return text if not digits.isdecimal() or _is_wordy(text) else ""
    # An odd digit in front, or binary around text.
    shifted = bytes.fromhex(digits[1 : len(digits) - (len(digits) + 1) % 2])
    return "\n".join(found for _, _, found in (*runs_in(raw), *runs_in(shifted)) if _is_wordy(found))


def _from_numbers(run: str) -> str:
    codes = _NUMBER.findall(run)
    made = _wordy([int(code) for code in codes])
    if made or any("8" in code or "9" in code for code in codes):
        return made
    return _wordy([int(code, 8) for code in codes])


def _wordy(codes: list[int]) -> str:
    printable = "".join(
        chr(code) if _LOWEST_ASCII <= code < _HIGHEST_ASCII or code in (9, 10, 13) else "\0" for code in codes
    )
    return "\n".join(
        part
        for part in printable.split("\0")
        if len(part) >= 5 and _is_wordy(part)  # noqa: PLR2004 - "rm -r"
    )


def _from_bits(run: str) -> str:
    digits = _DIGIT.sub("", run)
    return text_in(int(digits, 2).to_bytes(len(digits) // 8), is_guess=False)


def _is_wordy(text: str) -> bool:
    """True for what looks like words: letters and spaces by far."""
    letters = sum(map(text.count, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "))
    return letters >= _WORDY * len(text)
