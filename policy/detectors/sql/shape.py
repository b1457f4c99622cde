"""The shape of a text: its tokens as one string of letters, which patterns can be matched on.

Owns the fold from tokens to letters (classes in `words`): words of several words become one letter, a verb counts as
the head of a statement only where `verbs` says so, comments go but are counted. Invariant: `kinds` has one letter for
each of `tokens`; linear in the number of tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policy.detectors.sql.tokens import MAX_TOKENS, Token, tokenize
from policy.detectors.sql.verbs import is_head
from policy.detectors.sql.words import CATALOGS, FUNCTIONS, WORDS, word_set

_QUALIFIERS: Final = (
    "pg_catalog.",
    "master..",
    "master.dbo.",
    "master.sys.",
    "sys.",
    "dbo.",
    "mysql.",
    "public.",
    "..",
)
_DUAL: Final = word_set(
    "left right mod replace insert if char exists any all binary set match describe rownum isnull notnull"
)
"""Keywords that are functions where a bracket follows."""
_SOFT: Final = frozenset({"if", "while", "do", "call", "set", "begin", "show"})
_OPERATOR_FUNCTIONS: Final = frozenset({"like", "glob", "regexp", "in"})
_FORMS: Final = {"number": "n", "string": "s", "open": "S", "variable": "v", "other": "o"}
_PAIRS: Final[dict[str, dict[str, str]]] = {
    "order": {"by": "B", "siblings": "B"},
    "group": {"by": "B"},
    "not": dict.fromkeys(("like", "rlike", "regexp", "in", "between", "ilike", "similar", "glob"), "~"),
    "is": {"not": "~"},
    "sounds": {"like": "~"},
    "similar": {"to": "~"},
    "into": {"outfile": "O", "dumpfile": "O"},
    "procedure": {"analyse": "P"},
    "waitfor": {"delay": "Z", "time": "Z"},
    "boolean": {"mode": "m"},
}
_LETTERS_OF_OPERANDS: Final = frozenset("nswvk)")


@dataclass(frozen=True, slots=True)
class Shape:
    """A text as the rules see it."""

    kinds: str
    """One letter a token; see `words`."""
    tokens: tuple[Token, ...]
    """What the letters stand for."""
    inline_comments: int
    """Comments with code behind them."""
    executables: int
    """Comments that MySQL executes."""
    tail: str | None
    """The comment at the end, as written; None without one."""


def shape(text: str, start: int = 0, limit: int = MAX_TOKENS) -> Shape:
    """Fold agent-supplied text from an offset on, at most so many tokens."""
    everything = tokenize(text, start, limit)
    tail = everything[-1].text if everything and everything[-1].form == "comment" else None
    tokens = [
        token
        for token in everything
        if token.form != "comment" and token.text != "/*!" and not _is_void(token)
    ]
    executables = sum(token.text == "/*!" for token in everything)
    inline = sum(token.form == "comment" for token in everything) - (tail is not None)
    if "{" in text:
        tokens = _without_escapes(tokens)
    letters, kept = _fold(tokens)
    if tail is not None:
        letters.append("E")
        kept.append(everything[-1])
    return Shape("".join(letters), tuple(kept), inline, executables, tail)


def _is_void(token: Token) -> bool:
    """`1.e`: a number cut off in its exponent, which MySQL skips wherever it stands."""
    return token.form == "number" and token.text[-1] == "e" and token.text[:2] != "0x"


def _fold(tokens: list[Token]) -> tuple[list[str], list[Token]]:
    letters: list[str] = []
    kept: list[Token] = []
    index, count, in_between = 0, len(tokens), False
    while index < count:
        token = tokens[index]
        following = tokens[index + 1].text if index + 1 < count else ""
        step = 1
        if token.form == "word":
            pair = _PAIRS.get(token.text)
            if pair is not None and following in pair:
                letter, step = pair[following], 2
            else:
                letter = _word(tokens, index, letters[-1] if letters else "", following)
        else:
            letter = _FORMS.get(token.form) or WORDS.get(token.text, token.text)
        if in_between and letter == "&":
            letter, in_between = ",", False  # the AND of BETWEEN joins bounds, not conditions
        if letter == "~" and (token.text == "between" or following == "between"):
            in_between = True
        letters.append(letter)
        kept.append(token)
        index += step
    return letters, kept


def _without_escapes(tokens: list[Token]) -> list[Token]:
    """Leave of `{x 1}`, an escape of ODBC that MySQL takes around any operand, the operand."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        four = tokens[index : index + 4]
        if len(four) > 3 and four[0].text == "{" and four[3].text == "}" and four[1].form == "word":
            kept.append(four[2])
            index += 4
        else:
            kept.append(four[0])
            index += 1
    return kept


def _word(tokens: list[Token], index: int, before: str, following: str) -> str:
    written = tokens[index].text
    text = (
        written.replace("`", "").replace("[", "").replace("]", "")
        if written[0] in "`[" or "`" in written
        else written
    )
    letter = WORDS.get(text) if text == written else None
    if text == "table" and before and before in "UA":  # MySQL 8: `UNION TABLE users`
        return "Q"
    if following == "(":
        called = FUNCTIONS.get(text) or FUNCTIONS.get(_unqualified(text))
        if called and (letter is None or letter in "kTh" or text in _DUAL or _is_called(text, before)):
            may_begin = letter == "h" and before in {"", ";"} and is_head(tokens, index)
            return _head(tokens, index) if may_begin else called
        if letter is None:
            return "K" if _is_catalog(text) else "W"
    if letter == "h":
        return _head(tokens, index)
    return letter or _name(text)


def _name(text: str) -> str:
    """Letter of a word that is no keyword and is not called."""
    if FUNCTIONS.get(_unqualified(text)) == "M":
        return "M"
    if "." in text and FUNCTIONS.get(text) == "X":
        return "X"
    return "K" if _is_catalog(text) else "w"


def _head(tokens: list[Token], index: int) -> str:
    """`D`, or `d` for what begins a line of any programming language as well, or `h`."""
    if not is_head(tokens, index):
        return "h"
    following = tokens[index + 1].form if index + 1 < len(tokens) else ""
    return "d" if tokens[index].text in _SOFT and following != "variable" else "D"


def _is_called(text: str, before: str) -> bool:
    """`0=LIKE(..)`, `(LIKE('a','b'))`: SQLite's operators called as functions."""
    return text in _OPERATOR_FUNCTIONS and (not before or before not in _LETTERS_OF_OPERANDS) and text != "in"


def _unqualified(text: str) -> str:
    for qualifier in _QUALIFIERS:
        if text.startswith(qualifier):
            return text[len(qualifier) :]
    if text.startswith("@"):
        return text
    tail = text.rpartition(".")[2]
    return tail if tail.startswith(("xp_", "sp_oa")) else text


def _is_catalog(text: str) -> bool:
    return text in CATALOGS or ("." in text and text.partition(".")[0] in CATALOGS)
