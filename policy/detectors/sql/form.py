"""Whether a text has the form of a statement or of a value.

Owns that choice: a statement begins with a verb or a query, bracketed or behind comments, and goes on as one.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.words import word_set

if TYPE_CHECKING:
    from policy.detectors.sql.shape import Shape

_QUERY: Final = re.compile(r"\(*+Q[^;&=)E]")
_OPENINGS: Final = word_set(
    "with explain describe desc show analyze use begin start savepoint commit rollback cache uncache refresh optimize "
    "comment call merge declare"
)
_CONDITIONS: Final = frozenset({"if", "while"})


class Form(Enum):
    """What a text looks like."""

    STATEMENT = "statement"
    VALUE = "value"


def form_of(read: Shape) -> Form:
    """Tell from the first tokens."""
    kinds = read.kinds
    if not kinds:
        return Form.VALUE
    first = read.tokens[0].text
    if first == "(" and _is_closed(kinds):
        return Form.VALUE
    if (kinds[0] in "Dd" and first not in _CONDITIONS) or _QUERY.match(kinds):
        return Form.STATEMENT
    if first == "do" and kinds[1:2] == "o":  # an anonymous block of PostgreSQL: DO $$ .. $$
        return Form.STATEMENT
    return Form.STATEMENT if first in _OPENINGS and len(kinds) > 1 else Form.VALUE


def _is_closed(kinds: str) -> bool:
    """True if the first bracket closes at the end or never, or a comment cuts the rest off: a subquery."""
    depth = 0
    for index, letter in enumerate(kinds):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return kinds[index + 1 :] in {"", "E", ")"} or kinds[-1] == "E"
    return True


def is_whole(read: Shape) -> bool:
    """True if no bracket or quote is left open and no comment hides the end: for texts too long to be parsed."""
    kinds = read.kinds
    return kinds.count("(") == kinds.count(")") and kinds[-1] not in "SE"
