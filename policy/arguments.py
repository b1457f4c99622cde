"""The strings in a tool call's arguments, each with its name.

Agent-supplied: any depth, any size. Walked without recursion, in order. JSON inside a string is read too, to a depth
and a size: many tools pass their arguments on as text. What a document holds (`PROSE_NAMES`) is not an argument.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STRINGS: Final = 10_000
"""Strings read of one call; what has more is too large to judge."""
MAX_NESTED_CHARACTERS: Final = 1 << 20
"""Of JSON inside strings of one call that are parsed; more stays text."""
PROSE_NAMES: Final = frozenset(
    {
        "content",
        "contents",
        "text",
        "body",
        "message",
        "description",
        "prompt",
        "title",
        "new_string",
        "old_string",
        "newtext",
        "oldtext",
        "new_str",
        "old_str",
        "file_text",
        "summary",
        "comment",
        "note",
        "markdown",
        "html",
    }
)
"""Arguments that hold documents: a path or a statement in a document is not an action."""
_PROGRAMS: Final = ("command", "cmd", "program", "executable", "binary")
_VECTORS: Final = frozenset({"args", "arguments", "argv", "parameters", "params", "flags", "options"})


class TooManyArgumentsError(ValueError):
    """More strings in one call than are read."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One string of a tool call."""

    name: str
    """Key it stands under; list elements have their list's; empty if there is none."""
    location: str
    """JSON pointer below the arguments."""
    text: str


@dataclass(slots=True)
class _Nested:
    """Reads JSON inside strings, as long as there is room."""

    left: int = field(default=MAX_NESTED_CHARACTERS)

    def parse(self, text: str) -> Any:
        """The object or list in a string; None if there is none, or no room."""
        stripped = text.strip()
        if stripped[:1] + stripped[-1:] not in {"{}", "[]"} or len(stripped) > self.left:
            return None
        self.left -= len(stripped)
        try:
            return json.loads(stripped, object_pairs_hook=_pairs)
        except (ValueError, RecursionError):
            return None


def nested(text: str) -> Any:
    """The object or list that a string holds as JSON; None if there is none, or it is too long."""
    return _Nested().parse(text)


def strings(arguments: object) -> Iterator[Argument]:
    """Yield every string, those inside JSON that is itself a string, and keys that are no names.

    Raises:
        TooManyArgumentsError: beyond `MAX_STRINGS`.
    """
    stack: list[tuple[str, str, Any]] = [("", "", arguments)]
    reader = _Nested()
    count = 0
    while stack:
        name, location, value = stack.pop()
        if isinstance(value, str):
            count += 1
            if count > MAX_STRINGS:
                raise TooManyArgumentsError(f"a tool call has more than {MAX_STRINGS} strings")
            yield Argument(name, location, value)
            if name.lower() not in PROSE_NAMES and (inner := reader.parse(value)) is not None:
                stack.append((name, location, inner))
        elif isinstance(value, list):
            stack.extend((name, f"{location}/{index}", value[index]) for index in reversed(range(len(value))))
        elif isinstance(value, dict):
            for key, child in reversed(value.items()):
                stack.append((key, f"{location}/{key[:64]}", child))
                if _is_value(key):
                    stack.append((name, location, key))


def lists(arguments: object) -> Iterator[tuple[Argument, ...]]:
    """Yield every list that holds strings: an argument vector is a command in pieces, with or without its program."""
    stack: list[tuple[str, str, Any]] = [("", "", arguments)]
    reader = _Nested()
    while stack:
        name, location, value = stack.pop()
        if isinstance(value, str):
            if name.lower() not in PROSE_NAMES and (inner := reader.parse(value)) is not None:
                stack.append((name, location, inner))
        elif isinstance(value, dict):
            stack.extend((key, f"{location}/{key[:64]}", child) for key, child in value.items())
            if vector := _vector(value, location):
                yield vector
        elif isinstance(value, list):
            texts = tuple(Argument(name, location, item) for item in value if isinstance(item, str))
            if texts:
                yield texts
            stack.extend((name, location, item) for item in value if isinstance(item, (dict, list)))


def _vector(value: dict[str, Any], location: str) -> tuple[Argument, ...]:
    """A program and its arguments that stand side by side: `{"command": "rm", "args": ["-rf", "/"]}`."""
    program = next((value[key] for key in _PROGRAMS if isinstance(value.get(key), str)), "")
    words = program.split()[:MAX_STRINGS]
    given = [
        word
        for key, child in value.items()
        if words and key.lower() in _VECTORS
        for word in (child.split() if isinstance(child, str) else child if isinstance(child, list) else ())
        if isinstance(word, str)
    ]
    return tuple(Argument("command", location, word) for word in (*words, *given)) if given else ()


def _is_value(key: str) -> bool:
    """True for a key that is data, such as a path in a map of files."""
    return any(char in key for char in "/\\;|`$ ")


def _pairs(pairs: list[tuple[str, Any]]) -> Any:
    """An object; one with a key twice is read with both values, whichever counts."""
    value = dict(pairs)
    return value if len(value) == len(pairs) else [{key: child} for key, child in pairs]
