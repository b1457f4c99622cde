"""What only shows where a value closed a quote: a tail that hides the rest, a quote opened for the statement's own.

Owns these signals, and the restraint about quotes: apostrophes, quoted words and strings of programs close and open
quotes as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policy.detectors.sql.validity import is_valid, violations, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.context import Reading
    from policy.detectors.sql.tokens import Token

type Signal = tuple[str, str, float]
"""Name, rule, points."""

QUOTED: Final = "quoted-statement"
"""Name of the signal of a sentence that quotes a statement."""
_SHORT_TAIL: Final = re.compile(
    r"(?:(?:--|/\*)[\s+;\-#*/%\x00]*+[^\s'\"]{0,24}+|#[\s+;\-#*/%\x00]*+)[\s\-*/'\")(]*+\Z"
)
_RULER: Final = re.compile(r"-{4,}+[\s'\")]*+\Z")
_CUT: Final = re.compile(r"b[);]*+E\Z")
_LITERAL: Final = re.compile(r"b[=~+u|&,]{1,12}+S\Z")
_SEPARATORS: Final = frozenset(",):;]}")
_JOINS: Final = frozenset("&=~|+uUBGHLDZ;,)")
"""Letters that go on with a statement behind a value."""
_STRONG: Final = frozenset("UDQOYMZX")
"""Letters that apostrophes do not explain away."""
_ACTS: Final = frozenset("UDQZXYM")
_SHORT: Final = 3
"""Letters of a break, an operator and an open string."""
_LONG: Final = 3
"""Words behind the last quote that make it the apostrophe of a sentence, or the end of a quoted argument."""


class _Around(NamedTuple):
    """What stands before the quote that was closed, and behind the one that was opened."""

    prefix_words: int
    suffix_words: int
    last: Token
    is_one_word: bool
    """Before the quote."""
    is_reopened: bool


def quote_signals(reading: Reading, text: str) -> Iterator[Signal]:
    """Say what the quotes of a reading tell; `text` is the whole value."""
    if not reading.quote:
        return
    last = reading.shape.tokens[-1]
    prefix_words = words(reading.prefix[-200:])
    is_reopened = reading.kinds[-1] == "S" and last.text[:1] == reading.quote
    around = _Around(
        prefix_words,
        words(last.text[1:200]) if is_reopened else 0,
        last,
        prefix_words <= 1 and " " not in reading.prefix.strip(),
        is_reopened,
    )
    yield from _hidden_rest(reading, around)
    yield from _other_quote(reading, around, text)
    yield from _fit(reading, around)


def _hidden_rest(reading: Reading, around: _Around) -> Iterator[Signal]:
    """`admin'--`: nothing but a comment without text."""
    tail = reading.shape.tail
    if tail is None or not around.is_one_word or not _CUT.match(reading.kinds):
        return
    if _SHORT_TAIL.match(tail) and not _RULER.match(tail):
        is_clear = around.prefix_words or ")" in reading.kinds or not reading.prefix
        yield "quote-comment", "sql.auth-bypass", 7.0 if is_clear else 6.0


def _other_quote(reading: Reading, around: _Around, text: str) -> Iterator[Signal]:
    """What the second quote is: another one, the end of a quotation, or the start of a short operand."""
    if not around.is_reopened:
        if reading.kinds[-1] == "S":
            yield "wrong-quote", "sql.auth-bypass", -4.0
    elif _is_argument(reading, around.last) or _is_quotation(reading, around.last):
        yield "quotation", "sql.auth-bypass", -5.0
    elif _is_literal(reading, around.last):
        yield "literal", "sql.auth-bypass", -5.0
    elif around.prefix_words > 1 and around.suffix_words and _hugs(reading, text):
        yield QUOTED, "sql.auth-bypass", -5.0
    elif around.suffix_words >= _LONG and not set(reading.kinds) & _STRONG:
        yield "long-quotation", "sql.auth-bypass", -3.0
    elif around.is_one_word and around.suffix_words <= 1 and " " not in around.last.text[1:].strip():
        yield "short-operands", "sql.auth-bypass", 2.0


def _fit(reading: Reading, around: _Around) -> Iterator[Signal]:
    """Does it go on as SQL behind the quote, to a comment or to the quote of the statement?"""
    kinds = reading.kinds
    ends = around.is_reopened or kinds[-1] == "E"
    if ends and kinds[1] in _JOINS and is_valid(reading):
        yield "fits", "sql.boolean-injection", _fitness(kinds, around)
    elif not reading.prefix and kinds[1] == "&":
        yield "quote-first", "sql.boolean-injection", 2.0 if violations(reading) == 0 else 0.0
    elif kinds[-1] in "sw)" and not set(kinds) & _ACTS:
        yield "dangling", "sql.boolean-injection", -1.0


def _fitness(kinds: str, around: _Around) -> float:
    is_cut = kinds[-1] == "E"
    if (
        around.is_one_word
        and around.suffix_words <= 1
        and kinds.count("w") <= 1
        and (len(kinds) > _SHORT or is_cut)
    ):
        return 7.0
    return 3.0 if is_cut or (around.is_one_word and around.suffix_words < _LONG) else 0.5


def _is_literal(reading: Reading, last: Token) -> bool:
    """`'+',`, `'and':`, `(r'=', Operator)`: a string of a program that holds operators, and its code behind it."""
    behind = last.text[1:]
    is_code = behind[:1] in _SEPARATORS or (behind[:1].isspace() and not behind.strip().isalnum())
    return is_code and _LITERAL.match(reading.kinds) is not None


def _is_argument(reading: Reading, last: Token) -> bool:
    """`LIKE '%foo%'`: a whole string behind a word, in the quotes that belong to it."""
    return len(last.text) == 1 and reading.prefix[-1:] == " " and reading.prefix.strip() != ""


def _is_quotation(reading: Reading, last: Token) -> bool:
    """`"LIKE" stamp`, `small "&" sign`: one word or sign in double quotes, as prose and searches have it."""
    return (
        reading.quote == '"'
        and len(reading.kinds) == _SHORT
        and (not reading.prefix or reading.prefix[-1] == " ")
        and not last.text[1:2].isalnum()
    )


def _hugs(reading: Reading, text: str) -> bool:
    """`what 'SELECT 1' does`: blanks outside the quotes and none within, as a sentence quotes."""
    last = reading.shape.tokens[-1]
    return (
        reading.prefix[-1:].isspace()
        and reading.shape.tokens[0].start == len(reading.prefix) + 1
        and last.text[1:2].isspace()
        and not text[last.start - 1 : last.start].isspace()
    )
