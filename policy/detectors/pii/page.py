"""One text while it is read: its plain form, and which words stand beside a number.

Owns what *beside* means. Words are read once, when the first number asks for them. A word that says otherwise (order, version, time) and stands
nearer takes a claim away. Invariant: `plain` and `classes` are as long as the text, so that a place in one is the same
place in the others.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import columns, plain, second, words
from policy.detectors.pii.library import Library
from policy.detectors.pii.vocabulary import OTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policy.text.scanner import Pattern, Scan, Span

type _Lists = tuple[list[int], list[int]]

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
_AROUND: Final = " \t\r\n.,;:!?\"'()[]{}<>"


class Page:
    """A text and what is known of it."""

    def __init__(self, scan: Scan, hits: frozenset[str]) -> None:
        """Begin.

        Args:
            scan: of the text, agent- or service-supplied.
            hits: names of those of our patterns that are in it.
        """
        self.scan = scan
        self.hits: Final = hits
        self.text = scan.text
        self.plain = plain.of(scan.text)
        self._data = self.plain.encode("ascii", "replace")
        self.classes: Final = self._data.translate(plain.CLASSES)
        """`9` for a digit, `A` for a letter, blanks and the like as they are, `#` for all else."""
        self.whole: Span = self._whole()
        self.is_respelled: Final = self.plain != scan.text and not scan.text.isascii()
        """Digits of other scripts may be in the text, which the scanner took for letters."""
        self._columns: columns.Columns | None = None
        self._numbers: Scan | None = None
        self._number_hits: frozenset[str] | None = None
        self._passed: dict[tuple[Callable[[str], bool], str], bool] = {}
        self._left = MOST_CHECKS
        self._listed: frozenset[Span] | None = None
        self._may_be: frozenset[str] | None = None
        self._topics: frozenset[str] | None = None
        self._any: dict[tuple[str, ...], bool] = {}
        self._unread = b""
        self._words: dict[bool, dict[words.Topics, _Lists]] = {}
        self._places_of: dict[str, _Lists] = {}
        self._last: dict[str, int] = {}
        self._latest = -_CHAIN - 1
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

    @property
    def number_hits(self) -> frozenset[str]:
        """Names of the patterns of the second pass that are in the text."""
        if self._number_hits is None:
            self._number_hits = frozenset(self.numbers.hits)
        return self._number_hits

    def is_refused(self, check: Callable[[str], bool], raw: str) -> bool:
        """True if a value is known not to pass a check: the same one is not asked about twice."""
        return self._passed.get((check, raw)) is False

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
        """True if a span is all the text holds, or one of a list that is."""
        if not self.whole[1]:
            return False
        if start <= self.whole[0] and self.whole[1] <= end:
            return True
        if self._listed is None:
            self._listed = self._list()
        return (start, end) in self._listed

    def _list(self) -> frozenset[Span]:
        """Spans of the members of a list that is all there is: `A1234567 and B7654321`."""
        edges = [(0, 0), *(joint.span() for joint in _JOINT.finditer(self.plain)), (len(self.plain),) * 2]
        spans = [(one[1], two[0]) for one, two in pairwise(edges)]
        is_list = len(spans) > 1 and all(_MEMBER.fullmatch(self.plain, *span) for span in spans)
        return frozenset(spans) if is_list else frozenset()

    def has(self, topic: str) -> bool:
        """True if a word of a topic may be anywhere."""
        return topic in self.topics

    @property
    def topics(self) -> frozenset[str]:
        """Topics that a word may be of."""
        if self._topics is None:
            self._topics = words.topics_of(self._spelled())
        return self._topics

    def has_any(self, topics: tuple[str, ...]) -> bool:
        """True if a word of some topics may be anywhere."""
        known = self._any.get(topics)
        if known is None:
            known = self._any[topics] = any(map(self.has, topics))
        return known

    def _spelled(self) -> frozenset[str]:
        if self._may_be is None:
            self._may_be = words.spelled(self.plain)
        return self._may_be

    def hide(self, spans: Iterable[Span]) -> None:
        """Take stretches from what is still to be read: they are of a flood, and known."""
        pieces: list[bytes] = []
        last = 0
        for start, end in spans:
            if start >= last:
                pieces += (self.classes[last:start], b"#" * (end - start))
                last = end
        self._unread = b"".join((*pieces, self.classes[last:]))

    def unread(self) -> bytes:
        """Return the classes, without what is hidden."""
        return self._unread or self.classes

    def has_company(self, start: int, end: int) -> bool:
        """True if something may vouch for a number: a word of any topic, one like it, or the text having no more."""
        if self.whole[1] or start <= self._latest + _CHAIN or self.columns.is_known:
            return True
        return self.is_near(_ANY_TOPIC, start, end)

    def is_near(self, topic: str, start: int, end: int) -> bool:
        """True if a word of a topic may be near; quicker than `distance`, and says yes more often."""
        begins, ends = self.places_of(topic)
        if not begins:
            return self.columns.is_known
        index = bisect_right(ends, start)
        if index and ends[index - 1] > start - BEFORE:
            return True
        index = bisect_left(begins, start)
        return (index < len(begins) and begins[index] < end + AFTER) or self.columns.is_known

    def places_of(self, topic: str) -> _Lists:
        """Where the words of a topic begin, and where they end, each in order; of any topic but `OTHER` for none."""
        known = self._places_of.get(topic)
        if known is None:
            lists = [
                lists
                for names, lists in self._read(is_other=False).items()
                if topic in names or not (topic or names == _OTHERS)
            ]
            if topic == OTHER:
                lists += [lists for names, lists in self._read(is_other=True).items() if OTHER in names]
            begins, ends = [sorted(chain.from_iterable(one[index] for one in lists)) for index in (0, 1)]
            known = self._places_of[topic] = (begins, ends)
        return known

    def _read(self, *, is_other: bool) -> dict[words.Topics, _Lists]:
        """Find the words of a text: those that vouch for a number, or those that only say otherwise, asked for less."""
        known = self._words.get(is_other)
        if known is None:
            spelled = self._spelled() & words.OTHERS if is_other else self._spelled() - words.OTHERS
            known = self._words[is_other] = _by_topics(words.read(self.plain, spelled))
        return known

    def distance(self, topics: tuple[str, ...], start: int, end: int) -> int:
        """Characters to the nearest word of some topics, -1 if none is near or another word is nearer."""
        if self._asked != (start, end):
            self._asked = (start, end)
            self._gaps = dict.fromkeys(self.columns.topics(start), 1) if self.columns.is_known else {}
        nearest = _NOWHERE
        for topic in topics:
            gap = self._gap(topic, start, end)
            nearest = min(gap, nearest)
        if nearest == _NOWHERE:
            return -1
        return -1 if nearest > self._gap(OTHER, start, end) else nearest

    def _gap(self, topic: str, start: int, end: int) -> int:
        """Smallest gap of a topic; what stands behind counts as farther than all that stands before."""
        gap = self._gaps.get(topic)
        if gap is not None:
            return gap
        gap = _NOWHERE
        if self.has(topic):
            begins, ends = self.places_of(topic)
            index = bisect_right(ends, start)
            if index and ends[index - 1] > start - BEFORE:
                gap = start - ends[index - 1]
            if gap > AFTER and topic != OTHER:
                index = bisect_left(begins, end)
                if index < len(begins) and begins[index] < end + AFTER:
                    gap = min(gap, begins[index] - end + AFTER)
        self._gaps[topic] = gap
        return gap

    def is_lowered(self, start: int, reach: int = 28) -> bool:
        """True if a word before a number says that it is an order, a version, a time, a measure."""
        if not self.has(OTHER):
            return False
        ends = self.places_of(OTHER)[1]
        index = bisect_right(ends, start)
        return index > 0 and ends[index - 1] > start - reach

    def is_embedded(self, start: int, end: int) -> bool:
        """True if digits go on before or behind a span, one separator between; a blank only if it has blanks."""
        before, after = self.classes[max(0, start - 2) : start], self.classes[end : end + 2]
        joints = _JOINTS if b" " in self.classes[start:end] else _TIGHT
        return (before[:1] == b"9" and before[1:] in joints) or (after[1:] == b"9" and after[:1] in joints)

    def is_piece(self, start: int) -> bool:
        """True if the group in front belongs to an account number, so that what follows is a piece of it."""
        return _PIECE.search(self.classes, max(0, start - 6), start) is not None

    def follows(self, kind: str, start: int) -> bool:
        """True if the one before `start` in a list was this kind."""
        last = self._last.get(kind, -1)
        return 0 <= last <= start <= last + _CHAIN

    def note(self, kind: str, end: int, *, is_company: bool = True) -> None:
        """Remember where one of a kind ended; one that is company keeps its neighbors from being passed over."""
        self._last[kind] = end
        if is_company and end > self._latest:
            self._latest = end


_PIECE: Final = re.compile(rb"(?<![9A])(?:AA99|9AAA) \Z")
_JOINT: Final = re.compile(r"\s*(?:[,;\n]|\band\b)\s*")
_MEMBER: Final = re.compile(r"[A-Za-z./:+()-]*[0-9][0-9A-Za-z./:+()-]*")
_NOWHERE: Final = 1 << 30
_ANY_TOPIC: Final = ""
_OTHERS: Final = (OTHER,)


def _by_topics(known: list[words.Word]) -> dict[words.Topics, _Lists]:
    """Where the words of the same topics begin and end."""
    found: dict[words.Topics, _Lists] = {}
    for start, end, names in known:
        lists = found.get(names)
        if lists is None:
            lists = found[names] = ([], [])
        lists[0].append(start)
        lists[1].append(end)
    return found


_TIGHT: Final = frozenset({b"-", b".", b":", b"/"})
_JOINTS: Final = _TIGHT | {b" "}
