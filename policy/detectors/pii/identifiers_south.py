"""Identifiers of persons (and a few of businesses) in Africa, the Middle East and Oceania: forms, check digits, names.

A table. Sources: the issuing authorities' own descriptions (ATO, Services Australia, IRD, DHA, ICP, Absher, NIA, KRA),
and python-stdnum where it knows the check.
"""

from __future__ import annotations

from typing import Final

from policy.detectors.pii.checksums import (
    compact,
    is_yymmdd,
    luhn,
    weighted,
)
from policy.detectors.pii.kinds import FISCAL, HEALTH, ID, MEDICAL, NATIONAL, TAX, Kind, always, digits
from policy.detectors.pii.library import Library


def _is_za_id(raw: str) -> bool:
    """South Africa: YYMMDD, sex, citizenship 0-2, Luhn."""
    return is_yymmdd(raw) and raw[10] in "012" and luhn(raw)


def _is_medicare(raw: str) -> bool:
    """Australia: weights 1, 3, 7, 9; the ninth digit checks the eight before it."""
    plain = compact(raw)
    return weighted(plain[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(plain[8]) and plain[9] != "0"


_ABN: Final = Library("au.abn")


def _is_abn(raw: str) -> bool:
    return not raw.startswith("00") and _ABN(raw)


def _is_luhn(raw: str) -> bool:
    return luhn(compact(raw))


def _is_iranian(raw: str) -> bool:
    """Iran: weights 10 to 2 modulo 11."""
    rest = weighted(raw[:9], range(10, 1, -1)) % 11
    return (rest if rest < 2 else 11 - rest) == int(raw[9])


def _is_egyptian(raw: str) -> bool:
    """Egypt: century, YYMMDD, governorate."""
    return is_yymmdd(raw[1:]) and (1 <= int(raw[7:9]) <= 35 or raw[7:9] == "88")


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("ng-bvn", NATIONAL, r"\b22[0-9]{9}\b", always, ID, near=0.9),
    Kind("za-id", NATIONAL, digits(13), _is_za_id, ID, near=0.95, whole=0.65),
    Kind("il-id", NATIONAL, digits(9), Library("il.idnr"), ID, near=0.85),
    Kind("ng-nin", NATIONAL, digits(11), always, ("national",), near=0.72),
    Kind("au-tfn", TAX, r"\b[0-9]{3}(?: [0-9]{3} |-[0-9]{3}-)[0-9]{3}\b", Library("au.tfn"), FISCAL, near=0.93, whole=0.5),
    Kind("au-tfn", TAX, digits(9), Library("au.tfn"), FISCAL, near=0.93),
    Kind("au-abn", TAX, r"\b[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}\b", _is_abn, FISCAL, alone=0.7, whole=0.85),
    Kind("au-abn", TAX, r"\b[1-9][0-9]{10}\b", _is_abn, FISCAL, near=0.93, whole=0.62),
    Kind("au-acn", TAX, r"\b[0-9]{3} [0-9]{3} [0-9]{3}\b", Library("au.acn"), FISCAL, near=0.9),
    Kind("au-acn", TAX, digits(9), Library("au.acn"), FISCAL, near=0.85),
    Kind("au-medicare", MEDICAL, r"\b[2-6][0-9]{3} [0-9]{5} [0-9]\b", _is_medicare, HEALTH,
         alone=0.55, near=0.95, whole=0.8),
    Kind("au-medicare", MEDICAL, r"\b[2-6][0-9]{9}\b", _is_medicare, HEALTH, near=0.92),
    Kind("nz-ird", TAX, r"\b[0-9]{2,3}-[0-9]{3}-[0-9]{3}\b", Library("nz.ird"), FISCAL, near=0.9, whole=0.55),
    Kind("au-ihi", MEDICAL, r"\b8003 ?60[0-9]{2} ?[0-9]{4} ?[0-9]{4}\b", _is_luhn, HEALTH, alone=0.7, near=0.95, whole=0.8),
    Kind("nz-nhi", MEDICAL, r"\b[A-HJ-NP-Z]{3}[0-9]{4}\b", always, HEALTH, near=0.75),
    Kind("ae-eid", NATIONAL, r"\b784-?(?:19|20)[0-9]{2}-?[0-9]{7}-?[0-9]\b", _is_luhn, ID, alone=0.9, near=0.97, whole=0.95),
    Kind("ae-eid", NATIONAL, r"\b784-(?:19|20)[0-9]{2}-[0-9]{7}-[0-9]\b", always, ID, alone=0.7, near=0.9, whole=0.8),
    Kind("sa-id", NATIONAL, r"\b[12][0-9]{9}\b", _is_luhn, ID, near=0.9),
    Kind("ir-id", NATIONAL, digits(10), _is_iranian, ID, near=0.9),
    Kind("eg-id", NATIONAL, r"\b[23][0-9]{13}\b", _is_egyptian, ID, near=0.93, whole=0.7),
    Kind("ke-pin", TAX, r"\b[AP][0-9]{9}[A-Z]\b", always, FISCAL, near=0.92, whole=0.6),
    Kind("gh-card", NATIONAL, r"\bGHA-?[0-9]{9}-?[0-9]\b", always, ID, alone=0.85, near=0.95, whole=0.9),
)
# fmt: on
