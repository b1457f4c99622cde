"""Parts of the bridge by themselves: strict parsing, texts of results, and redaction that keeps messages whole."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policy.detection import Match
from policy.detectors.pii.redaction import Redactor
from scripts.mcp import wire
from scripts.mcp.pending import Asked, Pending
from scripts.mcp.redacting import redact
from scripts.mcp.texts import readable

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LINES = st.binary(max_size=200) | st.text(max_size=200).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)


@given(LINES | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_line_is_read_or_refused(line: bytes) -> None:
    with suppress(wire.WireError):
        wire.read(wire.parse(wire.clean(line)))
    wire.guess_id(line)
    wire.is_question(line)


@given(JSON)
def test_what_is_written_is_one_line_that_reads_the_same(value: Any) -> None:
    line = wire.write(value).encode()
    assert line.isascii()
    assert b"\n" not in line
    assert b"\r" not in line
    assert wire.parse(line) == value


@given(JSON)
def test_every_text_of_a_result_is_read(value: Any) -> None:
    said = readable(value)

    def check(one: Any) -> None:
        if isinstance(one, str):
            assert one in said
        elif isinstance(one, list):
            for child in one:
                check(child)
        elif isinstance(one, dict) and not {"type", "uri"} & set(one):
            for child in one.values():
                check(child)

    check(value)


def test_pictures_are_not_read_and_texts_in_base64_are() -> None:
    blob = base64.b64encode(b"hidden words").decode()
    assert "AAAA" not in readable({"type": "image", "data": "AAAA", "mimeType": "image/png"})
    assert "hidden words" in readable({"uri": "file:///a", "blob": blob, "mimeType": "text/plain"})
    assert "hidden words" in readable({"uri": "file:///a", "blob": blob})
    assert blob not in readable({"uri": "file:///a", "blob": blob, "mimeType": "image/png"})
    assert "data words" in readable({"type": "text", "data": "data words"})


def match(text: str, value: str, kind: str = "email") -> Match:
    start = text.index(value)
    return Match(rule="pii.email", severity=30, start=start, end=start + len(value), reason="", kind=kind)


def cleaned(document: dict[str, Any], *values: str, kind: str = "email") -> dict[str, Any]:
    text = json.dumps(document, separators=(",", ":"))
    return redact(document, text, [match(text, value, kind) for value in values], Redactor())


def test_a_value_is_replaced_where_it_stands() -> None:
    document = {"jsonrpc": "2.0", "id": 1, "result": {"text": "to jane@example.org!", "n": 5}}
    assert cleaned(document, "jane@example.org") == {
        "jsonrpc": "2.0",
        "id": 1,
        "result": {"text": "to [EMAIL_1]!", "n": 5},
    }


def test_a_number_becomes_a_word_and_the_message_stays_json() -> None:
    document = {"jsonrpc": "2.0", "id": 1, "result": {"card": 4111111111111111, "ok": True}}
    assert cleaned(document, "4111111111111111", kind="credit-card")["result"] == {
        "card": "[CREDIT_CARD_1]",
        "ok": True,
    }


def test_a_value_that_is_an_id_too_is_replaced_in_the_body_only() -> None:
    document = {"jsonrpc": "2.0", "id": "jane@example.org", "result": {"who": "jane@example.org"}}
    changed = cleaned(document, "jane@example.org")
    assert changed["id"] == "jane@example.org"
    assert changed["result"] == {"who": "[EMAIL_1]"}


def test_a_value_with_escapes_is_replaced_as_the_string_it_stands_for() -> None:
    document = {
        "jsonrpc": "2.0",
        "id": 1,
        "params": {"name": "x", "arguments": {"a": "Elm St 5\nOslo", "b": "é"}},
    }
    text = json.dumps(document, separators=(",", ":"))
    changed = redact(document, text, [match(text, "5\\nOslo"), match(text, "\\u00e9")], Redactor())
    assert changed["params"]["arguments"]["b"] == "[EMAIL_2]"
    assert "Oslo" not in json.dumps(changed)


def test_an_answer_belongs_to_the_oldest_request_of_its_id() -> None:
    pending = Pending(capacity=3)
    for number in range(4):
        pending.add(Asked(number, "m", "", str(number)))
    assert pending.pop(0) is None
    pending.add(Asked(1.0, "again", "", ""))
    assert [asked.method for asked in (pending.pop(1), pending.pop(1)) if asked] == ["m", "again"]
    assert pending.pop("1") is None
    assert len(pending.take_all()) == 2
