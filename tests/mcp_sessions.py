"""A real `aegis mcp` process for tests, and a small MCP server in plain Python to put behind it."""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import psutil

from certs import authority

if TYPE_CHECKING:
    from types import TracebackType

CHECKOUT = Path(__file__).resolve().parent.parent
AEGIS = (sys.executable, "-c", "from scripts.cli import main; main()")
DEADLINE_S = 30.0
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}

SERVER = r'''
"""Says what its pages hold, which the arguments only name: so that it is the answer that is judged."""
import json, os, sys, time

PAGES = json.load(open(sys.argv[1])) if len(sys.argv) > 1 else {}

def say(document):
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()

def call(name, arguments, number):
    if name == "page":
        return PAGES[arguments["title"]]
    if name == "crash":
        os._exit(7)
    if name == "sleep":
        time.sleep(arguments["seconds"])
    if name == "raw":
        said = bytes.fromhex(PAGES[arguments["title"]])
        sys.stdout.buffer.write(said.replace(b'"ID"', json.dumps(number).encode()))
        sys.stdout.buffer.flush()
        return None
    if name == "ask":
        say(PAGES[arguments["title"]])
        print("answer:", sys.stdin.readline().strip(), file=sys.stderr, flush=True)
    if name == "size":
        return {"content": [{"type": "text", "text": "x" * arguments["bytes"]}]}
    return {"content": [{"type": "text", "text": "done " + json.dumps(arguments)}]}

if "--stubborn" in sys.argv:
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "--child" in sys.argv:
    import subprocess
    say({"jsonrpc": "2.0", "method": "notifications/pid", "params": {"pid": subprocess.Popen(["sleep", "60"]).pid}})
print("server is up", file=sys.stderr, flush=True)
for line in sys.stdin:
    try:
        message = json.loads(line)
    except ValueError:
        print("not JSON:", repr(line), file=sys.stderr, flush=True)
        continue
    print("got", json.dumps(message), file=sys.stderr, flush=True)
    batch = message if isinstance(message, list) else [message]
    answers = []
    for one in batch:
        if "id" not in one or "method" not in one:
            continue
        method, parameters = one["method"], one.get("params") or {}
        if method == "initialize":
            about = {"name": "mock", "version": "1"}
            result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": about}
        elif method == "tools/call":
            result = call(parameters["name"], parameters.get("arguments", {}), one["id"])
        else:
            result = PAGES.get(method, {})
        if result is not None:
            error = isinstance(result, dict) and "code" in result
            answers.append({"jsonrpc": "2.0", "id": one["id"], "error" if error else "result": result})
    if answers:
        say(answers if isinstance(message, list) else answers[0])
while "--stubborn" in sys.argv:
    time.sleep(1)
'''


class Home:
    """A home with a policy, and the mock server beside it."""

    def __init__(self, path: Path, policy: str, pages: dict[str, Any] | None = None) -> None:
        self.path = path
        (path / ".aegis").mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (path / ".aegis" / "ca").exists():
            authority.create(path / ".aegis" / "ca")
        (path / "policy.yaml").write_text(policy)
        (path / "server.py").write_text(SERVER)
        (path / "pages.json").write_text(json.dumps(pages or {}))

    @property
    def server(self) -> tuple[str, ...]:
        """The mock server's command line."""
        return sys.executable, str(self.path / "server.py"), str(self.path / "pages.json")

    @property
    def log(self) -> Path:
        """Where a server that is not run by a process of ours writes to."""
        return self.path / "server.log"

    def entries(self, ledger: str = "mcp-mock", kind: str = "flow.verdict") -> list[dict[str, Any]]:
        """Fields of all entries of one type, oldest first."""
        path = self.path / ".aegis" / "ledgers" / f"{ledger}.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM entry WHERE type = ? ORDER BY seq", (kind,)).fetchall()
        bodies = [json.loads(row[0]) for row in rows]
        return [{**body["fields"], "seq": body["seq"]} for body in bodies]


class Client:
    """An MCP client's end of two pipes."""

    def __init__(self, to_server: IO[bytes], from_server: IO[bytes]) -> None:
        self._to_server, self._from_server = to_server, from_server
        self.lines: queue.Queue[bytes] = queue.Queue()
        self._is_reading = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._kept: list[Any] = []
        self._number = 0

    def _read(self) -> None:
        rest = b""
        while self._is_reading and (chunk := self._from_server.read(1 << 20)):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self.lines.put(line)
        self.lines.put(b"")

    def send(self, message: Any) -> None:
        """Send a message, or bytes as they are."""
        rest = memoryview(message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n")
        while rest:
            rest = rest[self._to_server.write(rest) :]

    def receive(self, timeout_s: float = DEADLINE_S) -> Any:
        """The next message; raises `EOFError` at the end."""
        line = self.lines.get(timeout=timeout_s)
        if not line:
            raise EOFError
        return json.loads(line)

    def answer_to(self, message_id: Any, timeout_s: float = DEADLINE_S) -> Any:
        """The answer with this id; what else comes is kept in `others`."""
        for kept in self._kept:
            if isinstance(kept, dict) and kept.get("id") == message_id and "method" not in kept:
                self._kept.remove(kept)
                return kept
        while True:
            message = self.receive(timeout_s)
            if isinstance(message, dict) and "method" not in message and message.get("id") == message_id:
                return message
            self._kept.append(message)

    @property
    def others(self) -> list[Any]:
        """Messages that came while another was waited for."""
        return self._kept

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a request and wait for its answer."""
        self._number += 1
        message_id = f"q{self._number}"
        self.send({"jsonrpc": "2.0", "id": message_id, "method": method, "params": parameters})
        return self.answer_to(message_id)

    def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool and wait for its answer."""
        return self.ask("tools/call", name=tool, arguments=arguments)

    def hello(self) -> Any:
        """Do what every session begins with."""
        answer = self.ask("initialize", **HELLO)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def close_input(self) -> None:
        """What a client does first to end a session."""
        self._to_server.close()

    def stop_reading(self) -> None:
        """Go away without a word: the pipe has no reader any more."""
        os.dup2(_nothing(), self._from_server.fileno())

    def close(self) -> None:
        """Close both ends."""
        self._reader.join(DEADLINE_S)
        self._to_server.close()
        self._from_server.close()


class Session(Client):
    """A client of one `aegis mcp` process; use as a context manager."""

    def __init__(self, home: Home, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self._log_path = home.path / f"session-{id(self)}.log"
        hidden = {"DATABASE_URL", "PORT", "LOG_LEVEL", "POLICY_FILE"}
        with self._log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [*AEGIS, "--home", str(home.path), "mcp", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                env={key: value for key, value in os.environ.items() if key not in hidden}
                | {"PYTHONPATH": str(CHECKOUT)}
                | (environment or {}),
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        super().__init__(self.process.stdin, self.process.stdout)

    @property
    def log(self) -> str:
        """What was written to stderr."""
        return self._log_path.read_text(errors="replace")

    def receive(self, timeout_s: float = DEADLINE_S) -> Any:
        """The next message; raises `EOFError` with what was logged at the end."""
        try:
            return super().receive(timeout_s)
        except EOFError:
            raise EOFError(self.log[-2000:]) from None

    def end(self) -> int:
        """Close our end and return the exit code."""
        self.close_input()
        return self.process.wait(DEADLINE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE_S)
        self.close()


def _nothing() -> int:
    reader, writer = os.pipe()
    os.close(writer)
    return reader


def refusal_of(answer: Any) -> dict[str, Any]:
    """The verdict in a refusal, or nothing if the answer is none."""
    if "error" in answer:
        found: dict[str, Any] = (answer["error"].get("data") or {}).get("aegis", {})
        return found
    meta: dict[str, Any] = answer["result"].get("_meta", {}).get("aegis", {})
    return meta


def text_of(answer: Any) -> str:
    """The words of a tool's result."""
    return "\n".join(str(block.get("text", "")) for block in answer["result"]["content"])


def wait_until_gone(pid: int, timeout_s: float = 10) -> None:
    """Wait until a process is there no more, or is a zombie that somebody else has to see off."""
    deadline = time.monotonic() + timeout_s
    while psutil.pid_exists(pid):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)
