"""The cheap first look: could a text hold SQL at all, and where?

Owns the patterns for the shared scanner. They ask for less than any construct needs, so a value that none of them
matches cannot reach the bar. Long texts are read in windows around them, telling patterns first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from policy.text.scanner import Pattern, Scan, Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

_HALF: Final = 512
"""Characters read on either side of a hit."""
_MOST: Final = 14
"""Windows read of one text."""
_PER_PATTERN: Final = 4

# `\W` in what follows is any blank, bracket or comment sign: attackers choose between dozens.
_TELLING: Final = (
    Pattern("sql.union", r"\b(?:union|intersect|except|minus)\b[^;]{0,40}(?:\b|[0-9])select\b", is_caseless=True),
    Pattern("sql.stack", r";[\s(]{0,9}(?:drop|delete|insert|update|alter|create|exec|execute|declare|truncate|shutdown|"
            r"waitfor|select|grant|call|merge|replace|load|copy|backup|if|begin|set|handler)\b", is_caseless=True),
    Pattern("sql.call", r"(?:sleep|benchmark|extractvalue|updatexml|load_file|xp_[a-z]{3}|sp_[a-z]{3}|waitfor|randomblob|"
            r"receive_message|utl_[a-z]{3}|dbms_[a-z]{2}|pg_[a-z]{3}|outfile|dumpfile|analyse|json_keys|xmltype|"
            r"information_schema|sysobjects|sqlite_|@@[a-z])", is_caseless=True),
    Pattern("sql.tautology", r"(?:or|and|\|\||&&|having|where)[\s(!'\"+/*~-]{0,12}[\w.]{1,16}[\s'\")]{0,6}"
            r"(?:[=<>]|like|between|in\b|is\b)", is_caseless=True),
    Pattern("sql.quote-comment", r"['\"`)][\s);]{0,6}(?:--|#|/\*|;)"),
)  # fmt: skip
_LOOSE: Final = (
    Pattern("sql.word", r"(?:select|union|or|and|xor|having|where|order|group|like|rlike|regexp|case|procedure|into|limit|"
            r"delete|drop|insert|update|exec|execute|declare|alter|create|truncate|grant|shutdown|sleep|char|chr|concat|"
            r"version|database|between|div|exists|true|false|null|table|cast|convert|user|schema)", is_caseless=True),
    Pattern("sql.sign", r"['\"`][^\w]{0,6}[|=&+*/^%<>!~-]|\|\||&&|/\*|--|@@|\$[a-z]{2}|0x[0-9a-f]{4}", is_caseless=True),
    Pattern("sql.encoded", r"%[0-9a-fu]{2}|&#|&[a-z]{2,6};|\\[xu][0-9a-f]{2}|\A[0-9A-Za-z+/_-]{12,18}", is_caseless=True),
    Pattern("sql.foreign", r"[\xc2-\xf4]"),
)  # fmt: skip
PATTERNS: Final[tuple[Pattern, ...]] = (*_TELLING, *_LOOSE)
"""For the shared scanner."""
_NAMES: Final = frozenset(pattern.name for pattern in PATTERNS)


def may_be_sql(scan: Scan) -> bool:
    """Say whether a value is worth judging; False only if `detect_value` would not refuse it."""
    return not scan.hits.isdisjoint(_NAMES)


@cache
def _scanner() -> Scanner:
    return Scanner(_TELLING)


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a long text that are worth reading: both ends, and around what tells most."""
    spans = [(0, 2 * _HALF), (len(text) - 2 * _HALF, len(text))]
    scan = _scanner().scan(text)
    for pattern in _TELLING:
        hits = scan.spans(pattern.name)
        half = _PER_PATTERN // 2
        for start, end in (*hits[:half], *hits[half:][-half:]):
            spans.append((max(0, start - _HALF), min(len(text), end + _HALF)))
    yield from list(dict.fromkeys(spans))[:_MOST]
