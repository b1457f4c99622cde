"""The ledger for an event loop: wait for durability without a thread per wait.

`append` is what a verdict uses: it returns when the entry is durable, or raises, and then the request must
not go out. `post` is what the end of a flow uses: nobody waits, nothing is raised, and what could not even
be queued is counted towards the next `ledger.gap` entry.

Measured on the path of every request, hence two economies: the loop is woken once for each commit, and one
timer serves the deadlines of all who wait (they all have the same patience, so they expire in order).
Invariant: nothing here blocks; both functions must be called in the loop's own thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from ledger.errors import LedgerError, LedgerOverflow, LedgerTimeout
from ledger.receipt import Receipt, Ticket
from ledger.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.writer import Writer

DEADLINE_S = 2.0


class AsyncLedger:
    """A writer as seen from one event loop; the desk at which the loop's tickets are settled."""

    def __init__(
        self, writer: Writer, loop: asyncio.AbstractEventLoop, deadline_s: float = DEADLINE_S
    ) -> None:
        self._writer = writer
        self._loop = loop
        self._deadline_s = deadline_s
        self._waiting: deque[tuple[float, Ticket]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_wake_due = False

    async def append(self, record: Record) -> Receipt:
        """Record, and return once the entry is durable.

        Raises:
            LedgerTimeout: Not durable within the deadline; it may still be written later.
            LedgerError: It was not recorded.
        """
        waiter: asyncio.Future[Receipt] = self._loop.create_future()
        ticket = Ticket(self, waiter)
        is_alone = not self._waiting
        self._writer.submit(record, ticket, is_urgent=is_alone)
        if not is_alone and not self._is_wake_due:
            self._is_wake_due = True
            self._loop.call_soon(self._wake)
        self._waiting.append((self._loop.time() + self._deadline_s, ticket))
        if self._timer is None:
            self._timer = self._loop.call_later(self._deadline_s, self._expire)
        try:
            return await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled() and isinstance(ticket.outcome, Receipt):
                self._report_late([ticket.outcome.seq])  # cancelled between the receipt and its delivery
            raise

    def post(self, record: Record) -> None:
        """Record without waiting; never raises for what the ledger or the record is like."""
        try:
            self._writer.submit(record, None)
        except LedgerOverflow:
            pass  # counted where it was refused
        except LedgerError as error:
            self._writer.count_refused(error)

    def _wake(self) -> None:
        """Wake the writer once for all that this turn of the loop has queued."""
        self._is_wake_due = False
        self._writer.wake()

    def settle(self, tickets: Sequence[Ticket]) -> None:
        """Hand a batch over to the loop; called in the writer's thread."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._deliver, tickets)

    def _deliver(self, tickets: Sequence[Ticket]) -> None:
        late = []
        for ticket in tickets:
            if not ticket.waiter.done():
                ticket.settle()
            elif isinstance(ticket.outcome, Receipt):
                late.append(ticket.outcome.seq)
        if late:
            self._report_late(late)
        waiting = self._waiting
        while waiting and waiting[0][1].waiter.done():
            waiting.popleft()

    def _report_late(self, entries: list[int]) -> None:
        """Say in the chain which entries became durable after their callers had gone."""
        self.post(Record("ledger.late", {"entries": entries}))

    def _expire(self) -> None:
        """Give up on who has waited too long, and come back for the next."""
        self._timer = None
        now = self._loop.time()
        waiting = self._waiting
        while waiting and (waiting[0][1].waiter.done() or waiting[0][0] <= now):
            ticket = waiting.popleft()[1]
            if not ticket.waiter.done():
                ticket.waiter.set_exception(
                    LedgerTimeout(
                        f"not durable after {self._deadline_s} s",
                        path=self._writer.path,
                        deadline_s=self._deadline_s,
                    )
                )
        if waiting:
            self._timer = self._loop.call_at(waiting[0][0], self._expire)
