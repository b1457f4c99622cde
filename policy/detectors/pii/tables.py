"""All rows of all tables, by the shape they share.

Owns the scanner's patterns of the tables: equal shapes are one pattern, found once and judged by each row in turn.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import (
    identifiers_americas,
    identifiers_asia,
    identifiers_europe,
    identifiers_things,
)
from policy.text.scanner import MAX_REPORTS, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.found import Found
    from policy.detectors.pii.kinds import Kind
    from policy.detectors.pii.page import Page
    from policy.text.scanner import Span

KINDS: Final[tuple[Kind, ...]] = (
    *identifiers_americas.KINDS,
    *identifiers_europe.KINDS,
    *identifiers_asia.KINDS,
    *identifiers_things.KINDS,
)
MAX_JUDGED: Final = 20_000
"""Matches of one shape that are judged; what comes after them in one text is not read."""


def _name(kind: Kind) -> str:
    digest = blake2b(f"{kind.shape}{kind.is_caseless}".encode(), digest_size=4).hexdigest()
    return f"pii.shape.{digest}"


def _grouped() -> dict[str, tuple[Kind, ...]]:
    shapes: dict[str, tuple[Kind, ...]] = {}
    for kind in KINDS:
        shapes[_name(kind)] = (*shapes.get(_name(kind), ()), kind)
    return shapes


BY_SHAPE: Final = _grouped()
PATTERNS: Final = tuple(
    Pattern(name, kinds[0].shape, is_caseless=kinds[0].is_caseless) for name, kinds in BY_SHAPE.items()
)
_IN_PYTHON: Final = {
    name: re.compile(kinds[0].shape, re.ASCII | (re.IGNORECASE if kinds[0].is_caseless else 0))
    for name, kinds in BY_SHAPE.items()
}
"""For texts with more matches than the scanner reports: bounded repeats between edges, so linear here as well."""
NAMES: Final = frozenset(BY_SHAPE)


def read(page: Page, rules: frozenset[str] | None) -> Iterator[Found]:
    """Judge every match of every shape that some row could believe.

    Args:
        page: the text.
        rules: that are asked for; None for all.
    """
    for name in sorted(page.scan.hits & NAMES):
        kinds = [
            kind for kind in BY_SHAPE[name] if (rules is None or kind.rule in rules) and kind.may_be(page)
        ]
        if not kinds:
            continue
        for start, end in _spans(page, name):
            for kind in kinds:
                found = kind.read(page, start, end)
                if found is not None:
                    yield found


def _spans(page: Page, name: str) -> Iterator[Span]:
    spans = page.scan.spans(name)
    yield from spans
    if len(spans) < MAX_REPORTS // 4 or not page.scan.is_flooded(name):
        return
    left = MAX_JUDGED
    for written in _IN_PYTHON[name].finditer(page.text, spans[-1][1]):
        left -= 1
        if left < 0:
            return
        yield written.span()
