from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.decoders.json_document import AmbiguousJsonError, JsonError, looks_like_json, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert parse(json.dumps(value)) == value


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '{"x":{"name":"ls","name":"rm"}}', '{"a":1}\n{"b":1,"b":2}', '{"\\u0061":1,"a":2}'],
)
def test_a_key_that_stands_twice_is_ambiguous(text: str) -> None:
    with pytest.raises(AmbiguousJsonError, match="one key twice"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"a":' * 100_000, "{'a': 1}", '{"a":1} {"b":2}', "nul"]
)
def test_what_is_not_json_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(JsonError) as error:
        parse(text)
    assert error.value.is_ambiguous == (len(text) > 1000)  # others may read what nests too deep for us


def test_lines_of_json_are_read_one_by_one() -> None:
    assert parse('{"index":{}}\n{"text":"a"}\n') == [{"index": {}}, {"text": "a"}]


@pytest.mark.parametrize(
    ("body", "is_json"),
    [(b'{"a":1}', True), (b"\xef\xbb\xbf  [1]", True), (b"a=1", False), (b"", False), (b"\n\n{", True)],
)
def test_json_is_told_by_its_first_character(body: bytes, is_json: bool) -> None:  # noqa: FBT001
    assert looks_like_json(body) is is_json
