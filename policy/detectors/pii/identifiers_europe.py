"""Identifiers of persons (and a few of businesses) in Europe: their forms, check digits and names.

A table. Sources: the issuing authorities' own descriptions, and python-stdnum where it knows the check; what compares
with today's date there is computed here, since the same text has to get the same answer tomorrow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from stdnum.bg import egn
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.ee import ik
from stdnum.es import nie, nif
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.it import iva
from stdnum.nl import bsn
from stdnum.pl import nip, pesel
from stdnum.pt import cc
from stdnum.pt import nif as pt_nif
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.si import emso
from stdnum.tr import tckimlik

from policy.detectors.pii.checksums import compact, is_day, is_ddmmyy, luhn, mod_11_10, weighted
from policy.detectors.pii.kinds import Kind, always

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_NATIONAL, _TAX, _MEDICAL = "pii.national-id", "pii.tax-id", "pii.medical-id"
_ID = ("national",)
_IDS = (
    "national",
    "tax",
)
_FISCAL = ("tax",)
_HEALTH = ("medical",)


def by_library(module: ModuleType) -> Callable[[str], bool]:
    """Return the check of one of python-stdnum's modules, for text without separators."""
    is_valid: Callable[[str], bool] = module.is_valid
    return lambda raw: is_valid(compact(raw))


def digits(count: int) -> str:
    """Shape of a bare number of so many digits."""
    return rf"\b[0-9]{{{count}}}\b"


def _is_hetu(raw: str) -> bool:
    """Finland: DDMMYY, century sign, number 002-899 (900-999 are for tests), check character."""
    sign = raw[6].upper()
    century = "+" if sign == "+" else "-" if sign in "-UVWXY" else "A"
    plain = raw[:6] + century + raw[7:].upper()
    return hetu.is_valid(plain, allow_temporary=True)


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


def _is_rijksregister(raw: str) -> bool:
    """Belgium: YYMMDD, serial, 97 minus the rest of nine digits (2 before them from 2000 on)."""
    plain = compact(raw)
    check = int(plain[9:])
    month = int(plain[2:4]) % 20
    is_date = is_day(month, int(plain[4:6]) or 1) if month else True
    return is_date and check in {97 - int(plain[:9]) % 97, 97 - int("2" + plain[:9]) % 97}


def _is_ahv(raw: str) -> bool:
    """Switzerland: 756 and an EAN-13 check digit."""
    plain = compact(raw)
    return weighted(plain, (1, 3) * 6 + (1,)) % 10 == 0


def _is_nir(raw: str) -> bool:
    """France: sex, year, month, place, serial, 97 minus the rest (Corsica: 2A, 2B)."""
    return nir.is_valid(compact(raw))


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

_NINO_UNUSED: Final = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


def _is_nino(raw: str) -> bool:
    return raw[:2].upper() not in _NINO_UNUSED


_DVLA: Final = re.compile(
    r"[A-Z]{1,5}9{0,4}[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]"
)


def _is_dvla(raw: str) -> bool:
    """Great Britain, driving licence: surname padded with 9, decade, month (50 added for women), day, year."""
    return _DVLA.fullmatch(raw[:11].upper()) is not None


def _is_codice(raw: str) -> bool:
    """Italy: letters for the month and in place of digits; a birthday 1-31, or 41-71."""
    plain = raw.upper().translate(_OMOCODIA_DAY)
    return 1 <= int(plain[9:11]) % 40 <= 33


_OMOCODIA_DAY: Final = str.maketrans("LMNPQRSTUV", "0123456789")
_OMO: Final = "[0-9LMNPQRSTUV]"


def _is_snils(raw: str) -> bool:
    """Russia, pension insurance: nine digits with weights 9 to 1, modulo 101."""
    plain = compact(raw)
    total = weighted(plain[:9], (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 101 % 100
    return total == int(plain[9:])


def _is_svnr(raw: str) -> bool:
    """Austria: serial, check digit, DDMMYY."""
    plain = compact(raw)
    return is_ddmmyy(plain[4:]) and weighted(plain, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(plain[3])


def _is_vat_de(raw: str) -> bool:
    return mod_11_10(raw[2:])


def _is_loose_idnr(raw: str) -> bool:
    """Germany: check digit only; made-up numbers forget that exactly one digit occurs twice or thrice."""
    return raw[0] != "0" and mod_11_10(raw)


def _is_cpr(raw: str) -> bool:
    return is_ddmmyy(raw)


def _is_spanish(raw: str) -> bool:
    """Spain: number modulo 23 is the letter; short old numbers are filled with zeros."""
    plain = compact(raw)
    return nie.is_valid(plain) if plain[0] in "XYZ" else nif.is_valid(plain.zfill(9))


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("uk-nino", _NATIONAL, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b",
         _is_nino, _ID, alone=0.6, near=0.95, whole=0.85),
    Kind("uk-nhs", _MEDICAL, r"\b[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}\b", by_library(nhs), _HEALTH, whole=0.6),
    Kind("uk-nhs", _MEDICAL, digits(10), by_library(nhs), _HEALTH),
    Kind("uk", "pii.driver-license", r"\b[A-Z9]{5}[0-9]{6}[A-Z9]{2}[A-Z0-9]{3}\b", _is_dvla, ("license",),
         alone=0.8, near=0.95, whole=0.9),
    Kind("es-nif", _NATIONAL, r"\b[0-9]{7,8}-?[A-HJ-NP-TV-Z]\b", _is_spanish, _IDS, alone=0.52, near=0.95, whole=0.8),
    Kind("es-nie", _NATIONAL, r"\b[XYZ]-?[0-9]{7}-?[A-HJ-NP-TV-Z]\b", _is_spanish, _IDS,
         alone=0.8, near=0.95, whole=0.9),
    Kind("fi-hetu", _NATIONAL, r"\b[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]\b", _is_hetu, _ID,
         alone=0.8, near=0.95, whole=0.9),
    Kind("se-personnummer", _NATIONAL, r"\b(?:18|19|20)?[0-9]{6}[-+][0-9]{4}\b", _is_personnummer, _ID,
         alone=0.65, near=0.95, whole=0.8),
    Kind("se-personnummer", _NATIONAL, digits(12), _is_full_personnummer, _ID, alone=0.4, near=0.95, whole=0.75),
    Kind("se-personnummer", _NATIONAL, digits(10), _is_personnummer, _ID, near=0.8, whole=0.52),
    Kind("se-orgnr", _TAX, r"\b[1-9][0-9][2-9][0-9]{3}-[0-9]{4}\b", _is_orgnummer, _FISCAL, near=0.9, whole=0.6),
    Kind("se-orgnr", _TAX, digits(10), _is_orgnummer, _FISCAL, near=0.8),
    Kind("dk-cpr", _NATIONAL, r"\b[0-3][0-9][01][0-9]{3}-[0-9]{4}\b", _is_cpr, _ID, near=0.85, whole=0.55),
    Kind("no-fnr", _NATIONAL, r"\b[0-7][0-9]{5} [0-9]{5}\b", _is_fodselsnummer, _ID, alone=0.65, whole=0.8),
    Kind("no-fnr", _NATIONAL, digits(11), _is_fodselsnummer, _ID, whole=0.7),
    Kind("is-kennitala", _NATIONAL, r"\b[0-7][0-9]{5}-[0-9]{3}[09]\b", _is_cpr, _ID),
    Kind("pl-pesel", _NATIONAL, digits(11), by_library(pesel), _ID, near=0.93, whole=0.7),
    Kind("pl-nip", _TAX, r"\b[0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{2}\b", by_library(nip), _FISCAL, alone=0.6, whole=0.7),
    Kind("pl-nip", _TAX, digits(10), by_library(nip), _FISCAL),
    Kind("tr-tckn", _NATIONAL, digits(11), by_library(tckimlik), _ID, near=0.95, whole=0.72),
    Kind("de-tax-id", _TAX, r"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", by_library(idnr), (*_FISCAL, *_ID),
         near=0.93, whole=0.65),
    Kind("de-tax-id", _TAX, digits(11), _is_loose_idnr, _FISCAL, near=0.8),
    Kind("de-vat", _TAX, r"\bDE[1-9][0-9]{8}\b", _is_vat_de, _FISCAL, alone=0.55, whole=0.6),
    Kind("de-pension", _NATIONAL, r"\b[0-9]{8}[A-Z][0-9]{3}\b", _is_rvnr, _ID, alone=0.7, near=0.95, whole=0.85),
    Kind("de-pension", _NATIONAL, r"\b[0-9]{2} [0-9]{6} [A-Z] [0-9]{3}\b", _is_rvnr, _ID, alone=0.8, whole=0.9),
    Kind("de-kvnr", _MEDICAL, r"\b[A-Z][0-9]{9}\b", _is_kvnr, _HEALTH, near=0.93, whole=0.6),
    Kind("de-lanr", _MEDICAL, digits(9), _is_lanr, _HEALTH, near=0.93),
    Kind("de-bsnr", _MEDICAL, digits(9), _is_bsnr, _HEALTH, near=0.9),
    Kind("de-id-card", _NATIONAL, r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9]\b", _is_de_serial,
         (*_ID, *("passport",)), near=0.93, whole=0.62),
    Kind("de-id-card", _NATIONAL, r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9][0-9]\b", _is_de_document,
         (*_ID, *("passport",)), near=0.93, whole=0.58),
    Kind("de-id-card", _NATIONAL, r"\bT[0-9]{8}\b", _is_de_old_card, _ID, near=0.9, whole=0.52),
    Kind("fr-nir", _NATIONAL, r"\b[12][0-9]{2}(?:0[1-9]|[1-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{8}\b", _is_nir, _ID,
         alone=0.8, near=0.95, whole=0.9),
    Kind("fr-nir", _NATIONAL, r"\b[12] [0-9]{2} (?:0[1-9]|[1-9][0-9]) (?:[0-9]{2}|2[AB]) [0-9]{3} [0-9]{3} [0-9]{2}\b",
         _is_nir, _ID, alone=0.95, near=0.97, whole=0.95),
    Kind("it-codice-fiscale", _NATIONAL, rf"\b[A-Z]{{6}}{_OMO}{{2}}[A-EHLMPRST]{_OMO}{{2}}[A-Z]{_OMO}{{3}}[A-Z]\b",
         _is_codice, _IDS, alone=0.85, near=0.97, whole=0.95),
    Kind("it-vat", _TAX, digits(11), by_library(iva), _FISCAL, near=0.85, whole=0.55),
    Kind("it-id-card", _NATIONAL, r"\b[A-Z]{2}[0-9]{5}[A-Z]{2}\b", always, _ID, near=0.9, whole=0.55),
    Kind("nl-bsn", _NATIONAL, digits(9), by_library(bsn), _ID, near=0.9),
    Kind("be-nn", _NATIONAL, r"\b[0-9]{2}\.[0-9]{2}\.[0-9]{2}[- ][0-9]{3}[.-][0-9]{2}\b", _is_rijksregister, _ID,
         alone=0.93, near=0.97, whole=0.95),
    Kind("be-nn", _NATIONAL, digits(11), _is_rijksregister, _ID, whole=0.6),
    Kind("ch-ahv", _NATIONAL, r"\b756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}\b", _is_ahv, _ID,
         alone=0.95, near=0.97, whole=0.97),
    Kind("ch-ahv", _NATIONAL, r"\b756[0-9]{10}\b", _is_ahv, _ID, alone=0.62, near=0.95, whole=0.85),
    Kind("pt-nif", _TAX, digits(9), by_library(pt_nif), _FISCAL, near=0.85),
    Kind("pt-cc", _NATIONAL, r"\b[0-9]{8} ?[0-9] ?[A-Z0-9]{2}[0-9]\b", by_library(cc), _ID, near=0.9, whole=0.6),
    Kind("ie-pps", _NATIONAL, r"\b[0-9]{7}[A-W][A-IW]?\b", by_library(pps), _IDS, near=0.92, whole=0.65),
    Kind("cz-rc", _NATIONAL, r"\b[0-9]{6}/[0-9]{3,4}\b", by_library(rc), _ID, alone=0.6, near=0.93, whole=0.75),
    Kind("ro-cnp", _NATIONAL, digits(13), by_library(cnp), _ID, near=0.95, whole=0.65),
    Kind("bg-egn", _NATIONAL, digits(10), by_library(egn), _ID),
    Kind("ee-lt-ik", _NATIONAL, digits(11), by_library(ik), _ID, whole=0.62),
    Kind("lv-pk", _NATIONAL, r"\b[0-3][0-9][01][0-9]{3}-[0-9]{5}\b", _is_cpr, _ID, whole=0.55),
    Kind("hr-oib", _NATIONAL, digits(11), by_library(oib), _IDS),
    Kind("yu-emso", _NATIONAL, digits(13), by_library(emso), _ID, whole=0.65),
    Kind("gr-amka", _NATIONAL, digits(11), by_library(amka), _ID, whole=0.52),
    Kind("ru-snils", _NATIONAL, r"\b[0-9]{3}-[0-9]{3}-[0-9]{3}[ -][0-9]{2}\b", _is_snils, _ID,
         alone=0.8, near=0.95, whole=0.9),
    Kind("ru-inn", _TAX, digits(12), by_library(inn), _FISCAL, near=0.92, whole=0.6),
    Kind("at-svnr", _NATIONAL, r"\b[1-9][0-9]{3} ?[0-3][0-9][01][0-9]{3}\b", _is_svnr, _ID, near=0.9),
)
# fmt: on
