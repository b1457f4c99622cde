"""Reading YAML into plain values that remember where they stood.

Owns the subset of YAML policies are written in: one document of mappings, sequences and scalars with string
keys. It exists because `yaml.safe_load` takes duplicate keys silently, forgets line numbers, expands alias
bombs (CWE-776) and recurses as deep as the input asks (CWE-674). Here libyaml's events are consumed one by
one under limits. Invariant: any input gives values or `PolicySyntaxError`, never another exception.

Sources: YAML 1.1 types as PyYAML resolves them, except integers: decimal only, because `010` and `1:30`
surprise people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

import yaml

from policy.errors import PolicySyntaxError, Problem
from policy.evidence import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

type Path = tuple[str | int, ...]
type Value = str | int | float | bool | tuple["Value", ...] | dict[str, "Value"] | None

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST: Final = 16
_MOST_VALUES: Final = 50_000
_TRUE: Final = frozenset({"true", "yes", "on"})
_DECIMAL: Final = re.compile(r"[-+]?(?:0|[1-9][0-9_]{0,17})\Z")
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset({None, "!", _TAG + "str"})
_RESOLVER: Final[Any] = yaml.resolver.Resolver()


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the file."""

    line: int
    """1-based."""
    column: int
    """1-based."""


@dataclass(slots=True)
class Source:
    """The values of a file and where each of them stood."""

    value: Value = None
    keys: dict[Path, Place] = field(default_factory=dict)
    """Place of each mapping key, by the path it leads to."""
    values: dict[Path, Place] = field(default_factory=dict)
    """Place of each value."""

    def place(self, path: Path, *, is_key: bool = False) -> Place:
        """Return where a path stands, or the nearest enclosing value that has a place."""
        if is_key and path in self.keys:
            return self.keys[path]
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get((), Place(1, 1))

    def line(self, path: Path) -> int | None:
        """Return the line of the key or list entry at exactly this path, or None."""
        found = self.keys.get(path) or self.values.get(path)
        return found.line if found else None


_ADVICE = (
    ("alphabetic or numeric character", 'a value that begins with * stands in quotes: "*.example.com"'),
    ("cannot start any token", "YAML is indented with blanks, never with tabs"),
)
"""Words of libyaml's problem, and what an operator can do about it."""


def read(text: str, file: str) -> Source:
    """Read one YAML document.

    Args:
        text: the file's text, already limited in size.
        file: name for messages.

    Raises:
        PolicySyntaxError: for anything that is not the YAML described above.
    """
    try:
        text.encode()
        return _Reader(file, yaml.parse(text, Loader=_LOADER)).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        problem = str(error.problem or "broken")
        suggestion = next((advice for words, advice in _ADVICE if words in problem), "")
        raise _problem(file, place, (), f"not valid YAML: {masked(problem)}", suggestion) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise _problem(
            file, Place(1, 1), (), "not valid YAML: it has characters that YAML forbids"
        ) from error


def key_path(path: Path) -> str:
    """Return `network.allowedPorts[2]` for a path, secrets masked."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f".{masked(part, 60)}" if shown else masked(part, 60)
    return shown


def _problem(file: str, place: Place, path: Path, message: str, suggestion: str = "") -> PolicySyntaxError:
    return PolicySyntaxError(file, (Problem(place.line, place.column, key_path(path), message, suggestion),))


class _Reader:
    """One pass over the events, `_DEEPEST` levels deep; an alias costs what it repeats."""

    def __init__(self, file: str, events: Iterator[Any]) -> None:
        self._file = file
        self._events = events
        self._source = Source()
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._count = 0

    def read(self) -> Source:
        next(self._events)  # start of the stream
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            self._fail(Place(1, 1), (), "the file is empty", "start from the policy that `aegis init` writes")
        self._source.value = self._value(next(self._events), ())
        next(self._events)  # end of the document
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._fail(_place(after), (), "the file has a second YAML document", "keep one")
        return self._source

    def _fail(self, place: Place, path: Path, message: str, suggestion: str = "") -> NoReturn:
        raise _problem(self._file, place, path, message, suggestion)

    def _value(self, event: Any, path: Path) -> Value:
        place = _place(event)
        self._source.values[path] = place
        self._spend(1, place, path)
        if len(path) > _DEEPEST:
            self._fail(place, path, f"nested deeper than {_DEEPEST} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, path)
        if event.tag not in _PLAIN_TAGS:
            self._fail(place, path, f"the tag {masked(event.tag)} is not read here", "leave it out")
        before = self._count
        if isinstance(event, yaml.ScalarEvent):
            value: Value = self._scalar(event, place, path)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._count - before + 1)
        return value

    def _spend(self, values: int, place: Place, path: Path) -> None:
        self._count += values
        if self._count > _MOST_VALUES:
            self._fail(place, path, f"more than {_MOST_VALUES} values, aliases counted as often as used")

    def _alias(self, event: Any, place: Place, path: Path) -> Value:
        if event.anchor not in self._anchors:
            self._fail(place, path, "an alias refers to an anchor that is not defined before it")
        value, size = self._anchors[event.anchor]
        self._spend(size, place, path)
        return value

    def _sequence(self, path: Path) -> Value:
        entries: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            entries.append(self._value(event, (*path, len(entries))))
        return tuple(entries)

    def _mapping(self, path: Path) -> Value:
        entries: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            place = _place(event)
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if key is None:
                self._fail(place, path, "a key has to be plain text")
            if key == "<<":
                self._fail(place, path, "merge keys are not read here", "write the keys out")
            below = (*path, key)
            if key in entries:
                first = self._source.keys[below].line
                self._fail(place, below, f"key '{masked(key)}' stands twice", f"first on line {first}")
            self._source.keys[below] = place
            entries[key] = self._value(next(self._events), below)
        return entries

    def _scalar(self, event: Any, place: Place, path: Path) -> Value:
        raw: str = event.value
        tag = event.tag
        if tag is None or tag == "!":
            tag = _RESOLVER.resolve(yaml.ScalarNode, raw, event.implicit)
        kind = tag.removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return raw.lower() in _TRUE
        if kind == "int":
            if not _DECIMAL.match(raw):
                self._fail(
                    place, path, "a number is not written in decimal", "write it like 300, or quote it"
                )
            return int(raw.replace("_", ""))
        if kind == "float":
            return self._float(raw, place, path)
        return raw

    def _float(self, raw: str, place: Place, path: Path) -> float:
        try:
            return float(raw)
        except ValueError:
            self._fail(place, path, "a number is not written in decimal", "write it like 0.5, or quote it")
            raise


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
