"""Identifiers of persons (and a few of businesses) in Asia, Africa and Oceania: forms, check digits and names.

A table. Sources: the issuing authorities' own descriptions (UIDAI, NSDL, GSTN, ATO, ICA, NTS, MOI), GB 11643 for
China, and python-stdnum where it knows the check.
"""

from __future__ import annotations

from typing import Final

from stdnum import verhoeff
from stdnum.au import abn, acn, tfn
from stdnum.il import idnr as il_idnr
from stdnum.nz import ird
from stdnum.sg import uen

from policy.detectors.pii.checksums import compact, is_day, is_ddmmyy, is_yymmdd, luhn, mod_11_2, weighted
from policy.detectors.pii.identifiers_europe import by_library, digits
from policy.detectors.pii.kinds import Kind, always

_NATIONAL, _TAX, _MEDICAL = "pii.national-id", "pii.tax-id", "pii.medical-id"
_ID = ("national",)
_IDS = (
    "national",
    "tax",
)
_FISCAL = ("tax",)
_HEALTH = ("medical",)

_KR_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_IN_STATES: Final = frozenset(f"{code:02d}" for code in (*range(1, 38), 97))
_SG_CHECKS: Final = {"S": (0, "JZIHGFEDCBA"), "T": (4, "JZIHGFEDCBA"), "F": (0, "XWUTRQPNMLK"),
                     "G": (4, "XWUTRQPNMLK"), "M": (3, "KLJNPQRTUWX")}  # fmt: skip
_TW_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""In the order of their codes, 10 to 35."""
_TH_PROVINCES: Final = frozenset((*range(10, 28), *range(30, 50), *range(50, 59), *range(60, 68), *range(70, 78),
                                  *range(80, 87), *range(90, 97)))  # fmt: skip


def _is_aadhaar(raw: str) -> bool:
    """India: Verhoeff; the first digit is 2-9 (1 and 0 are reserved; 3 and up in use), no palindrome."""
    plain = compact(raw)
    return len({raw[4], raw[9]} if len(raw) > len(plain) else "x") == 1 and plain != plain[::-1] and bool(
        verhoeff.is_valid(plain)
    )  # fmt: skip


def _is_gstin(raw: str) -> bool:
    return raw[:2] in _IN_STATES


def _rrn_sum(plain: str) -> int:
    return (11 - weighted(plain[:12], _KR_WEIGHTS) % 11) % 10


def _is_rrn(raw: str) -> bool:
    """South Korea, residents: YYMMDD, century and sex 1-4, place below 97, check digit (until 2020)."""
    plain = compact(raw)
    return (
        plain[6] in "1234" and _rrn_sum(plain) == int(plain[12]) and _is_rrn_form(raw[:6] + "-" + plain[6:])
    )


def _is_rrn_form(raw: str) -> bool:
    """The same without the check digit, which is drawn at random since 2020."""
    return is_yymmdd(raw) and int(raw[8:10]) < 97


def _is_brn(raw: str) -> bool:
    """South Korea, businesses: weights 1, 3, 7, 1, 3, 7, 1, 3, 5, the tens of the last product added."""
    plain = compact(raw)
    total = weighted(plain[:9], (1, 3, 7, 1, 3, 7, 1, 3, 5)) + int(plain[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(plain[9])


def _is_frn(raw: str) -> bool:
    """South Korea, foreigners: YYMMDD, century and sex 5-8, check digit shifted by two."""
    plain = compact(raw)
    check = (13 - weighted(plain[:12], _KR_WEIGHTS) % 11) % 10
    return plain[6] in "5678" and is_yymmdd(plain) and check == int(plain[12])


def _is_kr_license(raw: str) -> bool:
    """South Korea, driver licenses: the first two digits are a region, 11-28."""
    return 11 <= int(raw[:2]) <= 28


def _is_thai(raw: str) -> bool:
    """Thailand: category 1-8, province, district, and 11 minus a weighted sum."""
    plain = compact(raw)
    total = weighted(plain[:12], range(13, 1, -1))
    return (
        plain[0] in "12345678"
        and int(plain[1:3]) in _TH_PROVINCES
        and (11 - total % 11) % 10 == int(plain[12])
    )


def _is_za_id(raw: str) -> bool:
    """South Africa: YYMMDD, sex, citizenship 0-2, Luhn."""
    return is_yymmdd(raw) and raw[10] in "012" and luhn(raw)


def _is_ric(raw: str) -> bool:
    """China: region, date, order, ISO 7064 MOD 11-2."""
    plain = raw.upper()
    is_born = plain[6:8] in {"18", "19", "20"} and is_day(int(plain[10:12]), int(plain[12:14]))
    return is_born and plain[0] in "123456789" and mod_11_2(plain)


def _is_nric(raw: str) -> bool:
    """Singapore: S, T, F, G or M, seven digits, a letter from a sum modulo 11."""
    plain = raw.upper()
    start, letters = _SG_CHECKS[plain[0]]
    total = (start + weighted(plain[1:8], (2, 7, 6, 5, 4, 3, 2))) % 11
    return letters[10 - total if plain[0] == "M" else total] == plain[8]


def _is_hkid(raw: str) -> bool:
    """Hong Kong: one or two letters, six digits, check modulo 11 with a blank worth 36."""
    plain = compact(raw).rjust(9)
    values = [36 if char == " " else int(char, 36) for char in plain[:8]]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if plain[8] == "A" else int(plain[8]))) % 11 == 0


def _is_taiwan(raw: str) -> bool:
    """Taiwan: a letter as two digits, sex 1 or 2 (8 and 9 for residents), weights 8 to 1 and 1."""
    plain = raw.upper()
    code = _TW_LETTERS.index(plain[0]) + 10
    return (code // 10 + code % 10 * 9 + weighted(plain[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def _is_my_number(raw: str) -> bool:
    """Japan: eleven digits and a check modulo 11."""
    plain = compact(raw)
    rest = weighted(plain[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == int(plain[11])


def _is_mykad(raw: str) -> bool:
    """Malaysia: YYMMDD, place of birth, serial."""
    return is_yymmdd(raw) and raw[7:9] not in {"00", "17", "18", "19", "20"}


def _is_nik(raw: str) -> bool:
    """Indonesia: province, district, DDMMYY (40 added to the day for women), serial."""
    day = int(raw[6:8])
    return 11 <= int(raw[:2]) <= 96 and is_ddmmyy(f"{day - 40 if day > 40 else day:02d}{raw[8:12]}")


def _is_ph_tin(raw: str) -> bool:
    """Philippines: the first three digits are an area, never 000."""
    return not raw.startswith("000")


def _is_medicare(raw: str) -> bool:
    """Australia: weights 1, 3, 7, 9; the ninth digit checks the eight before it."""
    plain = compact(raw)
    return weighted(plain[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(plain[8]) and plain[9] != "0"


def _is_abn(raw: str) -> bool:
    return not raw.startswith("00") and bool(abn.is_valid(compact(raw)))


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("in-pan", _TAX, r"\b[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]\b", always, _IDS, alone=0.52, near=0.95, whole=0.8),
    Kind("in-pan", _TAX, r"\b[A-Z]{5}[0-9]{4}[A-Z]\b", always, _IDS, near=0.9, whole=0.55),
    Kind("in-aadhaar", _NATIONAL, r"\b[2-9][0-9]{3}[ :-][0-9]{4}[ :-][0-9]{4}\b", _is_aadhaar, _ID,
         alone=0.55, near=0.97, whole=0.85),
    Kind("in-aadhaar", _NATIONAL, r"\b[2-9][0-9]{11}\b", _is_aadhaar, _ID, near=0.95, whole=0.6),
    Kind("in-gstin", _TAX, r"\b[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b", _is_gstin, _FISCAL,
         alone=0.9, near=0.97, whole=0.95),
    Kind("in-voter", _NATIONAL, r"\b[A-Z]{3}[0-9]{7}\b", always, _ID, near=0.88, whole=0.52),
    Kind("in", "pii.passport", r"\b[A-PR-WY][1-9][0-9]{5}[1-9]\b", always, ("passport",), near=0.9, whole=0.52),
    Kind("kr-rrn", _NATIONAL, r"\b[0-9]{6}-[1-4][0-9]{6}\b", _is_rrn, _ID, alone=0.8, near=0.95, whole=0.9),
    Kind("kr-rrn", _NATIONAL, r"\b[0-9]{6}-[1-8][0-9]{6}\b", _is_rrn_form, _ID, near=0.85, whole=0.6),
    Kind("kr-rrn", _NATIONAL, digits(13), _is_rrn, _ID, near=0.95, whole=0.62),
    Kind("kr-frn", _NATIONAL, r"\b[0-9]{6}-[5-8][0-9]{6}\b", _is_frn, _ID, alone=0.8, near=0.95, whole=0.9),
    Kind("kr-frn", _NATIONAL, digits(13), _is_frn, _ID, near=0.95, whole=0.62),
    Kind("kr-brn", _TAX, r"\b[0-9]{3}-[0-9]{2}-[0-9]{5}\b", _is_brn, _FISCAL, alone=0.55, near=0.93, whole=0.8),
    Kind("kr-brn", _TAX, digits(10), _is_brn, _FISCAL, near=0.85),
    Kind("kr", "pii.driver-license", r"\b[12][0-9][- ][0-9]{2}[- ][0-9]{6}[- ][0-9]{2}\b", _is_kr_license,
         ("license",), alone=0.6, near=0.95, whole=0.8),
    Kind("kr", "pii.passport", r"\b(?:[MSRODG][0-9]{8}|[MSRODG][0-9]{3}[A-Z][0-9]{4})\b", always, ("passport",),
         near=0.93, whole=0.58),
    Kind("th-id", _NATIONAL, digits(13), _is_thai, _ID, near=0.95, whole=0.62),
    Kind("th-id", _NATIONAL, r"\b[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]\b", _is_thai, _ID, alone=0.9, whole=0.95),
    Kind("za-id", _NATIONAL, digits(13), _is_za_id, _ID, near=0.95, whole=0.65),
    Kind("cn-ric", _NATIONAL, r"\b[1-9][0-9]{16}[0-9X]\b", _is_ric, _ID, alone=0.93, near=0.97, whole=0.95),
    Kind("sg-nric", _NATIONAL, r"\b[STFGM][0-9]{7}[A-Z]\b", _is_nric, _ID, alone=0.8, near=0.96, whole=0.9),
    Kind("sg-uen", _TAX, r"\b(?:[0-9]{8,9}|[TSR][0-9]{2}[A-Z]{2}[0-9]{4})[A-Z]\b", by_library(uen), _FISCAL,
         near=0.9, whole=0.6),
    Kind("hk-id", _NATIONAL, r"\b[A-Z]{1,2}[0-9]{6}\([0-9A]\)", _is_hkid, _ID, alone=0.85, near=0.96, whole=0.93),
    Kind("tw-id", _NATIONAL, r"\b[A-Z][1289][0-9]{8}\b", _is_taiwan, _ID, near=0.93, whole=0.65),
    Kind("jp-my-number", _NATIONAL, r"\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b", _is_my_number, _ID, near=0.9),
    Kind("my-kad", _NATIONAL, r"\b[0-9]{6}-[0-9]{2}-[0-9]{4}\b", _is_mykad, _ID, alone=0.6, near=0.95, whole=0.8),
    Kind("id-nik", _NATIONAL, digits(16), _is_nik, _ID, near=0.93),
    Kind("pk-cnic", _NATIONAL, r"\b[1-7][0-9]{4}-[0-9]{7}-[0-9]\b", always, _ID, alone=0.6, near=0.95, whole=0.8),
    Kind("il-id", _NATIONAL, digits(9), by_library(il_idnr), _ID, near=0.85),
    Kind("ng-nin", _NATIONAL, digits(11), always, ("national",), near=0.72),
    Kind("au-tfn", _TAX, r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}\b", by_library(tfn), _FISCAL, near=0.93, whole=0.5),
    Kind("au-abn", _TAX, r"\b[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}\b", _is_abn, _FISCAL, alone=0.7, whole=0.85),
    Kind("au-abn", _TAX, r"\b[1-9][0-9]{10}\b", _is_abn, _FISCAL, near=0.93, whole=0.62),
    Kind("au-acn", _TAX, r"\b[0-9]{3} [0-9]{3} [0-9]{3}\b", by_library(acn), _FISCAL, near=0.9, whole=0.6),
    Kind("au-acn", _TAX, digits(9), by_library(acn), _FISCAL, near=0.85),
    Kind("au-medicare", _MEDICAL, r"\b[2-6][0-9]{3} [0-9]{5} [0-9]\b", _is_medicare, _HEALTH,
         alone=0.55, near=0.95, whole=0.8),
    Kind("au-medicare", _MEDICAL, r"\b[2-6][0-9]{9}\b", _is_medicare, _HEALTH, near=0.92),
    Kind("nz-ird", _TAX, r"\b[0-9]{2,3}-[0-9]{3}-[0-9]{3}\b", by_library(ird), _FISCAL, near=0.9, whole=0.55),
    Kind("ph-tin", _TAX, r"\b[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{3,5}\b", _is_ph_tin, _FISCAL, near=0.75),
)
# fmt: on
