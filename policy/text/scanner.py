"""The scanner: one pass of Hyperscan tells which patterns are in a text; spans come after, for hits only.

Owns the compiled databases. Families of patterns may have databases of their own (`Scanner`'s `apart`): a text is
scanned with one when somebody asks about a pattern of it (`Hits`), and patterns of different making slow one another
down by half in the same database. The first pass reports each pattern at most once, so its cost does not depend on what
the text holds; a second scan with one pattern finds where it stands, for those that were hit. Both are automata: no
input makes them back-track (CWE-1333), and both release the GIL. Invariant: `Scan.spans` costs at most
`MAX_REPORTS` callbacks a pattern, whatever the text; what is cut off there is said (`Scan.is_flooded`).

Texts are agent-supplied, patterns are ours or the operator's.
"""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import hyperscan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_REPORTS: Final = 4096
"""Match reports read per pattern and text."""

type Span = tuple[int, int]
"""Half-open, in characters of the text."""


class PatternError(ValueError):
    """A pattern that Hyperscan does not take; the message says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One expression in Hyperscan's syntax (PCRE without back-references and look-around), over UTF-8 bytes.

    Every end of a match is reported, so a pattern ends at a bounded repeat (`{36}`, not `{36,}`): it says where
    something begins, and the check that owns it reads on from there.
    """

    name: str
    """Unique, `family.what`."""
    regex: str
    is_caseless: bool = False
    """ASCII letters only."""
    is_multiline: bool = False
    """`^` and `$` stand at line breaks as well."""


@dataclass(slots=True)
class Scan:
    """A text and the patterns that are in it."""

    text: str
    """Agent-supplied."""
    hits: AbstractSet[str]
    """Names of the patterns that match somewhere; looked for when asked about."""
    scanner: Scanner
    """Whose patterns they are."""
    _data: bytes
    _spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    _flooded: set[str] = field(default_factory=set)

    def spans(self, name: str) -> tuple[Span, ...]:
        """Where one pattern matches: by start, the longest of each start, none of those cut off by `MAX_REPORTS`.

        Args:
            name: of a pattern; one that is not in `hits` has no spans.
        """
        if name not in self.hits:
            return ()
        if name not in self._spans:
            found, is_whole = self.scanner.locate(name, self._data)
            self._spans[name] = found if self.text.isascii() else _in_characters(found, self._data)
            if not is_whole:
                self._flooded.add(name)
        return self._spans[name]

    def is_flooded(self, name: str) -> bool:
        """True if the text holds more matches of a pattern than are read; asks for them first."""
        self.spans(name)
        return name in self._flooded


class Hits(AbstractSet[str]):
    """The names of the patterns in one text, database by database as they are asked about; not for two threads."""

    __slots__ = ("_data", "_found", "_scanner")

    def __init__(self, scanner: Scanner, data: bytes) -> None:
        self._scanner = scanner
        self._data = data
        self._found: list[frozenset[str] | None] = [None] * scanner.databases

    def _of(self, index: int) -> frozenset[str]:
        found = self._found[index]
        if found is None:
            found = self._found[index] = self._scanner.which_of(index, self._data)
        return found

    def __contains__(self, name: object) -> bool:
        index = self._scanner.database_of(name)
        return index is not None and name in self._of(index)

    def isdisjoint(self, other: Iterable[Any]) -> bool:
        """Tell whether none of some patterns is in the text."""
        return all(self._of(index).isdisjoint(other) for index in self._scanner.databases_of(other))

    def __and__(self, other: AbstractSet[Any]) -> frozenset[str]:
        found: frozenset[str] = _NOTHING
        for index in self._scanner.databases_of(other):
            found |= self._of(index) & other
        return found

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(map(self._of, range(self._scanner.databases)))

    def __len__(self) -> int:
        return sum(len(self._of(index)) for index in range(self._scanner.databases))


class Scanner:
    """All patterns of some checks, compiled once; used by any number of threads."""

    def __init__(self, patterns: Iterable[Pattern], apart: Sequence[frozenset[str]] = ()) -> None:
        """Compile.

        Args:
            patterns: of all checks.
            apart: groups of families (what a name begins with) that have a database of their own; all other families
                share the last one.

        Raises:
            PatternError: for a pattern Hyperscan does not take, or two of one name.
        """
        self.patterns: Final = tuple(patterns)
        self._by_name = {pattern.name: pattern for pattern in self.patterns}
        if len(self._by_name) != len(self.patterns):
            raise PatternError("two patterns have the same name")
        self._apart: Final = tuple(apart)
        groups: dict[int, list[Pattern]] = {}
        for pattern in self.patterns:
            groups.setdefault(self._group(pattern), []).append(pattern)
        self._which: Final = tuple(_Database(tuple(group)) for group in groups.values())
        self.databases: Final = len(self._which)
        self._index = {name: index for index, one in enumerate(self._which) for name in one.names}
        self._local = threading.local()
        self._lock = threading.Lock()
        self._where: dict[str, hyperscan.Database] = {}
        self._asked: dict[frozenset[Any], tuple[int, ...]] = {}

    def _group(self, pattern: Pattern) -> int:
        family = pattern.name.partition(".")[0]
        return next((index for index, one in enumerate(self._apart) if family in one), len(self._apart))

    def scan(self, text: str) -> Scan:
        """Take one agent-supplied text; lone surrogates count as unknown characters."""
        data = text.encode("utf-8", "surrogatepass")
        return Scan(text, Hits(self, data), self, data)

    def which(self, data: bytes) -> frozenset[str]:
        """Return the names of the patterns in agent-supplied bytes."""
        return _NOTHING.union(*(self.which_of(index, data) for index in range(self.databases)))

    def which_of(self, index: int, data: bytes) -> frozenset[str]:
        """Return the names of the patterns of one database in agent-supplied bytes."""
        if not data:
            return _NOTHING
        found: list[int] = []

        def report(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.append(number)

        one = self._which[index]
        one.database.scan(data, report, scratch=self._scratch(one.database))
        return frozenset(map(one.names.__getitem__, found)) if found else _NOTHING

    def database_of(self, name: object) -> int | None:
        """Return the number of the database that has a pattern."""
        return self._index.get(name) if isinstance(name, str) else None

    def databases_of(self, names: Iterable[Any]) -> tuple[int, ...]:
        """Return the numbers of the databases that have some patterns."""
        if self.databases == 1:
            return (0,)
        if not isinstance(names, frozenset):
            return tuple({self._index[name] for name in names if name in self._index})
        known = self._asked.get(names)
        if known is None:
            known = tuple({self._index[name] for name in names if name in self._index})
            if len(self._asked) < _MOST_ASKED:
                self._asked[names] = known
        return known

    def locate(self, name: str, data: bytes) -> tuple[tuple[Span, ...], bool]:
        """Return the spans of one pattern in bytes, and whether they are all there are."""
        database = self._where.get(name) or self._compiled(name)
        ends: dict[int, int] = {}
        reports = 0

        def report(_index: int, start: int, end: int, _flags: int, _context: object) -> bool:
            nonlocal reports
            reports += 1
            ends[start] = end
            return reports >= MAX_REPORTS

        try:
            database.scan(data, report, scratch=self._scratch(database))
        except hyperscan.ScanTerminated:
            return tuple(sorted(ends.items())), False
        return tuple(sorted(ends.items())), True

    def _compiled(self, name: str) -> hyperscan.Database:
        """Compile one pattern, once: a database that another thread drops would leave its scratch to the next one."""
        with self._lock:
            database = self._where.get(name)
            if database is None:
                pattern = self._by_name[name]
                database = self._where[name] = _compile((pattern,), hyperscan.HS_FLAG_SOM_LEFTMOST)
            return database

    def _scratch(self, database: hyperscan.Database) -> hyperscan.Scratch:
        """One scratch per thread and database: Hyperscan's rule."""
        scratches: dict[int, hyperscan.Scratch] | None = getattr(self._local, "scratches", None)
        if scratches is None:
            scratches = self._local.scratches = {}
        scratch = scratches.get(id(database))
        if scratch is None:
            scratch = scratches[id(database)] = hyperscan.Scratch(database)
        return scratch


class _Database:
    """Patterns compiled together, to tell which of them are in a text."""

    __slots__ = ("database", "names")

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self.names = tuple(pattern.name for pattern in patterns)
        self.database = _compile(patterns, hyperscan.HS_FLAG_SINGLEMATCH)


def _compile(patterns: tuple[Pattern, ...], flag: int) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [
        flag
        | (hyperscan.HS_FLAG_CASELESS if pattern.is_caseless else 0)
        | (hyperscan.HS_FLAG_MULTILINE if pattern.is_multiline else 0)
        for pattern in patterns
    ]
    try:
        database.compile(
            expressions=[pattern.regex.encode() for pattern in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=flags,
        )
    except hyperscan.error as error:
        raise PatternError(str(error)) from error
    return database


def _in_characters(spans: tuple[Span, ...], data: bytes) -> tuple[Span, ...]:
    """Turn byte offsets into character offsets in one pass over the text."""
    offsets = sorted({offset for span in spans for offset in span})
    where: dict[int, int] = {}
    last = characters = 0
    for offset in offsets:
        # Continuation bytes begin no character; a span that ends inside one ends behind it.
        characters += len(data[last:offset].translate(None, _CONTINUATION))
        where[offset] = characters
        last = offset
    return tuple((where[start], where[end]) for start, end in spans)


_NOTHING: Final[frozenset[str]] = frozenset()
_MOST_ASKED: Final = 64
"""Sets of names whose databases are remembered: the families' own, which are few."""
_CONTINUATION: Final = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that continue a character."""
