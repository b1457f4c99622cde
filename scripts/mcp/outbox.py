"""What goes out through one pipe, in the order in which it was put in.

A thread of its own writes, so that neither a slow reader nor a slow disk keeps the other direction waiting. What is
put in is a job: it may wait for its ledger entry to become durable and only then says which bytes leave. Invariant:
bounded in bytes; nothing overtakes.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    type Job = Callable[[], bytes]
    """Returns what is to be written; nothing if it has come to nothing."""

log = logging.getLogger("aegis.mcp")

CAPACITY_BYTES: Final = 32 << 20
_OVERHEAD_BYTES: Final = 256
"""What a job without content counts, so that their number is bounded too."""


class Outbox:
    """A pipe and the jobs that wait for it."""

    def __init__(self, descriptor: int, name: str, on_broken: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._on_broken = on_broken
        self._jobs: deque[tuple[Job, int]] = deque()
        self._held_bytes = 0
        self._changed = threading.Condition()
        self._is_closing = False
        self._is_broken = False
        self._thread = threading.Thread(target=self._run, name=f"to-{name}", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, job: Job, size_bytes: int) -> None:
        """Add a job; waits while more is held than the capacity. Does nothing once the reader has gone."""
        cost = size_bytes + _OVERHEAD_BYTES
        with self._changed:
            while self._held_bytes and self._held_bytes + cost > CAPACITY_BYTES and not self._is_broken:
                self._changed.wait()
            if self._is_closing or self._is_broken:
                return
            self._jobs.append((job, cost))
            self._held_bytes += cost
            self._changed.notify_all()

    def close(self) -> None:
        """Close the pipe once all that was put in is written."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait until the pipe is closed; False if that takes too long."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            job, cost = taken
            try:
                self._write(job())
            except OSError:
                self._break()
                return
            except Exception:
                log.exception("a message was dropped")  # fail closed: what cannot be written does not pass
            finally:
                self._free(cost)
        os.close(self._descriptor)

    def _take(self) -> tuple[Job, int] | None:
        with self._changed:
            while not self._jobs:
                if self._is_closing:
                    return None
                self._changed.wait()
            return self._jobs.popleft()

    def _free(self, cost: int) -> None:
        with self._changed:
            self._held_bytes -= cost
            self._changed.notify_all()

    def _break(self) -> None:
        """Forget everything: nobody reads any more."""
        with self._changed:
            self._is_broken = True
            self._jobs.clear()
            self._held_bytes = 0
            self._changed.notify_all()
        os.close(self._descriptor)
        self._on_broken()

    def _write(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select((), (self._descriptor,), ())
