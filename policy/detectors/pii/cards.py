"""Payment cards: brand, length, Luhn (ISO/IEC 7812), and the groups they are written in.

A number of sixteen or fifteen digits that passes all three stands alone; rare lengths (12, 13, 14, 19) want groups, a
word, or the text to themselves. Does not catch: cards spread over several fields, digits spelled as words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import words
from policy.detectors.pii.checksums import compact, luhn
from policy.detectors.pii.found import SURE, Found, stands_free
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from policy.detectors.pii.page import Page

RULE: Final = "pii.credit-card"
BARE: Final = "pii.card-bare"
GROUPED: Final = "pii.card-grouped"
_TOPICS: Final = (words.topic("card"),)

PATTERNS: Final = (
    Pattern(BARE, r"\b(?:[2-6][0-9]{11,18}|1800[0-9]{11})\b"),
    Pattern(
        GROUPED,
        r"[2-6][0-9]{3}[ -]{1,2}(?:[0-9]{4}[ -]{1,2}[0-9]{4}[ -]{1,2}[0-9]|[0-9]{6}[ -]{1,2}[0-9]{4})",
    ),
)
_WRITTEN: Final = re.compile(
    r"[0-9]{4}([ -]{1,2})(?:[0-9]{4}\1[0-9]{4}\1(?:[0-9]{4}\1[0-9]{3}|[0-9]{4}|[0-9]{1})|[0-9]{6}\1[0-9]{4,5})(?![0-9])"
)
_AROUND_NUMBER: Final = re.compile(r"[0-9][.,]\Z|[A-Z]{2}[0-9]{2}[ -]?\Z|[0-9]{3,4}[ -]\Z")
_SUSPENDED: Final = 0.35


def _brand(digits: str) -> str:
    """Return the brand whose ranges and lengths a number fits, or the empty string."""
    size, four = len(digits), int(digits[:4])
    for name, low, high, sizes in _RANGES:
        if low <= four <= high and size in sizes:
            return name
    return ""


# First four digits from and to, and the lengths issued.
_RANGES: Final = (
    ("visa", 4000, 4999, {13, 16, 19}),
    ("mastercard", 5100, 5599, {16}),
    ("mastercard", 2221, 2720, {16}),
    ("amex", 3400, 3499, {15}),
    ("amex", 3700, 3799, {15}),
    ("diners", 3000, 3059, {14, 16}),
    ("diners", 3095, 3095, {14, 16}),
    ("diners", 3600, 3699, {14, 16, 19}),
    ("diners", 3800, 3999, {14, 16, 19}),
    ("discover", 6011, 6011, {16, 19}),
    ("discover", 6440, 6599, {16, 19}),
    ("jcb", 3528, 3589, {16, 19}),
    ("jcb", 2131, 2131, {15}),
    ("jcb", 1800, 1800, {15}),
    ("jcb", 3088, 3094, {16}),
    ("jcb", 3096, 3102, {16}),
    ("mir", 2200, 2204, {16, 19}),
    ("unionpay", 6200, 6299, {16, 17, 18, 19}),
    ("unionpay", 8100, 8171, {16, 19}),
    ("rupay", 6050, 6099, {16}),
    ("rupay", 8172, 8199, {16}),
    ("troy", 9792, 9792, {16}),
    ("elo", 5066, 5067, {16}),
    ("maestro", 5000, 5099, {12, 13, 14, 15, 16, 17, 18, 19}),
    ("maestro", 5600, 5899, {12, 13, 14, 15, 16, 17, 18, 19}),
    ("maestro", 6000, 6999, {12, 13, 14, 15, 16, 17, 18, 19}),
)


def read_bare(page: Page, start: int, end: int) -> Found | None:
    """Judge a run of digits."""
    text = page.text
    brand = _brand(text[start:end])
    if not brand or not luhn(text[start:end]) or _is_part(text, start, end):
        return None
    is_usual = end - start in {15, 16} and brand != "maestro"
    return _found(page, start, end, alone=0.8 if is_usual else 0.4, whole=0.93 if end - start > 13 else 0.7)


def read_grouped(page: Page, start: int, _end: int) -> Found | None:
    """Judge four groups, or the three of American Express and Diners."""
    written = _WRITTEN.match(page.text, start)
    if written is None or not stands_free(page.text, start, written.end()):
        return None
    digits = compact(written[0])
    if not _brand(digits) or not luhn(digits) or _is_part(page.text, start, written.end()):
        return None
    return _found(page, start, written.end(), alone=0.9, whole=0.95)


def _found(page: Page, start: int, end: int, *, alone: float, whole: float) -> Found | None:
    distance = page.distance(_TOPICS, start, end)
    if distance >= 0 or page.follows(RULE, start):
        confidence = 0.98 - max(distance, 0) * 0.001
    elif page.is_whole(start, end):
        confidence = whole
    else:
        confidence = alone - (_SUSPENDED if page.is_lowered(start) else 0)
    if confidence < SURE:
        return None
    page.note(RULE, end)
    return Found(start, end, RULE, "credit-card", confidence)


def _is_part(text: str, start: int, end: int) -> bool:
    """True inside a longer thing: a fraction, an IBAN, a list of groups that goes on, a UUID."""
    if _AROUND_NUMBER.search(text, max(0, start - 6), start):
        return True
    after = text[end : end + 6]
    return (after[:1] in {"-", ".", ","} and after[1:2].isdigit() and after[:1] != ",") or (
        after[:1] == " " and after[1:5].isdigit() and len(after[1:5]) == 4
    )
