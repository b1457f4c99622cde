"""Evidence that needs the tokens themselves and not only their letters: equal words, lengths, what a tail says.

Owns these signals; each is a function from a reading to points. Points below zero are restraint: a sentence has
connectives, quotes and dashes as well, but its words follow each other without operators.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.words import PROSE, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.context import Reading
    from policy.detectors.sql.tokens import Token

type Signal = tuple[str, str, float]
"""Name, rule, points."""

QUOTED: Final = "quoted-statement"
"""Name of the signal of a sentence that quotes a statement."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}+")
_SENTENCE: Final = PROSE - word_set(
    "a all any are by i if in into not so than then one new only two have is up as"
)
_SHORT_TAIL: Final = re.compile(
    r"(?:(?:--|/\*)[\s+;\-#*/%\x00]*+[^\s'\"]{0,24}+|#[\s+;\-#*/%\x00]*+)[\s\-*/'\")(]*+\Z"
)
_GLUED: Final = re.compile(r"(?:or|and|xor)(\d{1,9})\Z")
# A constant in brackets or in a function, or a sum of them, and a comment that hides what follows.
_CONSTANT: Final = re.compile(r"\^(?:[(Nu]*+(?:f\()?)*+[nskv]\)*+(?:[+u|][(Nu]*+[nskv]\)*+){0,9}(?<!\^n)(?<!\^s)(?<!\^k)E\Z")
_CUT: Final = re.compile(r"b[);]*+E\Z")
_TABLE_PAIR: Final = re.compile(r"ww")
_VIOLATION: Final = re.compile(r"[nvk][nvkwWsS]|[ws][nvkfV]|s[swSW]|wS|\)[nvk]|[=~&|][=&|)]|\([=&|]|o|h")
_HEX: Final = re.compile(r"0x[0-9a-f]{2,}+\Z")
_CALLS: Final = frozenset({"char", "chr", "nchar", "unichar"})
_CODES: Final = frozenset({"ascii", "ord", "unicode", "hex", "asc", "asciistr"})
_PARTS: Final = frozenset({"substr", "substring", "mid", "left", "right", "substrc", "lower", "length"})
_STRONG: Final = frozenset("UDQOYMZX")
"""Letters that apostrophes do not explain away."""
_LOOKED_AT: Final = 512
"""Tokens."""
_SHORT: Final = 3
"""Letters of a break, an operator and an open string."""
_CONDITIONS: Final = frozenset("&Cf")
_LONG: Final = 3
"""Words behind the last quote that make it the apostrophe of a sentence, or the end of a quoted argument."""
_HUGE: Final = 6
"""Digits of a count of bytes or rows that is there to burn time."""


def signals(reading: Reading, text: str) -> Iterator[Signal]:
    """Say what tokens tell beyond their letters; `text` is the whole value."""
    yield from _sameness(reading)
    yield from _calls(reading)
    yield from _spelling(reading)
    yield from _quotes(reading, text)
    yield from _glued(reading)
    yield from _arithmetic(reading)
    if not reading.quote and reading.kinds[-1] == "E" and is_valid(reading):
        yield from _tail_expression(reading)
    elif not reading.quote and _CONSTANT.match(reading.kinds) and not (reading.shape.tail or "").strip("-/*+ "):
        yield "tail-constant", "sql.comment-evasion", 7.0
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
    return any(
        first.text == "/" and second.text == "0" for first, second in pairwise(tokens[:_LOOKED_AT])
    )


def _tail_expression(reading: Reading) -> Iterator[Signal]:
    """An expression of SQL, nothing else, and the beginning of a comment that has no text."""
    tail = reading.shape.tail or ""
    letters = set(reading.kinds)
    if not tail.strip("-/*+ ") and tail[0] != "#" and letters & set("&~fVQRv") and "ww" not in reading.kinds:
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


def _hugs(reading: Reading, text: str) -> bool:
    """`what 'SELECT 1' does`: blanks outside the quotes and none within, as a sentence quotes."""
    last = reading.shape.tokens[-1]
    opens = reading.shape.tokens[0].start
    return (
        reading.prefix[-1:].isspace()
        and opens == len(reading.prefix) + 1
        and last.text[1:2].isspace()
        and not text[last.start - 1 : last.start].isspace()
    )


def _quotes(reading: Reading, text: str) -> Iterator[Signal]:
    """What only shows where a quote was closed: a tail that hides the rest, a quote opened for the statement's own."""
    if not reading.quote:
        return
    kinds, tokens = reading.kinds, reading.shape.tokens
    prefix_words = len(_WORD.findall(reading.prefix[-200:]))
    one = prefix_words <= 1 and " " not in reading.prefix.strip()
    tail = reading.shape.tail
    if tail is not None and one and _CUT.match(kinds) and _SHORT_TAIL.match(tail):
        yield (
            "quote-comment",
            "sql.auth-bypass",
            7.0 if prefix_words or ")" in kinds or not reading.prefix else 6.0,
        )
    last = tokens[-1]
    reopened = kinds[-1] == "S" and last.text[:1] == reading.quote
    suffix_words = len(_WORD.findall(last.text[1:200])) if reopened else 0
    if kinds[-1] == "S" and not reopened:
        yield "wrong-quote", "sql.auth-bypass", -4.0
    elif reopened and (
        _is_argument(reading, last) or (reading.quote == '"' and _is_quotation(reading, last))
    ):
        yield "quotation", "sql.auth-bypass", -5.0
    elif reopened and prefix_words > 1 and suffix_words and _hugs(reading, text):
        yield QUOTED, "sql.auth-bypass", -5.0
    elif reopened and suffix_words >= _LONG and not set(kinds) & _STRONG:
        yield "long-quotation", "sql.auth-bypass", -3.0
    elif reopened and one and suffix_words <= 1 and " " not in last.text[1:].strip():
        yield "short-operands", "sql.auth-bypass", 2.0
    if (reopened or kinds[-1] == "E") and kinds[1] in "&=~|+uUBGHLDZ;,)" and is_valid(reading):
        whole = (
            one and suffix_words <= 1 and (len(kinds) > _SHORT or kinds[-1] == "E") and kinds.count("w") <= 1
        )
        yield (
            "fits",
            "sql.boolean-injection",
            7.0 if whole else 3.0 if (one and suffix_words < _LONG) or kinds[-1] == "E" else 0.5,
        )
    elif not reading.prefix and kinds[1] == "&":
        yield "quote-first", "sql.boolean-injection", 2.0 if violations(reading) == 0 else 0.0
    elif kinds[-1] not in "SE" and kinds[-1] in "sw)" and not set(kinds) & set("UDQZXYM"):
        yield "dangling", "sql.boolean-injection", -1.0


def _is_argument(reading: Reading, last: Token) -> bool:
    """`LIKE '%foo%'`: a whole string behind a word, in the quotes that belong to it."""
    return len(last.text) == 1 and reading.prefix[-1:] == " " and reading.prefix.strip() != ""


def _is_quotation(reading: Reading, last: Token) -> bool:
    """`"LIKE" stamp`, `small "&" sign`: one word or sign in double quotes, as prose and searches have it."""
    return (
        len(reading.kinds) == _SHORT
        and (not reading.prefix or reading.prefix[-1] == " ")
        and not last.text[1:2].isalnum()
    )


def is_valid(reading: Reading) -> bool:
    """True if operands and operators alternate as in SQL, some operator is there, and nothing is foreign to SQL."""
    return violations(reading) == 0 and any(letter in "&=~|+uUQ" for letter in reading.kinds)


def violations(reading: Reading) -> int:
    """Count the places where operands follow each other as words of a sentence do."""
    return sum(1 for _ in _VIOLATION.finditer(reading.kinds, 1)) + prose(reading)


def prose(reading: Reading) -> int:
    """Count pairs of plain words, but for aliases of tables."""
    kinds, tokens = reading.kinds[1:], reading.shape.tokens
    count = 0
    for match in _TABLE_PAIR.finditer(kinds):
        at = match.start()
        before = kinds[at - 1] if at else ""
        if before in {"D", "d", "F", "J"} or "_" in tokens[at].text or "." in tokens[at].text:
            continue
        count += 1
    return count


def is_quoted_in_prose(text: str, tail: str | None) -> bool:
    """True for a sentence *about* an injection: prose before it, and prose behind it where the comment begins."""
    if tail is None or len(_WORD.findall(tail[:300])) < 2:
        return False
    words = [word.lower() for word in _WORD.findall(text[:1000])]
    return len(words) > 5 and sum(word in _SENTENCE for word in words) > 1


def is_sentence(text: str) -> int:
    """Count the words that hold an English sentence together."""
    return sum(word.lower() in _SENTENCE for word in _WORD.findall(text[:1000]))
