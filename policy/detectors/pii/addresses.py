"""Something like a street address: a number, one to four words, a word for a street.

Light on purpose and LOW: no gazetteer, no language model. Does not catch: addresses without a street word, places
without a number, most languages that put the number last (German and Dutch ones with a street word are read).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.page import Page

STREET: Final = "pii.street"
STRASSE: Final = "pii.strasse"
BOX: Final = "pii.po-box"
RULE: Final = "pii.address"
_MAX: Final = 512
_BACK: Final = 48
_CONFIDENCE: Final = 0.45

PATTERNS: Final = (
    Pattern(
        STREET,
        r" (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Circle|Cir|Terrace|Parkway|Pkwy"
        r"|Highway|Hwy|Crescent|Way|Square|Sq|Trail|Plaza|Loop|Close|Mews)\b[.,\n ]",
    ),
    Pattern(
        STRASSE,
        r"(?:straße|strasse|str\.|weg|gasse|platz|allee|straat|laan) [0-9]{1,3}[a-z]?\b",
        is_caseless=True,
    ),
    Pattern(BOX, r"\bP\.?O\.? ?Box [0-9]{1,6}\b", is_caseless=True),
)
_TAIL: Final = re.compile(
    r"(?:\.?,? (?:Apt|Suite|Unit|Ste|#)\.? ?[0-9A-Z-]{1,6})?(?:,?\s[A-Z][A-Za-z .'-]{1,30},?"
    r" [A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?)?"
)
_WORD: Final = re.compile(r"[\w.'\u2019-]*\Z")


def read(page: Page) -> Iterator[Found]:
    """Find what looks like an address."""
    text, scan = page.text, page.scan
    for start, end in scan.spans(STREET)[:_MAX]:
        low = max(0, start - _BACK)
        head = _head(text[low:start])
        if head >= 0:
            tail = _TAIL.match(text, end - 1)
            yield Found(low + head, max(end - 1, tail.end() if tail else 0), RULE, "address", _CONFIDENCE)
    for start, end in scan.spans(STRASSE)[:_MAX]:
        word = _WORD.search(text[max(0, start - 30) : start])
        if (
            word
            and (word[0] or text[start : start + 1].isupper())
            and text[start - len(word[0]) : start + 1][:1].isupper()
        ):
            yield Found(start - len(word[0]), end, RULE, "address", _CONFIDENCE)
    for start, end in scan.spans(BOX)[:_MAX]:
        yield Found(start, end, RULE, "address", _CONFIDENCE)


def _head(before: str) -> int:
    """Index of the number that at most four capitalized words separate from the end, or -1."""
    at = len(before)
    for _ in range(5):
        blank = before.rfind(" ", 0, at)
        word = before[blank + 1 : at]
        if word[:1].isdigit() and word.rstrip(",").rstrip("ABCDabcd").isdigit():
            return blank + 1
        if blank < 0 or not word[:1].isupper():
            return -1
        at = blank
    return -1
