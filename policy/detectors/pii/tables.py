"""All rows of all tables, found by the form of what is written.

Owns the walk: from each place where something with a digit begins, token by token, as long as some form goes on
like that; what has a form is judged by the rows that have it. One pass over the text and a dictionary look-up for
each token, whatever the number of rows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import (
    cards,
    crypto,
    dialed,
    iban,
    identifiers_americas,
    identifiers_asia,
    identifiers_europe,
    identifiers_germany,
    identifiers_north,
    identifiers_south,
    identifiers_things,
)
from policy.detectors.pii.forms import forms
from policy.detectors.pii.found import SURE, Found
from policy.detectors.pii.kinds import is_nobody
from policy.detectors.pii.page import WHOLE
from policy.detectors.pii.words import is_known
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.kinds import Kind
    from policy.detectors.pii.page import Page

KINDS: Final[tuple[Kind, ...]] = (
    *cards.KINDS,
    *identifiers_americas.KINDS,
    *identifiers_north.KINDS,
    *identifiers_germany.KINDS,
    *identifiers_europe.KINDS,
    *identifiers_asia.KINDS,
    *identifiers_south.KINDS,
    *identifiers_things.KINDS,
    *dialed.KINDS,
)
TRIGGER: Final = "pii.forms"
PATTERNS: Final = (Pattern(TRIGGER, r"[0-9][0-9A-Za-z .:/+()-]{3}[0-9A-Za-z]"),)
"""Something with a digit and some length: cheap because almost any text with numbers has it at once."""

type _Row = tuple[re.Pattern[str], Kind]
type _Rows = tuple[tuple[_Row, ...], tuple[_Row, ...]]
type _Piece = tuple[int, int, bytes, int, bool]
"""Where it begins and ends, its form, how many letters in front must be a known word, and whether those behind must."""
type _Known = tuple[int, int, bytes, _Rows, int, bool]
"""The same, relative to the first digit, with the rows of the form."""
type _Index = dict[bytes, tuple[_Row, ...]]


@cache
def by_form() -> tuple[_Index, frozenset[bytes]]:
    """Return the rows of each form, and how some form begins, up to and with a separator."""
    found: dict[bytes, list[_Row]] = {}
    for kind in KINDS:
        shape = re.compile(kind.shape, re.ASCII | (re.IGNORECASE if kind.is_caseless else 0))
        for form in sorted(forms(kind.shape)):
            found.setdefault(form.encode(), []).append((shape, kind))
    begun = frozenset(form[: separator.end()] for form in found for separator in _SEPARATED.finditer(form))
    return {form: tuple(rows) for form, rows in found.items()}, begun


_SEPARATED: Final = re.compile(rb"[^9A]")
_NEXT: Final = rb"(?=((?:[ .:/+()-]{1,2}[9A]{0,20}+.?)?))"
"""And what the second token of a form would be, with the character behind it."""
_START: Final = re.compile(rb"9(?:[9A]{3,}+|[9A]{0,2}+(?=[ .:/+()-]))" + _NEXT)
"""Four characters from the first digit on, or fewer and a separator: what is shorter has no form."""
_ANY: Final = re.compile(rb"9[9A]*+" + _NEXT)
"""For a text that may be a single datum."""
_MOST_LETTERS: Final = 9
_MOST: Final = 20
_FLOOD: Final = 512
"""Finds in one text from which what begins inside a find is not looked at: somebody writes to keep us busy. Where so
many are of one form, the text is a list of them, and what else has the form is taken for one: nothing of it stays in
the clear, and nobody pays for asking ten thousand times.
"""
_COUNTRY: Final = 2
_WORD_ENDS: Final = frozenset({b"A ", b"A-"})
_LONG_WORD: Final = b"long"
"""In place of a form: as long as the address of a wallet."""
_ACCOUNT: Final = b"account"
"""In place of a form: two letters and two digits, as an IBAN begins."""
_LONG: Final = {
    _LONG_WORD: (crypto.RULE, crypto.read_base58),
    _ACCOUNT: (iban.RULE, iban.read),
}
_WORD: Final = re.compile(rb"(?<![9A])A{1,5}[ -]\Z")
"""A short word before a number, such as the letters of a plate."""
_FARTHEST: Final = 7
_LETTERS: Final = re.compile(rb"A{2,20}+")
_BEHIND: Final = 10
_AHEAD: Final = 28
"""Characters before and behind a place that decide what may be read there; the longest form has 23."""
_TOLD: Final = 2
"""Tokens that `_NEXT` tells of."""
_BEGUN: Final = frozenset({b"A", b" ", b"-"})
"""What may stand between a word and the number that belongs to it."""
_NOTHING_BUT_LETTERS: Final = b"A" * _BEHIND
_MOST_KNOWN: Final = 8192
"""Surroundings that are remembered of a text."""
_TOKEN: Final = re.compile(rb"[9A]{1,20}+\)?")


def read(page: Page, rules: frozenset[str] | None) -> Iterator[Found]:
    """Judge everything that has the form of some row.

    Args:
        page: the text.
        rules: that are asked for; None for all.
    """
    return _Walk(page, rules).read()


class _Walk:
    """One walk over the classes of a text, with what it has learned on the way."""

    def __init__(self, page: Page, rules: frozenset[str] | None) -> None:
        self._page = page
        self._classes = page.classes
        self._rules = rules
        self._index, self._begun = by_form()
        self._alive: dict[bytes, _Rows] = {}
        self._known: dict[bytes, tuple[_Known, ...]] = {}
        self._barren: set[bytes] = set()
        self._tokens = 1
        self._found: dict[bytes, int] = {}
        self._listed: dict[bytes, tuple[str, str, float]] = {}
        self._skipped = 0
        self._words: dict[str, bool] = {}
        self._shaped: dict[tuple[str, bool], tuple[Kind, ...]] = {}

    def read(self) -> Iterator[Found]:
        """Find everything; in a flood of finds nothing that begins inside one."""
        page, listed = self._page, self._listed
        count = 0
        for start, end, form, rows in self._candidates():
            if form in listed:
                yield Found(start, end, *listed[form])
                self._skipped = end
            elif form in _LONG:
                found = _LONG[form][1](page, start)
                if found is not None:
                    yield found
            else:
                for kind in self._kinds(start, end, rows):
                    found = kind.read(page, start, end)
                    if found is not None:
                        yield found
                        self._count(form, found)
                        count += 1
                        if count > _FLOOD:
                            self._skipped = found.end

    def _count(self, form: bytes, found: Found) -> None:
        """Remember what is found so often that the text is a list of it."""
        count = self._found[form] = self._found.get(form, 0) + 1
        if count > _FLOOD:
            self._listed[form] = found[2:]

    def _kinds(self, start: int, end: int, rows: _Rows) -> tuple[Kind, ...]:
        """Kinds whose shape a candidate has, but for those that want company where there is none."""
        is_alone = rows[0] is not rows[1] and not self._page.has_company(start, end)
        believable = rows[is_alone]
        if not believable:
            return ()
        raw = self._page.plain[start:end]
        kinds = self._shaped.get((raw, is_alone))
        if kinds is None:
            fit = [kind for shape, kind in believable if shape.fullmatch(raw)]
            kinds = self._shaped[raw, is_alone] = () if not fit or is_nobody(raw) else tuple(fit)
        return kinds

    def _believable(self, form: bytes) -> _Rows:
        """Rows of a form that are asked for and could be believed in this text, and those that need no company."""
        rows = self._alive.get(form)
        if rows is None:
            asked = tuple(
                row
                for row in self._index.get(form, ())
                if (self._rules is None or row[1].rule in self._rules) and row[1].may_be(self._page)
            )
            alone = tuple(row for row in asked if row[1].alone >= SURE)
            rows = self._alive[form] = (asked, asked if len(alone) == len(asked) else alone)
        return rows

    def _is_asked(self, form: bytes) -> bool:
        if form in _LONG:
            return self._rules is None or _LONG[form][0] in self._rules
        return bool(self._believable(form)[0])

    def _candidates(self) -> Iterator[tuple[int, int, bytes, _Rows]]:
        """Find all that has some form that matters here: where it begins and ends, the form, and its rows."""
        classes, known, barren = self._classes, self._known, self._barren
        for begin in (_START if len(classes) > WHOLE else _ANY).finditer(classes):
            start, end = begin.span()
            if start < self._skipped:
                continue
            behind = max(0, start - (_BEHIND if classes[start - 1 : start] in _BEGUN else 1))
            if classes[behind : end + 1] in barren or classes[behind : begin.end(1)] in barren:
                continue
            window = classes[start - _BEHIND : start + _AHEAD] if start >= _BEHIND else b""
            pieces = known.get(window)
            if pieces is None:
                pieces = self._pieces(begin, window)
            for low, high, form, rows, front, is_glued in pieces:
                if (front or is_glued) and not self._holds(start, start + high, front, is_glued=is_glued):
                    continue
                yield start + low, start + high, form, rows

    def _pieces(self, begin: re.Match[bytes], window: bytes) -> tuple[_Known, ...]:
        """What may be read at a place: it is the same wherever the classes around it are the same."""
        start, end = begin.span()
        self._tokens = 1
        is_lettered = self._classes[start - 1 : start] == b"A"
        pieces = tuple(
            (low - start, high - start, form, self._believable(form), front, is_glued)
            for low, high, form, front, is_glued in (self._lettered if is_lettered else self._numbered)(start, end)
            if self._is_asked(form)
        )
        is_local = end - start <= _MOST and not window.startswith(_NOTHING_BUT_LETTERS)
        if window and is_local and len(self._known) < _MOST_KNOWN:
            self._known[window] = pieces
            if not pieces and self._tokens <= _TOLD:
                behind = start - (_BEHIND if window[_BEHIND - 1 : _BEHIND] in _BEGUN else 1)
                self._barren.add(self._classes[behind : begin.end(1) if self._tokens > 1 else end + 1])
        return pieces

    def _holds(self, first: int, end: int, front: int, *, is_glued: bool) -> bool:
        """True if the letters in front of, or behind, a candidate are a word of some topic."""
        plain = self._page.plain
        if is_glued:
            letters = _LETTERS.match(self._classes, end)
            if letters is None or not is_known(plain[end : letters.end()]):
                return False
        return not front or self._is_word(plain[first - front : first])

    def _numbered(self, start: int, end: int) -> Iterator[_Piece]:
        """What begins with a digit, or with a short word and a blank."""
        classes = self._classes
        if end - start > _MOST:
            yield from self._long_word(start, end)
            return
        if classes[start - 2 : start] in _WORD_ENDS:
            word = _WORD.search(classes, max(0, start - _FARTHEST), start)
            if word is not None:
                yield from self._walk(word.start(), start - 1)
        if classes[start : end + 1] in self._begun:
            yield from self._walk(start, end)
        elif classes[start:end] in self._index:
            yield start, end, classes[start:end], 0, False

    def _lettered(self, first: int, end: int) -> Iterator[_Piece]:
        """What begins with letters: an identifier, an account, a wallet, or a name that a number is glued to."""
        classes = self._classes
        before = classes[max(0, first - _MOST_LETTERS - 1) : first]
        start = first - len(before) + len(before.rstrip(b"A"))
        if first - start == _COUNTRY and classes[first + 1 : first + 2] == b"9":
            yield start, end, _ACCOUNT, 0, False
        if first - start > 1:
            for low, high, form, _, is_glued in self._walk(first, end):
                yield low, high, form, first - start, is_glued
        if end - start > _MOST or first - start > _MOST_LETTERS:
            yield from self._long_word(first, end)
        else:
            yield from self._walk(start, end)

    def _is_word(self, letters: str) -> bool:
        known = self._words.get(letters)
        if known is None:
            known = self._words[letters] = is_known(letters)
        return known

    def _long_word(self, first: int, end: int) -> Iterator[_Piece]:
        if end - first > crypto.SIZES.stop:
            return
        before = self._classes[max(0, first - crypto.SIZES.stop) : first]
        start = first - len(before) + len(before.rstrip(b"A"))
        if end - start in crypto.SIZES:
            yield start, end, _LONG_WORD, 0, False

    def _walk(self, start: int, end: int) -> Iterator[_Piece]:
        """Go on from one token, as long as some form does."""
        classes, begun, index = self._classes, self._begun, self._index
        form = classes[start:end]
        if form in index:
            yield start, end, form, 0, False
        tokens = 1
        while classes[start : end + 1] in begun:
            tokens += 1
            self._tokens = max(self._tokens, tokens)
            if classes[end : end + 2] == b") " and classes[start : end + 2] in begun:
                end += 1
            token = _TOKEN.match(classes, end + 1)
            if token is None:
                return
            end = token.end()
            form = classes[start:end]
            if form in index:
                yield start, end, form, 0, False
            elif form[-1:] == b")" and form[:-1] in index:
                end -= 1
                yield start, end, form[:-1], 0, False
            elif form[-2:] == b"AA" and form.rstrip(b"A") in index:
                form = form.rstrip(b"A")
                yield start, start + len(form), form, 0, True
