"""Payment cards: brand, length, Luhn (ISO/IEC 7812), and the groups they are written in.

A number of sixteen or fifteen digits that passes all three stands alone; rare lengths (12, 13, 14, 17 to 19) and
Maestro want groups, a word, or the text to themselves. Does not catch: cards spread over several fields, digits spelled as
words, numbers of private brands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.pii.checksums import compact, is_dull, luhn
from policy.detectors.pii.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

RULE: Final = "pii.credit-card"
_TOPICS: Final = ("card",)
_USUAL: Final = frozenset({15, 16})

# Brand, first four digits from and to, and the lengths issued.
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
    ("jcb", 3500, 3599, {16, 19}),
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
    ("maestro", 604, 604, {12}),
    ("maestro", 6000, 6999, {12, 13, 14, 15, 16, 17, 18, 19}),
)


def _brand(digits: str) -> str:
    """Return the brand whose ranges and lengths a number fits, or the empty string."""
    size, four = len(digits), int(digits[:4])
    return next((name for name, low, high, sizes in _RANGES if low <= four <= high and size in sizes), "")


def is_card(raw: str) -> bool:
    """True for digits in groups that have a brand's range, its length and a check digit."""
    digits = compact(raw)
    return bool(_brand(digits)) and luhn(digits) and not is_dull(digits)


def _is_usual(raw: str) -> bool:
    return len(raw) in _USUAL and _brand(raw) not in {"", "maestro"} and luhn(raw) and not is_dull(raw)


def _card(
    shape: str, check: Callable[[str], bool] = is_card, *, alone: float = 0.0, whole: float = 0.0
) -> Kind:
    return Kind("", RULE, shape, check, _TOPICS, alone=alone, near=0.98, whole=whole, is_open=True)


_GROUPED: Final = r"\b[0-9]{4}%s[0-9]{4}%s[0-9]{4}%s[0-9]{1,4}(?:%s[0-9]{3})?\b"

KINDS: Final[tuple[Kind, ...]] = (
    _card(r"\b[0-9]{15,16}\b", _is_usual, alone=0.8, whole=0.93),
    _card(r"\b[0-9]{13,19}\b", whole=0.8),
    _card(r"\b[0-9]{12}\b", whole=0.5),
    *(_card(_GROUPED % ((gap,) * 4), alone=0.9, whole=0.95) for gap in (" ", "-", r"\.")),
    *(_card(rf"\b[0-9]{{4}}{gap}[0-9]{{6}}{gap}[0-9]{{4,5}}\b", alone=0.9, whole=0.95) for gap in (" ", "-")),
)
