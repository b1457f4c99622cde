"""Placeholders are told from credentials and words by their form, the same as the vault tells them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import issued
from policy.detectors.secrets import detector
from policy.reading import reader
from vault.placeholders import is_core, make


@given(st.sampled_from(["sk-proj-", "ghp_", "AKIA", "", "1000000000:AA", "xoxb-"]))
def test_what_the_vault_makes_is_known(prefix: str) -> None:
    token = make(prefix)
    assert [core for _, core in issued.cores(f"x {token} y")] == [token[-32:]]
    assert issued.is_within(f"x {token} y", 2, 2 + len(token))


@given(st.text(alphabet="aegis234567bcd", min_size=32, max_size=32))
def test_both_checks_agree(core: str) -> None:
    assert issued.is_core(core) == is_core(core.encode()) or not core.startswith("aegis")


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert list(issued.cores(text)) == []
    assert not issued.is_within(text, 0, len(text))


FORMS = {
    "an assignment": "OPENAI_API_KEY={}",
    "a header": "Authorization: Bearer {}",
    "JSON": '{{"api_key": "{}"}}',
    "YAML": "password: {}",
    "an address": "https://me:{}@github.com/a/b.git",
    "a query": "https://example.com/x?api_key={}",
    "an option": "curl -u me:{} https://example.com",
}


@pytest.mark.parametrize(
    "prefix", ["sk-proj-", "sk-ant-api03-", "ghp_", "glpat-", "xoxb-", "AKIA", "hf_", ""]
)
@pytest.mark.parametrize("form", FORMS)
def test_a_placeholder_is_no_secret(form: str, prefix: str) -> None:
    text = FORMS[form].format(make(prefix))
    found = reader().read(text).detect(detector.detect, "secrets").matches
    assert [one for one in found if one.severity >= 70] == [], text


@pytest.mark.parametrize(
    "around",
    [
        "ghp_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2XfbHa {}",
        "{} ghp_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2XfbHa",
        "ghp_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2XfbHa{}",
        "api_key={}wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2XfbHa",
    ],
)
def test_a_placeholder_hides_no_secret_beside_it(around: str) -> None:
    text = around.format(make("ghp_"))
    found = reader().read(text).detect(detector.detect, "secrets").matches
    assert [one for one in found if one.severity >= 70], text
