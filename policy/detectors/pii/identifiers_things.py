"""Documents and things that lead to a person: passports, licenses, vehicles, postcodes, devices.

A table. Most of these have no check digit, so a word beside them decides. Sources: DVLA (plates since 1963), Royal
Mail (letters of postcodes), ISO 3779 (VIN, check digit of 49 CFR 565), ICAO 9303, 3GPP TS 23.003 (IMEI).
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.pii.checksums import compact, is_dull, luhn
from policy.detectors.pii.kinds import Kind, always, digits

_PASSPORT, _LICENSE, _VEHICLE = "pii.passport", "pii.driver-license", "pii.vehicle"
_TRAVEL, _DRIVING, _CAR = ("passport",), ("license",), ("vehicle",)

_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1,
                                             2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)  # fmt: skip
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN: Final = (
    r"\b[A-HJ-NPR-Z1-9][A-HJ-NPR-Z][A-HJ-NPR-Z0-9]{6}[0-9X][A-HJ-NPR-Y1-9][A-HJ-NPR-Z0-9]{2}[0-9]{5}\b"
)
_POSTCODE: Final = re.compile(
    r"(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRV-Y])"
    r" ?[0-9][ABD-HJLNP-UW-Z]{2})"
)


def _is_vin(raw: str) -> bool:
    """ISO 3779: the ninth character is a check in North America; letters and digits both occur."""
    plain = raw.upper()
    total = sum(_VIN_VALUES[char] * weight for char, weight in zip(plain, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == plain[8] and not plain.isdigit() and not plain.isalpha()


_AREA_TEXT: Final = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY "
    "E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL "
    "LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN "
    "SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_AREAS: Final = frozenset(_AREA_TEXT.split())


def _is_postcode(raw: str) -> bool:
    """Great Britain: letters that are used in their places, and an area that exists."""
    plain = raw.upper()
    return (
        _POSTCODE.fullmatch(plain) is not None and (plain[:2] if plain[1].isalpha() else plain[0]) in _AREAS
    )


def _is_uk_plate(raw: str) -> bool:
    """Great Britain: since 2001 two letters (no I, Q, Z), half-year 02-29 or 51-79, three letters (no I, Q)."""
    plain = compact(raw)
    year = int(plain[2:4])
    return 2 <= year <= 29 or 51 <= year <= 79


def _is_tr_plate(raw: str) -> bool:
    """Turkey: province 01-81, one letter with four or five digits, two with three or four, three with two or three."""
    plain = compact(raw)
    letters = sum(char.isalpha() for char in plain)
    return 1 <= int(plain[:2]) <= 81 and 2 <= len(plain) - 2 - letters <= 6 - letters + (letters > 1)


_IN_TEXT: Final = (
    "AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK "
    "TN TR TS UK UP WB"
)
_IN_CODES: Final = frozenset(_IN_TEXT.split())


def _is_in_plate(raw: str) -> bool:
    return raw[:2].upper() in _IN_CODES


def _is_imei(raw: str) -> bool:
    plain = compact(raw)
    return luhn(plain) and not is_dull(plain) and not plain.startswith("00")


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("uk-it", _PASSPORT, r"\b[A-Z]{2}[0-9]{7}\b", always, _TRAVEL, near=0.93, whole=0.52),
    Kind("es", _PASSPORT, r"\b[A-Z]{3}[0-9]{6}\b", always, _TRAVEL, near=0.93, whole=0.52),
    Kind("fr", _PASSPORT, r"\b[0-9]{2}[A-Z]{2}[0-9]{5}\b", always, _TRAVEL, near=0.93),
    Kind("", _PASSPORT, r"\b[A-Z]{1,2}[0-9]{6,8}\b", always, _TRAVEL, near=0.7),
    Kind("it", _LICENSE, r"\b(?:[A-Z]{2}[0-9]{7}[A-Z]|U1[BCDFGHJ-NPR-Z0-9]{7}[A-Z])\b", always, _DRIVING,
         near=0.95, whole=0.58),
    Kind("us", _LICENSE, r"\b[A-Z]{1,2}[0-9]{6,8}[A-Z]?\b", always, ("license",), near=0.55),
    Kind("it-id-card", "pii.national-id", r"\b(?:[A-Z]{2} ?[0-9]{7}|[0-9]{7}[A-Z]{2})\b", always,
         ("national",), near=0.9),
    Kind("uk-plate", _VEHICLE, r"\b[A-HJ-PR-Y]{2}[0-9]{2}[ -]?[A-HJ-PR-Z]{3}\b", _is_uk_plate, _CAR,
         near=0.9, whole=0.6),
    Kind("uk-plate", _VEHICLE, r"\b(?:[A-HJ-NPR-TV-Y][0-9]{1,3} ?[A-Z]{3}|[A-Z]{3} ?[0-9]{1,3}[A-HJ-NPR-TV-Y])\b",
         always, _CAR, near=0.8, whole=0.52),
    Kind("in-plate", _VEHICLE, r"\b[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}\b", _is_in_plate, _CAR,
         near=0.93, whole=0.6),
    Kind("tr-plate", _VEHICLE, r"\b[0-8][0-9] ?[A-Z]{1,3} ?[0-9]{2,5}\b", _is_tr_plate, _CAR, near=0.9, whole=0.55),
    Kind("ng-plate", _VEHICLE, r"\b[A-Z]{3}[ -]?[0-9]{3}[ -]?[A-Z]{2}\b", always, _CAR, near=0.9, whole=0.58),
    Kind("vin", _VEHICLE, _VIN, _is_vin, _CAR, near=0.95, whole=0.85, is_caseless=False),
    Kind("uk-postcode", "pii.address", r"\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}\b", _is_postcode, ("post",),
         alone=0.5, near=0.75, whole=0.6),
    Kind("uk-postcode", "pii.address", r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b", _is_postcode, ("post",),
         near=0.75, whole=0.6),
    Kind("imei", "pii.device", digits(15), _is_imei, ("device",), near=0.95, whole=0.5),
    Kind("imei", "pii.device", r"\b[0-9]{2}-[0-9]{6}-[0-9]{6}-[0-9]\b", _is_imei, ("device",),
         alone=0.7, near=0.95, whole=0.8),
)
# fmt: on
