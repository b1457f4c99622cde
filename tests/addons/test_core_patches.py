"""Mitmproxy's HTTP/1 layer with our patches, fed bit by bit: bounded headers, entries where no hook is, no HTML."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import _http1, _http2
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    RequestHeaders,
    ResponseHeaders,
    ResponseProtocolError,
)
from mitmproxy.test import tflow, tutils

from addons import core_bodies, core_patches
from addons.errors import SelfCheckError
from policy import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitmproxy.connection import Client

LIMIT_BYTES = 1000
SECRET = "sk-live-4242424242"


@pytest.fixture
def reports() -> Iterator[list[tuple[str, str]]]:
    """The patches in place, and what they report."""
    found: list[tuple[str, str]] = []

    def report(_client: Client, rule: str, reason: str) -> None:
        found.append((rule, reason))

    with pytest.MonkeyPatch.context() as monkeypatch:
        for owner, name in core_patches.TARGETS:
            monkeypatch.setattr(owner, name, getattr(owner, name))
        core_patches.install(lambda: LIMIT_BYTES, report, lambda _client: None, lambda _client: False)
        yield found


def _context() -> Context:
    options = Options()
    options.add_option("http_connect_send_host_header", bool, default=True, help="")
    options.add_option("validate_inbound_headers", bool, default=True, help="")
    return Context(tflow.tclient_conn(), options)


def _server() -> _http1.Http1Server:
    server = _http1.Http1Server(_context())
    list(server.handle_event(events.Start()))
    return server


def _client() -> _http1.Http1Client:
    """A connection to a service that has just been asked something."""
    context = _context()
    context.server.state = ConnectionState.OPEN
    client = _http1.Http1Client(context)
    list(client.handle_event(events.Start()))
    request = tutils.treq(content=b"", headers=http.Headers(host="address"))
    list(client.handle_event(RequestHeaders(1, request, end_stream=True)))
    return client


def _feed(reader: _http1.Http1Connection, *parts: bytes) -> list[commands.Command]:
    return [
        command for part in parts for command in reader.handle_event(events.DataReceived(reader.conn, part))
    ]


def _sent(done: list[commands.Command]) -> bytes:
    return b"".join(command.data for command in done if isinstance(command, commands.SendData))


def _received(done: list[commands.Command]) -> list[Any]:
    return [command.event for command in done if isinstance(command, ReceiveHttp)]


def _is_closed(done: list[commands.Command]) -> bool:
    return any(isinstance(command, commands.CloseConnection) for command in done)


def _head(size_bytes: int, first: bytes = b"GET http://address/ HTTP/1.1\r\nHost: address\r\n") -> bytes:
    """A header block of so many bytes, its empty line included."""
    filler = b"X: "
    return first + filler + b"a" * (size_bytes - len(first) - len(filler) - 4) + b"\r\n\r\n"


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_header_block_at_the_limit_is_read(step: int, reports: list[tuple[str, str]]) -> None:
    head = _head(LIMIT_BYTES)
    assert len(head) == LIMIT_BYTES
    done = _feed(_server(), *(head[at : at + step] for at in range(0, len(head), step)))
    assert isinstance(_received(done)[0], RequestHeaders)
    assert reports == []


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_header_block_over_the_limit_is_431_reported_and_the_end(
    step: int, reports: list[tuple[str, str]]
) -> None:
    head = _head(LIMIT_BYTES + 20)
    server = _server()
    done = _feed(server, *(head[at : at + step] for at in range(0, len(head), step)))
    assert _sent(done).startswith(b"HTTP/1.1 431 ")
    assert _is_closed(done)
    assert _received(done) == []
    assert [rule for rule, _ in reports] == ["decode.headers-too-large"]
    more = _feed(server, b"GET http://address/ HTTP/1.1\r\n\r\n")
    assert _received(more) == []


def test_a_body_behind_a_short_header_block_does_not_count(reports: list[tuple[str, str]]) -> None:
    head = b"POST http://address/ HTTP/1.1\r\nHost: address\r\nContent-Length: 5000\r\n\r\n"
    done = _feed(_server(), head + b"b" * 5000)
    assert isinstance(_received(done)[0], RequestHeaders)
    assert reports == []


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_block_without_end_is_cut_whatever_its_newlines(
    newline: bytes, reports: list[tuple[str, str]]
) -> None:
    done = _feed(_server(), b"GET http://address/ HTTP/1.1" + newline, *[b"X: y" + newline] * 400)
    assert _sent(done).startswith(b"HTTP/1.1 431 ")
    assert len(reports) == 1


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://address/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET http://address/ HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST http://address/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
    ],
)
def test_what_the_core_refuses_by_itself_is_reported(
    request_bytes: bytes, reports: list[tuple[str, str]]
) -> None:
    done = _feed(_server(), request_bytes)
    if any(isinstance(event, RequestHeaders) for event in _received(done)):
        assert reports == []  # it has hooks, and they judge it
        return
    assert [rule for rule, _ in reports] == ["protocol.malformed"]
    assert _is_closed(done)


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"\r\n", b"GET / HTTP/1.1\r\n"]), max_size=8))
def test_garbage_is_an_answer_or_silence_and_never_an_exception(parts: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        for owner, name in core_patches.TARGETS:
            monkeypatch.setattr(owner, name, getattr(owner, name))
        found: list[str] = []
        core_patches.install(
            lambda: 100,
            lambda _client, rule, _reason: found.append(rule),
            lambda _client: None,
            lambda _client: False,
        )
        server = _server()
        done = _feed(server, *parts)
    refused = _sent(done)
    assert refused == b"" or refused.startswith(b"HTTP/1.1 4")
    assert len(found) <= 1
    assert bool(found) == bool(refused)


@pytest.mark.usefixtures("reports")
def test_a_services_header_block_over_the_limit_is_an_error_of_the_service() -> None:
    done = _feed(_client(), _head(LIMIT_BYTES + 20, b"HTTP/1.1 200 OK\r\n"))
    (event,) = _received(done)
    assert type(event).__name__ == "ResponseProtocolError"
    assert "header fields are larger" in event.message
    assert _is_closed(done)


@pytest.mark.usefixtures("reports")
def test_a_services_header_block_at_the_limit_is_read() -> None:
    done = _feed(_client(), _head(LIMIT_BYTES, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"))
    assert isinstance(_received(done)[0], ResponseHeaders)


@pytest.mark.usefixtures("reports")
def test_error_pages_are_problem_details_in_both_versions() -> None:
    answer = _http1.make_error_response(502, f"connection failed: {SECRET}")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 502 ")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    assert f"content-length: {len(body)}".encode() in head
    assert json.loads(body)["status"] == 502
    assert json.loads(_http2.format_error(400, "bad"))["status"] == 400
    assert SECRET.encode() not in answer


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("Request body exceeds mitmproxy's body_size_limit.", "decode.body-too-large"),
        (core_bodies.OVERLOAD, "engine.overload"),
        ("Client disconnected.", "protocol.malformed"),
        ("Bad HTTP request line: b'body_size_limit'", "protocol.malformed"),
        ("", "protocol.malformed"),
    ],
)
def test_what_the_core_says_of_requests_has_a_rule_and_words_of_ours(message: str, rule: str) -> None:
    found, reason = core_patches.explain_request(message)
    assert found == rule
    assert found in catalog.RULES
    assert "'" not in reason


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("the response's header fields are larger than may be judged", "decode.headers-too-large"),
        ("Connection killed: aegis: connect without a verdict", "engine.no-verdict"),
        ("Certificate verify failed: self-signed certificate", ""),
        ("Client disconnected.", ""),
        ("[Errno 111] Connect call failed ('127.0.0.1', 9)", ""),
        ("", ""),
    ],
)
def test_what_the_core_says_of_services_has_words_of_ours(message: str, rule: str) -> None:
    found, reason = core_patches.explain_failure(message)
    assert found == rule
    assert reason
    assert "127.0.0.1" not in reason


@settings(max_examples=100, deadline=None, database=None)
@given(st.text(max_size=100))
def test_no_word_of_the_cores_gets_into_the_reason(message: str) -> None:
    refusals = {reason for _, _, reason in core_patches.REFUSALS} | {core_patches.MALFORMED[1]}
    failures = {reason for _, _, reason in core_patches.FAILURES} | {
        "the exchange with the service broke off"
    }
    assert core_patches.explain_request(message)[1] in refusals
    assert core_patches.explain_failure(message)[1] in failures


@pytest.mark.parametrize("word", [b"aegis:", b"server", b"ssl", b"body_size_limit"])
def test_a_malformed_request_cannot_choose_what_it_is_refused_for(
    word: bytes, reports: list[tuple[str, str]]
) -> None:
    answer = _sent(_feed(_server(), b"GET " + word + b"\r\n\r\n"))
    assert reports
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["aegis"].get("rule") == "protocol.malformed"


@pytest.mark.parametrize(
    "newline",
    [
        b"\r\n",
        b"\n",
    ],
)
def test_empty_lines_before_a_request_do_not_lift_the_limit(
    newline: bytes, reports: list[tuple[str, str]]
) -> None:
    server = _server()
    parts = [newline * 400, b"GET http://address/ HTTP/1.1\r\n", *[b"X: " + b"a" * 297] * 100]
    done: list[commands.Command] = []
    while parts and not _is_closed(done):
        done += _feed(server, parts.pop(0))
    assert len(server.buf) <= LIMIT_BYTES + 300
    assert [rule for rule, _ in reports] == ["decode.headers-too-large"]


def test_a_recorded_refusal_takes_the_place_of_the_cores_error_page() -> None:
    recorded = http.Response.make(413, b'{"entry": 7}', {"aegis-verdict": "block"})
    with pytest.MonkeyPatch.context() as monkeypatch:
        for owner, name in core_patches.TARGETS:
            monkeypatch.setattr(owner, name, getattr(owner, name))
        waiting = [recorded]
        core_patches.install(
            lambda: LIMIT_BYTES,
            lambda *_: None,
            lambda _client: waiting.pop() if waiting else None,
            lambda _client: False,
        )
        answers = []
        for _ in range(2):
            server = _server()
            _feed(server, _head(200))
            error = ResponseProtocolError(1, "body_size_limit", code=ErrorCode.REQUEST_TOO_LARGE)
            answers.append(_sent(list(server.handle_event(error))))
    assert answers[0].startswith(b"HTTP/1.1 413 ")
    assert answers[0].endswith(b'{"entry": 7}')
    assert b"connection: close" in answers[0]
    assert b"aegis-verdict: block" in answers[0]
    assert json.loads(answers[1].partition(b"\r\n\r\n")[2])["aegis"]["entry"] is None


@pytest.mark.usefixtures("reports")
def test_informational_responses_are_skipped_and_the_final_one_is_read() -> None:
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    for parts in ((hints + final,), (go_on, hints, final), tuple(bytes([n]) for n in go_on + final)):
        received = _received(_feed(_client(), *parts))
        assert isinstance(received[0], ResponseHeaders)
        assert received[0].response.status_code == 200


@pytest.mark.usefixtures("reports")
def test_a_switch_of_protocols_ends_the_exchange() -> None:
    received = _received(_feed(_client(), b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n\r\nraw"))
    assert isinstance(received[0], ResponseProtocolError)
    assert core_patches.explain_failure(received[0].message)[0] == "protocol.upgrade"


@pytest.mark.usefixtures("reports")
def test_many_empty_lines_do_not_stall_the_loop() -> None:
    started = time.perf_counter()
    _feed(_server(), b"\r\n" * 30_000)
    assert time.perf_counter() - started < 0.5


def test_a_core_that_is_built_differently_is_not_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {(owner, name): getattr(owner, name) for owner, name in core_patches.TARGETS}
    monkeypatch.setattr(core_patches, "TARGETS", (*core_patches.TARGETS, (_http1, "no_such_function")))
    with pytest.raises(SelfCheckError, match="no_such_function"):
        core_patches.install(lambda: 1, lambda *_: None, lambda _client: None, lambda _client: False)
    assert before == {(owner, name): getattr(owner, name) for owner, name in before}
