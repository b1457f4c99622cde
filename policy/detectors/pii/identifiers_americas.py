"""Identifiers of persons (and a few of businesses) in the Americas: their forms, check digits and names.

A table. Sources: Social Security Administration (rules of issuance: areas 001-665 and 667-899, group 01-99, serial
0001-9999; numbers used in advertising), IRS (ITIN groups), CMS (MBI format, NPI), DEA, Receita Federal, RENAPO, SAT,
Canada Revenue Agency; python-stdnum where it knows the check.
"""

from __future__ import annotations

from typing import Final

from policy.detectors.pii.checksums import compact, is_dull, luhn, weighted
from policy.detectors.pii.kinds import FISCAL, HEALTH, ID, IDS, MEDICAL, NATIONAL, TAX, Kind, always, digits
from policy.detectors.pii.library import Library

_SOCIAL = ("ssn",)

_ADVERTISED: Final = frozenset({"078051120", "219099999", "123456789", "987654321"})
"""Numbers everyone knows: a wallet insert of 1938, a pamphlet of 1940, and counting."""
_ITIN_GROUPS: Final = frozenset((*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)))


_COUNTED: Final = "123456789"
"""Issued area and group, and everybody's placeholder: believed only where somebody wrote it in groups."""


def is_ssn(raw: str) -> bool:
    """United States: never area 000, 666 or 900-999, group 00, serial 0000, nor a number used in advertising."""
    plain = compact(raw)
    area, group, serial = plain[:3], plain[3:5], plain[5:]
    if area in {"000", "666"} or area[0] == "9" or group == "00" or serial == "0000":
        return False
    return (plain not in _ADVERTISED or (plain == _COUNTED and raw != plain)) and len(set(plain)) > 1


def _is_itin(raw: str) -> bool:
    """United States: 9xx and a group the IRS uses."""
    plain = compact(raw)
    return plain[0] == "9" and int(plain[3:5]) in _ITIN_GROUPS and not plain.startswith("98765432")


def _is_sin(raw: str) -> bool:
    """Canada: Luhn; the first digit is a province or 9 for temporary residents, never 0 or 8."""
    plain = compact(raw)
    same = len({raw[3], raw[7]}) == 1 if len(raw) > len(plain) else True
    return same and plain[0] not in "08" and luhn(plain) and not is_dull(plain)


def _is_npi(raw: str) -> bool:
    """United States, health care providers: Luhn with 80840 in front."""
    return luhn("80840" + compact(raw))


def _is_dea(raw: str) -> bool:
    """United States, prescribers: (d1+d3+d5) + 2(d2+d4+d6) ends in d7."""
    plain = compact(raw)[2:]
    numbers = [int(char) for char in plain]
    return (sum(numbers[0:6:2]) + 2 * sum(numbers[1:6:2])) % 10 == numbers[6]


def _is_routing(raw: str) -> bool:
    """United States, banks: weights 3, 7, 1, and a prefix of a Federal Reserve district."""
    plain = compact(raw)
    head = int(plain[:2])
    is_district = head <= 12 or 21 <= head <= 32 or 61 <= head <= 72 or head == 80
    return is_district and plain != "000000000" and weighted(plain, (3, 7, 1) * 3) % 10 == 0


def _is_mixed(raw: str) -> bool:
    """A letter and seven digits or more are somebody's license only beside a word; here: no digit repeated all over."""
    return len(set(raw[1:])) > 1


_MBI: Final = (
    r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?"
    r"[AC-HJKMNP-RT-Y]{2}[0-9]{2}\b"
)


def _is_nss(raw: str) -> bool:
    return luhn(compact(raw))


def _is_clabe(raw: str) -> bool:
    """Mexico, bank accounts: bank, place, account; weights 3, 7, 1."""
    plain = compact(raw)
    total = sum(int(char) * weight % 10 for char, weight in zip(plain[:17], (3, 7, 1) * 6, strict=False))
    return (10 - total % 10) % 10 == int(plain[17])


def _is_pis(raw: str) -> bool:
    """Brazil, social integration: weights 3, 2, 9 to 2 over ten digits."""
    plain = compact(raw)
    rest = 11 - weighted(plain[:10], (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest >= 10 else rest) == int(plain[10])


# fmt: off
KINDS: Final[tuple[Kind, ...]] = (
    # A dash form stands alone; blanks and dots are ordinary in tables and versions, so they want a little more.
    Kind("", "pii.ssn", r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b", is_ssn, _SOCIAL, alone=0.85, near=0.98, whole=0.95),
    Kind("", "pii.ssn", r"\b[0-8][0-9]{2} [0-9]{2} [0-9]{4}\b", is_ssn, _SOCIAL, alone=0.56, near=0.97, whole=0.85),
    Kind("", "pii.ssn", r"\b[0-8][0-9]{2}\.[0-9]{2}\.[0-9]{4}\b", is_ssn, _SOCIAL, near=0.95, whole=0.8),
    Kind("", "pii.ssn", r"\b[0-8][0-9]{2}(?:-[0-9]{6}|[0-9]{2}-[0-9]{4})\b", is_ssn, _SOCIAL, near=0.9, whole=0.6),
    Kind("", "pii.ssn", digits(9), is_ssn, _SOCIAL, near=0.93),
    Kind("us-itin", TAX, r"\b9[0-9]{2}[- ]?[5-9][0-9][- ]?[0-9]{4}\b", _is_itin, (*FISCAL, *_SOCIAL),
         near=0.93, whole=0.6),
    Kind("us-ein", TAX, r"\b[0-9]{2}-[0-9]{7}\b", always, FISCAL, near=0.9, whole=0.5),
    Kind("us-mbi", MEDICAL, _MBI, always, HEALTH, alone=0.7, near=0.95, whole=0.9),
    Kind("us-npi", MEDICAL, r"\b[12][0-9]{9}\b", _is_npi, HEALTH, near=0.93),
    Kind("us-npi", MEDICAL, r"\b[12][0-9]{3}[ -][0-9]{3}[ -][0-9]{3}\b", _is_npi, HEALTH, near=0.9, whole=0.7),
    Kind("us-dea", MEDICAL, r"\b[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}\b", _is_dea, HEALTH, near=0.95, whole=0.6),
    Kind("us-aba", "pii.bank-account", digits(9), _is_routing, ("bank",), near=0.92),
    Kind("us-aba", "pii.bank-account", r"\b[0-9]{4}-[0-9]{4}-[0-9]\b", _is_routing, ("bank",),
         near=0.92, whole=0.8),
    Kind("us", "pii.passport", r"\b(?:[0-9]{9}|[A-Z][0-9]{8})\b", _is_mixed, ("passport",), near=0.88),
    Kind("us", "pii.passport", r"\b[A-Z][0-9]{8}\b", _is_mixed, ("passport",), near=0.9),
    Kind("us", "pii.driver-license", r"\b[A-Z][0-9]{7,14}\b", _is_mixed, ("license",), near=0.85),
    # Florida, Illinois, Wisconsin, Maryland, Michigan, New Jersey, New York.
    Kind("us", "pii.driver-license", r"\b[A-Z][0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{3}-[0-9]\b", always, ("license",),
         alone=0.6, near=0.95, whole=0.7),
    Kind("us", "pii.driver-license", r"\b[A-Z][0-9]{3}-[0-9]{4}-[0-9]{4}(?:-[0-9]{2})?\b", always, ("license",), near=0.93),
    Kind("us", "pii.driver-license", r"\b[A-Z][- ][0-9]{3}[- ][0-9]{3}[- ][0-9]{3}[- ][0-9]{3}\b", always, ("license",),
         near=0.93),
    Kind("us", "pii.driver-license", r"\b[A-Z][0-9]{4} [0-9]{5} [0-9]{5}\b", always, ("license",), near=0.93),
    Kind("us", "pii.driver-license", r"\b[0-9]{3} [0-9]{3} [0-9]{3}\b", always, ("license",), near=0.8),
    Kind("us", "pii.driver-license", digits(8), always, ("license",), near=0.75),
    Kind("ca-sin", NATIONAL, r"\b[1-79][0-9]{2}[- ][0-9]{3}[- ][0-9]{3}\b", _is_sin, ID, near=0.95, whole=0.75),
    Kind("ca-sin", NATIONAL, digits(9), _is_sin, ID, near=0.9),
    Kind("mx-curp", NATIONAL, r"\b[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{5}[A-Z0-9][0-9]\b", Library("mx.curp"), IDS,
         alone=0.93, near=0.97, whole=0.95),
    Kind("mx-rfc", TAX, r"\b[A-Z&]{3,4}[0-9]{6}[A-Z0-9]{2}[0-9A]\b", Library("mx.rfc"), FISCAL,
         near=0.93, whole=0.7),
    Kind("br-cpf", NATIONAL, r"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b", Library("br.cpf"), IDS,
         alone=0.95, near=0.98, whole=0.97),
    Kind("br-cpf", NATIONAL, digits(11), Library("br.cpf"), IDS, near=0.95, whole=0.65),
    Kind("br-cnpj", TAX, r"\b[0-9]{2}\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}\b", Library("br.cnpj"), FISCAL,
         alone=0.93, near=0.97, whole=0.95),
    Kind("br-cnpj", TAX, digits(14), Library("br.cnpj"), FISCAL, near=0.93, whole=0.65),
    Kind("cl-rut", NATIONAL, r"\b[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9K]\b", Library("cl.rut"), IDS,
         alone=0.8, near=0.95, whole=0.9),
    Kind("cl-rut", NATIONAL, r"\b[0-9]{7,8}-[0-9K]\b", Library("cl.rut"), IDS, near=0.93, whole=0.6),
    Kind("ar-cuit", TAX, r"\b(?:2[0347]|3[0-4])-[0-9]{8}-[0-9]\b", Library("ar.cuit"), IDS,
         alone=0.85, near=0.95, whole=0.9),
    Kind("ar-dni", NATIONAL, r"\b[0-9]{2}\.[0-9]{3}\.[0-9]{3}\b", always, ID, near=0.85),
    Kind("ec-ci", NATIONAL, digits(10), Library("ec.ci"), ID, near=0.9),
    Kind("co-cc", NATIONAL, r"\b[0-9]{1,2}(?:\.[0-9]{3}){2,3}\b", always, ID, near=0.8),
    Kind("us-hicn", MEDICAL, r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}[A-Z][0-9]?\b", always, (*HEALTH, *_SOCIAL), near=0.9),
    Kind("us-alien", NATIONAL, r"\bA-?[0-9]{3}-?[0-9]{3}-?[0-9]{2,3}\b", always, ID, near=0.85),
    Kind("us-uscis", NATIONAL, r"\b(?:EAC|WAC|LIN|SRC|MSC|NBC|IOE)[0-9]{10}\b", always, ID, alone=0.7, whole=0.8),
    Kind("ca-sin", NATIONAL, r"\b0[0-9]{2}[- ][0-9]{3}[- ][0-9]{3}\b", _is_nss, ID, near=0.8),
    Kind("ca-ohip", MEDICAL, r"\b[0-9]{4}[ -][0-9]{3}[ -][0-9]{3}[ -]?[A-Z]{2}\b", always, HEALTH, alone=0.65, whole=0.8),
    Kind("mx-nss", NATIONAL, digits(11), _is_nss, ID, near=0.85),
    Kind("mx-clabe", "pii.bank-account", digits(18), _is_clabe, ("bank",), near=0.95, whole=0.6),
    Kind("mx-elector", NATIONAL, r"\b[A-Z]{6}[0-9]{8}[HM][0-9]{3}\b", always, ID, alone=0.8, near=0.95, whole=0.9),
    Kind("br-rg", NATIONAL, r"\b[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9X]\b", always, ID, near=0.9),
    Kind("br-cnh", "pii.driver-license", digits(11), always, ("license",), near=0.85),
    Kind("br-pis", NATIONAL, r"\b[0-9]{3}\.[0-9]{5}\.[0-9]{2}-[0-9]\b", _is_pis, ID, alone=0.8, whole=0.9),
    Kind("pe-ruc", TAX, digits(11), Library("pe.ruc"), FISCAL, near=0.9),
    Kind("ve-rif", TAX, r"\b[VEJPG]-?[0-9]{8}-?[0-9]\b", Library("ve.rif"), IDS, near=0.92, whole=0.6),
    Kind("uy-ci", NATIONAL, r"\b[1-6]\.[0-9]{3}\.[0-9]{3}-[0-9]\b", always, ID, near=0.9, whole=0.6),
)
# fmt: on
