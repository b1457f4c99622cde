"""Placeholders are told from words, from each other and from what was made of them."""

from __future__ import annotations

import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import providers
from vault.placeholders import CORE_BYTES, MOST_MARKERS, Found, Kind, core_of, find, is_core, make

TOKEN = "sk-proj-aegismfmx3s5j67ldatydx4sjygdixin"
CORE = core_of(TOKEN)
OTHER = core_of("sk-proj-aegis4ftmns24uhgz23xjnrnyb3rkzgt")

ORDINARY = [
    b"",
    b"aegis",
    b"The aegis of Athena; under the aegis of the council.",
    b"import aegis_addons; from aegis.policy import Engine",
    b"https://aegisauthenticator.com/ and https://github.com/beemdevelopment/Aegis",
    b"aegisthequickbrownfoxjumpsoverthelazydogandkeepsrunning",
    b"ghcr.io/aegis/aegis:2026.11.25-a7f3c2 AEGIS_HOME=/srv/aegis",
    b"aegis2 aegis-2024-07-23 aegis234567 aegis7x7x7x7",
    b'{"model": "aegis-llm-34b-instruct", "id": "aegisdeployment"}',
    b"aegis" * 50,
]

TAMPERED = {
    "cut": TOKEN[:-1].encode(),
    "cut in half": TOKEN[:32].encode(),
    "one character edited": TOKEN.replace("fmx3", "fmx4").encode(),
    "check edited": TOKEN[:-1].encode() + b"a",
    "another character edited": TOKEN.replace("s5j6", "s5k6").encode(),
    "made up by a model": b"sk-proj-aegis2b4d6f2h4j6l2n4p6r2t4v6x2z4",
}


@given(st.sampled_from([row.prefix for row in providers.ROWS]))
def test_every_placeholder_made_is_found_and_is_unknown_until_it_is_issued(prefix: str) -> None:
    token = make(prefix)
    assert re.fullmatch(re.escape(prefix) + "aegis[a-z2-7]{27}", token)
    core = core_of(token)
    assert is_core(core)
    text = b"Authorization: Bearer " + token.encode() + b"\r\n"
    start = len(text) - 2 - CORE_BYTES
    assert find(text, {core}) == [Found(Kind.KNOWN, start, core)]
    assert find(text, ()) == [Found(Kind.UNKNOWN, start, core)]


def test_placeholders_are_all_different() -> None:
    assert len({make("") for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ORDINARY)
def test_words_and_names_with_the_marker_are_no_placeholders(text: bytes) -> None:
    assert find(text, {CORE}) == []


@pytest.mark.parametrize("text", TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_made_of_a_placeholder_is_malformed(text: bytes) -> None:
    assert [found.kind for found in find(b'{"key": "' + text + b'"}', {CORE})] == [Kind.MALFORMED]


@pytest.mark.parametrize(
    "around", [b"%s", b"x%sy", b'"%s"', b"=%s&", b"/bot%s/", b"%saegis", b"aegis%s", b"aegisa%s234"]
)
def test_a_placeholder_is_found_whatever_stands_around_it(around: bytes) -> None:
    text = around.replace(b"%s", CORE)
    assert Kind.KNOWN in {found.kind for found in find(text, {CORE})}


def test_every_token_of_a_text_is_found_in_order() -> None:
    text = b" ".join((CORE, OTHER, b"words", TAMPERED["cut"], CORE))
    kinds = [found.kind for found in find(text, {CORE})]
    assert kinds == [Kind.KNOWN, Kind.UNKNOWN, Kind.MALFORMED, Kind.KNOWN]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_around_a_token_hide_it_from_nobody(before: bytes, after: bytes) -> None:
    found = find(before + CORE + after, {CORE})
    assert Found(Kind.KNOWN, len(before), CORE) in found


@given(st.text(alphabet=string.ascii_lowercase + "234567", max_size=300))
def test_no_text_raises_and_spans_are_true(text: str) -> None:
    data = text.encode()
    for found in find(data, {CORE}):
        assert data[found.start : found.end] == found.core
        assert data.startswith(b"aegis", found.start)


@pytest.mark.parametrize(
    "text",
    [b"a" * 1_000_000, b"aegis" * 200_000, b"aegis2" * 150_000, CORE * 30_000, b"aegis" + b"2" * 1_000_000],
    ids=["no marker", "markers", "markers and digits", "tokens", "one long run"],
)
def test_hostile_texts_take_a_bounded_time(text: bytes) -> None:
    began = time.process_time()
    find(text, {CORE})
    assert time.process_time() - began < 0.25


def test_too_many_markers_are_refused_and_not_looked_through() -> None:
    found = find(b"aegis " * (MOST_MARKERS + 1), ())
    assert [item.kind for item in found] == [Kind.MALFORMED]


@pytest.mark.parametrize("prefix", ["a b", "x" * 49, "\n", "a/b", "\u00e4"])
def test_a_prefix_that_a_header_or_query_would_have_to_escape_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        make(prefix)


@pytest.mark.parametrize("token", ["", "aegis", TOKEN[:-1], TOKEN + "x", "\u00e4" * 40])
def test_what_is_no_placeholder_has_no_core(token: str) -> None:
    assert core_of(token) == b""
