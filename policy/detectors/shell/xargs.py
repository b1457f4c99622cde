"""What `xargs` makes of its input: words at the end, or in the place of a mark (`-I{}`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.detectors.shell.limits import LONGEST_WORD, MOST_WORDS
from policy.detectors.shell.programs import SHELLS

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command


def fed_by_xargs(outer: Command, argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that `xargs` runs, all of its input at once.

    Args:
        outer: the call of `xargs`, with its input.
        argv: the command as written behind its options.
    """
    given = outer.stdin or ""
    mark = _mark(outer.argv)
    if not mark:
        return (*argv, *given.split()[:MOST_WORDS])
    lines = [line.strip() for line in given.splitlines()[:MOST_WORDS]]
    made: list[str] = []
    for word in argv:
        if word == mark and argv[0] not in SHELLS:
            made += lines
        else:
            made.append(word.replace(mark, "\n".join(lines))[:LONGEST_WORD] if mark in word else word)
    return tuple(made[:MOST_WORDS])


def _mark(argv: tuple[str, ...]) -> str:
    for at, word in enumerate(argv[1:32], 1):
        if word == "-I" and at + 1 < len(argv):
            return argv[at + 1]
        if word.startswith(("-I", "--replace=")):
            return word.removeprefix("-I").removeprefix("--replace=")
        if word in {"-i", "--replace"}:
            return "{}"
    return ""
