"""Evidence that needs the tokens themselves and not only their letters: equal words, lengths, what a tail says.

Owns these signals; each is a function from a reading to points. Points below zero are restraint: a sentence has
connectives, quotes and dashes as well, but its words follow each other without operators.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.quotes import quote_signals
from policy.detectors.sql.validity import is_valid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.context import Reading
    from policy.detectors.sql.quotes import Signal
    from policy.detectors.sql.tokens import Token

_GLUED: Final = re.compile(r"(?:or|and|xor)(\d{1,9})\Z")
# A constant in brackets or in a function, or a sum of them, and a comment that hides what follows.
_CONSTANT: Final = re.compile(
    r"\^(?:[(Nu]*+(?:f\()?)*+[nskv]\)*+(?:[+u|][(Nu]*+[nskv]\)*+){0,9}(?<!\^n)(?<!\^s)(?<!\^k)E\Z"
)
_LEAD_NAMES: Final = re.compile(r"\^\)*+&[N(]*+w=w\)*+(?:E|;|\Z)")
"""`or name=name`; with `==` it is a line of a program."""
_HEX: Final = re.compile(r"0x[0-9a-f]{2,}+\Z")
_CALLS: Final = frozenset({"char", "chr", "nchar", "unichar"})
_CODES: Final = frozenset({"ascii", "ord", "unicode", "hex", "asc", "asciistr"})
_PARTS: Final = frozenset({"substr", "substring", "mid", "left", "right", "substrc", "lower", "length"})
_LOOKED_AT: Final = 512
"""Tokens."""
_CONDITIONS: Final = frozenset("&Cf")
_HUGE: Final = 6
"""Digits of a count of bytes or rows that is there to burn time."""


def signals(reading: Reading, text: str) -> Iterator[Signal]:
    """Say what tokens tell beyond their letters; `text` is the whole value."""
    yield from _sameness(reading)
    yield from _calls(reading)
    yield from _spelling(reading)
    yield from quote_signals(reading, text)
    yield from _glued(reading)
    if _LEAD_NAMES.match(reading.kinds) and any(token.text == "=" for token in reading.shape.tokens):
        yield "lead-names", "sql.boolean-injection", 7.0
    yield from _arithmetic(reading)
    if not reading.quote and reading.kinds[-1] == "E":
        yield from _tail(reading)
    if reading.shape.executables:
        yield "executable-comment", "sql.comment-evasion", 4.0
    if reading.shape.inline_comments and "/**/" in text:
        yield "inline-comment", "sql.comment-evasion", 2.0


def _arithmetic(reading: Reading) -> Iterator[Signal]:
    """`5 > 3 and 2 < 4` is a lesson in arithmetic; a division by zero in a condition asks for an error."""
    if "n+n" in reading.kinds and set(reading.kinds) & _CONDITIONS and _by_zero(reading.shape.tokens):
        yield "division-by-zero", "sql.error-based", 3.5
    if re.match(r"\^[~w]?u?n=u?n&u?n=u?no?\Z", reading.kinds):
        yield "arithmetic", "sql.boolean-injection", -2.0


def _by_zero(tokens: tuple[Token, ...]) -> bool:
    return any(first.text == "/" and second.text == "0" for first, second in pairwise(tokens[:_LOOKED_AT]))


def _tail(reading: Reading) -> Iterator[Signal]:
    """An expression of SQL, nothing else, and the beginning of a comment that has no text."""
    tail = reading.shape.tail or ""
    is_bare = not tail.strip("-/*+ ")
    letters = set(reading.kinds)
    if is_bare and _CONSTANT.match(reading.kinds):
        yield "tail-constant", "sql.comment-evasion", 7.0
    elif not is_valid(reading):
        return
    elif is_bare and tail[0] != "#" and letters & set("&~fVQRv") and "ww" not in reading.kinds:
        yield "tail-expression", "sql.boolean-injection", 6.0
    elif letters & set("&=~fvQVRC"):
        yield "tail-expression", "sql.boolean-injection", 3.0


def _sameness(reading: Reading) -> Iterator[Signal]:
    """`or a=a`, `or x=y` at the start: a condition on names that no statement is known to have."""
    kinds, tokens = reading.kinds[1:], reading.shape.tokens
    for at, letter in enumerate(kinds[:256]):
        if letter != "&":
            continue
        left = _skip(kinds, at + 1)
        if kinds[left : left + 2] not in {"w=", "w~"}:
            continue
        right = _skip(kinds, left + 2)
        if right < len(tokens) and kinds[right] == "w" and tokens[right].text == tokens[left].text:
            yield "same-word", "sql.boolean-injection", 6.0
            return


def _skip(kinds: str, at: int) -> int:
    while at < len(kinds) and kinds[at] in "(uN":
        at += 1
    return at


def _calls(reading: Reading) -> Iterator[Signal]:
    """Functions that a blind injection waits with, or reads one character with."""
    tokens, kinds = reading.shape.tokens, reading.kinds[1:]
    for at, token in enumerate(tokens[:_LOOKED_AT]):
        letter = kinds[at]
        if letter == "Z" and kinds[at + 1 : at + 2] == "(":
            yield "delay-function", "sql.time-delay", _delay(tokens, kinds, at)
        elif letter == "f" and token.text in _CODES and _reads(tokens, at):
            yield "character-extraction", "sql.boolean-injection", 7.0
        elif letter == "R" and any(_is_huge(other) for other in tokens[at + 1 : at + 16]):
            yield "heavy-function", "sql.time-delay", 7.0 if token.text in {"randomblob", "zeroblob"} else 5.0


def _spelling(reading: Reading) -> Iterator[Signal]:
    """Strings without quotes, and variables of the server."""
    tokens, kinds = reading.shape.tokens, reading.kinds[1:]
    characters = variables = hexes = 0
    for at, token in enumerate(tokens[:_LOOKED_AT]):
        letter = kinds[at]
        if letter == "f" and token.text in _CALLS and kinds[at + 2 : at + 3] == "n":
            characters += 1
        elif letter == "v" and token.text.startswith("@@") and len(token.text) > len("@@v"):
            variables += 1
        elif letter == "n" and _HEX.match(token.text):
            hexes += 1
    if characters > 1:
        yield "spelled-string", "sql.comment-evasion", 4.0
    if variables:
        yield "server-variable", "sql.schema-probe", 4.0
    if hexes:
        yield "hex-string", "sql.comment-evasion", 1.5


def _reads(tokens: tuple[Token, ...], at: int) -> bool:
    """`ascii(substring(`: one character at a time is how blind injection reads."""
    return any(token.text in _PARTS for token in tokens[at + 2 : at + 5])


def _delay(tokens: tuple[Token, ...], kinds: str, at: int) -> float:
    """`pg_sleep(`: no other use; `benchmark(5000, f(..))`: two arguments; `sleep(5)`: any language has it."""
    name = tokens[at].text
    if name == "sleep":
        return 4.5 if kinds[at + 2 : at + 3] in {"n", "(", "s", "u", "f", "k", "v"} else 2.5
    if name == "benchmark":
        return 8.0 if kinds[at + 2 : at + 4] == "n," else 2.5
    return 8.0


def _is_huge(token: Token) -> bool:
    return token.form == "number" and len(token.text) >= _HUGE


def _glued(reading: Reading) -> Iterator[Signal]:
    """`'or1=1`, `1or1=1`: a connective that is one word with its operand."""
    tokens = reading.shape.tokens
    for at in range(min(2, len(tokens) - 2)):
        match = _GLUED.match(tokens[at].text) if tokens[at].form == "word" else None
        if match and (at or reading.quote) and tokens[at + 1].text == "=" and tokens[at + 2].form == "number":
            yield "glued-connective", "sql.boolean-injection", 7.0 if match[1] == tokens[at + 2].text else 4.0
