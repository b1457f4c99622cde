"""The bridge between an MCP client and a server's process, from its start to its end.

Two threads read and judge, one for each direction; two write. The main thread waits for what ends a session: the
client closes our input or reads no more, the server ends or closes its output, a signal arrives. The server is then
asked to end as the specification asks clients to do it: its input is closed, after a while it gets SIGTERM, after
another SIGKILL. Invariant: when `run` returns the server and what it started are gone, and what it had said in time
is delivered.
Source: MCP specification 2025-06-18, basic/lifecycle (shutdown, stdio).
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from policy.detectors.pii.redaction import Redactor
from scripts.mcp import replies, wire
from scripts.mcp.direction import Direction, Session, Side
from scripts.mcp.gates import Inward, Outward, Withdrawn
from scripts.mcp.lines import lines
from scripts.mcp.outbox import Outbox
from scripts.mcp.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.mcp.child import Child
    from scripts.mcp.judge import Judge
    from scripts.mcp.ledgers import Book

log = logging.getLogger("aegis.mcp")

ANSWER_CAP_BYTES: Final = 64 << 20
"""Of one message of the server."""
_CLIENT_ENDED: Final = "client"
_SERVER_SILENT: Final = "silence"
_EXITED: Final = "exit"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an ending server is waited for, in seconds."""

    input_closed_s: float = 5.0
    """After its input is closed, before SIGTERM."""
    asked_s: float = 3.0
    """After SIGTERM, before SIGKILL."""
    delivery_s: float = 5.0
    """For what it has said to be judged and delivered, once it is gone."""


class Bridge:
    """One session."""

    def __init__(
        self,
        judge: Judge,
        book: Book,
        child: Child,
        patience: Patience,
        *,
        client_input: int = 0,
        client_output: int = 1,
    ) -> None:
        """Connect a server that has just been started.

        Args:
            judge: of this agent and server.
            book: where verdicts are recorded.
            child: the server.
            patience: with its end.
            client_input: descriptor that the client writes to.
            client_output: descriptor that the client reads from.
        """
        self._child = child
        self._warm = judge.warm
        self._book = book
        self._patience = patience
        self._events: SimpleQueue[tuple[str, int]] = SimpleQueue()
        self._client_input = client_input
        self._to_client = Outbox(os.dup(client_output), "client", self._report(_CLIENT_ENDED))
        self._to_server = Outbox(child.stdin, "server", lambda: None)
        policy = judge.watch.current()
        self._cap_bytes = policy.limits.max_request_body_bytes
        redactor = Redactor(is_reversible=policy.guards.pii.is_reversible)
        withdrawn = Withdrawn()
        session = Session(judge, book, f"mcp-{os.getpid()}-{time.time_ns() // 1_000_000:x}")
        self._client, server = Side(self._to_client, Pending()), Side(self._to_server, Pending())
        outward, inward = Outward(judge, redactor, withdrawn), Inward(judge, redactor, withdrawn)
        self._outward = Direction(session, outward, self._client, server, is_inward=False)
        self._inward = Direction(session, inward, server, self._client, is_inward=True)
        self._reader = threading.Thread(target=self._read_server, name="from-server", daemon=True)

    def run(self) -> int:
        """Carry messages until the session ends; return the server's exit code.

        Signals are passed on if this is the main thread, which is the one that gets them.
        """
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda caught, _frame: self._events.put(("signal", caught)))
        self._to_client.start()
        self._to_server.start()
        self._reader.start()
        for target in (self._read_client, self._await_exit, self._warm):
            threading.Thread(target=target, name=target.__name__, daemon=True).start()
        code = self._watch()
        self._finish(code)
        return code

    def _read_client(self) -> None:
        try:
            for line in lines(self._client_input, self._cap_bytes):
                self._outward.take(line)
        finally:  # a thread that fails ends the session: nothing passes without it
            self._to_server.close()
            self._events.put((_CLIENT_ENDED, 0))

    def _read_server(self) -> None:
        try:
            for line in lines(self._child.stdout, ANSWER_CAP_BYTES):
                self._inward.take(line)
        finally:
            os.close(self._child.stdout)
            self._events.put((_SERVER_SILENT, 0))

    def _await_exit(self) -> None:
        self._events.put((_EXITED, self._child.wait()))

    def _report(self, event: str) -> Callable[[], None]:
        return lambda: self._events.put((event, 0))

    def _watch(self) -> int:
        """Wait for the server's end, and bring it about once there is a reason."""
        steps: list[tuple[float, signal.Signals]] = []
        while True:
            wait_s = max(0.0, steps[0][0] - time.monotonic()) if steps else None
            try:
                event, value = self._events.get(timeout=wait_s)
            except Empty:
                number = steps.pop(0)[1]
                log.warning("the server does not end by itself; sending %s", number.name)
                self._child.send(number)
                continue
            if event == _EXITED:
                return value
            now, patience = time.monotonic(), self._patience
            if event == "signal":
                self._to_server.close()
                self._child.send(signal.Signals(value))
                steps = [(now + patience.asked_s, signal.SIGKILL)]
            elif not steps:
                self._to_server.close()
                term_at = now + patience.input_closed_s
                steps = [(term_at, signal.SIGTERM), (term_at + patience.asked_s, signal.SIGKILL)]

    def _finish(self, code: int) -> None:
        """Deliver what the server had said, and tell the client which requests it will never answer."""
        self._reader.join(self._patience.delivery_s)
        if self._reader.is_alive():
            log.warning("some of what the server said was not judged in time and is withheld")
        how = f"ended with exit code {code}"
        for asked in self._client.asked.take_all():
            message = wire.write(replies.ended(asked.id, how)).encode() + b"\n"
            self._to_client.put(_saying(message), len(message))
        self._to_client.close()
        self._to_client.join(self._patience.delivery_s)


def _saying(message: bytes) -> Callable[[], bytes]:
    return lambda: message


def started_fields(judge: Judge, command: list[str]) -> dict[str, Any]:
    """Fields of the entry that opens a session: the program, not its arguments, which may hold secrets."""
    return {
        "agent": judge.agent,
        "host": judge.server,
        "scheme": "mcp-stdio",
        "program": os.path.basename(command[0])[:128],  # noqa: PTH119 - a name, not a path
        "arguments": len(command) - 1,
        "pid": os.getpid(),
        "policy": judge.watch.policy.digest,
    }


def ended_fields(judge: Judge, code: int) -> dict[str, Any]:
    """Fields of the entry that closes a session."""
    return {"agent": judge.agent, "host": judge.server, "scheme": "mcp-stdio", "exit_code": code}
