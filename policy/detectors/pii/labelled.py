"""What only a word makes personal: dates of birth, account, passport and license numbers of any country.

Reads from the word to the value behind it (`passport number is C01X00T47`, `"dob": "1985-04-12"`), so a text without
such words costs nothing. Does not catch: values in a table whose heading stands far away; words of languages that
`words` does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.checksums import is_dull
from policy.detectors.pii.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.detectors.pii.page import Page

_MAX_LABELS: Final = 1024
_LINK: Final = (
    r"(?:[ _-]?(?:number|num|no|nr|id|code|card)s?\.?)?"
    r"(?:['\")\]:=# \t>|,*-]|\b(?:is|was|es|ist|est)\b|n°|nº|№|\(\w{1,20}\)|<[a-z]{1,8}){0,8}+"
)
"""What may stand between a word and its value."""

_MONTH: Final = (
    r"(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|janv|f[ée]v|avr"
    r"|mai|juin|juil|ao[uû]|d[ée]c)"
    r"[a-zäéû]{0,8}\.?"
)
_DAY_MONTH_YEAR: Final = (
    rf"(?:(?:19|20)[0-9]{{2}}[-/.][01]?[0-9][-/.][0-3]?[0-9]|[0-3]?[0-9][-/. ][0-3]?[0-9][-/. ](?:19|20)?[0-9]{{2}}"
    rf"|[0-3]?[0-9](?:st|nd|rd|th|\.)? (?:of |de )?{_MONTH}(?: de)?,? (?:19|20)[0-9]{{2}}"
    rf"|{_MONTH} [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}[01][0-9][0-3][0-9])(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A word of a narrow meaning, and the form of what stands behind it."""

    rule: str
    kind: str
    pattern: Pattern
    value: re.Pattern[str]
    accepts: Callable[[str], bool]
    confidence: float


def _label(
    rule: str, phrases: str, value: str, accepts: Callable[[str], bool], confidence: float, *, kind: str = ""
) -> Label:
    name = f"pii.label.{kind or rule.removeprefix('pii.')}"
    spelled = "|".join(part.strip().replace(" ", "[ _-]?") for part in phrases.split("|"))
    edge = r"(?:\b|_)"
    compiled = re.compile(f"{_LINK}({value})", re.IGNORECASE)
    pattern = Pattern(name, rf"{edge}(?:{spelled})", is_caseless=True)
    return Label(rule, kind or rule.removeprefix("pii."), pattern, compiled, accepts, confidence)


def _is_number(raw: str) -> bool:
    plain = [char for char in raw if char.isalnum()]
    digits = "".join(char for char in plain if char.isdigit())
    return len(digits) >= 5 and not is_dull(digits)


def _is_date(_raw: str) -> bool:
    return True


_SOLID: Final = r"(?=[A-Z]{0,4}-?[0-9])[A-Z0-9][A-Z0-9-]{%d,%d}[A-Z0-9](?![A-Z0-9_-])"

LABELS: Final[tuple[Label, ...]] = (
    _label(
        "pii.date-of-birth",
        "date of birth|birth date|birthdate|birthday|birth day|dob|d o b|born(?: on)?|geburtsdatum|geboren(?: am)?"
        "|date de naissance|née? le|fecha de nacimiento|nacid[oa] el|data di nascita|nat[oa] il|data de nascimento"
        "|geboortedatum|födelsedatum|data urodzenia|doğum tarihi|tanggal lahir",
        _DAY_MONTH_YEAR,
        _is_date,
        0.9,
    ),
    _label(
        "pii.passport",
        "passport(?: number| no| num| id| #)?|reisepass(?:nummer)?|passeport|pasaporte|passaporto"
        "|paspoort(?:nummer)?|passnummer",
        r"(?=[A-Z]{0,3}[0-9])[A-Z0-9]{8,9}(?![A-Z0-9-])",
        _is_number,
        0.72,
    ),
    _label(
        "pii.driver-license",
        "driver'?s? licen[sc]e|driving licen[sc]e|drivers licen[sc]e|driver licen[sc]e"
        "|driverslicen[sc]e|führerschein(?:nummer)?"
        "|permis de conduire|licencia de conducir|permiso de conducir|patente di guida|rijbewijs"
        "|licen[sc]e number|licen[sc]e no"
        "|dl number|dl no|dl #|driver's licen[sc]e|driver\u2019s licen[sc]e|driving permit",
        _SOLID % (4, 18),
        _is_number,
        0.8,
    ),
    _label(
        "pii.bank-account",
        "(?:bank )?account(?: number| no| num| #|number|num)|acct(?: number| no| num| #|\\.)|bank"
        " account|kontonummer|numéro de compte"
        "|número de cuenta|checking account|savings account|numero di conto|rekeningnummer|conta"
        " corrente|clabe|bban"
        "|bank account number",
        r"[0-9](?:[ -]?[0-9]){5,19}(?![0-9A-Z])",
        _is_number,
        0.8,
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
        "pii.medical-id",
        "medical record(?: number| no| #)?|mrn|patient (?:id|number|no)|health (?:plan|insurance"
        "|card)(?: id| number| no| beneficiary| member)*"
        "|member id|insurance (?:id|number|policy number)|medicaid(?: number| id)?|nhs number|health"
        " card number|beneficiary number",
        _SOLID % (4, 18),
        _is_number,
        0.72,
    ),
    _label(
        "pii.national-id",
        "national id(?:entity|entification)?(?: card)?(?: number| no)|identity card(?: number| no)?|id"
        " card(?: number| no)?|identity number"
        "|personalausweis(?:nummer)?|identification card(?: number)?|citizen(?:ship)? (?:id|number)"
        "|government id|national identity"
        "|cédula|carte d'identité|carta d'identità|dni|national id",
        _SOLID % (5, 18),
        _is_number,
        0.7,
    ),
)
PATTERNS: Final = tuple(label.pattern for label in LABELS)


def read(page: Page) -> Iterator[Found]:
    """Find what the labels of a text announce."""
    for label in LABELS:
        if label.pattern.name not in page.scan.hits:
            continue
        for _, end in page.scan.spans(label.pattern.name)[:_MAX_LABELS]:
            written = label.value.match(page.plain, end)
            if written and label.accepts(written[1]):
                start, stop = written.span(1)
                yield Found(start, stop, label.rule, label.kind, label.confidence)
