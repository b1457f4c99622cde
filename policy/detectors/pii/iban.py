"""Bank accounts in the form of an IBAN (ISO 13616): country, length, and MOD 97-10 over all of it.

Sure enough to stand alone whatever the words around it. Does not catch: national account numbers without IBAN unless a
word stands beside them (`labelled`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.pii.checksums import mod_97
from policy.detectors.pii.found import Found, stands_free

if TYPE_CHECKING:
    from policy.detectors.pii.page import Page

RULE: Final = "pii.iban"

_COUNTRIES: Final = (
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "AO CV GW LY MZ PT ST"),
    (26, "DZ IR IS TR"),
    (27, "BI CF CG CM DJ FR GA GQ GR IT KM MC MG MR SM TD"),
    (28, "AL AZ BF BJ BY CI CY DO GT HN HU LB MA ML NE NI PL SN SV TG"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
)
"""Length in characters and the countries that use it; with those that are registered only in part."""
_LENGTHS: Final = {country: size for size, names in _COUNTRIES for country in names.split()}
_BLANKS: Final = " -."


def read(page: Page, start: int) -> Found | None:
    """Read on from where two letters and two digits stand."""
    text = page.plain
    size = _LENGTHS.get(text[start : start + 2].upper())
    if size is None:
        return None
    end, plain = _collect(text, start, size)
    if len(plain) != size or not stands_free(text, start, end) or not mod_97(plain[4:] + plain[:4]):
        return None
    written = text[start:end]
    if written not in {written.upper(), written.lower()} and page.distance(("bank",), start, end) < 0:
        return None
    return Found(start, end, RULE, "iban", 0.98)


def _collect(text: str, start: int, size: int) -> tuple[int, str]:
    """Gather `size` letters and digits with at most one blank, dash or dot between two."""
    plain: list[str] = []
    at = start
    while len(plain) < size and at < len(text):
        char = text[at]
        if char.isascii() and char.isalnum():
            plain.append(char)
        elif char not in _BLANKS or text[at - 1] in _BLANKS:
            break
        at += 1
    return at, "".join(plain).upper()
