"""The writer: one thread that makes records durable, in the order they were appended.

Whoever appends spells the record, gets a place in a bounded queue and waits for a receipt. The thread commits
whatever has queued up meanwhile in one transaction: the disk's own latency is the batching window, so waiting
longer for more would only cost (measured: a linger of 2 ms halves the throughput).

Invariants:

- An acknowledged entry is durable, in the chain, in the file that the path names (`scribe.py`, `store.py`).
- The thread survives every fault and tries again by itself. What was refused meanwhile is counted, and the
  first thing written afterwards is a `ledger.gap` entry: how many, since when, and why at first.
- The queue neither blocks nor drops silently: a full one refuses at once.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from ledger.errors import LedgerClosed, LedgerError, LedgerOverflow, LedgerTimeout, LedgerUnavailable
from ledger.lock import WriterLock
from ledger.receipt import Receipt, ThreadDesk, Ticket, settle_all
from ledger.record import Record, spell_fields, spell_type
from ledger.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledger.scribe import Spelled

type Pending = tuple[Spelled, Ticket | None]
"""A record and who waits for it."""

BATCH_ENTRIES = 512
"""Bounds how long one commit takes, and with it the wait of whoever comes next."""
IDLE_S = 0.1
"""How long a record that nobody waits for may lie, and how often a failing ledger is tried without traffic."""
RETRY_S = 0.05
"""How long traffic is refused with the last error before the next try."""


def microseconds() -> int:
    """Wall-clock time in microseconds since the epoch."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """What can be tuned about a writer."""

    queue_entries: int = 4096
    """Records that may wait; one more is refused with `LedgerOverflow`."""
    busy_timeout_s: float = 0.25
    """How long a commit waits for another connection's lock."""
    min_free_bytes: int = 16 * 1024 * 1024
    """Below this much free space the ledger counts as full."""
    lock_patience_s: float = 2.0
    """How long `open` waits for another gateway to end."""


@dataclass(slots=True)
class Gap:
    """Appends that were refused and not yet reported in the chain."""

    refused: int = 0
    since_us: int = 0
    reason: str = ""

    def add(self, other: Gap) -> None:
        """Add refusals; the earliest ones name the time and the reason."""
        if other.refused and (not self.refused or other.since_us < self.since_us):
            self.since_us, self.reason = other.since_us, other.reason
        self.refused += other.refused

    def record(self) -> Record:
        """What the chain says about it."""
        return Record("ledger.gap", {"refused": self.refused, "since": self.since_us, "reason": self.reason})


class Writer:
    """Appends to the ledger at `path`; thread-safe."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], int] = microseconds,
        settings: WriterSettings | None = None,
    ) -> None:
        self.path = path
        self._clock = clock
        self._settings = settings or WriterSettings()
        self._mutex = threading.Lock()
        self._pending: list[Pending] = []
        self._is_woken = False
        self._is_open = False
        self._gap = Gap()
        self._wakes: SimpleQueue[None] = SimpleQueue()
        self._desk = ThreadDesk()
        self._thread: threading.Thread | None = None
        self._error: LedgerError | None = None
        self._retry_at = 0.0
        self._scribe: Scribe | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether the writer is open and its last attempt to write went well."""
        return self._is_open and self._error is None

    @property
    def last_error(self) -> LedgerError | None:
        """Why it is not healthy; None once it is again."""
        return self._error

    @property
    def chain_id(self) -> str:
        """The id of the chain, once opened."""
        return self._scribe.chain_id if self._scribe else ""

    @property
    def tip(self) -> Receipt:
        """The last acknowledged entry; number 0 and the genesis head in an empty ledger."""
        if self._scribe is None:
            raise LedgerClosed("the ledger was not opened", path=self.path)
        return Receipt(self._scribe.tip.seq, self._scribe.tip.head)

    def open(self) -> None:
        """Lock, open and check the ledger, making it if the path is free, and start the thread.

        Raises:
            LedgerBusy: Another gateway writes to it.
            LedgerUnreadable: The file is not a ledger, or of another version.
            LedgerBroken: Its definitions or its last entry were altered.
            LedgerUnavailable: It cannot be written now.
        """
        if self._thread is not None:
            raise LedgerClosed("a writer is opened once", path=self.path)
        self.path = self.path.resolve()
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="ledger-writer", daemon=True)
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self._thread.join()
            self._thread = None
            raise

    def append(self, record: Record) -> Future[Receipt]:
        """Queue a record; the future has its receipt once it is durable, or a `LedgerError`.

        Raises:
            RecordRefused: The record has no canonical form.
            LedgerOverflow: The queue is full.
            LedgerClosed: The writer is not open.
        """
        future: Future[Receipt] = Future()
        future.set_running_or_notify_cancel()  # what is queued is written: it cannot be called back
        self.submit(record, Ticket(self._desk, future))
        return future

    def submit(self, record: Record, ticket: Ticket | None, *, is_urgent: bool = True) -> None:
        """Queue a record for whoever holds the ticket, or for nobody; raises like `append`.

        Args:
            record: What to record.
            ticket: Who waits for it; None if nobody does.
            is_urgent: Wake the thread at once for a ticket; otherwise the caller calls `wake` when it has
                submitted all it has, so that they share a commit.
        """
        type_name = spell_type(record.type)
        fields = spell_fields(record.fields)
        with self._mutex:
            if not self._is_open:
                raise LedgerClosed("the ledger is not open", path=self.path)
            queued = len(self._pending)
            if queued >= self._settings.queue_entries:
                self._gap.add(Gap(1, self._clock(), LedgerOverflow.__name__))
                raise LedgerOverflow(
                    f"{queued} records wait already", path=self.path, capacity=self._settings.queue_entries
                )
            self._pending.append(((type_name, fields, self._clock()), ticket))
            is_due = (ticket is not None and is_urgent) or queued >= self._settings.queue_entries // 2
            must_wake = is_due and not self._is_woken
            self._is_woken |= must_wake
        if must_wake:
            self._wakes.put(None)

    def wake(self) -> None:
        """Have the thread commit what has been submitted without urgency."""
        with self._mutex:
            must_wake = bool(self._pending) and not self._is_woken
            self._is_woken |= must_wake
        if must_wake:
            self._wakes.put(None)

    def count_refused(self, error: LedgerError) -> None:
        """Report in the chain, with the next gap entry, that somebody gave up on recording something."""
        with self._mutex:
            self._gap.add(Gap(1, self._clock(), type(error).__name__))

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what waits, then close. Harmless when closed already.

        Raises:
            LedgerTimeout: The disk did not take it in time; what waits stays unacknowledged.
        """
        with self._mutex:
            self._is_open = False
        self._wakes.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                raise LedgerTimeout(
                    f"{len(self._pending)} records wait after {timeout_s} s",
                    path=self.path,
                    deadline_s=timeout_s,
                )

    def _run(self, opened: Future[None]) -> None:
        """The thread: lock, open, serve, close."""
        lock = WriterLock(self.path)
        scribe = Scribe(
            self.path,
            busy_timeout_s=self._settings.busy_timeout_s,
            min_free_bytes=self._settings.min_free_bytes,
        )
        try:
            lock.acquire(self._settings.lock_patience_s)
            scribe.open(self._clock())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that opens, whatever it is
            lock.release()
            opened.set_exception(error)
            return
        self._scribe, self._is_open = scribe, True
        opened.set_result(None)
        try:
            while self._is_open or self._pending:
                self._serve(scribe)
            self._commit(scribe, [])  # the gap, if there is one
        finally:
            self._is_open = False
            try:
                scribe.close()
            finally:
                lock.release()

    def _serve(self, scribe: Scribe) -> None:
        """Wait for records, or for the time of the next try, and commit what there is."""
        with suppress(Empty):
            self._wakes.get(timeout=IDLE_S)
        with self._mutex:
            batch = self._pending[:BATCH_ENTRIES]
            del self._pending[:BATCH_ENTRIES]
            self._is_woken = bool(self._pending)
            if self._pending:
                self._wakes.put(None)
        if batch or self._gap.refused or self._error is not None:
            self._commit(scribe, batch)

    def _commit(self, scribe: Scribe, batch: Sequence[Pending]) -> None:
        """Make a batch durable, behind the gap if there was one, and tell who waits."""
        with self._mutex:
            gap, self._gap = self._gap, Gap()
        reports = [self._spell(gap.record())] if gap.refused else []
        tickets = [ticket for _, ticket in batch if ticket is not None]
        try:
            if self._error is not None and self._is_open and time.monotonic() < self._retry_at:
                raise self._error.again()  # noqa: TRY301 - the one place where a batch fails
            rows = scribe.write([*reports, *(record for record, _ in batch)])
        except LedgerError as error:
            self._refuse(batch, tickets, gap, error)
        except Exception as error:  # noqa: BLE001 - fail closed: the thread outlives a defect, the batch does not
            fault = LedgerUnavailable(f"writing failed: {type(error).__name__}", path=self.path)
            fault.__cause__ = error
            self._refuse(batch, tickets, gap, fault)
        else:
            self._error = None
            for (_, ticket), (seq, _, head, _) in zip(batch, rows[len(reports) :], strict=True):
                if ticket is not None:
                    ticket.outcome = Receipt(seq, head)
            settle_all(tickets)

    def _refuse(
        self, batch: Sequence[Pending], tickets: Sequence[Ticket], gap: Gap, error: LedgerError
    ) -> None:
        """Count a batch as refused and tell who waits for it."""
        if self._error is None or time.monotonic() >= self._retry_at:
            self._retry_at = time.monotonic() + RETRY_S
        self._error = error
        with self._mutex:
            self._gap.add(gap)
            if batch:
                self._gap.add(Gap(len(batch), batch[0][0][2], type(error).__name__))
        for ticket in tickets:
            ticket.outcome = error.again()
        settle_all(tickets)

    def _spell(self, record: Record) -> Spelled:
        return spell_type(record.type), spell_fields(record.fields), self._clock()
