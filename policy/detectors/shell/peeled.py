"""What is left of a command when one wrapper is taken off, and how options and operands are passed over.

Invariant: never grows the arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.shell.wrapped import Prefix

ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w{0,63}=")
_LOCALHOST: Final = frozenset({"localhost", "127.0.0.1", "::1", "root@localhost"})


@dataclass(frozen=True, slots=True)
class Peeled:
    """What is inside one wrapper."""

    argvs: tuple[tuple[str, ...], ...] = ()
    """Commands given as arguments."""
    scripts: tuple[str, ...] = ()
    """Commands given as text."""
    positional: tuple[str, ...] = ()
    """What the scripts see as `$0`, `$1` and so on."""
    environment: tuple[tuple[str, str], ...] = ()
    is_remote: bool = False
    is_windows: bool = False
    """True if the scripts are PowerShell or cmd."""


def strip(words: Sequence[str], found: Prefix) -> Peeled | None:
    """Pass over the options and operands of a wrapper; return the command behind them."""
    at, operands = 0, found.operands
    environment: list[tuple[str, str]] = []
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            if not operands:
                break
        elif word[:1] == "-" and len(word) > 1:
            at += 2 if _takes_next(word, found.valued) else 1
        elif ASSIGNMENT.match(word) and not found.is_joined:
            variable, _, value = word.partition("=")
            environment.append((variable, value))
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    is_remote = found.is_remote and not _LOCALHOST & set(words[:at])
    rest = tuple(words[at:])
    if not rest:
        return Peeled(environment=tuple(environment)) if environment else None
    if found.is_joined:
        return Peeled(scripts=(" ".join(rest),), is_remote=is_remote)
    return Peeled(argvs=(rest,), environment=tuple(environment), is_remote=is_remote)


def _takes_next(word: str, valued: frozenset[str]) -> bool:
    """True if the value of an option, or of the last of some short ones (`-iu root`), is the next word."""
    if word in valued or word[:2] == "--":
        return word in valued
    first = next((at for at, letter in enumerate(word[1:], 1) if "-" + letter in valued), 0)
    return first > 0 and first == len(word) - 1
