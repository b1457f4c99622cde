"""The canonical form: one spelling for each record, and what has none is refused."""

from __future__ import annotations

import enum
import json
from types import MappingProxyType
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RecordRefused
from ledger.record import MAX_DEPTH, MAX_FIELDS_BYTES, MAX_INT, body_end, body_start, spell_fields, spell_type

keys = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=12).filter(
    lambda key: key not in {"agent", "host", "verdict", "flow", "score"}
)
strings = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | strings | st.integers(-(2**53) + 1, 2**53 - 1)
documents = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=8,
)


class Decision(enum.StrEnum):
    """As the policy's verdicts are spelled."""

    BLOCK = "block"


class Severity(enum.IntEnum):
    """A number with a name."""

    HIGH = 80


@given(documents)
def test_the_canonical_form_is_that_of_rfc_8785(document: dict[str, Any]) -> None:
    assert spell_fields(document) == rfc8785.dumps(document)


@given(documents, st.integers(1, 2**53), st.integers(0, 2**53))
def test_a_whole_body_is_canonical_too(document: dict[str, Any], seq: int, ts_us: int) -> None:
    body = body_start("0af1") + spell_fields(document) + body_end(seq, ts_us, spell_type("flow.end"))
    parsed = json.loads(body)
    assert parsed == {
        "chain": "0af1",
        "fields": document,
        "seq": seq,
        "ts": ts_us,
        "type": "flow.end",
        "v": 1,
    }
    assert json.dumps(parsed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == body


@given(st.text(max_size=30) | st.text(st.sampled_from("\0\ud800\udfff\\u0a\U0001f600"), max_size=8))
def test_no_string_keeps_a_record_from_being_written(hostile: str) -> None:
    spelled = json.loads(spell_fields({"path": [hostile, {"x": hostile}]}))["path"]
    legible = "".join(f"\\u{ord(c):04x}" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in hostile)
    assert spelled == [legible, {"x": legible}]


@pytest.mark.parametrize("text", ["\\u0000", "\\\0", "\\udcff", "a\0b\udcff\U0001f600"])
def test_what_cannot_be_written_is_spelled_out_once(text: str) -> None:
    spelled = json.loads(spell_fields({"path": text}))["path"]
    assert spelled == text.replace("\0", "\\u0000").replace("\udcff", "\\udcff")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"x": 1.0}, "fields.x"),
        ({"x": float("nan")}, "fields.x"),
        ({"x": [1, {"y": 0.5}]}, "fields.x[1].y"),
        ({"x": MAX_INT + 1}, "fields.x"),
        ({"x": -MAX_INT - 1}, "fields.x"),
        ({1: "x"}, "fields"),
        ({"x": {"\u00e4": 1}}, "fields.x"),
        ({"x": b"bytes"}, "fields.x"),
        ({"x": {1, 2}}, "fields.x"),
        ({"x": object()}, "fields.x"),
        ({"agent": 1}, "fields.agent"),
        ({"host": ["a"]}, "fields.host"),
        ({"score": "9"}, "fields.score"),
        ({"score": True}, "fields.score"),
        ({"x": "y" * MAX_FIELDS_BYTES}, "fields"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_name(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(RecordRefused) as refused:
        spell_fields(fields)
    assert refused.value.where == where
    assert str(refused.value).startswith(where)
    assert refused.value.hint()


def test_a_record_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(RecordRefused, match=f"at most {MAX_DEPTH} levels"):
        spell_fields({"x": endless})


def test_a_refusal_does_not_repeat_what_the_record_holds() -> None:
    with pytest.raises(RecordRefused) as refused:
        spell_fields({"agent": {"secret": "hunter2"}})
    assert "hunter2" not in str(refused.value)


def test_names_with_a_value_and_read_only_mappings_are_plain_json() -> None:
    fields = MappingProxyType(
        {"verdict": Decision.BLOCK, "score": Severity.HIGH, "x": (1, MappingProxyType({"y": True}))}
    )
    assert spell_fields(fields) == b'{"score":80,"verdict":"block","x":[1,{"y":true}]}'


@pytest.mark.parametrize("name", ["flow.verdict", "x", "ledger.gap", "tls.client-hello", "a" * 64])
def test_a_type_is_a_dotted_name(name: str) -> None:
    assert spell_type(name) == name.encode()


@pytest.mark.parametrize("name", ["", "Flow", "flow.", ".end", "a b", 'a"', "\u00e4", "a\n", "a" * 65])
def test_another_type_is_refused(name: str) -> None:
    with pytest.raises(RecordRefused, match="type: expected a dotted"):
        spell_type(name)
