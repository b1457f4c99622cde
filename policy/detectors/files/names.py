"""Which files are sensitive, by the names that systems, programs and providers document.

Owns how the table is written and read. A row is a rule, a kind, a severity and patterns, separated by blanks (a `+`
in a pattern stands for a blank), all in lower case because the comparison folds case:

    name          a file of that name, anywhere
    *.ext         a name that ends so
    dir/name      the last segments of a path
    dir/          that directory, anywhere, and all below it
    /dir/name     from the root, or from wherever a traversal has got to
    /dir/         that directory at the root and all below it

Invariant: a look-up costs a few dictionary accesses per segment, however long the table is; of several rows the most
severe one speaks.

Does not catch: a secret in a file whose name says nothing, and a copy of a sensitive file under an innocent name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policy.detectors.files.secret_names import SECRETS
from policy.detectors.files.system_names import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

type Entry = tuple[str, str, int, str]
"""Rule without its family, kind, severity 0..100, patterns."""
type Parts = tuple[str, ...]
"""Case-folded segments."""

MOST_SEGMENTS: Final = 256
"""Directories of one path that are looked up: the last ones."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for."""

    rule: str
    """Without its family."""
    kind: str
    severity: int
    """0..100."""
    is_broad: bool = False
    """Said of a whole directory or of an extension, not of this very name."""


@dataclass(slots=True)
class _Table:
    tails: dict[Parts, Named] = field(default_factory=dict)
    """By the last segments."""
    endings: dict[str, Named] = field(default_factory=dict)
    """By extension, or by what follows the last underscore."""
    directories: dict[str, list[tuple[Parts, Named]]] = field(default_factory=lambda: defaultdict(list))
    """By first segment of a directory that may be anywhere."""
    rooted: dict[Parts, Named] = field(default_factory=dict)
    """By all segments from the root."""
    rooted_directories: dict[Parts, Named] = field(default_factory=dict)


def _compile(entries: tuple[Entry, ...]) -> _Table:
    table = _Table()
    for rule, kind, severity, patterns in entries:
        for pattern in patterns.split():
            _add(table, pattern.replace("+", " "), Named(rule, kind, severity))
    return table


def _add(table: _Table, pattern: str, named: Named) -> None:
    broad = Named(named.rule, named.kind, named.severity, is_broad=True)
    parts = tuple(part for part in pattern.split("/") if part)
    if pattern.startswith("*"):
        table.endings.setdefault(pattern[1:], broad)
    elif pattern.startswith("/"):
        where = table.rooted_directories if pattern.endswith("/") else table.rooted
        where.setdefault(parts, broad if pattern.endswith("/") else named)
    elif pattern.endswith("/"):
        table.directories[parts[0]].append((parts, broad))
    else:
        table.tails.setdefault(parts, named)


_TABLE: Final = _compile((*SECRETS, *SYSTEMS))
_LONGEST_TAIL: Final = max(map(len, _TABLE.tails))
_LONGEST_ROOTED: Final = max(map(len, (*_TABLE.rooted, *_TABLE.rooted_directories)))


def lookup(parts: Parts, *, is_rooted: bool) -> Named | None:
    """Return what a path stands for, the most severe of all rows that match.

    Args:
        parts: case-folded segments, dot segments resolved.
        is_rooted: the path starts at the root, or has climbed to where the root may be.
    """
    best = None
    for named in _matching(parts, is_rooted=is_rooted):
        if best is None or (named.severity, not named.is_broad) >= (best.severity, not best.is_broad):
            best = named
    return best


def _matching(parts: Parts, *, is_rooted: bool) -> Iterator[Named]:
    for length in range(1, min(_LONGEST_TAIL, len(parts)) + 1):
        if (named := _TABLE.tails.get(parts[-length:])) is not None:
            yield named
    if parts:
        yield from _by_ending(parts[-1])
    yield from _by_directory(parts[-MOST_SEGMENTS:])
    if is_rooted:
        if (named := _TABLE.rooted.get(parts)) is not None:
            yield named
        for length in range(1, min(_LONGEST_ROOTED, len(parts)) + 1):
            if (named := _TABLE.rooted_directories.get(parts[:length])) is not None:
                yield named


def _by_ending(name: str) -> Iterator[Named]:
    head, dot, extension = name.rpartition(".")
    if dot and head and (named := _TABLE.endings.get("." + extension)) is not None:
        yield named
    if (
        dot
        and "." in head
        and (named := _TABLE.endings.get(f".{head.rpartition('.')[2]}.{extension}")) is not None
    ):
        yield named
    _, mark, word = name.rpartition("_")
    if mark and (named := _TABLE.endings.get("_" + word)) is not None:
        yield named


def _by_directory(parts: Parts) -> Iterator[Named]:
    directories = _TABLE.directories
    for index, part in enumerate(parts):
        if part in directories:
            for pattern, named in directories[part]:
                if parts[index : index + len(pattern)] == pattern:
                    yield named


def tails() -> Iterator[tuple[Parts, Named]]:
    """Yield every name the table knows by its last segments, for patterns that may stand for one."""
    yield from _TABLE.tails.items()
