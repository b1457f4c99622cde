"""All rows of all tables, by the form of what is written.

Owns the index that `walk` looks candidates up in: a dictionary look-up for each token of a text, whatever the number of
rows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from policy.detectors.pii import (
    cards,
    dialed,
    identifiers_americas,
    identifiers_asia,
    identifiers_europe,
    identifiers_germany,
    identifiers_north,
    identifiers_south,
    identifiers_things,
)
from policy.detectors.pii.forms import forms
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from policy.detectors.pii.kinds import Kind

KINDS: Final[tuple[Kind, ...]] = (
    *cards.KINDS,
    *identifiers_americas.KINDS,
    *identifiers_north.KINDS,
    *identifiers_germany.KINDS,
    *identifiers_europe.KINDS,
    *identifiers_asia.KINDS,
    *identifiers_south.KINDS,
    *identifiers_things.KINDS,
    *dialed.KINDS,
)
TRIGGER: Final = "pii.forms"
PATTERNS: Final = (Pattern(TRIGGER, r"[0-9][0-9A-Za-z .:/+()-]{3}[0-9A-Za-z]"),)
"""Something with a digit and some length: cheap because almost any text with numbers has it at once."""

type Row = tuple[re.Pattern[str], Kind]
type Index = dict[bytes, tuple[Row, ...]]


@cache
def by_form() -> tuple[Index, frozenset[bytes]]:
    """Return the rows of each form, and how some form begins, up to and with a separator."""
    found: dict[bytes, list[Row]] = {}
    for kind in KINDS:
        shape = re.compile(kind.shape, re.ASCII | (re.IGNORECASE if kind.is_caseless else 0))
        for form in sorted(forms(kind.shape)):
            found.setdefault(form.encode(), []).append((shape, kind))
    begun = frozenset(form[: separator.end()] for form in found for separator in _SEPARATED.finditer(form))
    return {form: tuple(rows) for form, rows in found.items()}, begun


_SEPARATED: Final = re.compile(rb"[^9A]")
