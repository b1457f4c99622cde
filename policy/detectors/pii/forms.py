r"""Which forms an expression has: `A` for a letter, `9` for a digit, separators as they are.

Owns a small reading of regular expressions: classes, literals, groups, alternatives and bounded repeats, which is all
the tables use. A text is then reduced to the same alphabet and looked up, token by token, in a dictionary; the
expression itself only decides about what has its form. Invariant: the forms of an expression are few and bounded
(`MAX_FORMS`), so an expression that is too free is a mistake found at import.
"""

from __future__ import annotations

import re
from typing import Final

MAX_FORMS: Final = 4096
_ATOM: Final = re.compile(r"\[(?P<set>[^\]]+)\]|\\(?P<escape>.)|(?P<group>\(\?:)|(?P<literal>[^\\()|{}?])")
_REPEAT: Final = re.compile(r"\{(?P<low>\d+)(?:,(?P<high>\d+))?\}|\?")


class FormError(ValueError):
    """An expression that this module does not read; ours, so never seen outside of development."""


def forms(expression: str) -> frozenset[str]:
    r"""Return every form of an expression; edges (`\b`) count for nothing.

    Raises:
        FormError: for an expression that is too free, or uses what this module does not know.
    """
    found, end = _alternatives(expression.replace("\\b", ""), 0)
    if end != len(expression.replace("\\b", "")):
        raise FormError(f"unbalanced expression: {expression}")
    return frozenset(found)


def _alternatives(text: str, at: int) -> tuple[set[str], int]:
    found: set[str] = set()
    while True:
        one, at = _sequence(text, at)
        found |= one
        if text[at : at + 1] != "|":
            return found, at
        at += 1


def _sequence(text: str, at: int) -> tuple[set[str], int]:
    found = {""}
    while at < len(text) and text[at] not in "|)":
        atom, at = _atom(text, at)
        repeat = _REPEAT.match(text, at)
        low = high = 1
        if repeat:
            at = repeat.end()
            low, high = (
                (int(repeat["low"]), int(repeat["high"] or repeat["low"])) if repeat["low"] else (0, 1)
            )
        found = _joined(found, _repeated(atom, low, high))
    return found, at


def _atom(text: str, at: int) -> tuple[set[str], int]:
    atom = _ATOM.match(text, at)
    if atom is None:
        raise FormError(f"not read: {text[at:]}")
    if atom["group"]:
        found, at = _alternatives(text, atom.end())
        return found, at + 1
    members = _members(atom["set"]) if atom["set"] else {atom["escape"] or atom["literal"]}
    return {_class(char) for char in members}, atom.end()


def _members(inside: str) -> set[str]:
    """One member of each kind in a set; ranges are of letters or of digits."""
    return {char for char in inside if char != "-"} | (
        {"-"} if inside[0] == "-" or inside[-1] == "-" else set()
    )


def _class(char: str) -> str:
    return "9" if char.isdigit() else "A" if char.isalpha() else char


def _repeated(atom: set[str], low: int, high: int) -> set[str]:
    found: set[str] = set()
    power = {""}
    for count in range(high + 1):
        if count >= low:
            found |= power
        power = _joined(power, atom) if count < high else power
    return found


def _joined(heads: set[str], tails: set[str]) -> set[str]:
    if len(heads) * len(tails) > MAX_FORMS:
        raise FormError("too many forms")
    return {head + tail for head in heads for tail in tails}
