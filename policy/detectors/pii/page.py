"""One text while it is read: its plain form, and which words stand beside a number.

Owns what *beside* means. Words are read where a number asks for them, a block of the text at a time, each block once:
all questions together cost a pass over the text at most. A word that says otherwise (order, version, time) and stands
nearer takes a claim away. Invariant: `plain` and `classes` are as long as the text, so that a place in one is the same
place in the others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import decimal

from policy.detectors.pii import columns, second, words
from policy.detectors.pii.library import Library
from policy.detectors.pii.vocabulary import OTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.text.scanner import Pattern, Scan, Span

BEFORE: Final = 64
"""Characters a word may end before a datum."""
AFTER: Final = 26
"""Characters a word may begin after a datum."""
MOST_CHECKS: Final = 1024
"""Questions to python-stdnum a text may cause, at some 20 µs each; what comes after is believed by form and word."""
_CHAIN: Final = 20
"""Characters between two of a list that share one word."""
WHOLE: Final = 72
"""Longest text, in characters, whose sole content may vouch for itself."""
_BLOCK: Final = 256
_OVERLAP: Final = 24
_AROUND: Final = " \t\r\n.,;:!?\"'()[]{}<>"
_SPELLED: Final = {
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2212": "-",
    "\u00a0": " ",
    "\u2007": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u3000": " ",
}
"""Dashes and blanks of typographers, which part digits as the plain ones do."""
_OTHER_DIGIT: Final = re.compile(r"[^\D0-9]")
"""Digits of other scripts: Arabic, Devanagari, Thai, full-width, mathematical."""
_ESCAPES: Final = (("\\n", "\n\n"), ("\\t", "\t\t"), ("\\r", "\r\r"))
_CLASSES: Final = (
    bytes(
        0x39
        if chr(code).isdigit()
        else 0x41
        if chr(code).isalpha()
        else code
        if chr(code) in " .:/+-()"
        else 0x23
        for code in range(128)
    )
    + b"#" * 128
)

type _Word = tuple[int, int, tuple[str, ...]]


class Page:
    """A text and what is known of it."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.text = scan.text
        self.plain = _plain(scan.text)
        self._data = self.plain.encode("ascii", "replace")
        self.classes: Final = self._data.translate(_CLASSES)
        """`9` for a digit, `A` for a letter, blanks and the like as they are, `#` for all else."""
        self.whole: Span = self._whole()
        self.is_respelled: Final = self.plain != scan.text and not scan.text.isascii()
        """Digits of other scripts may be in the text, which the scanner took for letters."""
        self._columns: columns.Columns | None = None
        self._numbers: Scan | None = None
        self._passed: dict[tuple[Callable[[str], bool], str], bool] = {}
        self._left = MOST_CHECKS
        self._blocks: dict[int, list[_Word]] = {}
        self._last: dict[str, int] = {}
        self._asked: Span = (-1, -1)
        self._gaps: dict[str, int] = {}

    @property
    def numbers(self) -> Scan:
        """The second pass over the plain form (`policy.detectors.pii.second`)."""
        if self._numbers is None:
            self._numbers = second.scanner().scan(self.plain)
        return self._numbers

    @property
    def columns(self) -> columns.Columns:
        """The headings of a table, if the text is one."""
        if self._columns is None:
            self._columns = columns.Columns(self.plain)
        return self._columns

    def passes(self, check: Callable[[str], bool], raw: str) -> bool:
        """True if a value passes a check, or if so many were asked about that its form has to do."""
        key = (check, raw)
        passed = self._passed.get(key)
        if passed is None:
            if isinstance(check, Library):
                self._left -= 1
            passed = self._passed[key] = (
                self._left < 0 if isinstance(check, Library) and self._left < 0 else check(raw)
            )
        return passed

    def places(self, scan: Scan, pattern: Pattern) -> Iterator[Span]:
        """Find where a pattern matches, beyond what one scan reports: a flood hides nothing.

        Args:
            scan: of this text or of its plain form.
            pattern: one that the scan knows.
        """
        spans = scan.spans(pattern.name)
        yield from spans
        if spans and scan.is_flooded(pattern.name):
            yield from second.beyond(pattern, self._data, spans[-1][0] + 1)

    def _whole(self) -> Span:
        """Span of all there is but punctuation; empty for a text that is longer than a datum."""
        if len(self.text) > WHOLE:
            return (0, 0)
        lead = len(self.text) - len(self.text.lstrip(_AROUND))
        return (lead, len(self.text.rstrip(_AROUND)))

    def is_whole(self, start: int, end: int) -> bool:
        """True if a span is all the text holds."""
        return self.whole == (start, end)

    def has(self, topic: str) -> bool:
        """True if a word of a topic may be anywhere."""
        return words.GATES[topic] in self.scan.hits or words.TINY_GATES[topic] in self.numbers.hits

    def _words(self, low: int, high: int) -> list[_Word]:
        """Known words that overlap a stretch of at most a few blocks."""
        found: list[_Word] = []
        for number in range(max(0, low - _OVERLAP) // _BLOCK, (high - 1) // _BLOCK + 1):
            block = self._blocks.get(number)
            if block is None:
                block = self._blocks[number] = self._read_block(number)
            found += [word for word in block if word[1] > low and word[0] < high]
        return found

    def _read_block(self, number: int) -> list[_Word]:
        begin, end = number * _BLOCK, (number + 1) * _BLOCK
        read = words.read(self.plain, max(0, begin - _OVERLAP), end + _OVERLAP)
        return [word for word in read if begin <= word[0] < end]

    def distance(self, topics: tuple[str, ...], start: int, end: int) -> int:
        """Characters to the nearest word of some topics, -1 if none is near or another word is nearer."""
        if self._asked != (start, end):
            self._asked = (start, end)
            self._gaps = self._measure(start, end)
        gaps = self._gaps
        nearest = min([gaps[topic] for topic in topics if topic in gaps], default=-1)
        return -1 if nearest > gaps.get(OTHER, _NOWHERE) else nearest

    def _measure(self, start: int, end: int) -> dict[str, int]:
        """Smallest gap of each topic; what stands behind counts as farther than all that stands before."""
        gaps: dict[str, int] = {}
        for word_start, word_end, names in self._words(
            max(0, start - BEFORE), min(len(self.text), end + AFTER)
        ):
            if word_end <= start:
                gap = start - word_end
            elif word_start >= end:
                gap = word_start - end + AFTER
            else:
                continue
            for name in names:
                if gap < gaps.get(name, _NOWHERE) and (name != OTHER or word_end <= start):
                    gaps[name] = gap
        if self.columns.is_known:
            gaps.update(dict.fromkeys(self.columns.topics(start), 1))
        return gaps

    def is_lowered(self, start: int, reach: int = 28) -> bool:
        """True if a word before a number says that it is an order, a version, a time, a measure."""
        return any(
            word_end <= start and OTHER in names
            for _, word_end, names in self._words(max(0, start - reach), start)
        )

    def is_embedded(self, start: int, end: int) -> bool:
        """True if digits go on before or behind a span, one separator between; a blank only if it has blanks."""
        if _PIECE.search(self.classes, max(0, start - 6), start):
            return True
        before, after = self.classes[max(0, start - 2) : start], self.classes[end : end + 2]
        joints = _JOINTS if b" " in self.classes[start:end] else _TIGHT
        return (before[:1] == b"9" and before[1:] in joints) or (after[1:] == b"9" and after[:1] in joints)

    def follows(self, kind: str, start: int) -> bool:
        """True if the one before `start` in a list was this kind."""
        last = self._last.get(kind, -1)
        return 0 <= last <= start <= last + _CHAIN

    def note(self, kind: str, end: int) -> None:
        """Remember where one of a kind ended."""
        self._last[kind] = end


_PIECE: Final = re.compile(rb"(?<![9A])(?:AA99|9AAA) \Z")
"""A group in front that belongs to an account number, so that what follows is a piece of it."""
_NOWHERE: Final = 1 << 30
_TIGHT: Final = frozenset({b"-", b".", b":", b"/"})
_JOINTS: Final = _TIGHT | {b" "}


def _plain(text: str) -> str:
    """Undo what hides the edges of a number without changing any place."""
    if not text.isascii():
        for char, plain in _SPELLED.items():
            if char in text:
                text = text.replace(char, plain)
        if _OTHER_DIGIT.search(text):
            text = _OTHER_DIGIT.sub(lambda digit: str(decimal(digit[0])), text)
    if "\\" in text:
        for escape, plain in _ESCAPES:
            text = text.replace(escape, plain)
    return text
