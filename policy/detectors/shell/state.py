"""What one shell remembers from command to command: assignments, and what redirections bring in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell import lexer
from policy.detectors.shell.limits import LONGEST_VALUE, LONGEST_WORD
from policy.detectors.shell.reading import Redirect
from policy.detectors.shell.value import Value

if TYPE_CHECKING:
    from policy.detectors.shell.expand import Expander
    from policy.detectors.shell.files import Files
    from policy.detectors.shell.reading import Command, Raw

_KEY: Final = re.compile(r"^\[\w{1,16}\]=")
_MOST_ITEMS: Final = 64
LONGEST_FED: Final = 32
"""Commands remembered behind one value."""


def assign(shell: Expander, name: str, source: str, *, is_lasting: bool) -> tuple[str, str]:
    """Assign, and return the name and what it holds now.

    Args:
        shell: whose variable it is.
        name: one that ends in `+` appends.
        source: of the value, as written; an array in brackets.
        is_lasting: False in front of a command, where only a name that is not known yet is kept.
    """
    first = len(shell.fed)
    value = _value(shell, source, first)
    base = name.removesuffix("+").partition("[")[0]
    if name.endswith("+") and base in shell.variables:
        before = shell.variables[base]
        text = (before.text + value.text)[:LONGEST_VALUE]
        value = Value(text, (before.fed + value.fed)[:LONGEST_FED], before.items + value.items)
    index = name.removesuffix("+").partition("[")[2].rstrip("]")
    if index.isdecimal() and base in shell.variables:
        before = shell.variables[base]
        items = (*(before.items or (before.text,)), value.text)[-_MOST_ITEMS:]
        value = Value(" ".join(items)[:LONGEST_VALUE], before.fed, items)
    if is_lasting or base not in shell.variables:
        shell.variables[base] = value
    return base, value.text


def _value(shell: Expander, source: str, first: int) -> Value:
    if source.startswith("(") and source.endswith(")"):
        raws = lexer.split(source[1:-1][:LONGEST_WORD], shell.budget).commands
        items = tuple(_KEY.sub("", word) for raw in raws for part in raw.words for word in shell.words(part))
        return Value(" ".join(items), tuple(shell.fed[first:][:LONGEST_FED]), items)
    text = shell.text(source)
    return Value(text, tuple(shell.fed[first:][:LONGEST_FED]))


def redirections(
    shell: Expander, files: Files, raw: Raw
) -> tuple[tuple[Redirect, ...], str | None, list[Command]]:
    """Resolve redirections; return them, the known input, and the commands whose output is the input."""
    made: list[Redirect] = []
    stdin: str | None = None
    sources: list[Command] = []
    for redirect in raw.redirects:
        first = len(shell.fed)
        if redirect.operator in {"<<", "<<-"}:
            stdin = redirect.target if redirect.is_literal else shell.document(redirect.target)
        elif redirect.operator == "<<<":
            text = shell.text(redirect.target) + "\n"
            stdin = None if "$()" in text else text
        else:
            target = shell.text(redirect.target)
            made.append(Redirect(redirect.operator, target))
            stdin = files.text_of(target) if redirect.operator == "<" else stdin
        if redirect.operator.startswith("<"):
            sources += shell.fed[first:]
    return tuple(made), stdin, sources
