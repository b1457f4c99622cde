"""Numbers taken apart: `4 2 4 2 ...`, `512_44_9032`, `4242 / 4242 / 4242 / 4242`, between any separators there are.

Somebody hides them, or a form has a box for each digit. They want a word beside them (cards also do with their check
digit, brand and groups of four), for lists of numbers look alike. Does not catch: digits with words or letters between.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import cards
from policy.detectors.pii.found import Found
from policy.detectors.pii.identifiers_americas import is_ssn
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.page import Page

SINGLE: Final = Pattern("pii.loose-single", r"[0-9](?:[ _./|*,-]{1,2}[0-9]){8}")
GROUPS: Final = Pattern(
    "pii.loose-groups", r"[0-9]{3}(?:[_/|,*]| ?[|,*/ -] )[0-9]{2,4}(?:[_/|,*]| ?[|,*/ -] )[0-9]{4}"
)
NUMBERS: Final = (SINGLE, GROUPS)

_SSN, _CARD = "pii.ssn", "pii.credit-card"
_SSN_DIGITS: Final = 9
_RUN: Final = re.compile(r"[0-9](?:[ _./|*,-]{0,3}[0-9]){8,18}(?![0-9])")
_LONGEST_GROUP: Final = 4
_NEAR: Final = 24
"""Characters between a word and such a number."""


def read(page: Page, rules: frozenset[str] | None) -> Iterator[Found]:
    """Find cards and Social Security numbers in pieces."""
    last = 0
    for pattern in NUMBERS:
        if pattern.name not in page.number_hits or not (
            pattern is GROUPS or page.has("card") or page.has("ssn")
        ):
            continue
        for place, _ in page.places(page.numbers, pattern):
            if place < last:
                continue
            start = max(last, _begin(page.plain, place))
            written = _RUN.match(page.plain, start)
            if written is None:
                continue
            last = written.end()
            found = _judge(page, start, written[0])
            if found is not None and (rules is None or found.rule in rules):
                yield found


def _begin(text: str, place: int) -> int:
    """Go back to the first digit of a group."""
    before = text[max(0, place - _LONGEST_GROUP) : place]
    return place - len(before) + len(before.rstrip("0123456789"))


def _judge(page: Page, start: int, raw: str) -> Found | None:
    digits = "".join(filter(str.isdigit, raw))
    end = start + len(raw)
    if len(digits) == _SSN_DIGITS:
        is_near = 0 <= page.distance(("ssn",), start, end) <= _NEAR
        return Found(start, end, _SSN, "ssn", 0.8) if is_near and is_ssn(digits) else None
    if not cards.is_card(digits):
        return None
    if 0 <= page.distance(("card",), start, end) <= _NEAR:
        return Found(start, end, _CARD, "credit-card", 0.85)
    groups = re.split("[^0-9]+", raw)
    is_grouped = len(groups) > 1 and all(len(group) == _LONGEST_GROUP for group in groups)
    return Found(start, end, _CARD, "credit-card", 0.7) if is_grouped and not page.is_lowered(start) else None
