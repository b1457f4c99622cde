"""Identifiers of persons in Great Britain, Ireland, the Nordic and the Baltic countries.

A table. Sources: HMRC, NHS, DVLA, Revenue (Ireland), Skatteverket, Skatteetaten, DVV, CPR-kontoret, and python-stdnum.
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.pii.checksums import compact, is_day, is_ddmmyy, luhn, weighted
from policy.detectors.pii.kinds import FISCAL, HEALTH, ID, IDS, MEDICAL, NATIONAL, TAX, Kind, always, digits
from policy.detectors.pii.library import Library


def _is_hetu(raw: str) -> bool:
    """Finland: DDMMYY, century sign, number 002-899 (900-999 are for tests), check character."""
    number = raw[7:10]
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(raw[:6] + number) % 31]
    return is_ddmmyy(raw) and number >= "002" and check == raw[10].upper()


def _is_personnummer(raw: str) -> bool:
    """Sweden: [CC]YYMMDD, number, Luhn digit; 60 is added to the day of a coordination number."""
    plain = compact(raw).replace("+", "")[-10:]
    day = int(plain[4:6])
    return is_day(int(plain[2:4]), day - 60 if day > 60 else day) and luhn(plain)


def _is_orgnummer(raw: str) -> bool:
    """Sweden: ten digits of a legal person, the third at least 2, Luhn."""
    plain = compact(raw)
    return plain[2] > "1" and plain[0] in "123456789" and luhn(plain)


def _is_full_personnummer(raw: str) -> bool:
    return raw[:2] in {"18", "19", "20"} and _is_personnummer(raw)


def _is_fodselsnummer(raw: str) -> bool:
    """Norway: DDMMYY and five digits, two of them checks; 40 is added to the day of a D-number."""
    plain = compact(raw)
    day, month = int(plain[:2]), int(plain[2:4])
    day = day - 40 if day > 40 else day
    month = month - 40 if month > 40 else month
    return (
        is_day(month, day)
        and weighted(plain, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and weighted(plain, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


_NINO_UNUSED: Final = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


def _is_nino(raw: str) -> bool:
    return raw[:2].upper() not in _NINO_UNUSED


_DVLA: Final = re.compile(
    r"[A-Z]{1,5}9{0,4}[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]"
)


def _is_dvla(raw: str) -> bool:
    """Great Britain, driving licence: surname padded with 9, decade, month (50 added for women), day, year."""
    return _DVLA.fullmatch(compact(raw)[:11]) is not None


def _is_cpr(raw: str) -> bool:
    return is_ddmmyy(raw)


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("uk-nino", NATIONAL, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b",
         _is_nino, ID, alone=0.6, near=0.95, whole=0.85),
    Kind("uk-nino", NATIONAL, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{3} ?[0-9]{3} ?[A-D]\b", _is_nino, ID,
         alone=0.6, near=0.95, whole=0.85),
    Kind("uk-nino", NATIONAL, r"\b[A-Z]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[A-D]\b", _is_nino, ID,
         alone=0.6, near=0.95, whole=0.85),
    # The specimen on the forms of HMRC, where a word says what it is.
    Kind("uk-nino", NATIONAL, r"\bQQ ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b", always, ID, near=0.85),
    Kind("uk-utr", TAX, digits(10), Library("gb.utr"), FISCAL, near=0.9),
    Kind("uk-nhs", MEDICAL, r"\b[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}\b", Library("gb.nhs"), HEALTH, whole=0.6),
    Kind("uk-nhs", MEDICAL, digits(10), Library("gb.nhs"), HEALTH),
    Kind("uk", "pii.driver-license", r"\b[A-Z9]{5}[0-9]{6}[A-Z9]{2}[A-Z0-9]{3}\b", _is_dvla, ("license",),
         alone=0.8, near=0.95, whole=0.9),
    Kind("uk", "pii.driver-license", r"\b[A-Z]{5} ?[0-9]{3} ?[0-9]{3} ?[A-Z]{2}[0-9A-Z]{3}(?: ?[0-9]{2})?\b",
         _is_dvla, ("license",), alone=0.8, near=0.95, whole=0.9),
    Kind("fi-hetu", NATIONAL, r"\b[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]\b", _is_hetu, ID,
         alone=0.8, near=0.95, whole=0.9),
    Kind("se-personnummer", NATIONAL, r"\b(?:18|19|20)?[0-9]{6}[-+][0-9]{4}\b", _is_personnummer, ID,
         alone=0.65, near=0.95, whole=0.8),
    Kind("se-personnummer", NATIONAL, digits(12), _is_full_personnummer, ID, alone=0.4, near=0.95, whole=0.75),
    Kind("se-personnummer", NATIONAL, digits(10), _is_personnummer, ID, near=0.8, whole=0.52),
    Kind("se-orgnr", TAX, r"\b[1-9][0-9][2-9][0-9]{3}-[0-9]{4}\b", _is_orgnummer, FISCAL, near=0.9, whole=0.6),
    Kind("se-orgnr", TAX, digits(10), _is_orgnummer, FISCAL, near=0.8),
    Kind("dk-cpr", NATIONAL, r"\b[0-3][0-9][01][0-9]{3}-[0-9]{4}\b", _is_cpr, ID, near=0.85, whole=0.55),
    Kind("no-fnr", NATIONAL, r"\b[0-7][0-9]{5} [0-9]{5}\b", _is_fodselsnummer, ID, alone=0.65, whole=0.8),
    Kind("no-fnr", NATIONAL, digits(11), _is_fodselsnummer, ID, whole=0.7),
    Kind("is-kennitala", NATIONAL, r"\b[0-7][0-9]{5}-[0-9]{3}[09]\b", _is_cpr, ID),
    Kind("ie-pps", NATIONAL, r"\b[0-9]{7}[A-W][A-IW]?\b", Library("ie.pps"), IDS, near=0.92, whole=0.65),
    Kind("ee-lt-ik", NATIONAL, digits(11), Library("ee.ik"), ID, whole=0.62),
    Kind("lv-pk", NATIONAL, r"\b[0-3][0-9][01][0-9]{3}-[0-9]{5}\b", _is_cpr, ID, whole=0.55),
)
# fmt: on
