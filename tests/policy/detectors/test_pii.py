"""Personal data is found by its form, its check digits and the words beside it; what only looks like it is not."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detection import NOTHING
from policy.detectors.pii.custom import CustomPattern
from policy.detectors.pii.detector import PATTERNS, built_in, compile_custom, detect, nearest
from policy.detectors.pii.names import BUILT_IN, DEFAULT
from policy.text.scanner import PatternError, Scanner

SCANNER = Scanner(PATTERNS)


def kinds(text: str, wanted: frozenset[str] | None = None) -> list[tuple[str, str]]:
    found = detect(SCANNER.scan(text), wanted)
    return [(match.kind, text[match.start : match.end]) for match in found.matches]


FOUND = [
    ("Customer SSN on record: 219-46-8872", "ssn", "219-46-8872"),
    ('{"ssnNumber":"501 22 7391"}', "ssn", "501 22 7391"),
    ("abc 501 22 7391 abc", "ssn", "501 22 7391"),
    ("social security number 501227391", "ssn", "501227391"),
    ("Please charge my Amex 3782 822463 10005 exp 12/27", "credit-card", "3782 822463 10005"),
    ("card=4242424242424242&cvc=123", "credit-card", "4242424242424242"),
    ("pay with 5555-5555-5555-4444.", "credit-card", "5555-5555-5555-4444"),
    ("a 12-digit card 587428561654", "credit-card", "587428561654"),
    ("Wire to GB82 WEST 1234 5698 7654 32 today", "iban", "GB82 WEST 1234 5698 7654 32"),
    ("my iban is gb82west12345698765432", "iban", "gb82west12345698765432"),
    ("contact: maria.garcia+billing@correo.example.es", "email", "maria.garcia+billing@correo.example.es"),
    ("<mailto:Jürgen.Müller@beispiel.de>", "email", "Jürgen.Müller@beispiel.de"),
    ("tel:+442079460958", "phone", "+442079460958"),
    ("reach me at 481 7531", "phone", "481 7531"),
    ("ring (415) 555-2671 ext. 12", "phone", "(415) 555-2671 ext. 12"),
    ("le 06 12 34 56 78 est mon portable", "phone", "06 12 34 56 78"),
    ("my NHS number is 943 476 5919", "medical-id:uk-nhs", "943 476 5919"),
    ("AB 12 34 56 C is the NINO", "national-id:uk-nino", "AB 12 34 56 C"),
    ("DNI 12345678Z", "national-id:es-nif", "12345678Z"),
    ("codice fiscale RSSMRA85T10A562S", "national-id:it-codice-fiscale", "RSSMRA85T10A562S"),
    ("CPF 529.982.247-25", "national-id:br-cpf", "529.982.247-25"),
    ('"cpf": "52998224725"', "national-id:br-cpf", "52998224725"),
    ("CURP: HEGG560427MVZRRL04", "national-id:mx-curp", "HEGG560427MVZRRL04"),
    ("PESEL: 44051401359", "national-id:pl-pesel", "44051401359"),
    ("personnummer 811218-9876", "national-id:se-personnummer", "811218-9876"),
    ("hetu 131052-308T", "national-id:fi-hetu", "131052-308T"),
    ("AHV-Nr. 756.9217.0769.85", "national-id:ch-ahv", "756.9217.0769.85"),
    ("1 84 12 76 451 089 46", "national-id:fr-nir", "1 84 12 76 451 089 46"),
    ("Steuer-ID 86 095 742 719", "tax-id:de-tax-id", "86 095 742 719"),
    ("Aadhaar: 2341 2341 2346", "national-id:in-aadhaar", "2341 2341 2346"),
    ("HKID A123456(3)", "national-id:hk-id", "A123456(3)"),
    ("S1234567D is my NRIC", "national-id:sg-nric", "S1234567D"),
    ("身份证号码 11010519491231002X", "national-id:cn-ric", "11010519491231002X"),
    ("주민등록번호 850101-1234567", "national-id:kr-rrn", "850101-1234567"),
    ("my passport number is CD7654321", "passport:uk-it", "CD7654321"),
    ("driver's license number D1234562", "driver-license:us", "D1234562"),
    ("DOB: 04/12/1985", "date-of-birth", "04/12/1985"),
    ('"dateOfBirth":"1990-03-07"', "date-of-birth", "1990-03-07"),
    ("routing 021000021", "bank-account:us-aba", "021000021"),
    ("account number 000123456789", "bank-account", "000123456789"),
    ("the MBI is 1EG4-TE5-MK72", "medical-id:us-mbi", "1EG4-TE5-MK72"),
    ("DEA # AB1234563", "medical-id:us-dea", "AB1234563"),
    ("VIN 1HGCM82633A004352", "vehicle:vin", "1HGCM82633A004352"),
    ("to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "crypto-address", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("client 203.0.113.57 connected", "ip-address", "203.0.113.57"),
    ("from 2001:db8:85a3::8a2e:370:7334.", "ip-address", "2001:db8:85a3::8a2e:370:7334"),
    ("MAC 00:1B:44:11:3A:B7", "mac-address", "00:1B:44:11:3A:B7"),
    ("at 350 Fifth Avenue, New York", "address", "350 Fifth Avenue"),
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND, ids=[row[1] for row in FOUND])
def test_what_has_the_form_of_personal_data_is_found_exactly(text: str, kind: str, value: str) -> None:
    assert (kind, value) in kinds(text)


NOT_FOUND = [
    ("ref 000-12-3456", "area 000 was never issued"),
    ("ref 666-12-3456", "area 666 was never issued"),
    ("ref 931-50-9116", "areas from 900 on are no Social Security numbers, and nothing says tax"),
    ("219-00-8872 219-46-0000", "group 00 and serial 0000 were never issued"),
    ("078-05-1120", "printed on a wallet insert"),
    ("4242 4242 4242 4241", "Luhn"),
    ("card 9999999999999995", "no brand begins like that"),
    ("0.4242424242424242", "a fraction"),
    ("trace_id=4242424242424242 span=3", "a trace"),
    ("GB82 WEST 1234 5698 7654 33 is not a valid account", "MOD 97-10"),
    ("GB82 WEST 1234 5698 7654 321", "too long for the country"),
    ("Order 1404168340 shipped via tracking 1Z5332757699563664", "an order"),
    ("commit 42619bbab155dcb2cc28e937a1906aa334abd991", "a hash"),
    ('"created_at": 1712564345818', "milliseconds"),
    ("1712564345818", "milliseconds, alone"),
    ("1234567890", "counting"),
    ("request 285fc16d-a84b-1dde-3e07-d316f6bea91f", "a UUID"),
    ("ISBN 978-3-16-148410-0", "a book"),
    ("npm install lodash@4.17.21 react@18.2.0-rc.1", "packages"),
    ("logo@2x.png", "a picture"),
    ("git clone git@github.com:org/repo.git", "a repository"),
    ("https://user:password@host.example.com:8443/path", "userinfo of a URL"),
    ("std::vector<int> a::b c::d", "C++"),
    ("12:34:56.789 [INFO]", "a time"),
    ("Version 10.0.19045.3803, pip install foo==1.2.3.4", "versions"),
    ("http://127.0.0.1:5000/health and http://localhost:3000", "loopback leads to nobody"),
    ("lat 37.7749295, lon -122.4194155", "a place on a map"),
    ("heap 136209838 bytes, 7550871 objects", "a measure"),
    ("Ticket INC8293230999 / build 849.652.9203", "a build"),
    ("max_tokens: 4096, seed: 1234567890", "a seed"),
    ("call(1234567890, 9876543210)", "code"),
    ('"license": "MIT", "version": "1.0.0", "number": 3', "the other license"),
    ("card game with 52 cards, 4 suits", "the other cards"),
    ("The passport library authenticates requests.", "the other passport"),
    ("00:00:00:00:00:00 FF:FF:FF:FF:FF:FF", "nobody's hardware"),
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "Base58Check"),
]


@pytest.mark.parametrize(("text", "reason"), NOT_FOUND, ids=[row[1] for row in NOT_FOUND])
def test_what_only_looks_like_personal_data_passes(text: str, reason: str) -> None:
    assert kinds(text) == [], reason


BYPASSES = [
    ("ssn 219\u201146\u20118872", "ssn", "typographers' dashes"),
    ("card 4242\u00a04242\u00a04242\u00a04242", "credit-card", "no-break spaces"),
    ('{"note":"ssn:\\n219-46-8872\\n"}', "ssn", "an escaped line break before it"),
    ("my_ssn_219-46-8872_x", "ssn", "underscores around it"),
    ("0000 4242 4242 4242 4242", "credit-card", "another group in front of it, and the word far away: card"),
    ("4242 4242 4242 4242 5555 5555 5555 4444", "credit-card", "two in a row"),
    ("jane.doe@example.org.", "email", "a full stop behind it"),
    ("q=1&mail=jane.doe@example.org&x=2", "email", "inside a query"),
    ("a" * 5000 + " 219-46-8872 " + "b" * 5000, "ssn", "noise around it"),
    ("123-45-678 " * 3000 + "219-46-8872", "ssn", "thousands of look-alikes in front of it"),
    ("x@y " * 5000 + "jane.doe@example.org", "email", "thousands of half addresses in front of it"),
    ("999999999 " * 9000 + "ssn 501227391", "ssn", "more numbers than the scanner reports"),
    ("DNI\u3000１２３".replace("１２３", "12345678Z"), "national-id:es-nif", "an ideographic space"),
    ("personal_data.passportNumber = 'CD7654321'", "passport:uk-it", "camel case"),
    ('<td class="ssn">879 05 2639</td>', "ssn", "markup"),
    ("ssn,612-24-8068,2024-05-01,ok", "ssn", "a table"),
]


@pytest.mark.parametrize(("text", "kind", "trick"), BYPASSES, ids=[row[2] for row in BYPASSES])
def test_known_bypasses_are_closed(text: str, kind: str, trick: str) -> None:
    assert kind in {found for found, _ in kinds(text)}, trick


def test_a_bare_number_needs_a_word_beside_it() -> None:
    assert (
        kinds(
            "value 44051401359 follows the text of a longer sentence that says nothing about anybody at all"
        )
        == []
    )
    assert kinds(
        "pesel 44051401359 follows the text of a longer sentence that says nothing about anybody at all"
    )


def test_a_nearer_word_that_says_otherwise_takes_the_claim_away() -> None:
    assert kinds("ssn or order number 501227391") == []


def test_a_list_shares_the_word_before_it() -> None:
    text = "PESEL numbers of all who were there: " + ", ".join(["44051401359", "02070803628"] * 5)
    assert len(kinds(text)) == 10


def test_every_kind_has_a_rule_in_the_catalog() -> None:
    for text, _, _ in FOUND:
        for match in detect(SCANNER.scan(text)).matches:
            assert match.rule in RULES
            assert match.rule.startswith("pii.")


def test_no_match_shows_the_datum() -> None:
    for text, _, value in FOUND:
        for match in detect(SCANNER.scan(text)).matches:
            digits = "".join(char for char in value if char.isdigit())
            assert value not in match.evidence
            assert value not in match.reason
            assert not digits or digits not in match.evidence


def test_the_score_says_how_sure_and_the_severity_how_bad() -> None:
    mail = detect(SCANNER.scan("jane.doe@example.org"))
    assert mail.score > 0.9
    assert mail.matches[0].severity < 70
    card = detect(SCANNER.scan("card 4242 4242 4242 4242"))
    assert card.matches[0].severity >= 70
    whole = detect(SCANNER.scan("CD7654321"))
    assert 0.5 <= whole.score < 0.62
    assert whole.matches[0].severity < 40


def test_many_types_together_weigh_more() -> None:
    alone = detect(SCANNER.scan("jane.doe@example.org")).matches[0].severity
    together = (
        detect(SCANNER.scan("jane.doe@example.org, DOB 1990-03-07, phone +1 415 555 2671"))
        .matches[0]
        .severity
    )
    assert together > alone


def test_only_what_is_wanted_is_reported() -> None:
    text = "jane.doe@example.org 219-46-8872, passport CD7654321, DOB 1990-03-07"
    assert {kind for kind, _ in kinds(text, frozenset({"ssn"}))} == {"ssn"}
    assert {kind for kind, _ in kinds(text, frozenset({"E-Mail", "dateOfBirth"}))} == {
        "email",
        "date-of-birth",
    }
    assert kinds(text, frozenset()) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("SSN", "ssn"), ("credit_card", "creditCard"), ("Credit-Card", "creditCard"), ("E-mail", "email"),
     ("phoneNumber", "phone"), ("IP", "ipAddress"), ("drivers-license", "driverLicense"), ("dob", "dateOfBirth")],
)  # fmt: skip
def test_names_are_forgiving(written: str, meant: str) -> None:
    assert built_in(written) == meant


def test_an_unknown_name_has_a_nearest_one() -> None:
    assert built_in("creditcrad") is None
    assert nearest("creditcrad") == "creditCard"
    assert nearest("zzzzzzzz") is None
    assert set(BUILT_IN) >= DEFAULT


def _custom(name: str, regex: str) -> CustomPattern:
    return CustomPattern(name, compile_custom(name, regex))


def test_an_operators_expression_is_believed_without_validation() -> None:
    own = _custom("ssn", r"\b\d{3}-\d{2}-\d{4}\b")
    other = _custom("creditCard", r"\b\d{4}[\s-]\d{4}[\s-]\d{4}[\s-]\d{4}\b")
    scanner = Scanner((*PATTERNS, own.pattern, other.pattern))
    text = "000-00-0000 and 1111 2222 3333 4444 and 219-46-8872"
    found = detect(scanner.scan(text), frozenset({"ssn", "creditCard"}), (own, other))
    assert [match.kind for match in found.matches] == ["ssn", "credit-card", "ssn"]
    assert [match.rule for match in found.matches] == ["pii.custom", "pii.custom", "pii.ssn"]
    assert all(match.severity >= 70 for match in found.matches)
    assert found.score > 0.9


@pytest.mark.parametrize("regex", ["(", r"(?<=a)b", r"(a)\1", "x*", "[a"])
def test_an_expression_the_scanner_does_not_take_is_an_error_with_a_reason(regex: str) -> None:
    with pytest.raises(PatternError, match="employee"):
        compile_custom("employee", regex)


def test_two_expressions_of_one_name_live_together() -> None:
    first, second = _custom("id", "EMP-[0-9]{4}"), _custom("id", "CON-[0-9]{4}")
    scanner = Scanner((*PATTERNS, first.pattern, second.pattern))
    found = detect(scanner.scan("EMP-1234 CON-5678"), frozenset(), (first, second))
    assert [match.kind for match in found.matches] == ["id", "id"]


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    found = detect(SCANNER.scan(text))
    assert 0 <= found.score <= 1
    assert all(0 <= match.start < match.end <= len(text) for match in found.matches)


_PIECES = [*(row[0] for row in FOUND), "4", "-", " ", "@", "::", "\ud800", "é", "phone", "("]


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
def test_matches_are_sorted_and_do_not_overlap(parts: list[str]) -> None:
    matches = detect(SCANNER.scan(" ".join(parts))).matches
    assert all(one.end <= two.start for one, two in pairwise(matches))


@given(st.text("0123456789 -.:+()/@xA", max_size=300))
def test_no_arrangement_of_digits_is_an_error(text: str) -> None:
    detect(SCANNER.scan(text))
    detect(SCANNER.scan("ssn card phone passport tax id " + text))


HOSTILE = {
    "digits": "7" * 100_000,
    "groups": "1234-" * 20_000,
    "single digits": "1 " * 50_000,
    "at signs": "a@" * 50_000,
    "colons": "a:" * 50_000,
    "plus": "+1" * 50_000,
    "parentheses": "(0" * 50_000,
    "letters and digits": "A1" * 50_000,
    "words": "phone ssn card " * 6_000,
    "words and numbers": "ssn card passport tin 501227391 " * 3_000,
    "one label": "passport" + " " * 90_000,
    "base58": ("1" + "a" * 30 + " ") * 3_000,
    "streets": "A " * 40_000 + "Street ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    detect(SCANNER.scan(text[:1000]))
    began = time.process_time()
    detect(SCANNER.scan(text))
    assert time.process_time() - began < 2.0


def test_a_text_without_anything_is_nothing() -> None:
    assert detect(SCANNER.scan("the quick brown fox jumps over the lazy dog " * 20)) == NOTHING
