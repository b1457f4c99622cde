"""The bridge when something breaks: nothing passes unjudged, nobody waits for ever, nothing is left behind.

Most of it around a real server in this process; what is about processes, around a real `aegis mcp wrap`.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from click.testing import CliRunner

from ledger.definitions import Definitions
from ledger.lock import WriterLock
from scripts.cli import aegis
from scripts.mcp.bridge import Bridge, Patience
from scripts.mcp.child import Child
from scripts.mcp.judge import Judge
from scripts.mcp.ledgers import open_book
from scripts.mcp.lines import CHUNK_BYTES, Line, lines
from scripts.mcp.policy_watch import PolicyWatch
from scripts.mcp.wire import guess_id, is_question
from tests.mcp_sessions import Client, Home, Session, refusal_of, text_of, wait_until_gone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = 'tools:\n  deny: ["mock/delete_*"]\nlimits:\n  maxRequestBodyBytes: 200000\n'
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
RAW = {
    "words": b"Server started on stdio\n",
    "half": b'{"jsonrpc":"2.0","id":1,"resu\n',
    "unasked": b'{"jsonrpc":"2.0","id":"nobody","result":{"content":[{"type":"text","text":"hello"}]}}\n',
    "twice": b'{"jsonrpc":"2.0","id":"ID","result":{"a":1}}\n' * 2,
    "answer that cannot be read": b'{"jsonrpc":"2.0","id":"ID","result":{"a":1,"a":2}}\n',
    "bytes": b'{"jsonrpc":"2.0","id":"ID","result":{"a":"\xff"}}\n',
    "end without a line feed": b'{"jsonrpc":"2.0","id":"ID","result":{}}',
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, POLICY, {name: content.hex() for name, content in RAW.items()})


class Inside:
    """A client of a bridge that runs in this process, around a real server."""

    def __init__(self, home: Home, *more: str, grace_s: float = 5.0) -> None:
        self.home = home
        self.definitions = Definitions(home.path / ".aegis" / "tools.db")
        judge = Judge(
            PolicyWatch(home.path / "policy.yaml", "default"),
            "default",
            "mock",
            definitions=self.definitions,
        )
        self.book = open_book(home.path / ".aegis", "mock", 5.0)
        with home.log.open("wb") as log:
            self.child = Child([*home.server, *more], os.environ, stderr=log.fileno())
        (from_us, self.to_bridge), (self.from_bridge, to_us) = os.pipe(), os.pipe()
        patience = Patience(input_closed_s=grace_s, asked_s=1.0)
        bridge = Bridge(judge, self.book, self.child, patience, client_input=from_us, client_output=to_us)
        os.close(to_us)
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run, args=(bridge, from_us), daemon=True)
        self.thread.start()

    def _run(self, bridge: Bridge, from_us: int) -> None:
        self.code = bridge.run()
        self.book.close()
        self.definitions.close()
        os.close(from_us)

    def wait(self) -> int | None:
        """Wait for the end and return the exit code."""
        self.thread.join(20)
        return self.code


@contextmanager
def inside(home: Home, *more: str, grace_s: float = 5.0) -> Iterator[tuple[Client, Inside]]:
    running = Inside(home, *more, grace_s=grace_s)
    client = Client(os.fdopen(running.to_bridge, "wb", 0), os.fdopen(running.from_bridge, "rb", 0))
    try:
        yield client, running
    finally:
        client.close_input()
        running.child.send(signal.SIGKILL)
        running.wait()
        client.close()


def wrapped(home: Home, *options: str, more: tuple[str, ...] = (), **environment: str) -> Session:
    return Session(
        home, "wrap", "--server", "mock", *options, "--", *home.server, *more, environment=environment
    )


def request(message_id: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    parameters = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": message_id, "method": "tools/call", "params": parameters}


def test_a_server_that_dies_leaves_nobody_waiting_and_its_exit_code_is_ours(home: Home) -> None:
    with inside(home) as (session, running):
        session.send(request("a", "crash"))
        session.send(request("b", "now"))
        answers = {message["id"]: message for message in (session.receive(), session.receive())}
        assert {message["error"]["code"] for message in answers.values()} == {-32000}
        assert "exit code 7" in answers["a"]["error"]["message"]
        assert running.wait() == 7


def test_garbage_from_a_server_does_not_reach_the_client(home: Home) -> None:
    with inside(home) as (session, running):
        for number, name in enumerate(("words", "half", "unasked")):
            session.send(request(f"g{number}", "raw", title=name))
        session.send(request("twice", "raw", title="twice"))
        session.send(request("unreadable", "raw", title="answer that cannot be read"))
        session.send(request("bytes", "raw", title="bytes"))
        session.send(request("last", "now"))
        assert session.receive() == {"jsonrpc": "2.0", "id": "twice", "result": {"a": 1}}
        for message_id, rule in (("unreadable", "decode.ambiguous-json"), ("bytes", "decode.invalid-body")):
            message = session.receive()
            assert message["id"] == message_id
            assert refusal_of(message)["rule"] == rule
        assert session.receive()["id"] == "last"
        session.close_input()
        assert running.wait() == 0
        left = {session.receive()["id"] for _ in range(3)}
        assert left == {"g0", "g1", "g2"}  # never answered, and told so at the end
    rules = [entry["rule"] for entry in home.entries() if entry["verdict"] == "block"]
    assert rules.count("protocol.malformed") == 2
    assert rules.count("decode.invalid-body") == 3


def test_the_last_line_counts_without_a_line_feed_in_both_directions(home: Home) -> None:
    with inside(home) as (session, _):
        session.send(request("x", "raw", title="end without a line feed"))
        session.close_input()
        assert session.receive()["id"] == "x"
    with inside(home) as (session, _):
        session.send(PING)
        session.close_input()
        assert session.receive()["result"] == {}
    with inside(home) as (session, running):
        session.send(PING[:-5])
        session.close_input()
        assert session.receive()["error"]["code"] == -32700
        assert running.wait() == 0


def test_a_line_that_is_too_long_is_refused_with_its_id_and_the_next_one_passes(home: Home) -> None:
    with inside(home) as (session, _):
        for message in (
            {"jsonrpc": "2.0", "id": 5, "method": "ping", "params": {"a": "x" * 1_000_000}},
            {"method": "ping", "params": {"a": "x" * 1_000_000}, "jsonrpc": "2.0", "id": "end"},
        ):
            session.send(message)
            answer = session.answer_to(message["id"])
            assert refusal_of(answer)["rule"] == "decode.body-too-large"
        assert text_of(session.call("now")) == "done {}"


def test_requests_with_one_id_get_an_answer_each(home: Home) -> None:
    with inside(home) as (session, _):
        session.send(request(9, "now"))
        session.send(request(9, "delete_all"))
        session.send(request(9, "later"))
        answers = [session.answer_to(9) for _ in range(3)]
        assert sorted(bool(answer["result"].get("isError")) for answer in answers) == [False, False, True]


def test_a_server_that_will_not_end_is_ended_with_what_it_started(home: Home) -> None:
    with inside(home, "--stubborn", "--child", grace_s=0.3) as (session, running):
        grandchild = session.receive()["params"]["pid"]
        began = time.monotonic()
        session.close_input()
        assert running.wait() == 128 + signal.SIGKILL
        assert time.monotonic() - began < 10
        wait_until_gone(grandchild)


def test_a_signal_reaches_the_server_whose_environment_is_its_own(home: Home) -> None:
    with wrapped(
        home, "--proxy", DATABASE_URL="postgres://db.example/x", PORT="eighty", LOG_LEVEL="loud"
    ) as session:
        session.hello()
        (server,) = psutil.Process(session.process.pid).children()
        assert server.environ()["DATABASE_URL"] == "postgres://db.example/x"
        assert server.environ()["HTTPS_PROXY"] == "http://127.0.0.1:4000"
        session.process.send_signal(signal.SIGTERM)
        assert session.process.wait(20) == 128 + signal.SIGTERM
        wait_until_gone(server.pid)
    assert home.entries(kind="mcp.ended")[0]["exit_code"] == 128 + signal.SIGTERM


def test_a_wrapper_that_is_killed_takes_the_server_along(home: Home) -> None:
    with wrapped(home) as session:
        session.hello()
        (server,) = psutil.Process(session.process.pid).children()
        session.process.kill()
        wait_until_gone(server.pid)


def test_a_client_that_reads_no_more_ends_the_session(home: Home) -> None:
    with inside(home, grace_s=0.3) as (session, running):
        session.ask("ping")
        session.stop_reading()
        session.send(request(1, "size", bytes=1000))
        session.send(request(2, "size", bytes=200_000))
        assert running.wait() is not None
        wait_until_gone(running.child.pid)


def test_a_call_that_cannot_be_recorded_does_not_reach_the_server(home: Home) -> None:
    with inside(home) as (session, _):
        session.call("now")
        for path in (home.path / ".aegis" / "ledgers").glob("mcp-mock.db*"):
            path.unlink()
        (home.path / ".aegis" / "ledgers" / "mcp-mock.db").mkdir()
        answer = session.call("echo", canary="unrecorded")
        assert refusal_of(answer)["rule"] == "engine.ledger-unavailable"
        assert refusal_of(answer)["entry"] is None
        assert "unrecorded" not in home.log.read_text()
        assert session.ask("ping")["result"] == {}


def test_wrappers_of_one_server_write_a_ledger_each_and_a_running_gateway_is_no_obstacle(home: Home) -> None:
    gateway = WriterLock(home.path / ".aegis" / "audit.db")
    gateway.acquire(0)
    try:
        with inside(home) as (one, _), inside(home) as (two, _):
            ledgers = {refusal_of(session.call("delete_x"))["ledger"] for session in (one, two)}
            assert ledgers == {"mcp-mock", "mcp-mock-2"}
    finally:
        gateway.release()


def test_a_changed_policy_holds_for_the_next_call(home: Home) -> None:
    with inside(home) as (session, _):
        assert text_of(session.call("now")) == "done {}"
        policy = home.path / "policy.yaml"
        policy.write_text("tools: [broken")
        time.sleep(0.6)
        assert refusal_of(session.call("delete_x"))["rule"] == "tools.denied"
        policy.write_text('mode: enforce\ntools:\n  hold: ["mock/now"]\n')
        time.sleep(0.6)
        assert refusal_of(session.call("now"))["rule"] == "hold.no-approver"
        policy.write_text('mode: monitor\ntools:\n  deny: ["mock/now"]\n')
        time.sleep(0.6)
        assert text_of(session.call("now")) == "done {}"
    assert home.entries()[-1]["monitored"] is True


def test_a_start_that_cannot_be_judged_or_recorded_starts_no_server(home: Home) -> None:
    def fails(*command: str, hint: str) -> None:
        arguments = ["--home", str(home.path), "mcp", "wrap", "--server", "mock", "--", *command]
        result = CliRunner().invoke(aegis, arguments)
        assert result.exit_code == 2
        assert hint in result.stderr

    fails("/nowhere/server", hint="there is no such program")
    with inside(home) as (session, running):
        session.call("now")
        session.close_input()
        assert running.wait() == 0
    path = home.path / ".aegis" / "ledgers" / "mcp-mock.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entry SET body = replace(body, 'allow', 'block') WHERE seq = 2")
        database.commit()
    fails(*home.server, hint="entry")
    path.unlink()
    (home.path / "policy.yaml").write_text("no: such key\n")
    fails(*home.server, hint="policy.yaml")
    assert home.log.read_text().count("server is up") == 1


def test_a_tool_that_changes_is_hidden_until_it_is_accepted(home: Home) -> None:
    def offer(description: str) -> None:
        tool = {"name": "note", "description": description, "inputSchema": {"type": "object"}}
        (home.path / "pages.json").write_text(json.dumps({"tools/list": {"tools": [tool]}}))

    def names(session: Client) -> list[str]:
        return [tool["name"] for tool in session.ask("tools/list")["result"]["tools"]]

    offer("Write a note.")
    with inside(home) as (session, _):
        assert names(session) == ["note"]
    offer("Write a note to the whole team.")
    with inside(home) as (session, _):
        assert names(session) == []
        assert refusal_of(session.call("note"))["rule"] == "tools.changed-definition"
        with Definitions(home.path / ".aegis" / "tools.db") as definitions:
            assert definitions.accept("mock", "note")
        assert names(session) == ["note"]
        assert text_of(session.call("note")) == "done {}"


def chunks(content: bytes, cap_bytes: int) -> list[Line]:
    reader, writer = os.pipe()

    def feed() -> None:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(content)

    thread = threading.Thread(target=feed)
    thread.start()
    found = list(lines(reader, cap_bytes))
    thread.join()
    os.close(reader)
    return found


def test_lines_are_bounded_and_the_ends_of_a_long_one_are_kept() -> None:
    long = b'{"id":1,' + b"x" * (5 * CHUNK_BYTES) + b',"id":7}'
    found = chunks(b"one\n" + long + b"\n\ntwo", 1000)
    assert [line.is_too_long for line in found] == [False, True, False, False]
    assert [found[0].content, found[2].content, found[3].content] == [b"one", b"", b"two"]
    assert len(found[1].content) < 10_000
    assert found[1].content.startswith(b'{"id":1,')
    assert found[1].content.endswith(b',"id":7}')
    assert chunks(b"x" * 1000 + b"\n" + b"y" * 1001, 1000)[1].is_too_long


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"jsonrpc":"2.0","id":12,"method":"x","a":', 12),
        (b' { "id" : "a-1" , "result": {', "a-1"),
        (b'{"result":{"id":3},"jsonrpc":"2.0","id":4}', 4),
        (b'{"result":{"id":3}', None),
        (b'{"params":{"x":{"id":3}}}', None),
        (b'{"jsonrpc":"2.0","id":null,"method":"x"}', None),
        (b'{"id":"a\\"b","x":', None),
        (b"", None),
        (b"\xff" * 5000, None),
    ],
)
def test_the_id_of_a_broken_message_is_found_only_where_it_is_its_own(line: bytes, expected: Any) -> None:
    assert guess_id(line) == expected


def test_a_broken_question_is_told_from_a_broken_answer() -> None:
    assert is_question(b'{"jsonrpc":"2.0","id":1,"method":"x"')
    assert is_question(b'{"method":"x","params":')
    assert not is_question(b'{"jsonrpc":"2.0","id":1,"result":{"method":"x"}}')
    assert not is_question(b"method")
