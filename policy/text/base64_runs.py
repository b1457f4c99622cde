r"""Base64 in a text: every alphabet and alignment, wrapped or cut by delimiters.

Owns the recognition. A run of base64 characters is nothing special: words, paths, hashes and keys are. What decodes to
text as a whole is taken. Where it does not, the run may begin with something else (`/download/aWdub3Jl...`), and base64
*of ASCII text* has a rhythm of four: the first six bits of a printable character leave 27 of 64 letters, the next 28,
the next 32. Four such groups in a row come up by chance once in 100,000 positions of noise; only with them other
alignments are tried.

All that is found in one text makes one view, a line a piece, the name before a value kept (`password: cDRz...`).

Sources: RFC 4648, RFC 2045 section 6.8.
Does not catch: shuffled alphabets, swapped cases; groups other than of four with delimiters between; UTF-32; less than
15 bytes without padding or a name, or less than 6 at all.
"""

from __future__ import annotations

import binascii
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.inflate import runs_in, text_in
from policy.text.runs import Runs
from policy.text.scanner import Pattern, Scanner
from policy.text.tracing import around, joined_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policy.text.scanner import Scan, Span
    from policy.text.tracing import Draft, Piece

_QUAD: Final = "[CI-Za-f][ACD-HQS-Xgi-nwyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"

PATTERNS: Final = (
    Pattern("view.base64", "[A-Za-z0-9+/]{20}"),
    Pattern("view.base64-padded", r"[A-Za-z0-9+/]{6}=[\"'\s=,;&}<]"),
    Pattern(
        "view.base64-cut",
        # Three characters of a quad are known where a dash and a lower-case letter begin it: a literal to look for.
        r"-[YZa-e][A-Za-z0-9+/]{3}-[A-Za-z0-9+/]{4}-|[ ,.;:|][A-Za-z0-9+/]{2}==|[ ,.;:|][A-Za-z0-9+/]{3}=[\s\"']",
    ),
)
_TRIGGERS: Final = frozenset(pattern.name for pattern in PATTERNS)

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_RUNS: Final = Runs(_LETTERS, 20)
_RHYTHM: Final = Scanner((Pattern("rhythm", f"(?:{_QUAD}){{4}}"),))
_QUADS: Final = re.compile(f"(?:{_QUAD}){{4}}")
_CUT_RUN: Final = re.compile(f"(?:{_QUAD}[ ,.;:|-]{{1,2}}+){{4,}}+(?:[A-Za-z0-9+/]{{1,4}}){{0,1}}={{0,2}}")
_PADDING: Final = re.compile(r"(?<=[A-Za-z0-9+/_-]{6})={1,2}+(?![A-Za-z0-9=])")
_PADDED: Final = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{6,15}\Z")
"""What stands before padding. The padding is looked for first: a sign is found faster than a class."""
_BREAK: Final = re.compile(r"(?:\s{1,4}+|(?:\\r)?\\n|[\"'][\s+.,]{0,12}+[\"'])(?=[A-Za-z0-9+/_-])")
"""Between two lines of one value: an indented line break, a written one, or the seam of two literals."""
_TAIL: Final = re.compile(r"[A-Za-z0-9+/_-]{2,15}+={1,2}+")
_NAME: Final = re.compile(r"""[\w.-]{1,32}+["']?\s{0,2}[:=]\s{0,2}["']?\Z""")
_SEAM: Final = 16
_NAME_SPAN: Final = 40
_MOST_NAMES: Final = 64
_MOST_GUESSES: Final = 4
_SHORTEST_GUESS: Final = 44
_MOST_RUNS: Final = 4096
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
_LITERAL_BREAKS: Final = re.compile(r"\\r\\n|\\n")
_LITERAL_SEAMS: Final = re.compile(r"[\"'][\s+.,]{0,12}+[\"']")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_ALIGNMENTS: Final = range(4)
_PLENTY: Final = 0.6
"""Share of a run that must be read before other alignments are not tried."""
_HEX: Final = "0123456789abcdefABCDEF"


def base64_text(scan: Scan) -> Draft | None:
    """Read every base64 run of a text."""
    if not scan.hits & _TRIGGERS:
        return None
    text = scan.text
    found: Iterator[Piece] = _contiguous(text)
    if "view.base64-padded" in scan.hits:
        found = chain(found, _padded(text))
    if "view.base64-cut" in scan.hits:
        found = chain(found, _cut(scan))
    return joined_lines("base64", _named(text, found), ALL)


def _contiguous(text: str) -> Iterator[Piece]:
    is_rhythmic = bool(_RHYTHM.which(text.encode("utf-8", "replace")))
    guesses = _MOST_GUESSES
    for start, end in islice(_values(text), _MOST_RUNS):
        run = text[start:end]
        if not run.strip(_HEX):
            continue
        is_guess = guesses > 0 and len(run) >= _SHORTEST_GUESS
        guesses -= is_guess
        digits = _digits(run)
        if made := text_in(_bytes_of(digits), is_guess=is_guess):
            yield (start, end, made)
        elif is_rhythmic and _QUADS.search(digits):
            yield from _inside(start, end, digits)


def _values(text: str) -> Iterator[Span]:
    """Yield the spans of runs, those of one wrapped value as one."""
    begin = last = -1
    for start, end in _RUNS.find(text):
        if begin >= 0 and _is_seam(text, last, start):
            last = end
            continue
        if begin >= 0:
            yield (begin, _with_tail(text, last))
        begin, last = start, end
    if begin >= 0:
        yield (begin, _with_tail(text, last))


def _is_seam(text: str, end: int, start: int) -> bool:
    if start - end > _SEAM:
        return False
    found = _BREAK.match(text, end)
    # A written `\n` lends its letter to the run behind it.
    return found is not None and found.end() - start in (0, 1)


def _with_tail(text: str, end: int) -> int:
    """Return the end of a value whose last line may be short, and of its padding."""
    if found := _BREAK.match(text, end):
        tail = _TAIL.match(text, found.end())
        return tail.end() if tail else end
    return end


def _padded(text: str) -> Iterator[Piece]:
    """Short values with padding: `cGFzc3dvcmQ=`."""
    for padding in islice(_PADDING.finditer(text), _MOST_RUNS):
        before = max(0, padding.start() - _SEAM)
        found = _PADDED.search(text[before : padding.start()])
        if found and (made := text_in(_bytes_of(_digits(found[0])), is_guess=False)):
            yield (before + found.start(), padding.end(), made)


def _cut(scan: Scan) -> Iterator[Piece]:
    """Groups of four with delimiters between them."""
    text = scan.text
    is_everywhere = scan.is_flooded("view.base64-cut")
    for low, high in [(0, len(text))] if is_everywhere else around(scan.spans("view.base64-cut"), len(text)):
        for found in _CUT_RUN.finditer(text, low, high):
            # A dash is a delimiter here, not the letter of the URL-safe alphabet.
            if made := text_in(_bytes_of(_digits(found[0].replace("-", ""))), is_guess=False):
                yield (*found.span(), made)


def _inside(start: int, end: int, digits: str) -> list[Piece]:
    """Read the text inside a run that is none as a whole, at the alignment that shows most."""
    best: list[Piece] = []
    covered = 0
    for offset in _ALIGNMENTS:
        found = runs_in(_bytes_of(digits[offset:]))
        size = sum(high - low for low, high, _ in found)
        if size <= covered:
            continue
        covered = size
        # Where nothing was taken out of the run, the place of each piece is known.
        best = [
            (start + offset + low * 4 // 3, min(end, start + offset + -(-high * 4 // 3)), made)
            if len(digits) == end - start
            else (start, end, made)
            for low, high, made in found
        ]
        if covered * 4 > _PLENTY * 3 * len(digits):
            break
    return best


def _digits(run: str) -> str:
    if "\\" in run:
        run = _LITERAL_BREAKS.sub("", run)
    if '"' in run or "'" in run:
        run = _LITERAL_SEAMS.sub("", run)
    run = run.translate(_URL_SAFE)
    return run if run.isalnum() else _NOT_BASE64.sub("", run)


def _bytes_of(digits: str) -> bytes:
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


def _named(text: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put the name before each of the first values in front of it: `password: ...` still says what it is."""
    names = _MOST_NAMES
    for start, end, made in pieces:
        before = max(0, start - _NAME_SPAN)
        names -= 1
        if names >= 0 and (name := _NAME.search(text[before:start])):
            yield (before + name.start(), end, name[0] + made)
        else:
            yield (start, end, made)
