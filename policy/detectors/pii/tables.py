"""All rows of all tables, found by the form of what is written.

Owns the walk: from each place where something with a digit begins, token by token, as long as some form goes on
like that; what has a form is judged by the rows that have it. One pass over the text and a dictionary look-up for
each token, whatever the number of rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import (
    cards,
    crypto,
    identifiers_americas,
    identifiers_asia,
    identifiers_europe,
    identifiers_things,
)
from policy.detectors.pii.forms import forms
from policy.detectors.pii.kinds import is_nobody
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.found import Found
    from policy.detectors.pii.kinds import Kind
    from policy.detectors.pii.page import Page

KINDS: Final[tuple[Kind, ...]] = (
    *cards.KINDS,
    *identifiers_americas.KINDS,
    *identifiers_europe.KINDS,
    *identifiers_asia.KINDS,
    *identifiers_things.KINDS,
)
TRIGGER: Final = "pii.forms"
PATTERNS: Final = (Pattern(TRIGGER, r"[0-9][0-9A-Za-z .:/+()-]{3}[0-9A-Za-z]"),)
"""Something with a digit and some length: cheap because almost any text with numbers has it at once."""

type _Row = tuple[re.Pattern[str], Kind]


def _by_form() -> dict[bytes, tuple[_Row, ...]]:
    found: dict[bytes, list[_Row]] = {}
    for kind in KINDS:
        shape = re.compile(kind.shape, re.ASCII | (re.IGNORECASE if kind.is_caseless else 0))
        for form in sorted(forms(kind.shape)):
            found.setdefault(form.encode(), []).append((shape, kind))
    return {form: tuple(rows) for form, rows in found.items()}


BY_FORM: Final = _by_form()
_SEPARATED: Final = re.compile(rb"[^9A]")
_BEGUN: Final = frozenset(
    form[: separator.end()] for form in BY_FORM for separator in _SEPARATED.finditer(form)
)
"""How some form begins, up to and with a separator."""
_START: Final = re.compile(rb"9[9A]*+")
_MOST_LETTERS: Final = 9
_MOST: Final = 20
_FEWEST: Final = 5
_LONG_WORD: Final = b"long"
"""In place of a form: as long as the address of a wallet."""
_WORD: Final = re.compile(rb"(?<![9A])A{1,3}[ -]\Z")
"""A short word before a number, such as the letters of a plate."""
_TOKEN: Final = re.compile(rb"[9A]{1,20}+\)?")


def read(page: Page, rules: frozenset[str] | None) -> Iterator[Found]:
    """Judge everything that has the form of some row.

    Args:
        page: the text.
        rules: that are asked for; None for all.
    """
    rows_of: dict[bytes, tuple[_Row, ...]] = {}
    for start, end, form in _candidates(page.classes):
        if form is _LONG_WORD:
            address = crypto.read_base58(page, start) if rules is None or crypto.RULE in rules else None
            if address is not None:
                yield address
            continue
        rows = rows_of.get(form)
        if rows is None:
            rows = rows_of[form] = tuple(
                row
                for row in BY_FORM[form]
                if (rules is None or row[1].rule in rules) and row[1].may_be(page)
            )
        if rows:
            raw = page.plain[start:end]
            if is_nobody(raw):
                continue
            for shape, kind in rows:
                found = kind.read(page, start, end) if shape.fullmatch(raw) else None
                if found is not None:
                    yield found


def _candidates(classes: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Find all that has some form: where it begins and ends, and the form."""
    for begin in _START.finditer(classes):
        first, end = begin.span()
        before = classes[max(0, first - _MOST_LETTERS - 1) : first]
        start = first - len(before) + len(before.rstrip(b"A"))
        if end - start > _MOST or first - start > _MOST_LETTERS:
            if end - first <= crypto.SIZES.stop:
                before = classes[max(0, first - crypto.SIZES.stop) : first]
                start = first - len(before) + len(before.rstrip(b"A"))
                if end - start in crypto.SIZES:
                    yield start, end, _LONG_WORD
            continue
        joint = classes[start - 1 : start]
        if first == start and (joint == b" " or joint == b"-") and classes[start - 2 : start - 1] == b"A":  # noqa: PLR1714
            word = _WORD.search(classes, max(0, start - 5), start)
            if word is not None:
                yield from _walk(classes, word.start(), start - 1)
        if end - start >= _FEWEST or classes[start : end + 1] in _BEGUN:
            yield from _walk(classes, start, end)


def _walk(classes: bytes, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Go on from one token, as long as some form does."""
    form = classes[start:end]
    if form in BY_FORM:
        yield start, end, form
    while classes[start : end + 1] in _BEGUN:
        token = _TOKEN.match(classes, end + 1)
        if token is None:
            return
        end = token.end()
        form = classes[start:end]
        if form in BY_FORM:
            yield start, end, form
        elif form[-1:] == b")" and form[:-1] in BY_FORM:
            end -= 1
            yield start, end, form[:-1]
