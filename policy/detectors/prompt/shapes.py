"""Shapes over letters: the little language in which the grammar is written.

Owns the language and its parsing; `matching` finds shapes in a text. A shape is a sequence of letter classes with
bounded repeats: a letter stands for itself, `.` for any token, `[ab]` and `[^ab]` for classes, `x?` and `x{0,4}` for
repeats; `_`, `~` and `=` are gaps of at most one, three and seven tokens within a sentence; `|` outside of a class
separates alternatives. Shapes are ours, and small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


_GAPS: Final = {"_": 1, "~": 3, "=": 7}
_ALPHABET: Final = (1 << 128) - 1
_ANY: Final = _ALPHABET
_WITHIN: Final = _ALPHABET & ~(1 << ord("|"))
"""Whatever does not end a sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """A class of letters and how often it stands."""

    letters: int
    """One bit a letter (ASCII)."""
    least: int
    most: int


type Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A parsed shape."""

    paths: tuple[Path, ...]
    """Alternatives."""
    longest: int
    """Tokens it spans at most."""


@dataclass(frozen=True, slots=True)
class Index:
    """Many shapes, ordered so that most of them need not be looked at."""

    rows: tuple[tuple[int, tuple[tuple[int, tuple[int, ...], Path], ...]], ...]
    """A class of letters, and the paths that cannot do without it: number of the shape, other such classes, path."""


def parse(source: str) -> Shape:
    """Read a shape; ours, so a mistake in it is a mistake of ours.

    Raises:
        ValueError: for a class that is not closed.
    """
    paths = tuple(_path(part) for part in _alternatives(source))
    return Shape(paths, max(sum(step.most for step in path) for path in paths))


def index(shapes: Sequence[Shape]) -> Index:
    """Group all paths by the narrowest class they need."""
    rows: dict[int, list[tuple[int, tuple[int, ...], Path]]] = {}
    for number, shape in enumerate(shapes):
        for path in shape.paths:
            first, *others = _needs(path)
            rows.setdefault(first, []).append((number, tuple(others), path))
    return Index(tuple((letters, tuple(row)) for letters, row in rows.items()))


def _alternatives(source: str) -> list[str]:
    parts, depth, begin = [], False, 0
    for at, char in enumerate(source):
        if char == "[" and not depth and (at == 0 or source[at - 1] != "\\"):
            depth = True
        elif char == "]" and source[at - 1] != "\\":
            depth = False
        elif char == "|" and not depth:
            parts.append(source[begin:at])
            begin = at + 1
    return [*parts, source[begin:]]


def _path(source: str) -> Path:
    steps: list[Step] = []
    at = 0
    while at < len(source):
        char = source[at]
        letters, at = (_WITHIN, at + 1) if char in _GAPS else _class(source, at)
        least, most, at = _repeat(source, at)
        steps.append(Step(letters, 0, _GAPS[char]) if char in _GAPS else Step(letters, least, most))
    return tuple(steps)


def _class(source: str, at: int) -> tuple[int, int]:
    if source[at] == ".":
        return _ANY, at + 1
    if source[at] == "\\":
        return 1 << ord(source[at + 1]), at + 2
    if source[at] != "[":
        return 1 << ord(source[at]), at + 1
    at += 1
    is_negated = source[at] == "^"
    at += is_negated
    letters = 0
    while source[at : at + 1] != "]":
        if at >= len(source):
            raise ValueError(f"a class is not closed: {source}")
        at += source[at] == "\\"
        letters |= 1 << ord(source[at])
        at += 1
    return (_ALPHABET & ~letters if is_negated else letters), at + 1


def _repeat(source: str, at: int) -> tuple[int, int, int]:
    if source[at : at + 1] == "?":
        return 0, 1, at + 1
    if source[at : at + 1] == "{":
        close = source.index("}", at)
        least, _, most = source[at + 1 : close].partition(",")
        return int(least), int(most), close + 1
    return 1, 1, at


def _needs(path: Path) -> tuple[int, ...]:
    """The classes a match must have, the narrowest first."""
    wanted = {step.letters for step in path if step.least and step.letters != _ANY}
    return tuple(sorted(wanted, key=lambda letters: (letters.bit_count(), letters))) or (_ANY,)
