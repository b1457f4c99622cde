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
from policy.detectors.pii.kinds import is_nobody
from policy.detectors.pii.page import WHOLE
from policy.detectors.pii.words import is_known
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.found import Found
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
_START: Final = re.compile(rb"9(?:[9A]{3,}+|[9A]{0,2}+(?=[ .:/+()-]))")
"""Four characters from the first digit on, or fewer and a separator: what is shorter has no form."""
_ANY: Final = re.compile(rb"9[9A]*+")
"""For a text that may be a single datum."""
_MOST_LETTERS: Final = 9
_MOST: Final = 20
_FLOOD: Final = 512
"""Finds in one text from which what begins inside a find is not looked at: somebody writes to keep us busy."""
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
        self._alive: _Index = {}
        self._skipped = 0
        self._words: dict[str, bool] = {}
        self._shaped: dict[str, tuple[Kind, ...]] = {}

    def read(self) -> Iterator[Found]:
        """Find everything; in a flood of finds nothing that begins inside one."""
        count = 0
        for start, end, form in self._candidates():
            for found in self._judge(start, end, form):
                yield found
                count += 1
                if count > _FLOOD:
                    self._skipped = found.end

    def _judge(self, start: int, end: int, form: bytes) -> Iterator[Found]:
        rows = self._alive.get(form)
        if rows is None:
            if form in _LONG:
                yield from self._long(start, form)
                return
            rows = self._alive[form] = self._believable(form)
        if not rows:
            return
        raw = self._page.plain[start:end]
        kinds = self._shaped.get(raw)
        if kinds is None:
            fit = () if is_nobody(raw) else tuple(kind for shape, kind in rows if shape.fullmatch(raw))
            kinds = self._shaped[raw] = fit
        for kind in kinds:
            found = kind.read(self._page, start, end)
            if found is not None:
                yield found

    def _believable(self, form: bytes) -> tuple[_Row, ...]:
        """Rows of a form that are asked for, and of which some match in this text could be believed."""
        rows = (
            self._index[form]
            if self._rules is None
            else [r for r in self._index[form] if r[1].rule in self._rules]
        )
        return tuple(row for row in rows if row[1].may_be(self._page))

    def _long(self, start: int, form: bytes) -> Iterator[Found]:
        rule, reader = _LONG[form]
        found = reader(self._page, start) if self._rules is None or rule in self._rules else None
        if found is not None:
            yield found

    def _candidates(self) -> Iterator[tuple[int, int, bytes]]:
        """Find all that has some form: where it begins and ends, and the form."""
        classes, begun, index = self._classes, self._begun, self._index
        for begin in (_START if len(classes) > WHOLE else _ANY).finditer(classes):
            start, end = begin.span()
            if start < self._skipped:
                continue
            if classes[start - 1 : start] == b"A":
                yield from self._lettered(start, end)
                continue
            if end - start > _MOST:
                yield from self._long_word(start, end)
                continue
            if classes[start - 2 : start] in _WORD_ENDS:
                word = _WORD.search(classes, max(0, start - _FARTHEST), start)
                if word is not None:
                    yield from self._walk(word.start(), start - 1)
            if classes[start : end + 1] in begun:
                yield from self._walk(start, end)
            elif classes[start:end] in index:
                yield start, end, classes[start:end]

    def _lettered(self, first: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """What begins with letters: an identifier, an account, a wallet, or a name that a number is glued to."""
        classes = self._classes
        before = classes[max(0, first - _MOST_LETTERS - 1) : first]
        start = first - len(before) + len(before.rstrip(b"A"))
        if first - start == _COUNTRY and classes[first + 1 : first + 2] == b"9":
            yield start, end, _ACCOUNT
        if first - start > 1 and self._is_word(self._page.plain[start:first]):
            yield from self._walk(first, end)
        if end - start > _MOST or first - start > _MOST_LETTERS:
            yield from self._long_word(first, end)
        else:
            yield from self._walk(start, end)

    def _is_word(self, letters: str) -> bool:
        known = self._words.get(letters)
        if known is None:
            known = self._words[letters] = is_known(letters)
        return known

    def _long_word(self, first: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        if end - first > crypto.SIZES.stop:
            return
        before = self._classes[max(0, first - crypto.SIZES.stop) : first]
        start = first - len(before) + len(before.rstrip(b"A"))
        if end - start in crypto.SIZES:
            yield start, end, _LONG_WORD

    def _walk(self, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """Go on from one token, as long as some form does."""
        classes, begun, index = self._classes, self._begun, self._index
        form = classes[start:end]
        if form in index:
            yield start, end, form
        while classes[start : end + 1] in begun:
            if classes[end : end + 2] == b") " and classes[start : end + 2] in begun:
                end += 1
            token = _TOKEN.match(classes, end + 1)
            if token is None:
                return
            end = token.end()
            form = classes[start:end]
            if form in index:
                yield start, end, form
            elif form[-1:] == b")" and form[:-1] in index:
                end -= 1
                yield start, end, form[:-1]
            elif form[-2:] == b"AA" and form.rstrip(b"A") in index:
                glued = start + len(form.rstrip(b"A"))
                if is_known(self._page.plain[glued:end]):
                    yield start, glued, form.rstrip(b"A")
