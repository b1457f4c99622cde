"""Personal data with a form is found and not repeated; numbers that only look like it are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.pii.detector import PATTERNS, detect
from policy.text.scanner import Scanner

SCANNER = Scanner(PATTERNS)

PERSONAL = {
    "My card is 4111 1111 1111 1111, thanks": "4111 1111 1111 1111",
    "SSN: 536-90-4399": "536-90-4399",
    "write to jane.doe@example.org please": "jane.doe@example.org",
    "IBAN DE89 3704 0044 0532 0130 00": "DE89 3704 0044 0532 0130 00",
    "call me at +1 212 555 2368": "+1 212 555 2368",
}
ORDINARY = [
    "order 4111 1111 1111 1112 was shipped",
    "version 1.22.333.4444",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "SSN: 000-12-3456",
    "see section 12-34-5678 of the manual at 10:30",
    "plain prose",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_a_datum_is_found_where_it_stands_and_not_repeated(text: str) -> None:
    found = detect(SCANNER.scan(text))
    values = [text[match.start : match.end] for match in found.matches]
    assert PERSONAL[text] in values
    assert found.score >= 0.7
    for match in found.matches:
        assert match.rule in RULES
        assert PERSONAL[text] not in match.evidence + match.reason


@pytest.mark.parametrize("text", ORDINARY)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert detect(SCANNER.scan(text)).score < 0.7


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_ends_the_detector(text: str) -> None:
    found = detect(SCANNER.scan(text))
    assert 0 <= found.score <= 1
    assert all(0 <= m.start <= m.end <= len(text) for m in found.matches)


@pytest.mark.parametrize("unit", ["1", "1234567890", "a@b.", "4111111111111111 ", "+1 ", "DE89"])
def test_hostile_texts_take_bounded_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    detect(SCANNER.scan("4111 1111 1111 1111 a@b.example"))
    started = time.process_time()
    detect(SCANNER.scan(text))
    assert time.process_time() - started < 2.0
