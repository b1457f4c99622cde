"""Judges a text that is SQL to be executed: what does it do?

Owns the walk over statements on tokens: splits at `;`, finds verbs where a statement can begin (also behind a CTE, in
a block, behind EXPLAIN), functions that reach files, commands or the clock, and traces of a value that was injected
before the text came here. `tree` adds what a parser sees; `dynamic` follows text that is run as SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.acts import judge_verb
from policy.detectors.sql.piece import HIGH, Piece
from policy.detectors.sql.words import PASSWORD_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.finding import Found
    from policy.detectors.sql.shape import Shape
    from policy.detectors.sql.tokens import Token

_NO_VERB_BEHIND: Final = frozenset({"on", "for", "after", "before", "or", "of", "instead", "key", "conflict"})
_DELAYS: Final = 80
_OUTWARD: Final = ("utl_http", "httpuritype", "utl_inaddr", "dbms_ldap", "utl_smtp", "utl_tcp")
_ORPHAN: Final = re.compile(r"(?<![a-z])['\"]|['\"](?![a-z])")
_TRUE: Final = re.compile(r"&[(u]*+([ns])\)*+[=~][(u]*+([nsS])")
_INJECTED_UNION: Final = re.compile(r"[=~][(]*+[sn]\)*+UA*+Q[nsvkVf]|=un\)*+UA*+Q|&n=n\)*+UA*+Q")
"""Literals where the columns of a table would stand; a number below zero, or a false condition, for no rows of its own."""
_CATALOG_CONDITION: Final = re.compile(r"&[Nf]*+\(++Q[^;]{1,60}?F\(*+K")
_COMPARED: Final = re.compile(r"&[(u]*+n=n(?![+u|])")
_HUGE_DIGITS: Final = 8


def judge_tokens(shape: Shape) -> list[Found]:
    """Judge every statement of a text."""
    found: list[Found] = []
    for number, piece in enumerate(pieces(shape)):
        here = list(_judge_piece(piece))
        if number and any(item.severity >= HIGH for item in here):
            found.append(piece.found("sql.stacked", 80, 0, "stacked-statement"))
        found += here
    found += _injected(shape)
    return found


def pieces(shape: Shape) -> Iterator[Piece]:
    """Split at `;`."""
    start = 0
    kinds = shape.kinds + ";"
    while start < len(shape.kinds):
        end = kinds.index(";", start)
        if end > start:
            yield Piece(shape.kinds[start:end], shape.tokens[start:end])
        start = end + 1


def _judge_piece(piece: Piece) -> Iterator[Found]:
    kinds, tokens = piece.kinds, piece.tokens
    for at, letter in enumerate(kinds):
        if letter in "Dd":
            if at and (
                tokens[at - 1].text in _NO_VERB_BEHIND
                or (tokens[at].text == "drop" and tokens[0].text == "alter")
            ):
                continue
            yield from judge_verb(piece, at)
        elif letter in "ZYMXROK":
            yield from _judge_call(piece, at)


def _judge_call(piece: Piece, at: int) -> Iterator[Found]:
    kinds, tokens = piece.kinds, piece.tokens
    letter, text, behind = kinds[at], tokens[at].text, kinds[at + 1 : at + 2]
    if (
        letter == "Z"
        and (behind == "(" or text == "waitfor")
        and (text != "benchmark" or kinds[at + 2 : at + 4] == "n,")
    ):
        yield piece.found("sql.time-delay", _DELAYS, at, text)
    elif letter == "Y" and behind == "(":
        yield piece.found("sql.file-access", 88, at, text)
    elif letter == "O":
        yield piece.found("sql.file-access", 90, at, "into-file")
    elif letter == "M" and (behind in {"(", "s", "S", "v"} or at == 0 or kinds[at - 1] in "Dd"):
        yield piece.found("sql.command-execution", 95, at, text)
    elif letter == "X" and text.startswith(_OUTWARD):
        yield piece.found("sql.command-execution", 85, at, text)
    elif letter == "X" and text in {"extractvalue", "updatexml"} and {"Q", "V"} & set(kinds[at : at + 12]):
        yield piece.found("sql.error-based", 75, at, text)
    elif letter == "R" and any(_is_huge(token) for token in tokens[at + 1 : at + 9]):
        yield piece.found("sql.time-delay", 72, at, text)
    elif (
        letter == "K"
        and text.replace("`", "").replace('"', "") in PASSWORD_TABLES
        and at
        and kinds[at - 1] in "FJ,("
    ):
        yield piece.found("sql.credential-table", 80, at, "password-table")


def _is_huge(token: Token) -> bool:
    return token.form == "number" and token.text.isdigit() and len(token.text) >= _HUGE_DIGITS


def _is_always_true(tokens: tuple[Token, ...]) -> bool:
    """`or 2 > 1`: numbers that differ, compared so that it holds."""
    connective, left, operator, right = tokens
    if connective.text not in {"or", "||"} or not (left.text.isdigit() and right.text.isdigit()):
        return False
    one, two = int(left.text[:9]), int(right.text[:9])
    return (operator.text in {">", ">="} and one > two) or (operator.text in {"<", "<="} and one < two)


def _injected(shape: Shape) -> Iterator[Found]:
    """Traces of a value that was put into the statement unescaped.

    A condition `OR 'x'='x'` has no other use; a comment at the end that holds a lone quote hides the rest of the
    statement that was meant; a UNION of literals behind a comparison reads from another table.
    """
    whole = Piece(shape.kinds, shape.tokens)
    for match in _TRUE.finditer(shape.kinds):
        at = match.start()
        left, right = shape.tokens[match.start(1)].text, shape.tokens[match.start(2)].text
        if shape.tokens[at].text in {"or", "||", "xor"} and left.strip("'\"") == right.strip("'\""):
            yield whole.found("sql.boolean-injection", 75, at, "or-true")
    for match in _COMPARED.finditer(shape.kinds):
        if _is_always_true(shape.tokens[match.end() - 4 : match.end()]):
            yield whole.found("sql.boolean-injection", 75, match.start(), "or-true")
    if _CATALOG_CONDITION.search(shape.kinds):
        yield whole.found("sql.schema-probe", 72, 0, "condition-on-catalog")
    tail = shape.tail
    if _INJECTED_UNION.search(shape.kinds) and (
        tail is not None or "=un" in shape.kinds or "&n=n" in shape.kinds
    ):
        yield whole.found("sql.union-injection", 72, 0, "union-of-literals")
    if tail is None or not shape.kinds[:-1]:
        return
    orphans = len(_ORPHAN.findall(tail.lower())) % 2
    if (
        orphans
        and shape.kinds[-2] in "snk)w;"
        and ("&" in shape.kinds or "U" in shape.kinds or shape.kinds[-2] == "s")
    ):
        yield whole.found("sql.auth-bypass", 75, len(shape.kinds) - 1, "orphan-quote")
