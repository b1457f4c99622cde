"""Identifiers of persons (and a few of businesses) in Asia: forms, check digits and names.

A table. Sources: the issuing authorities' own descriptions (UIDAI, NSDL, GSTN, ICA, MOI, DJP), GB 11643 for China, and
python-stdnum where it knows the check.
"""

from __future__ import annotations

from typing import Final

from policy.detectors.pii.checksums import (
    compact,
    is_day,
    is_ddmmyy,
    is_yymmdd,
    mod_11_2,
    verhoeff,
    weighted,
)
from policy.detectors.pii.kinds import FISCAL, ID, IDS, NATIONAL, TAX, Kind, always, digits
from policy.detectors.pii.library import Library

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
        verhoeff(plain)
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


def _is_old_ric(raw: str) -> bool:
    """China before 1999: region, YYMMDD, order."""
    return is_yymmdd(raw[6:])


def _is_lk_nic(raw: str) -> bool:
    """Sri Lanka until 2016: year, day of the year (500 added for women), serial, V or X."""
    return raw[0] != "0" and 1 <= int(raw[2:5]) % 500 <= 366


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("in-pan", TAX, r"\b[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]\b", always, IDS, alone=0.52, near=0.95, whole=0.8),
    Kind("in-pan", TAX, r"\b[A-Z]{5}[0-9]{4}[A-Z]\b", always, IDS, near=0.9, whole=0.55),
    Kind("in-aadhaar", NATIONAL, r"\b[2-9][0-9]{3}[ :-][0-9]{4}[ :-][0-9]{4}\b", _is_aadhaar, ID,
         alone=0.55, near=0.97, whole=0.85),
    Kind("in-aadhaar", NATIONAL, r"\b[2-9][0-9]{11}\b", _is_aadhaar, ID, near=0.95, whole=0.6),
    Kind("in-gstin", TAX, r"\b[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b", _is_gstin, FISCAL,
         alone=0.9, near=0.97, whole=0.95),
    Kind("in-voter", NATIONAL, r"\b[A-Z]{3}[0-9]{7}\b", always, ID, near=0.88, whole=0.52),
    Kind("in", "pii.passport", r"\b[A-PR-WY][1-9][0-9]{5}[1-9]\b", always, ("passport",), near=0.9),
    Kind("kr-rrn", NATIONAL, r"\b[0-9]{6}-[1-4][0-9]{6}\b", _is_rrn, ID, alone=0.8, near=0.95, whole=0.9),
    Kind("kr-rrn", NATIONAL, r"\b[0-9]{6}-[1-8][0-9]{6}\b", _is_rrn_form, ID, near=0.85),
    Kind("kr-rrn", NATIONAL, digits(13), _is_rrn, ID, near=0.95, whole=0.62),
    Kind("kr-frn", NATIONAL, r"\b[0-9]{6}-[5-8][0-9]{6}\b", _is_frn, ID, alone=0.8, near=0.95, whole=0.9),
    Kind("kr-frn", NATIONAL, digits(13), _is_frn, ID, near=0.95, whole=0.62),
    Kind("kr-brn", TAX, r"\b[0-9]{3}-[0-9]{2}-[0-9]{5}\b", _is_brn, FISCAL, alone=0.55, near=0.93, whole=0.8),
    Kind("kr-brn", TAX, digits(10), _is_brn, FISCAL, near=0.85),
    Kind("kr", "pii.driver-license", r"\b[12][0-9][- ][0-9]{2}[- ][0-9]{6}[- ][0-9]{2}\b", _is_kr_license,
         ("license",), alone=0.6, near=0.95, whole=0.8),
    Kind("kr", "pii.passport", r"\b(?:[MSRODG][0-9]{8}|[MSRODG][0-9]{3}[A-Z][0-9]{4})\b", always, ("passport",),
         near=0.93, whole=0.58),
    Kind("th-id", NATIONAL, digits(13), _is_thai, ID, near=0.95, whole=0.62),
    Kind("th-id", NATIONAL, r"\b[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]\b", _is_thai, ID, alone=0.9, whole=0.95),
    Kind("cn-ric", NATIONAL, r"\b[1-9][0-9]{16}[0-9X]\b", _is_ric, ID, alone=0.93, near=0.97, whole=0.95),
    Kind("sg-nric", NATIONAL, r"\b[STFGM][0-9]{7}[A-Z]\b", _is_nric, ID, alone=0.8, near=0.96, whole=0.9),
    Kind("sg-uen", TAX, r"\b(?:[0-9]{8,9}|[TSR][0-9]{2}[A-Z]{2}[0-9]{4})[A-Z]\b", Library("sg.uen"), FISCAL,
         near=0.9, whole=0.6),
    Kind("hk-id", NATIONAL, r"\b[A-Z]{1,2}[0-9]{6}\([0-9A]\)", _is_hkid, ID, alone=0.85, near=0.96, whole=0.93),
    Kind("tw-id", NATIONAL, r"\b[A-Z][1289][0-9]{8}\b", _is_taiwan, ID, near=0.93, whole=0.65),
    Kind("jp-my-number", NATIONAL, r"\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b", _is_my_number, ID, near=0.9),
    Kind("my-kad", NATIONAL, r"\b[0-9]{6}-[0-9]{2}-[0-9]{4}\b", _is_mykad, ID, alone=0.6, near=0.95, whole=0.8),
    Kind("id-nik", NATIONAL, digits(16), _is_nik, ID, near=0.93),
    Kind("pk-cnic", NATIONAL, r"\b[1-7][0-9]{4}-[0-9]{7}-[0-9]\b", always, ID, alone=0.6, near=0.95, whole=0.8),
    Kind("ph-tin", TAX, r"\b[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{3,5}\b", _is_ph_tin, FISCAL, near=0.75),
    Kind("cn-ric", NATIONAL, r"\b[1-9][0-9]{14}\b", _is_old_ric, ID, near=0.9),
    Kind("cn-uscc", TAX, r"\b[159Y][1-9][0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{10}\b", Library("cn.uscc"), FISCAL, near=0.92),
    Kind("cn", "pii.passport", r"\b[EG][A-HJ-NP-Z0-9][0-9]{7}\b", always, ("passport",), near=0.9),
    Kind("lk-nic", NATIONAL, r"\b[0-9]{9}[VX]\b", _is_lk_nic, ID, near=0.93, whole=0.6),
    Kind("id-npwp", TAX, r"\b[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}\.[0-9]{3}\b", always, FISCAL,
         alone=0.93, near=0.97, whole=0.95),
    Kind("vn-cccd", NATIONAL, r"\b0[0-9]{11}\b", always, ID, near=0.8),
    Kind("ph-sss", NATIONAL, r"\b[0-9]{2}-[0-9]{7}-[0-9]\b", always, ID, alone=0.52, near=0.93, whole=0.7),
    Kind("in", "pii.driver-license", r"\b[A-Z]{2}[ -]?[0-9]{2}[ -]?(?:19|20)[0-9]{9}\b", always, ("license",),
         alone=0.6, near=0.95, whole=0.75),
    Kind("kr", "pii.driver-license", digits(12), _is_kr_license, ("license",), near=0.9),
    Kind("tr-vkn", TAX, digits(10), Library("tr.vkn"), ("narrow",), near=0.88),
)
# fmt: on
