"""What is printed is printable, short and keeps no secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.evidence import masked, safe


@given(st.text(), st.integers(10, 200))
def test_output_is_printable_ascii_of_bounded_length(text: str, limit: int) -> None:
    for shown in (safe(text, limit), masked(text, limit)):
        assert len(shown) <= limit
        assert shown.isascii()
        assert shown == "" or shown.isprintable()


@given(st.text("abcdefghijklmnopqrstuvwxyz ./-", max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize(
    "secret",
    [
        "sk-abcdefghijkl",
        "ghp_abcdefgh",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJI.eyJzdWIi.c2ln",
        "0123456789abcdef0123456789",
    ],
)
def test_secrets_keep_their_first_four_characters_only(secret: str) -> None:
    assert masked(f"/x/{secret}/y") == f"/x/{secret[:4]}***/y"


def test_user_info_is_dropped() -> None:
    assert masked("https://user:pass@example.com/x") == "https://***@example.com/x"
    assert masked("user:pass@example.com") == "***@example.com"
