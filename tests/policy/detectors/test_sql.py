"""Statements that destroy and values that break out are found; ordinary queries and words are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.sql.detector import detect, detect_statement, detect_value

BLOCKED = 70

ATTACKS = [
    "DROP TABLE customers",
    "DELETE FROM customers",
    "UPDATE accounts SET balance = 0",
    "TRUNCATE orders",
    "SELECT 1; DROP TABLE x",
    "GRANT ALL ON *.* TO 'x'@'%'",
    "' OR '1'='1' --",
    "admin'--",
    "1 UNION ALL SELECT username, password FROM users",
    "1; WAITFOR DELAY '0:0:10'--",
    "x' AND SLEEP(5) AND 'a'='a",
    "1/**/UNION/**/SELECT/**/1,2,3",
]
ORDINARY = [
    "SELECT id, name FROM customers WHERE id = 7 OR name = 'x'",
    "SELECT a FROM t UNION SELECT b FROM u",
    "DELETE FROM customers WHERE id = 7",
    "UPDATE accounts SET balance = 0 WHERE id = 7",
    "O'Brien & Sons",
    "how do I select a union of two sets?",
    "drop me a line or two",
    "jane.doe@example.org",
    "",
]


def severity(text: str) -> int:
    return max((match.severity for match in detect(text).matches), default=0)


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_found(text: str) -> None:
    assert severity(text) >= BLOCKED
    assert all(match.rule in RULES for match in detect(text).matches)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_ordinary_is_left_alone(text: str) -> None:
    assert severity(text) < BLOCKED


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_ends_the_detector(text: str) -> None:
    for judge in (detect, detect_statement, detect_value):
        assert 0 <= judge(text).score <= 1


@pytest.mark.parametrize("unit", ["(", "'", "SELECT ", "1", "a.", "/*", "--\n", "UNION SELECT 1 "])
def test_hostile_texts_take_bounded_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    detect("x")
    started = time.process_time()
    detect(text)
    assert time.process_time() - started < 2.0
