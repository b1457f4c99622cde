"""The cheap first look: could a text hold SQL at all, and where?

Owns the pattern for the shared scanner, and those for short texts behind it. They ask for less than any construct
needs, so a value that none of them matches cannot reach the bar. Long texts are read in windows around the telling ones.
"""

from __future__ import annotations

from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from policy.text.scanner import Pattern, Scan, Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORT: Final = 8_192
"""Characters of a text that is looked at more closely before it is judged."""
_HALF: Final = 320
"""Characters read on either side of a hit."""
_MOST: Final = 10
"""Windows read of one text."""
_PER_PATTERN: Final = 4
_HEADS: Final = 16
"""Second statements read of one text."""

# `\W` in what follows is any blank, bracket or comment sign: attackers choose between dozens.
_TELLING: Final = (
    Pattern("sql.union", r"\b(?:union|intersect|except|minus)\b[^;]{0,40}(?:\b|[0-9])select\b", is_caseless=True),
    Pattern("sql.stack", r";[\s(]{0,9}(?:drop|delete|insert|update|alter|create|exec|execute|declare|truncate|shutdown|"
            r"waitfor|select|grant|call|merge|replace|load|copy|backup|if|begin|set|handler)\b", is_caseless=True),
    Pattern("sql.call", r"(?:sleep|benchmark|extractvalue|updatexml|load_file|xp_[a-z]{3}|sp_[a-z]{3}|waitfor|"
            r"randomblob|receive_message|utl_[a-z]{3}|dbms_[a-z]{2}|pg_[a-z]{3}|outfile|dumpfile|analyse|json_keys|xmltype|"
            r"information_schema|sysobjects|sqlite_|@@[a-z])", is_caseless=True),
    Pattern("sql.tautology", r"(?:or|and|\|\||&&|having|where)[\s(!'\"+/*~-]{0,12}[\w.]{1,16}[\s'\")]{0,6}"
            r"(?:[=<>]|like|between|in\b|is\b)", is_caseless=True),
    Pattern("sql.quote-comment", r"['\"`)][\s);]{0,6}(?:--|#|/\*|;)"),
)  # fmt: skip
_LOOSE: Final = (
    # A connective in front of anything an operand or an operator begins with; plain prose seldom has that.
    Pattern(
        "sql.connective",
        r"(?:\A|[^a-z])(?:or|and|xor|eqv|having|where|rlike|regexp|like|between|div|mod|is|in|not)"
        r"(?:[^a-z]{0,13}(?:[0-9@'\"({=<>!~+#;-]|true|false|null|unknown|not|exists|pi|current|utc)"
        r"|[^a-z]{1,6}\w{1,40}[^\w,.?]{1,6}(?:[=<>|&#]|like|is|in|--)|[^a-z]{1,6}\w{1,40}\s{0,3}\()",
        is_caseless=True,
    ),
    Pattern(
        "sql.verb",
        r"select|union|procedure|limit|(?:order|group)[^a-z]{1,9}by|delete|drop|insert|update|exec|declare|alter|create|"
        r"truncate|grant|shutdown|case[^a-z].{0,80}when|merge|call[^a-z]|replace[^a-z]|load[^a-z]",
        is_caseless=True,
    ),
    Pattern(
        "sql.function",
        r"(?:sleep|chr|char|concat|version|database|cast|convert|user|schema|ascii|ord|hex|unicode|iif|elt|if|make_set|"
        r"repeat|exp|row|file|eval|exec|dblink|randomblob|zeroblob|substr|substring|mid|f|get_host_\w{4,7})[^\w]{0,9}\(",
        is_caseless=True,
    ),
    Pattern(
        "sql.sign",
        r"['\"`][^\w]{0,6}(?:[|=&+*/^%<>!~#;-]|\b(?:is|mod|div|in|or|and|not|like|sounds|xor|rlike|regexp|union|having|order|group|limit)\b)"
        r"|\|\||&&|/\*|--|@@|\)\(|\*\(|-(?:true|false)|\$[a-z]{2}|0x[0-9a-f]{4}|[0-9][0-9.]{0,20}(?:union|or|and)\b",
        is_caseless=True,
    ),
    Pattern(
        "sql.encoded",
        r"%[0-9a-fu][0-9a-f]|&#|&[a-z]{2,6};|\\[xu][0-9a-f{]|\A\s{0,9}[0-9A-Za-z+/_-]{12,18}",
        is_caseless=True,
    ),
    # What NFKC or a best-fit mapping may turn into a quote, a dash or a letter: not the letters of other scripts.
    Pattern("sql.foreign", r"\xc2[\xa0-\xbf]|\xca[\xb9-\xbf]|\xe2[\x80-\x9f]|\xef[\xbc-\xbf]|\xf0\x9d|\xcb"),
)
# What any of them begins with or holds: found in the first words of most texts, and then no longer looked for.
_ANY: Final = Pattern(
    "sql.any",
    r"['\"`=<>|&#;(%\\@*$+!~^_-]|[\x80-\xff]|[0-9a-z+/]{12}|0x|[0-9](?:or|and|union)|or|and|having|where|like|regexp|between"
    r"|div|mod|is|in|not|select|union|intersect|except|procedure|limit|group|delete|drop|update|exec|declare|alter|create"
    r"|truncate|shutdown|case|merge|call|replace|load|sleep|benchmark|xmltype|analyse|outfile|dumpfile|sysobjects",
    is_caseless=True,
)
PATTERNS: Final[tuple[Pattern, ...]] = (_ANY,)
"""For the shared scanner: one pattern that costs long texts nothing."""


def may_be_sql(scan: Scan) -> bool:
    """Say whether a value is worth judging; False only if `detect_value` would not refuse it."""
    return _ANY.name in scan.hits and (
        len(scan.text) > _SHORT or bool(_closer().which(scan.text.encode("utf-8", "surrogatepass")))
    )


@cache
def _closer() -> Scanner:
    """For short texts only; together the patterns are slow."""
    return Scanner((*_TELLING, *_LOOSE))


@cache
def _scanner() -> Scanner:
    return Scanner(_TELLING)


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a long text that are worth reading: both ends, and around what tells most."""
    yield 0, 2 * _HALF
    yield len(text) - 2 * _HALF, len(text)
    scan = _scanner().scan(text)
    places = [_spread(scan.spans(pattern.name), _PER_PATTERN) for pattern in _TELLING]
    read: list[int] = []
    # Round by round, so that a flood of one pattern leaves room for the others.
    for place in (place for row in zip_longest(*places) for place in row if place):
        if len(read) < _MOST and all(abs(place[0] - other) > _HALF // 2 for other in read):
            read.append(place[0])
            yield max(0, place[0] - _HALF), min(len(text), place[1] + _HALF)


def heads(text: str) -> list[int]:
    """Return where further statements of a long text may begin, behind their `;`."""
    return [start + 1 for start, _ in _spread(_scanner().scan(text).spans("sql.stack"), _HEADS)]


def _spread(spans: tuple[tuple[int, int], ...], count: int) -> list[tuple[int, int]]:
    """Take so many of a row, from both ends and evenly between."""
    if len(spans) <= count:
        return list(spans)
    return [spans[index * (len(spans) - 1) // (count - 1)] for index in range(count)]
