"""Identifiers of many countries are known by form, check digit and word; no form makes a check fail with an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.pii import tables
from policy.detectors.pii.checksums import luhn, mod_11_2, mod_97, verhoeff
from policy.detectors.pii.detector import PATTERNS, detect, warm
from policy.detectors.pii.forms import FormError, forms
from policy.text.scanner import Scanner

if TYPE_CHECKING:
    from policy.detectors.pii.kinds import Kind

SCANNER = Scanner(PATTERNS)


def found(text: str) -> list[tuple[str, str]]:
    return [(match.kind, text[match.start : match.end]) for match in detect(SCANNER.scan(text)).matches]


BY_COUNTRY = [
    ("NI AZ 123456 A", "national-id:uk-nino", "AZ 123456 A"),
    ("National Insurance AZ-12-34-56-A", "national-id:uk-nino", "AZ-12-34-56-A"),
    ("NINO QQ 12 34 56 C", "national-id:uk-nino", "QQ 12 34 56 C"),
    ("licence MORGA 753116 SM9IJ", "driver-license:uk", "MORGA 753116 SM9IJ"),
    ("CIF B12345674", "tax-id:es-cif", "B12345674"),
    ("Partita IVA IT12345670017", "tax-id:eu-vat", "IT12345670017"),
    ("dowód osobisty ABA300000", "national-id:pl-id-card", "ABA300000"),
    ("Sozialversicherungsnr. 65170839J003", "national-id:de-pension", "65170839J003"),
    ("Steuernummer 12/345/67890", "tax-id:de-steuernummer", "12/345/67890"),
    ("UID CHE-123.456.788", "tax-id:ch-uid", "CHE-123.456.788"),
    ("ИНН 500100732259", "tax-id:ru-inn", "500100732259"),
    ("паспорт 4509 123456", "passport:ru", "4509 123456"),
    ("DL S123-456-78-901-0", "driver-license:us", "S123-456-78-901-0"),
    ("green card A123-456-789", "national-id:us-alien", "A123-456-789"),
    ("receipt EAC1234567890", "national-id:us-uscis", "EAC1234567890"),
    ("SIN 046 454 286", "national-id:ca-sin", "046 454 286"),
    ("CLABE 032180000118359719", "bank-account:mx-clabe", "032180000118359719"),
    ("PIS 120.12345.67-2", "national-id:br-pis", "120.12345.67-2"),
    ("RG 12.345.678-9", "national-id:br-rg", "12.345.678-9"),
    ("NPWP 01.234.567.8-901.000", "tax-id:id-npwp", "01.234.567.8-901.000"),
    ("national id card 722222222V", "national-id:lk-nic", "722222222V"),
    ("护照号码 E12345678", "passport:us", "E12345678"),
    ("여권번호 M12345678", "passport:kr", "M12345678"),
    ("Emirates ID 784-1990-1234567-1", "national-id:ae-eid", "784-1990-1234567-1"),
    ("IHI 8003608166690503", "medical-id:au-ihi", "8003608166690503"),
    ("BVN: 22123456789", "national-id:ng-bvn", "22123456789"),
    ("card GHA-123456789-0", "national-id:gh-card", "GHA-123456789-0"),
    ("SWIFT: NWBKGB2L, Beneficiary", "bic", "NWBKGB2L"),
    ("IFSC code SBIN0000123", "ifsc", "SBIN0000123"),
    ("UPI: jane.doe@oksbi", "upi", "jane.doe@oksbi"),
    ("acct no 12345678", "bank-account", "12345678"),
    ("Patient record MRN-456789", "medical-id", "456789"),
    ("passport (P 1630837) was stolen", "passport", "P 1630837"),
    ("license plate: BXY-4312", "plate", "BXY-4312"),
    ("chassis number WVWZZZ1JZXW000001", "vin", "WVWZZZ1JZXW000001"),
    ("1985-01-01 is my birthday.", "date-of-birth", "1985-01-01"),
    ("生年月日 1990年5月14日", "date-of-birth", "1990年5月14日"),
    ("XRP rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "crypto-address", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"),
    ("Call 555-123-4567", "phone", "555-123-4567"),
    ("0044 7911 123456", "phone", "0044 7911 123456"),
    ("8 (495) 123-45-67", "phone", "495) 123-45-67"),
    ("celular (21) 99876-5432", "phone", "(21) 99876-5432"),
    ("전화번호는 010-1234-5678", "phone", "010-1234-5678"),
    ("SSN: 123-45-6789", "ssn", "123-45-6789"),
]


@pytest.mark.parametrize(("text", "kind", "value"), BY_COUNTRY, ids=[row[0] for row in BY_COUNTRY])
def test_identifiers_of_many_countries_are_found_with_their_kind(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


NOBODY = [
    ("123456789", "counting, and no groups"),
    ("ssn 123456789", "everybody's placeholder"),
    ("987-65-4321", "used in advertising"),
    ("Chrome/120.0.0.0 Safari/537.36", "a product"),
    ("This fix was first merged to 1.6.2.3.", "a version"),
    ("( 2.5.4.20 NAME 'telephoneNumber' SYNTAX 1.3.6.1.4.1.1466.115.121.1.50 )", "object identifiers"),
    ("RS35 2600 0560 1001 6113 70", "a piece of an account that fails its check is no card"),
    ("arn:aws:iam::123456789012:role/Federated", "an account of machines"),
    ("licensed: import ec, ed25519, x25519", "curves"),
    ("login at github.com or look at example.com", "places, not mailboxes"),
    ("arrived at the dot com boom", "no mailbox either"),
    ("id,order,total\n1,9988776655,12\n2,9988776644,13", "a table of orders"),
    ("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "a list of numbers"),
    ("a::b c::d std::vector", "names in code"),
    ("the card has 512_44_9032 pieces", "nine digits are no card"),
]


@pytest.mark.parametrize(("text", "reason"), NOBODY, ids=[row[1] for row in NOBODY])
def test_what_belongs_to_nobody_passes(text: str, reason: str) -> None:
    assert found(text) == [], reason


@pytest.mark.parametrize("kind", tables.KINDS, ids=[f"{kind.label} {kind.shape}" for kind in tables.KINDS])
def test_whatever_has_a_shape_has_one_of_its_forms_and_a_check_that_answers(kind: Kind) -> None:
    shape = re.compile(kind.shape, re.ASCII)
    index, _ = tables.by_form()

    @settings(max_examples=2, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(shape, fullmatch=True))
    def check(raw: str) -> None:
        form = "".join("9" if char.isdigit() else "A" if char.isalpha() else char for char in raw)
        assert any(row is kind for _, row in index[form.encode()])
        assert kind.check(raw) in {True, False}
        assert kind.check(raw.lower()) in {True, False}

    check()
    assert kind.rule in RULES


def test_an_expression_that_is_too_free_is_an_error_of_ours() -> None:
    assert forms(r"\b[0-9]{2}-?[A-Z]\b") == {"99A", "99-A"}
    assert forms("(?:[0-9]|[A-Z])(?:x|\\.)") == {"9A", "9.", "AA", "A."}
    for expression in ("[A-Z0-9]{20}", "(a", "a)"):
        with pytest.raises(FormError):
            forms(expression)


def test_check_digits_are_those_of_their_standards() -> None:
    assert luhn("79927398713")
    assert verhoeff("2363")
    assert not verhoeff("2336")
    assert mod_97("3214282912345698765432161182")
    assert mod_11_2("079X")


def test_warming_up_may_be_asked_twice() -> None:
    warm()
    warm()


def test_more_questions_than_the_library_is_asked_are_answered_by_the_form() -> None:
    numbers = [f"{80000000000 + 7 * index}" for index in range(1500)]
    text = "pesel " + " pesel ".join(numbers)
    assert len(found(text)) > 400
