"""The strings in a tool call's arguments, each with its name.

Agent-supplied: any depth, any size. Walked without recursion, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STRINGS: Final = 10_000
"""Strings read of one call; what has more is too large to judge."""


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


def strings(arguments: object) -> Iterator[Argument]:
    """Yield every string, and every list of strings once more as one command line would have it.

    Raises:
        TooManyArgumentsError: beyond `MAX_STRINGS`.
    """
    stack: list[tuple[str, str, Any]] = [("", "", arguments)]
    count = 0
    while stack:
        name, location, value = stack.pop()
        if isinstance(value, str):
            count += 1
            if count > MAX_STRINGS:
                raise TooManyArgumentsError(f"a tool call has more than {MAX_STRINGS} strings")
            yield Argument(name, location, value)
        elif isinstance(value, list):
            stack.extend((name, f"{location}/{index}", value[index]) for index in reversed(range(len(value))))
        elif isinstance(value, dict):
            for key, child in reversed(value.items()):
                stack.append((key, f"{location}/{key[:64]}", child))


def lists(arguments: object) -> Iterator[tuple[Argument, ...]]:
    """Yield every list that holds strings: an argument vector is a command in pieces."""
    stack: list[tuple[str, str, Any]] = [("", "", arguments)]
    while stack:
        name, location, value = stack.pop()
        if isinstance(value, dict):
            stack.extend((key, f"{location}/{key[:64]}", child) for key, child in value.items())
        elif isinstance(value, list):
            texts = tuple(Argument(name, location, item) for item in value if isinstance(item, str))
            if texts:
                yield texts
            stack.extend((name, location, item) for item in value if isinstance(item, (dict, list)))
