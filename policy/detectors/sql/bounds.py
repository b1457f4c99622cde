"""Whether a DELETE or an UPDATE is held to some rows.

Owns the judgement of a WHERE clause on tokens: it limits if it names something of the row in every branch of its ORs.
`WHERE 1=1`, `WHERE true`, `WHERE 'a'='a'`, `WHERE id = id`, `WHERE name LIKE '%'` and `WHERE id = 5 OR 1=1` do not.
Invariant: linear in the tokens. `tree` folds what only a parser can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policy.detectors.sql.tokens import Token

_NAMES: Final = frozenset("wKWoLV")
_ENDS: Final = frozenset("BLGUED;")
_EVERYTHING: Final = frozenset({"'%'", "'%%'", '"%"', "'.*'", "'^'", "''"})


def is_bounded(kinds: str, tokens: Sequence[Token], at: int) -> bool:
    """Judge the statement whose verb stands at an index."""
    depth = 0
    for index in range(at + 1, len(kinds)):
        letter = kinds[index]
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth < 0:
                return False
        elif depth == 0 and letter == "D":
            return False  # SQL Server needs no semicolon between statements
        elif depth == 0 and letter == "H":
            return _limits(kinds, tokens, index + 1)
        elif depth == 0 and letter == "L" and tokens[index].text == "limit":
            return True
    return False


def _limits(kinds: str, tokens: Sequence[Token], start: int) -> bool:
    end = _end(kinds, start)
    while end - start > 1 and kinds[start] == "(" and _closing(kinds, start) == end - 1:
        start, end = start + 1, end - 1
    return start < end and all(
        _names(kinds, tokens, first, last) for first, last in _branches(kinds, tokens, start, end)
    )


def _end(kinds: str, start: int) -> int:
    depth = 0
    for index in range(start, len(kinds)):
        letter = kinds[index]
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth < 0:
                return index
        elif depth == 0 and letter in _ENDS:
            return index
    return len(kinds)


def _closing(kinds: str, start: int) -> int:
    depth = 0
    for index in range(start, len(kinds)):
        depth += {"(": 1, ")": -1}.get(kinds[index], 0)
        if depth == 0:
            return index
    return -1


def _branches(kinds: str, tokens: Sequence[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    depth, first = 0, start
    for index in range(start, end):
        letter = kinds[index]
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and letter in "&|" and tokens[index].text in {"or", "||"}:
            yield first, index
            first = index + 1
    yield first, end


def _names(kinds: str, tokens: Sequence[Token], start: int, end: int) -> bool:
    """True if a branch names a column, and is not `x = x` or `x LIKE '%'`."""
    part = kinds[start:end].strip("()")
    if part in {"w=w", "w=s", "w~s", "w~w"} and end - start >= 3:
        offset = start + kinds[start:end].index("w")
        left, operator, right = (tokens[offset + step].text for step in range(3))
        if left == right and operator in {"=", "<=", ">=", "like", "=="}:
            return False
        return not (part == "w~s" and right in _EVERYTHING and operator != "not")
    return any(letter in _NAMES for letter in kinds[start:end])
