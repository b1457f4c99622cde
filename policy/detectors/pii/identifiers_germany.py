"""Identifiers of persons (and a few of businesses) in Germany: forms, check digits and names.

A table. Sources: BZSt (tax), DRV (pension), GKV-Spitzenverband and KBV (health), ICAO 9303 and PAuswV (documents).
"""

from __future__ import annotations

from typing import Final

from policy.detectors.pii.checksums import compact, is_day, mod_11_10, weighted
from policy.detectors.pii.kinds import FISCAL, HEALTH, ID, MEDICAL, NATIONAL, TAX, Kind, always, digits
from policy.detectors.pii.library import Library


def _is_de_document(raw: str) -> bool:
    """Germany, serial number of a card or passport (ICAO 9303): weights 7, 3, 1, the last digit is the check."""
    plain = compact(raw)
    return plain[-1].isdigit() and weighted(plain[:9], (7, 3, 1) * 3) % 10 == int(plain[9:] or -1)


def _is_de_serial(raw: str) -> bool:
    """Germany: nine characters whose last digit checks the eight before it, at least one of them a letter."""
    plain = compact(raw)
    return plain[8].isdigit() and weighted(plain[:8], (7, 3, 1, 7, 3, 1, 7, 3)) % 10 == int(plain[8])


def _is_de_old_card(raw: str) -> bool:
    """Germany: T and eight digits, the card of before 2010 and its temporary forms."""
    return raw[0] in "Tt"


def _is_rvnr(raw: str) -> bool:
    """Germany, pension insurance: area, DDMMYY, initial, serial, check digit over digit sums."""
    plain = compact(raw)
    if not is_day(int(plain[4:6]), (int(plain[2:4]) - 1) % 50 + 1):
        return False
    spelled = f"{plain[:8]}{ord(plain[8]) - 64:02d}{plain[9:11]}"
    products = [
        int(char) * weight for char, weight in zip(spelled, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    ]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(plain[11])


def _is_kvnr(raw: str) -> bool:
    """Germany, health insurance: a letter as two digits, eight digits, Luhn from the left."""
    plain = compact(raw)
    spelled = f"{ord(plain[0]) - 64:02d}{plain[1:9]}"
    products = [int(char) * (1 + index % 2) for index, char in enumerate(spelled)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(plain[9])


def _is_lanr(raw: str) -> bool:
    """Germany, physicians: six digits, a check digit with weights 4 and 9, a known group of specialists."""
    total = weighted(raw[:6], (4, 9) * 3)
    return (10 - total % 10) % 10 == int(raw[6]) and raw[7:] != "00" and len(set(raw[:6])) > 0


def _is_bsnr(raw: str) -> bool:
    """Germany, practices: the first two digits are an association of physicians."""
    return raw[:2] in _KV_AREAS


_KV_TEXT: Final = (
    "01 02 03 17 20 21 24 25 27 28 31 35 37 38 39 40 41 42 43 44 46 47 48 49 50 51 52 55 60 61 62 63 "
    "64 65 66 67 68 69 70 71 72 73 74 78 79 80 81 82 83 84 85 86 87 88 91 93 94 95 96 97 98 99"
)
_KV_AREAS: Final = frozenset(_KV_TEXT.split())


def _is_vat_de(raw: str) -> bool:
    return mod_11_10(raw[2:])


def _is_loose_idnr(raw: str) -> bool:
    """Germany: check digit only; made-up numbers forget that exactly one digit occurs twice or thrice."""
    return raw[0] != "0" and mod_11_10(raw)


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("de-steuernummer", TAX, r"\b[0-9]{2,3}/[0-9]{3}/[0-9]{4,5}\b", always, FISCAL, near=0.92),
    Kind("at-steuernummer", TAX, r"\b[0-9]{2}-[0-9]{3}/[0-9]{4}\b", always, FISCAL, near=0.92, whole=0.6),
    Kind("de-tax-id", TAX, r"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", Library("de.idnr"), (*FISCAL, *ID),
         near=0.93, whole=0.65),
    Kind("de-tax-id", TAX, digits(11), _is_loose_idnr, FISCAL, near=0.8),
    Kind("de-vat", TAX, r"\bDE[1-9][0-9]{8}\b", _is_vat_de, FISCAL, alone=0.55, whole=0.6),
    Kind("de-pension", NATIONAL, r"\b[0-9]{8}[A-Z][0-9]{3}\b", _is_rvnr, ID, alone=0.7, near=0.95, whole=0.85),
    Kind("de-pension", NATIONAL, r"\b[0-9]{2} [0-9]{6} [A-Z] [0-9]{3}\b", _is_rvnr, ID, alone=0.8, whole=0.9),
    Kind("de-kvnr", MEDICAL, r"\b[A-Z][0-9]{9}\b", _is_kvnr, HEALTH, near=0.93, whole=0.6),
    Kind("de-lanr", MEDICAL, digits(9), _is_lanr, HEALTH, near=0.93),
    Kind("de-bsnr", MEDICAL, digits(9), _is_bsnr, HEALTH, near=0.9),
    Kind("de-id-card", NATIONAL, r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9]\b", _is_de_serial,
         (*ID, *("passport",)), near=0.93, whole=0.62),
    Kind("de-id-card", NATIONAL, r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9][0-9]\b", _is_de_document,
         (*ID, *("passport",)), near=0.93, whole=0.58),
    Kind("de-id-card", NATIONAL, r"\bT[0-9]{8}\b", _is_de_old_card, ID, near=0.9, whole=0.52),
)
# fmt: on
