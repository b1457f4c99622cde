"""Nothing reaches a server that was not judged, however its parser reads lines and keys."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from addons.decoders import rpc
from policy.catalog import finding
from policy.scoring import ENFORCE, Scoring, decide
from scripts.mcp.direction import Direction, Session, Side
from scripts.mcp.gates import Ruling
from scripts.mcp.lines import Line
from scripts.mcp.pending import Pending

if TYPE_CHECKING:
    from ledger.receipt import Receipt
    from policy.verdict import Verdict
    from scripts.mcp.wire import Envelope

BAD = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"bad"}}'
PIECES = st.sampled_from(
    [
        BAD,
        '{"jsonrpc":"2.0","id":7,"method":"ping"}',
        '"method":"tools/call"',
        '"method":"ping"',
        '"Method":"tools/call"',
        '"params":{"name":"bad"}',
        '"params":{"name":"good","Name":"bad"}',
        '"jsonrpc":"2.0"',
        '"id":7',
        '"a":',
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "\r",
        "\r\n",
        " ",
        "\t",
        "\x0b",
        "\x0c",
        "\x1e",
        "\x85",
        "\u2028",
        "\ufeff",
        "\\",
        "\0",
        "NaN",
        "//",
        "/**/",
        "'",
    ]
)
CARRIERS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=6).map(
        lambda inner: '{{"jsonrpc":"2.0","id":7,"method":"ping","params":{{"a":{}}}}}'.format("".join(inner))
    ),
    st.lists(PIECES, max_size=4).map(lambda inner: "[" + ",".join(inner) + "]"),
)


class StrictGate:
    """Refuses the calls of one tool."""

    def __init__(self) -> None:
        self.passed: list[dict[str, Any]] = []

    def rule(self, message: Envelope, _text: str, _asked: object) -> Ruling:
        calls = list(rpc.calls(message.document, "server"))
        if any(call.tool == "bad" for call in calls):
            return Ruling(refusal("tools.denied", "no"), is_refused=True, must_record=True)
        self.passed.append(message.document)
        return Ruling(decide([], Scoring(), ENFORCE, ""), is_refused=False)


class Judge:
    agent = server = "x"

    @staticmethod
    def refusal(rule: str, reason: str) -> Verdict:
        return refusal(rule, reason)


class Book:
    name = "book"

    @staticmethod
    def append(_kind: str, _fields: dict[str, Any]) -> Future[Receipt]:
        return Future()

    @staticmethod
    def number(_entry: Future[Receipt]) -> int:
        return 1


class Pipe:
    """An outbox that delivers at once."""

    def __init__(self) -> None:
        self.content = b""

    def put(self, job: Any, _size: int) -> None:
        self.content += job()


def refusal(rule: str, reason: str) -> Verdict:
    return decide([finding(rule, reason)], Scoring(), ENFORCE, "")


def readings(content: bytes) -> list[Any]:
    """Everything that some server could make of the bytes: lines cut in every way, keys read in every way."""
    text = content.decode("utf-8", "replace")
    lines = {*text.split("\n"), *text.splitlines(), *text.replace("\r", "\n").split("\n")}
    found = []
    for line in lines:
        for pairs in (dict, lambda items: dict(reversed(items)), _folded):
            try:
                found.append(
                    json.loads(line.strip("\ufeff \t\r\n\x0b\x0c\x1e\x85\u2028"), object_pairs_hook=pairs)
                )
            except ValueError:
                continue
    return [one for value in found for one in (value if isinstance(value, list) else [value])]


def _folded(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key.casefold(): value for key, value in items}


@settings(max_examples=600, deadline=None)
@given(st.lists(CARRIERS, min_size=1, max_size=3))
def test_no_reading_of_what_passes_holds_a_refused_call(carriers: list[str]) -> None:
    to_server, to_client = Pipe(), Pipe()
    session: Any = Session(Judge, Book, "s")  # type: ignore[arg-type]
    client: Any = Side(to_client, Pending())  # type: ignore[arg-type]
    server: Any = Side(to_server, Pending())  # type: ignore[arg-type]
    gate = StrictGate()
    direction = Direction(session, gate, client, server, is_inward=False)
    for carrier in carriers:
        for line in carrier.encode("utf-8", "surrogatepass").split(b"\n"):
            direction.take(Line(line))
    for reading in readings(to_server.content):
        if isinstance(reading, dict) and rpc.is_call(reading.get("method")):
            parameters = reading.get("params")
            assert not (isinstance(parameters, dict) and parameters.get("name") == "bad"), to_server.content
    answers = [json.loads(line) for line in to_client.content.splitlines()]
    assert all(isinstance(one, dict | list) for one in answers)


def test_this_test_sees_what_it_looks_for() -> None:
    hidden = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":\r' + BAD.encode() + b"\r}}"
    assert any(isinstance(one, dict) and rpc.is_call(one.get("method")) for one in readings(hidden))
