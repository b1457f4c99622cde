"""Constant folding of what picks lines and columns: `cut`, `head`, `tail`, `paste`.

A payload is hidden among other lines and picked out of them again. Invariant as in `fold`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COUNT: Final = re.compile(r"-(?:n|-lines=)?(\+?\d{1,5})")
_COLUMNS: Final = re.compile(r"-(?:c|b|-characters=)(\d{0,5})(-?)(\d{0,5})")
_FIELDS: Final = re.compile(r"-f(\d{1,3})(-?)(\d{0,3})")


def _words(args: Sequence[str], joined: str) -> list[str] | None:
    """Join short options with their values; None if a file is read instead of the input."""
    made: list[str] = []
    for arg in args:
        if made and made[-1] in joined.split():
            made[-1] += arg
        elif arg[:1] == "-" and arg != "-":
            made.append(arg)
        elif arg != "-":
            return None
    return made


def _count(args: Sequence[str]) -> str | None:
    words = _words(args, "-n")
    if words is None:
        return None
    match = _COUNT.fullmatch(words[-1]) if words else None
    return match[1] if match else ("10" if not words else None)


def _head(args: Sequence[str], stdin: str | None) -> str | None:
    count = _count(args)
    if stdin is None or count is None or count[0] == "+":
        return None
    return "".join(stdin.splitlines(keepends=True)[: int(count)])


def _tail(args: Sequence[str], stdin: str | None) -> str | None:
    count = _count(args)
    if stdin is None or count is None:
        return None
    lines = stdin.splitlines(keepends=True)
    if count[0] == "+":
        return "".join(lines[max(int(count) - 1, 0) :])
    return "".join(lines[-int(count) :]) if int(count) else ""


def _cut(args: Sequence[str], stdin: str | None) -> str | None:
    words = _words(args, "-c -b -f -d")
    if stdin is None or not words:
        return None
    delimiter = next((word[2:3] for word in words if word.startswith("-d")), "\t")
    for word in words:
        if match := _COLUMNS.fullmatch(word):
            first = int(match[1] or 1) - 1
            last = int(match[3]) if match[3] else (None if match[2] else first + 1)
            return "".join(line[first:last] + "\n" for line in stdin.splitlines())
        if match := _FIELDS.fullmatch(word):
            first = int(match[1]) - 1
            last = int(match[3]) if match[3] else (None if match[2] else first + 1)
            return "".join(
                delimiter.join(line.split(delimiter)[first:last]) + "\n" for line in stdin.splitlines()
            )
    return None


def _paste(args: Sequence[str], stdin: str | None) -> str | None:
    words = _words(args, "-d")
    if stdin is None or not words or not any("s" in word for word in words):
        return None
    between = next((word.partition("d")[2][:1] for word in words if "d" in word), "\t")
    return between.join(stdin.splitlines()) + "\n"


LINES: Final[dict[str, Callable[[Sequence[str], str | None], str | None]]] = {
    "cut": _cut,
    "head": _head,
    "tail": _tail,
    "paste": _paste,
}
