"""Tokens of SQL, of any dialect and of no dialect: what the rules on statements and on values read.

Owns the lexer. It knows nothing of grammar and never fails: what is no token of SQL is an `other`. Invariants: one
regular expression whose repeats are possessive, so the time is linear in the text (CWE-1333); at most `MAX_TOKENS`
tokens; spans are half-open offsets into the given text.

The lexer is lenient where servers differ, because an attacker picks the server: `--` needs no blank behind it, `#`
begins a comment, backslashes escape in strings, a string may stay open at the end, `/*!50000 ... */` is code.

Sources: the lexical chapters of the MySQL, PostgreSQL, SQL Server, Oracle and SQLite manuals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_TOKENS: Final = 4096
"""Read of one text; the rest is not looked at (long texts come in windows, see `value`)."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    form: str
    """`word`, `number`, `string`, `open` (a string without its end), `variable`, `operator`, `comment`, `other`."""
    text: str
    """Lower case; of a string: its quotes and what is in them as written."""
    start: int
    end: int


# Blanks are all that some server takes for one: controls, NBSP (MySQL in latin1) and the blanks of Unicode.
_BLANK: Final = r"[\s\x00-\x20\x7f\x80-\xa0\ufffd]"
_TOKEN: Final = re.compile(
    rf"""
      (?P<blank>{_BLANK}++)
    | (?P<executable>/\*M?!(?:\d{{5,6}})?+)
    | (?P<comment>--[^\n]*+|\#[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?)
    | (?P<close>\*/)
    | (?P<string>(?:\b[neqxb]|\bu&|\b_\w{{2,12}}+)?'(?:[^'\\]|\\.|'')*+'|"(?:[^"\\]|\\.|"")*+")
    | (?P<open>(?:\b[neqxb])?'(?:[^'\\]|\\.|'')*+\\?\Z|"(?:[^"\\]|\\.|"")*+\\?\Z)
    | (?P<number>0x[0-9a-f]++|0b[01]++(?![0-9a-z])
        |(?:\d++(?:\.\d*+)?+|\.\d++)(?:e[+-]?+\d++|e(?=\W|\Z)|[df](?=union\b))?+)
    | (?P<variable>@{{1,2}}+(?!>)(?:[\w$]++(?:\.[\w$]++)*+|`[^`]*+`)?+|\\n\b)
    | (?P<word>(?:[^\W\d]|`[^`\n]{{0,64}}+`|\[[^\W\d][\w\ ]{{0,64}}+\])(?:[\w$]*+)
        (?:\.{{1,2}}+(?:[^\W\d][\w$]*+|`[^`\n]{{0,64}}+`|\[\w[\w\ ]{{0,64}}+\]))*+)
    | (?P<operator>@>|<@(?!\w)|->>?|<=>|<>|!=|>=|<=|==|\|\||&&|::|:=|<<|>>|!<|!>|[-+*/%=<>!~^&|(),;])
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SKIPPED: Final = frozenset({"blank", "close"})


def tokenize(text: str, start: int = 0, limit: int = MAX_TOKENS) -> list[Token]:
    """Read the tokens of agent-supplied text from an offset on; executable comments give a token `/*!`."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text, start):
        form = match.lastgroup or "other"
        if form in _SKIPPED:
            continue
        written = match[0]
        if form == "executable":
            form, written = "operator", "/*!"
        elif form not in {"string", "open"}:
            written = written.lower()
        tokens.append(Token(form, written, match.start(), match.end()))
        if len(tokens) >= limit:
            break
    return tokens
