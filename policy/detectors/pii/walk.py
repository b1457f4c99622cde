"""The walk over a text that finds what has the form of some row of the tables.

Owns the walk: from each place where something with a digit begins, token by token, as long as some form goes on
like that; what has a form is judged by the rows that have it. What may be read at a place depends on the classes around
it only, so it is remembered by them, and a flood of numbers costs a look-up each. Invariant: what is remembered beyond
one text holds no character of it but separators.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import crypto, iban
from policy.detectors.pii.found import CERTAIN, SURE, Found
from policy.detectors.pii.kinds import is_nobody
from policy.detectors.pii.matches import HIGH, severity, severity_of
from policy.detectors.pii.page import WHOLE
from policy.detectors.pii.tables import by_form
from policy.detectors.pii.words import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.kinds import Kind
    from policy.detectors.pii.page import Page
    from policy.detectors.pii.tables import Row

type _Group = tuple[tuple[re.Pattern[str], ...], tuple[tuple[Kind, int], ...]]
"""The shapes of some rows, and their kinds with the number of the shape."""
type _Rows = tuple[_Group, _Group]
"""All rows, and those that need no company; the same object if there is no difference."""
type _Piece = tuple[int, int, bytes, int, bool]
"""Where it begins and ends, its form, how many letters in front must be a known word, and whether those behind must."""
type _Known = tuple[int, int, bytes, _Rows, int, bool]
"""The same, relative to the first digit, with the rows of the form."""

_START: Final = re.compile(rb"9(?:[9A]{3,}+|[9A]{0,2}+(?=[ .:/+()-]))")
"""Four characters from the first digit on, or fewer and a separator: what is shorter has no form."""
_ANY: Final = re.compile(rb"9[9A]*+")
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
_NOTHING_BUT_LETTERS: Final = b"A" * _BEHIND
_MOST_KNOWN: Final = 4096
"""Surroundings that are remembered for each set of topics."""
_TOKEN: Final = re.compile(rb"[9A]{1,20}+\)?")


def read(page: Page, rules: frozenset[str] | None) -> Iterator[Found]:
    """Judge everything that has the form of some row.

    Args:
        page: the text.
        rules: that are asked for; None for all.
    """
    return _Walk(page, rules).read()


def _may_block(kind: Kind) -> bool:
    """True if some find of a kind is HIGH."""
    return severity_of(kind.rule) >= HIGH and max(kind.near, kind.alone, kind.whole) >= CERTAIN


def _grouped(rows: list[Row]) -> _Group:
    """Many rows share a shape, which is then tried once."""
    shapes = tuple(dict.fromkeys(shape for shape, _ in rows))
    return shapes, tuple((kind, shapes.index(shape)) for shape, kind in rows)


def _at_edge(classes: bytes, start: int) -> bytes:
    """Return the window of a place near the beginning of a text."""
    return b"^" * (_BEHIND - start) + classes[: start + _AHEAD]


class _Memory:
    """What has been learned of forms in texts that speak of the same topics; of classes only, so nobody's numbers."""

    __slots__ = ("alive", "barren", "known")

    def __init__(self) -> None:
        self.alive: dict[bytes, _Rows] = {}
        self.known: dict[bytes, tuple[_Known, ...]] = {}
        """Candidates by the classes around a place."""
        self.barren: set[bytes] = set()
        """Tokens, with what is right beside them, at which nothing begins."""

    def make_room(self) -> None:
        """Forget everything when there is too much: a flood of shapes costs time in proportion, and no memory."""
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
            self.barren.clear()


@lru_cache(maxsize=32)
def _memory(topics: frozenset[str], is_whole: bool, rules: frozenset[str] | None) -> _Memory:  # noqa: ARG001, FBT001 - the key
    return _Memory()


class _Walk:
    """One walk over the classes of a text, with what it has learned on the way."""

    def __init__(self, page: Page, rules: frozenset[str] | None) -> None:
        self._page = page
        self._classes = page.unread()
        self._rules = rules
        self._index, self._begun = by_form()
        self._memory = _memory(page.topics, page.whole[1] > 0, rules)
        self._goes_on = False
        self._found: dict[bytes, int] = {}
        self._listed: dict[bytes, tuple[str, str, float]] = {}
        self._worse_kinds: dict[bytes, frozenset[int]] = {}
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
                yield from self._worse(form, start, end, rows)
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
                        self._count(form, found, rows)
                        count += 1
                        if count > _FLOOD:
                            self._skipped = found.end

    def _count(self, form: bytes, found: Found, rows: _Rows) -> None:
        """Remember what is found so often that the text is a list of it, and what would be blocked of that form if that is not."""
        count = self._found[form] = self._found.get(form, 0) + 1
        if count > _FLOOD and form not in self._listed:
            self._listed[form] = found[2:]
            if severity(found) < HIGH:
                self._worse_kinds[form] = frozenset(id(kind) for kind, _ in rows[0][1] if _may_block(kind))

    def _worse(self, form: bytes, start: int, end: int, rows: _Rows) -> Iterator[Found]:
        """Find what a list of something ordinary is to hide."""
        worse = self._worse_kinds.get(form)
        if worse:
            for kind in self._kinds(start, end, rows):
                found = kind.read(self._page, start, end) if id(kind) in worse else None
                if found is not None:
                    yield found

    def _kinds(self, start: int, end: int, rows: _Rows) -> tuple[Kind, ...]:
        """Kinds whose shape a candidate has, but for those that want company where there is none."""
        is_alone = rows[0] is not rows[1] and not self._page.has_company(start, end)
        shapes, kinds = rows[is_alone]
        if not kinds:
            return ()
        raw = self._page.plain[start:end]
        fit = self._shaped.get((raw, is_alone))
        if fit is None:
            has = [shape.fullmatch(raw) for shape in shapes]
            fit = tuple([kind for kind, number in kinds if has[number]]) if any(has) else ()
            fit = self._shaped[raw, is_alone] = () if fit and is_nobody(raw) else fit
        return fit

    def _believable(self, form: bytes) -> _Rows:
        """Rows of a form that are asked for and could be believed in this text, and those that need no company."""
        rows = self._memory.alive.get(form)
        if rows is None:
            asked = [
                row
                for row in self._index.get(form, ())
                if (self._rules is None or row[1].rule in self._rules) and row[1].may_be(self._page)
            ]
            alone = [row for row in asked if row[1].alone >= SURE]
            every = _grouped(asked)
            rows = self._memory.alive[form] = (every, every if len(alone) == len(asked) else _grouped(alone))
        return rows

    def _is_asked(self, form: bytes) -> bool:
        if form in _LONG:
            return self._rules is None or _LONG[form][0] in self._rules
        return bool(self._believable(form)[0][1])

    def _candidates(self) -> Iterator[tuple[int, int, bytes, _Rows]]:
        """Find all that has some form that matters here: where it begins and ends, the form, and its rows."""
        classes, known, barren = self._classes, self._memory.known, self._memory.barren
        for begin in (_START if len(classes) > WHOLE else _ANY).finditer(classes):
            start, end = begin.span()
            if start < self._skipped:
                continue
            window = (
                classes[start - _BEHIND : start + _AHEAD] if start >= _BEHIND else _at_edge(classes, start)
            )
            pieces = known.get(window)
            if pieces is None:
                front = self._front(start)
                if classes[front : end + 1] in barren:
                    continue
                pieces = self._pieces(start, end, front, window)
            for low, high, form, rows, letters, is_glued in pieces:
                if (letters or is_glued) and not self._holds(start, start + high, letters, is_glued=is_glued):
                    continue
                yield start + low, start + high, form, rows

    def _pieces(self, start: int, end: int, front: int, window: bytes) -> tuple[_Known, ...]:
        """What may be read at a place: it is the same wherever the classes around it are the same."""
        self._goes_on = False
        is_lettered = self._classes[start - 1 : start] == b"A"
        pieces = tuple(
            (low - start, high - start, form, self._believable(form), front, is_glued)
            for low, high, form, front, is_glued in (self._lettered if is_lettered else self._numbered)(
                start, end
            )
            if self._is_asked(form)
        )
        is_local = end - start <= _MOST and not window.startswith(_NOTHING_BUT_LETTERS)
        if is_local:
            self._memory.make_room()
            self._memory.known[window] = pieces
            if not pieces and not self._goes_on:
                self._memory.barren.add(self._classes[front : end + 1])
        return pieces

    def _front(self, start: int) -> int:
        """Where what may belong to a number in front of it begins: letters, or a short word and a separator."""
        before = self._classes[start - 2 : start]
        if before[1:] != b"A" and before not in _WORD_ENDS:
            return max(0, start - 2)
        behind = self._classes[max(0, start - _BEHIND) : start]
        if before[1:] == b"A":
            return max(0, start - len(behind) + len(behind.rstrip(b"A")) - 1)
        return start - len(behind)

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
        while classes[start : end + 1] in begun:
            self._goes_on = True
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
