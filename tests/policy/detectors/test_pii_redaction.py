"""What was matched is gone, the same value is the same placeholder, and only a reversible session gives it back."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.detection import Match
from policy.detectors.pii.detector import PATTERNS, detect
from policy.detectors.pii.redaction import Redactor, types_of
from policy.text.scanner import Scanner

SCANNER = Scanner(PATTERNS)
SALT = b"salt"


def match(start: int, end: int, kind: str = "email", severity: int = 40) -> Match:
    return Match("pii.email", severity, start, end, "a reason", kind=kind)


def redacted(redactor: Redactor, text: str) -> str:
    return redactor.redact(text, detect(SCANNER.scan(text)).matches)


def test_a_placeholder_names_its_type_and_is_stable() -> None:
    redactor = Redactor(salt=SALT)
    text = "jane@example.org, 219-46-8872, bob@example.org, jane@example.org"
    assert redacted(redactor, text) == "[EMAIL_1], [SSN_1], [EMAIL_2], [EMAIL_1]"
    assert redacted(redactor, "write to bob@example.org") == "write to [EMAIL_2]"


def test_finer_kinds_share_the_name_of_their_type() -> None:
    assert redacted(Redactor(salt=SALT), "pesel 44051401359") == "pesel [NATIONAL_ID_1]"
    assert types_of([match(0, 1, "national-id:pl-pesel")]) == {"NATIONAL_ID"}


def test_a_reversible_session_gives_the_values_back() -> None:
    redactor = Redactor(is_reversible=True, salt=SALT)
    text = "jane@example.org pays with 4242 4242 4242 4242"
    hidden = redacted(redactor, text)
    assert "jane" not in hidden
    assert redactor.restore(f"answer: {hidden}") == f"answer: {text}"
    assert redactor.restore("[EMAIL_99] [NOTE_1] [] [EMAIL_1") == "[EMAIL_99] [NOTE_1] [] [EMAIL_1"


def test_a_session_that_is_not_reversible_keeps_no_plaintext() -> None:
    redactor = Redactor(salt=SALT)
    hidden = redacted(redactor, "jane@example.org")
    assert redactor.restore(hidden) == hidden
    assert "jane" not in repr(vars(redactor))


def test_sessions_do_not_know_each_other() -> None:
    first, second = Redactor(is_reversible=True), Redactor(is_reversible=True)
    hidden = redacted(first, "jane@example.org")
    assert second.restore(hidden) == hidden


def test_the_same_value_is_hidden_where_nobody_matched_it() -> None:
    redactor = Redactor(salt=SALT)
    assert redactor.redact("ssn 501227391 x501227391y", [match(4, 13, "ssn")]) == "ssn [SSN_1] x[SSN_1]y"


def test_many_values_are_hidden_everywhere_in_one_pass() -> None:
    values = [f"user{index:04d}@example.org" for index in range(200)]
    text = " ".join(values)
    matches = detect(SCANNER.scan(text)).matches
    hidden = Redactor(salt=SALT).redact(text + "/" + text.upper().lower().replace(" ", ""), matches)
    assert not any(value in hidden for value in values)


def test_overlapping_matches_are_one_placeholder_of_the_strongest() -> None:
    found = [match(0, 6, "email"), match(4, 10, "ssn", 85)]
    assert Redactor(salt=SALT).redact("0123456789 end", found) == "[SSN_1] end"


@pytest.mark.parametrize("spans", [[(5, 5)], [(9, 4)], [(-1, 3)], [(50, 60)]])
def test_spans_that_are_none_change_nothing(spans: list[tuple[int, int]]) -> None:
    assert Redactor(salt=SALT).redact("0123456789", [match(*span) for span in spans]) == "0123456789"


def test_a_span_that_is_too_long_ends_with_the_text() -> None:
    assert Redactor(salt=SALT).redact("0123456789", [match(4, 99)]) == "0123[EMAIL_1]"


def test_memory_is_bounded_and_numbers_are_not_used_again() -> None:
    redactor = Redactor(is_reversible=True, salt=SALT, capacity=3)
    made = [redactor.placeholder(f"value {index}", match(0, 1)) for index in range(10)]
    assert len(set(made)) == 10
    assert redactor.restore(made[0]) == made[0]
    assert redactor.restore(made[9]) == "value 9"
    assert redactor.placeholder("value 0", match(0, 1)) not in made


def test_what_is_used_stays_longest() -> None:
    redactor = Redactor(salt=SALT, capacity=2)
    first = redactor.placeholder("a", match(0, 1))
    redactor.placeholder("b", match(0, 1))
    assert redactor.placeholder("a", match(0, 1)) == first
    redactor.placeholder("c", match(0, 1))
    assert redactor.placeholder("a", match(0, 1)) == first


def test_threads_share_a_session() -> None:
    redactor = Redactor(salt=SALT)
    found: set[str] = set()

    def work() -> None:
        found.update(redactor.placeholder(f"value {index}", match(0, 1)) for index in range(200))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200


@given(
    st.text("0123456789abcdef@. ", min_size=1, max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6),
)
def test_no_value_of_six_characters_or_more_survives(text: str, spans: list[tuple[int, int]]) -> None:
    hidden = Redactor(salt=SALT).redact(text, [match(*span) for span in spans])
    for start, end in spans:
        value = text[start:end]
        assert len(value) < 6 or value not in hidden


@given(
    st.lists(
        st.sampled_from(["jane@example.org", "219-46-8872", "4242 4242 4242 4242", "+14155552671", "and"])
    )
)
def test_redaction_is_idempotent_and_restores(parts: list[str]) -> None:
    redactor = Redactor(is_reversible=True, salt=SALT)
    text = ", ".join(parts)
    hidden = redacted(redactor, text)
    assert redacted(redactor, hidden) == hidden
    assert redactor.restore(hidden) == text
