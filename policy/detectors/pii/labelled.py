"""What only a word makes personal: dates of birth, account, passport and license numbers of any country.

Reads from the word to the value behind it (`passport number is C01X00T47`, `"dob": "1985-04-12"`), so a text without
such words costs nothing. Does not catch: values far from their word; words of languages that
`labels` and `words` do not know.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.found import Found
from policy.detectors.pii.labels import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.labels import Label
    from policy.detectors.pii.page import Page

_IN_FRONT: Final = frozenset({" ", "("})
"""What ends an expression of a value in front of a label."""
_BACK: Final = 56
"""Characters in front of a label that are read."""


def read(page: Page) -> Iterator[Found]:
    """Find what the labels of a text announce."""
    for label in LABELS:
        if label.pattern.name not in page.hits:
            continue
        value, before = _compiled(label)
        for begin, end in page.places(page.scan, label.pattern):
            found = _beside(label, value.match(page.plain, end) or _ahead(page, before, begin))
            if found is not None:
                yield found
            if page.columns.is_heading(begin):
                yield from _below(page, label, begin)


def _ahead(page: Page, before: re.Pattern[str] | None, begin: int) -> re.Match[str] | None:
    """The value in front of a label."""
    low = max(0, begin - _BACK)
    if (
        before is None
        or page.plain[begin - 1 : begin] not in _IN_FRONT
        or b"9" not in page.classes[low:begin]
    ):
        return None
    return before.search(page.plain, low, begin)


def _beside(label: Label, written: re.Match[str] | None) -> Found | None:
    if written and label.accepts(written[1]):
        return Found(*written.span(1), label.rule, label.kind, label.confidence)
    return None


def _below(page: Page, label: Label, heading: int) -> Iterator[Found]:
    """The values of the column that a label is the heading of."""
    value, _ = _compiled(label)
    for start, end in page.columns.cells(heading):
        written = value.match(page.plain, start, end)
        if written and written.end() == end and label.accepts(written[1]):
            yield Found(*written.span(1), label.rule, label.kind, label.confidence)


@cache
def _compiled(label: Label) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    flags = re.IGNORECASE if label.is_caseless else 0
    return re.compile(label.value, flags), re.compile(label.before, flags) if label.before else None
