"""The words that announce a datum by themselves, and the form of what stands behind them.

A table for `labelled`: narrow phrases only (`passport number`, `date of birth`), for whatever has the form is believed.
Sources: the names issuing authorities use; ISO 9362 (BIC), RBI (IFSC), NPCI (UPI), Vocalink (sort codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_LINK: Final = (
    r"(?:[ _-]?(?:number|num|no|nr|id|code|card)s?\.?)?"
    r"(?:['\")\](:=# \t>|,.*-]|\\\\?[\"n]|\b(?:is|was|es|ist|est|of|are)\b|n°|nº|№|\(\w{1,20}\)|<[a-z]{1,8}>?){0,8}+"
)
"""What may stand between a word and its value."""

_MONTH: Final = (
    r"(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|janv|f[ée]v|avr"
    r"|mai|juin|juil|ao[uû]|d[ée]c|gen|mag|giu|lug|set|ott|fev|mei|maj)"
    r"[a-zäéû]{0,8}\.?"
)
_DATE: Final = (
    rf"(?:(?:19|20)[0-9]{{2}}[-/.][01]?[0-9][-/.][0-3]?[0-9]|[0-3]?[0-9][-/. ][0-3]?[0-9][-/. ](?:19|20)?[0-9]{{2}}"
    rf"|[0-3]?[0-9](?:st|nd|rd|th|\.)?[ -](?:of |de )?{_MONTH}(?: de| del)?,?[ -](?:19|20)[0-9]{{2}}"
    rf"|{_MONTH} [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}[01][0-9][0-3][0-9]"
    r"|(?:19|20)[0-9]{2} ?[年년] ?[01]?[0-9] ?[月월] ?[0-3]?[0-9] ?[日일])(?![0-9])"
)
_SOLID: Final = r"(?=[A-Z]{0,4}-?[0-9])[A-Z0-9][A-Z0-9-]{%d,%d}[A-Z0-9](?![A-Z0-9_-])"
"""Letters first if there are any; digits somewhere, for `accepts` counts them."""
_GROUPS: Final = (
    r"[A-Z]{0,3}[ -]?[0-9][0-9A-Z]{0,17}+(?:[ -][0-9][0-9A-Z]{0,8}+){0,5}+(?:-[0-9A-Z]{1,8}+)?(?![A-Z0-9_])"
)
"""The same in groups, each with a digit first."""
_PASSPORT: Final = (
    r"(?:[A-Z]{1,3}[ -]?[0-9]{5,8}[A-Z]{0,2}|[0-9]{7,10}|[0-9]{2}[A-Z]{2}[0-9]{5}"
    r"|(?=[A-Z]{1,3}[0-9])[A-Z][A-Z0-9]{7,8})(?![A-Z0-9_-])"
)
_PLATE: Final = (
    r"(?=[A-Z -]{0,5}[0-9])(?:[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}(?:[ -]?[A-Z0-9]{1,4})?)(?![A-Z0-9_-])"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A word of a narrow meaning, and the form of what stands behind it."""

    rule: str
    kind: str
    pattern: Pattern
    value: str
    """Expression of the link and, as its first group, the value."""
    before: str
    """Expression of a value that stands in front, up to the word; empty if none does."""
    accepts: Callable[[str], bool]
    confidence: float
    is_caseless: bool


def _label(
    rule: str,
    phrases: str,
    value: str,
    accepts: Callable[[str], bool],
    confidence: float,
    *,
    kind: str = "",
    scripts: str = "",
    before: str = "",
    is_caseless: bool = True,
) -> Label:
    kind = kind or rule.removeprefix("pii.")
    spelled = phrases.replace(" ", "[ _-]?")
    pattern = Pattern(f"pii.label.{kind}", rf"(?:\b|_)(?:{spelled})" + scripts, is_caseless=True)
    value = f"(?i:{_LINK})({value})"
    return Label(rule, kind, pattern, value, before, accepts, confidence, is_caseless)


def _is_number(raw: str) -> bool:
    """Five digits at least, and not one digit all over."""
    digits = "".join(char for char in raw if char.isdigit())
    return len(digits) >= 5 and len(set(digits)) > 1


def _is_passport(raw: str) -> bool:
    """The same, or three digits among capitals (Luxembourg, Libya)."""
    return _is_number(raw) or (raw.isupper() and sum(map(str.isdigit, raw)) >= 3)


def _is_license(raw: str) -> bool:
    """A number that is no date."""
    return _is_number(raw) and re.match(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]", raw) is None


def _is_plate(raw: str) -> bool:
    plain = [char for char in raw if char.isalnum()]
    return 5 <= len(plain) <= 8 and any(map(str.isdigit, plain)) and any(map(str.isupper, plain))


def _is_any(_raw: str) -> bool:
    return True


LABELS: Final[tuple[Label, ...]] = (
    _label(
        "pii.date-of-birth",
        "date of birth|birth date|birthdate|birthday|birth day|dob|d\\.? ?o\\.? ?b\\.?|born(?: on)?|geburtsdatum"
        "|geboren(?: am)?|geb\\.|date de naissance|née? le|fecha de nacimiento|fecha nac|nacid[oa] el|data di nascita"
        "|nat[oa] il|data de nascimento|nascid[oa] em|geboortedatum|födelsedatum|fødselsdato|syntymäaika"
        "|data urodzenia|urodzon[ya]|doğum tarihi|tanggal lahir",
        _DATE,
        _is_any,
        0.9,
        before=rf"({_DATE})(?: is| was|,)?(?: (?:my|his|her|their|your|the|a))?(?: day (?:i|he|she|they|we) (?:was|were))?[ (]{{1,2}}\Z",
        scripts="|дата рождения|Дата рождения|生年月日|出生日期|생년월일|تاريخ الميلاد",
    ),
    _label(
        "pii.passport",
        "passport(?: number| no| num| id| #)?|reisepass(?:nummer|-nr)?|passeport|pasaporte|passaporto|passaporte"
        "|paspoort(?:nummer)?|passnummer|travel document(?: number| no)?",
        _PASSPORT,
        _is_passport,
        0.72,
        scripts="|여권번호|護照|护照|旅券|паспорт|Паспорт",
    ),
    _label(
        "pii.driver-license",
        "driver['’]?s? licen[sc]e|driving licen[sc]e|drivers['’]? licen[sc]e"
        "|driverslicen[sc]e|führerschein(?:nummer)?|permis de conduire|licencia de conducir|permiso de conducir"
        "|patente di guida|rijbewijs|licen[sc]e number|licen[sc]e no|dl number|dl no|dl #|driving permit"
        "|operator licen[sc]e|prawo jazdy|carteira de motorista|ehliyet",
        rf"{_GROUPS}|{_SOLID % (4, 18)}",
        _is_license,
        0.8,
    ),
    _label(
        "pii.bank-account",
        "(?:bank )?account(?: number| no| num| #|number|num)|acct(?: number| no| num| #|\\.)|bank account"
        "|kontonummer|konto-nr|numéro de compte|número de cuenta|checking account|savings account|numero di conto"
        "|rekeningnummer|conta corrente|clabe|bban|kontonr",
        r"[0-9](?:[ -]?[0-9]){5,19}(?![0-9A-Z])",
        _is_number,
        0.8,
        scripts="|계좌번호|口座番号|账号|帳號",
    ),
    _label(
        "pii.bank-account",
        "account ?[:#] ?",
        r"(?:[0-9]{8,11}|[0-9]{13,17})(?![0-9A-Z-])",
        _is_number,
        0.7,
        kind="account",
    ),
    _label(
        "pii.bank-account",
        "sort code",
        r"[0-9]{2}[- ]?[0-9]{2}[- ]?[0-9]{2}(?![0-9A-Z])",
        _is_number,
        0.75,
        kind="sort-code",
    ),
    _label(
        "pii.bank-account",
        "swift|bic",
        r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9_])",
        _is_any,
        0.6,
        kind="bic",
        is_caseless=False,
    ),
    _label(
        "pii.bank-account",
        "ifsc",
        r"[A-Z]{4}0[A-Z0-9]{6}(?![A-Z0-9_])",
        _is_any,
        0.6,
        kind="ifsc",
        is_caseless=False,
    ),
    _label("pii.bank-account", "upi|vpa", r"[\w.-]{2,50}@[a-z]{3,20}(?![\w.])", _is_any, 0.76, kind="upi"),
    _label(
        "pii.medical-id",
        "medical record(?: number| no| #)?|mrn|patient (?:id|number|no)|health (?:plan|insurance|card)"
        "(?: id| number| no| beneficiary| member)*|member id|insurance (?:id|number|policy number)"
        "|medicaid(?: number| id)?|nhs number|beneficiary number|subscriber id|policy number",
        _SOLID % (4, 18),
        _is_number,
        0.72,
    ),
    _label(
        "pii.national-id",
        "national id(?:entity|entification)?(?: card)?(?: number| no)|identity card(?: number| no)?|id"
        " card(?: number| no)?|identity number|personalausweis(?:nummer)?|identification card(?: number)?"
        "|citizen(?:ship)? (?:id|number)|government id|national identity|cédula|carte d'identité|carta d'identità"
        "|dni|national id|dowód osobisty|dowodu osobistego",
        _SOLID % (5, 18),
        _is_number,
        0.7,
        scripts="|주민등록번호|주민번호",
    ),
    _label(
        "pii.vehicle",
        "licen[sc]e plate(?: number| no)?|plate ?[:=#]|number plate|plate number|registration plate|kennzeichen"
        "|plaque d'immatriculation|matrícula|targa|kenteken|plaka",
        _PLATE,
        _is_plate,
        0.72,
        kind="plate",
        is_caseless=False,
    ),
    _label(
        "pii.vehicle",
        "vin(?: number| no)?|chassis(?: number| no)?|vehicle identification(?: number)?",
        r"(?=[A-HJ-NPR-Z]{0,16}[0-9])[A-HJ-NPR-Z0-9]{11}[A-HJ-NPR-Z0-9]{2}[0-9]{4}(?![A-Z0-9])",
        _is_number,
        0.8,
        kind="vin",
    ),
)
PATTERNS: Final = tuple(label.pattern for label in LABELS)
