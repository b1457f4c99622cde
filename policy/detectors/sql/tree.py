"""What a parser sees in a statement: `sqlglot` over the dialects, kept on a short leash.

Owns every call of `sqlglot`. The parser is recursive and tries several readings of a bracket, so it gets a text only
below caps of length, tokens and nesting, and never more than `_DIALECTS` dialects. Invariants: no exception and no log
line leaves this module; time is bounded by the caps.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from policy.detectors.sql.finding import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.shape import Shape

MAX_LENGTH: Final = 16_384
"""Characters."""
_MAX_TOKENS: Final = 1_200
"""With the dots of names, which make a tree as deep as brackets do."""
_SPARSE: Final = 2_048
_PER_TOKEN: Final = 32
"""Characters for each token and some more: what is longer is comments or blanks, which its lexer is slow on."""
_MAX_DEPTH: Final = 24
_MAX_SIGNS: Final = 24
_MAX_CASES: Final = 60
_MAX_NESTED: Final = 3
_MAX_BRACKETS: Final = 24
_PLAIN: Final = re.compile(r"\d{1,15}(?:\.\d{1,15})?\Z")
_OPEN: Final = frozenset("[{")
_CLOSE: Final = frozenset("]}")
_DIALECTS: Final = 3
_FAULTS: Final = (
    SqlglotError,
    RecursionError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
)

_STATEMENTS: Final = (exp.Query, exp.DML, exp.DDL, exp.Describe, exp.Alter, exp.Cache, exp.Set, exp.Show, exp.Use,
                      exp.Merge, exp.Transaction, exp.Commit, exp.Rollback)  # fmt: skip

# It warns of every statement that it keeps as a plain command; that is what `Command` is for.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def parse(text: str, shape: Shape, dialect: str | None = None) -> list[exp.Expr] | None:
    """Parse agent-supplied SQL; None if it is over the caps or parses in no dialect that was tried."""
    if not is_tame(text, shape):
        return None
    for name in _candidates(text, dialect):
        try:
            trees = sqlglot.parse(text, dialect=name, error_level=ErrorLevel.IMMEDIATE)
        except _FAULTS:
            continue
        return [tree for tree in trees if tree is not None]
    return None


def is_tame(text: str, shape: Shape) -> bool:
    """True below the caps: the parser recurses on brackets, CASE and signs, and takes no open bracket."""
    count = len(shape.kinds)
    if (
        len(text) > MAX_LENGTH
        or count + text.count(".") > _MAX_TOKENS
        or len(text) > _SPARSE + _PER_TOKEN * count
    ):
        return False
    depth = deepest = signs = most_signs = 0
    for letter in shape.kinds:
        depth += (letter == "(") - (letter == ")")
        deepest = max(deepest, depth)
        signs = signs + 1 if letter in "uNoQ" else 0
        most_signs = max(most_signs, signs)
    return (
        depth == 0
        and deepest <= _MAX_DEPTH
        and shape.kinds.count("C") <= _MAX_CASES
        and most_signs <= _MAX_SIGNS
        and _are_brackets_tame(shape)
    )


def _are_brackets_tame(shape: Shape) -> bool:
    """Square and curly brackets: the parser's work doubles with each one inside another."""
    depth = deepest = count = 0
    for token in shape.tokens:
        if token.form != "other":
            continue
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        deepest = max(deepest, depth)
        count += token.text in _OPEN
    return deepest <= _MAX_NESTED and count <= _MAX_BRACKETS


def _candidates(text: str, dialect: str | None) -> Iterator[str | None]:
    """The dialect that was named or the general one, then those that the text looks like."""
    given = dialect if dialect and dialect in sqlglot.Dialect.classes else ""
    names = [given]
    if "`" in text or "#" in text:
        names.append("mysql")
    if "[" in text or "@" in text:
        names.append("tsql")
    if "::" in text or "$" in text:
        names.append("postgres")
    names += ["" if given else "mysql", "postgres"]
    yield from list(dict.fromkeys(names))[:_DIALECTS]


def judge_trees(trees: list[exp.Expr], size: int) -> Iterator[Found]:
    """Find what the tokens cannot tell: writes whose condition folds to true.

    Args:
        trees: of one text.
        size: its length; a tree does not know where it stood.
    """
    for tree in trees:
        for node in tree.find_all(exp.Delete, exp.Update):
            where = node.args.get("where")
            if where is not None and fold(where.this) is True:
                rule = "sql.unbounded-delete" if isinstance(node, exp.Delete) else "sql.unbounded-update"
                yield Found(rule, 82, 0, size, "condition-always-true")


def is_statement(trees: list[exp.Expr]) -> bool:
    """True if a text is nothing but statements: no bare expression, nothing that only the fallback takes."""
    return bool(trees) and all(isinstance(tree, _STATEMENTS) for tree in trees)


def fold(node: exp.Expr | None, depth: int = 0) -> bool | None:
    """Value of a condition that does not depend on the row; None if it may."""
    if node is None or depth > 2 * _MAX_DEPTH:
        return None
    if isinstance(node, (exp.Paren, exp.Not)):
        inner = fold(node.this, depth + 1)
        return inner if inner is None or isinstance(node, exp.Paren) else not inner
    if isinstance(node, exp.Connector):
        return _connect(node, (fold(node.left, depth + 1), fold(node.right, depth + 1)))
    if isinstance(node, exp.Boolean) or (isinstance(node, exp.Literal) and not node.is_string):
        return node.this not in {False, "0", "0.0", ""}
    return _compare(node)


def _connect(node: exp.Connector, sides: tuple[bool | None, bool | None]) -> bool | None:
    """Combine three-valued truths: one side may decide alone, else both must be known."""
    if isinstance(node, exp.And):
        return False if False in sides else (None if None in sides else True)
    if isinstance(node, exp.Or):
        return True if True in sides else (None if None in sides else False)
    return None


def _compare(node: exp.Expr) -> bool | None:
    """Constants that are compared, and a column with itself."""
    if not isinstance(node, exp.Binary) or (node.find(exp.Column) and node.this != node.expression):
        return None
    if (
        isinstance(node, (exp.EQ, exp.NullSafeEQ, exp.GTE, exp.LTE, exp.Like))
        and node.this == node.expression
    ):
        return True
    if node.find(exp.Column, exp.Subquery, exp.Anonymous, exp.Func):
        return None
    return _order(node)


def _order(node: exp.Binary) -> bool | None:
    """Two constants that are not the same."""
    if isinstance(node, (exp.EQ, exp.NullSafeEQ)):
        return False
    if isinstance(node, exp.NEQ):
        return bool(node.this != node.expression)
    left, right = _number(node.this), _number(node.expression)
    if left is None or right is None:
        return None
    if isinstance(node, (exp.GT, exp.GTE)):
        return left > right
    return left < right if isinstance(node, (exp.LT, exp.LTE)) else None


def _number(node: exp.Expr) -> float | None:
    """A plain literal; what is longer than any honest one is not converted."""
    text = str(node.this) if isinstance(node, exp.Literal) and not node.is_string else ""
    return float(text) if _PLAIN.match(text) else None
