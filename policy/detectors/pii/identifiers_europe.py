"""Identifiers of persons (and a few of businesses) in the rest of Europe: their forms, check digits and names.

A table. Sources: the issuing authorities' own descriptions, and python-stdnum where it knows the check; what compares
with today's date there is computed here, since the same text has to get the same answer tomorrow.
"""

from __future__ import annotations

from typing import Final

from policy.detectors.pii.checksums import compact, is_day, is_ddmmyy, weighted
from policy.detectors.pii.kinds import FISCAL, ID, IDS, NATIONAL, TAX, Kind, always, digits
from policy.detectors.pii.library import Library


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
    """France: sex, year, month, place, serial, 97 minus the rest (Corsica: 2A is 19, 2B is 18)."""
    plain = compact(raw)
    number = int(plain[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(plain[13:])


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


def _is_spanish(raw: str) -> bool:
    """Spain: number modulo 23 is the letter; short old numbers are filled with zeros."""
    plain = compact(raw)
    number = plain[:-1].translate(_NIE_DIGITS) if plain[0] in "XYZ" else plain[:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == plain[-1]


_NIE_DIGITS: Final = str.maketrans("XYZ", "012")


def _is_pl_card(raw: str) -> bool:
    """Poland, identity cards: three letters, a check digit, five digits; weights 7, 3, 1, 9, 7, 3, 1, 7, 3."""
    return weighted(compact(raw), (7, 3, 1, 9, 7, 3, 1, 7, 3)) % 10 == 0


_EU: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "GB",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def _is_vat(raw: str) -> bool:
    return raw[:2].upper() in _EU


def _is_it_card(raw: str) -> bool:
    """Italy, electronic identity cards: a serial that is not zero."""
    return raw[2:7] != "00000"


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    Kind("es-nif", NATIONAL, r"\b[0-9]{8}-?[A-HJ-NP-TV-Z]\b", _is_spanish, IDS, alone=0.52, near=0.95, whole=0.8),
    Kind("es-nif", NATIONAL, r"\b[0-9]{7}-?[A-HJ-NP-TV-Z]\b", _is_spanish, IDS, near=0.9, whole=0.6),
    Kind("es-nif", NATIONAL, r"\b[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-?[A-HJ-NP-TV-Z]\b", _is_spanish, IDS, alone=0.6, whole=0.85),
    Kind("es-nie", NATIONAL, r"\b[XYZ]-?[0-9]{7}-?[A-HJ-NP-TV-Z]\b", _is_spanish, IDS,
         alone=0.8, near=0.95, whole=0.9),
    Kind("pl-pesel", NATIONAL, digits(11), Library("pl.pesel"), ID, near=0.93, whole=0.7),
    Kind("pl-nip", TAX, r"\b[0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{2}\b", Library("pl.nip"), FISCAL, alone=0.6, whole=0.7),
    Kind("pl-nip", TAX, digits(10), Library("pl.nip"), FISCAL),
    Kind("tr-tckn", NATIONAL, digits(11), Library("tr.tckimlik"), ID, near=0.95, whole=0.72),
    Kind("fr-nir", NATIONAL, r"\b[12][0-9]{2}(?:0[1-9]|[1-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{8}\b", _is_nir, ID,
         alone=0.8, near=0.95, whole=0.9),
    Kind("fr-nir", NATIONAL, r"\b[12] [0-9]{2} (?:0[1-9]|[1-9][0-9]) (?:[0-9]{2}|2[AB]) [0-9]{3} [0-9]{3} [0-9]{2}\b",
         _is_nir, ID, alone=0.95, near=0.97, whole=0.95),
    Kind("it-codice-fiscale", NATIONAL, rf"\b[A-Z]{{6}}{_OMO}{{2}}[A-EHLMPRST]{_OMO}{{2}}[A-Z]{_OMO}{{3}}[A-Z]\b",
         _is_codice, IDS, alone=0.85, near=0.97, whole=0.95),
    Kind("it-vat", TAX, digits(11), Library("it.iva"), FISCAL, near=0.85, whole=0.55),
    Kind("it-id-card", NATIONAL, r"\b[A-Z]{2}[0-9]{5}[A-Z]{2}\b", _is_it_card, ID, near=0.9, whole=0.55),
    Kind("nl-bsn", NATIONAL, digits(9), Library("nl.bsn"), ID, near=0.9),
    Kind("be-nn", NATIONAL, r"\b[0-9]{2}\.[0-9]{2}\.[0-9]{2}[- ][0-9]{3}[.-][0-9]{2}\b", _is_rijksregister, ID,
         alone=0.93, near=0.97, whole=0.95),
    Kind("be-nn", NATIONAL, digits(11), _is_rijksregister, ID, whole=0.6),
    Kind("ch-ahv", NATIONAL, r"\b756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}\b", _is_ahv, ID,
         alone=0.95, near=0.97, whole=0.97),
    Kind("ch-ahv", NATIONAL, r"\b756[0-9]{10}\b", _is_ahv, ID, alone=0.62, near=0.95, whole=0.85),
    Kind("pt-nif", TAX, digits(9), Library("pt.nif"), FISCAL, near=0.85),
    Kind("pt-cc", NATIONAL, r"\b[0-9]{8} ?[0-9] ?[A-Z][A-Z0-9][0-9]\b", Library("pt.cc"), ID, near=0.9, whole=0.6),
    Kind("cz-rc", NATIONAL, r"\b[0-9]{6}/[0-9]{3,4}\b", Library("cz.rc"), ID, alone=0.6, near=0.93, whole=0.75),
    Kind("ro-cnp", NATIONAL, digits(13), Library("ro.cnp"), ID, near=0.95, whole=0.65),
    Kind("bg-egn", NATIONAL, digits(10), Library("bg.egn"), ID),
    Kind("hr-oib", NATIONAL, digits(11), Library("hr.oib"), IDS),
    Kind("yu-emso", NATIONAL, digits(13), Library("si.emso"), ID, whole=0.65),
    Kind("gr-amka", NATIONAL, digits(11), Library("gr.amka"), ID, whole=0.52),
    Kind("ru-snils", NATIONAL, r"\b[0-9]{3}-[0-9]{3}-[0-9]{3}[ -][0-9]{2}\b", _is_snils, ID,
         alone=0.8, near=0.95, whole=0.9),
    Kind("ru-inn", TAX, digits(12), Library("ru.inn"), FISCAL, near=0.92, whole=0.6),
    Kind("at-svnr", NATIONAL, r"\b[1-9][0-9]{3} ?[0-3][0-9][01][0-9]{3}\b", _is_svnr, ID, near=0.9),
    Kind("es-cif", TAX, r"\b[ABCDEFGHJNPQRSUVW]-?[0-9]{7}-?[0-9A-J]\b", Library("es.cif"), FISCAL, near=0.93, whole=0.6),
    Kind("es-nss", NATIONAL, r"\b[0-9]{2}[ /-][0-9]{8,10}(?:[ /-][0-9]{2})?\b", always, ID, near=0.8),
    Kind("pl-id-card", NATIONAL, r"\b[A-Z]{3} ?[0-9]{6}\b", _is_pl_card, ID, near=0.93, whole=0.55),
    Kind("eu-vat", TAX, r"\b[A-Z]{2} ?[0-9]{8,12}\b", _is_vat, FISCAL, near=0.85),
    Kind("eu-vat", TAX, r"\b(?:ATU[0-9]{8}|NL[0-9]{9}B[0-9]{2}|FR[0-9A-Z]{2} ?[0-9]{9}|ES[A-Z][0-9]{7}[0-9A-Z])\b", always,
         FISCAL, near=0.9, whole=0.55),
    Kind("fr-siren", TAX, r"\b[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", Library("fr.siren"), FISCAL, near=0.88),
    Kind("fr-siret", TAX, r"\b[0-9]{3} ?[0-9]{3} ?[0-9]{3} ?[0-9]{5}\b", Library("fr.siret"), FISCAL, near=0.92),
    Kind("fr-spi", TAX, r"\b[0-3][0-9] ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", Library("fr.nif"), FISCAL, near=0.9),
    Kind("ch-uid", TAX, r"\bCHE-?[0-9]{3}\.[0-9]{3}\.[0-9]{3}\b", always, FISCAL, alone=0.8, near=0.95, whole=0.9),
    Kind("gr-afm", TAX, digits(9), Library("gr.vat"), ("narrow",), near=0.88),
    Kind("ua-tax", TAX, digits(10), Library("ua.rntrc"), ("narrow",), near=0.9),
    Kind("ru-inn", TAX, digits(10), Library("ru.inn"), ("narrow",), near=0.88),
    Kind("ru", "pii.passport", r"\b[0-9]{2} ?[0-9]{2} [0-9]{6}\b", always, ("passport",), near=0.9),
    Kind("by-id", NATIONAL, r"\b[1-6][0-9]{6}[ABCHKEM][0-9]{3}(?:PB|BA|BI)[0-9]\b", always, IDS, alone=0.85, whole=0.9),
)
# fmt: on
