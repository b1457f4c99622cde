"""The ledger seen from an event loop: durability is awaited, nothing blocks, nobody waits for ever."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger import query
from ledger.aio import AsyncLedger
from ledger.errors import LedgerClosed, LedgerLocked, LedgerOverflow, LedgerTimeout, RecordRefused
from ledger.record import Record
from ledger.verify import verify
from tests.ledger.samples import PATIENCE_S, TIGHT, rows, verdict, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.writer import Writer

PATIENT = replace(TIGHT, busy_timeout_s=PATIENCE_S, queue_entries=100)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with writing(tmp_path / "audit.db", PATIENT) as writer:
        yield writer


def seen_by(writer: Writer, deadline_s: float = PATIENCE_S) -> AsyncLedger:
    return AsyncLedger(writer, asyncio.get_running_loop(), deadline_s)


async def test_an_awaited_entry_is_durable(writer: Writer) -> None:
    ledger = seen_by(writer)
    receipt = await ledger.append(verdict())
    stored = query.entry(writer.path, receipt.seq)
    assert stored is not None
    assert stored.head == receipt.head


async def test_many_who_wait_get_each_their_own_receipt(writer: Writer) -> None:
    ledger = seen_by(writer)

    async def append(number: int) -> bool:
        receipt = await ledger.append(verdict(number))
        stored = await asyncio.to_thread(query.entry, writer.path, receipt.seq)
        return stored is not None and stored.fields["flow"] == f"flow-{number}"

    assert all(await asyncio.gather(*(append(number) for number in range(90))))
    assert not ledger._waiting


async def test_the_loop_is_woken_once_for_each_commit(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    ledger = AsyncLedger(writer, loop)
    batches: list[int] = []
    settle = ledger.settle
    monkeypatch.setattr(ledger, "settle", lambda tickets: (batches.append(len(tickets)), settle(tickets)))
    with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = asyncio.create_task(ledger.append(verdict()))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(ledger.append(verdict(n))) for n in range(50)]
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
        await asyncio.gather(first, *rest)
    assert batches == [1, 50]


async def test_what_is_posted_is_written_in_its_order_without_being_awaited(writer: Writer) -> None:
    ledger = seen_by(writer)
    ledger.post(verdict(1))
    ledger.post(Record("flow.end", {"status": 200}))
    await ledger.append(verdict(2))
    assert [kind for _, kind in rows(writer.path)] == ["flow.verdict", "flow.end", "flow.verdict"]


async def test_what_is_posted_is_written_soon_though_nothing_follows(writer: Writer) -> None:
    seen_by(writer).post(verdict(1))
    await asyncio.sleep(0.5)
    assert len(rows(writer.path)) == 1


async def test_a_post_never_raises_and_what_it_lost_is_counted(writer: Writer) -> None:
    ledger = seen_by(writer)
    with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = asyncio.create_task(ledger.append(verdict()))
        await asyncio.sleep(0.05)
        ledger.post(Record("flow.end", {"x": 0.5}))  # type: ignore[dict-item] - what is refused
        for number in range(103):
            ledger.post(verdict(number))
        with pytest.raises(LedgerOverflow):
            await ledger.append(verdict())
        other.execute("ROLLBACK")
        await first
    while writer._pending:  # noqa: ASYNC110 - the writer has no event for a test to wait for
        await asyncio.sleep(0.01)
    await ledger.append(verdict())
    gap = query.entry(writer.path, 2)
    assert gap is not None
    assert gap.fields["refused"] == 1 + 3 + 1
    assert len(rows(writer.path)) == 1 + 1 + 100 + 1


async def test_posting_does_not_block_the_loop_while_the_disk_does_not_answer(writer: Writer) -> None:
    ledger = seen_by(writer)
    with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        took: list[float] = []
        for number in range(1000):
            began_at = time.perf_counter()
            ledger.post(verdict(number))
            took.append(time.perf_counter() - began_at)
        other.execute("ROLLBACK")
    assert sorted(took)[len(took) // 2] < 0.001


async def test_nobody_waits_longer_than_the_deadline(writer: Writer) -> None:
    ledger = seen_by(writer, deadline_s=0.2)
    with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began_at = time.monotonic()
        with pytest.raises(LedgerTimeout) as timeout:
            await ledger.append(verdict(1))
        assert 0.15 < time.monotonic() - began_at < 1
        assert timeout.value.deadline_s == 0.2
        with pytest.raises(LedgerTimeout):
            await ledger.append(verdict(2))
        other.execute("ROLLBACK")
    receipt = await ledger.append(verdict(3))
    await asyncio.sleep(0.3)
    entries = query.tail(writer.path)
    assert [entry.fields.get("flow") for entry in entries[:3]] == ["flow-1", "flow-2", "flow-3"]
    late = [n for entry in entries if entry.type == "ledger.late" for n in entry.fields["entries"]]
    assert late == [1, 2], "their callers had gone"
    assert receipt.seq == 3
    assert verify(writer.path).is_intact


async def test_an_attempt_is_recorded_though_its_caller_hung_up(writer: Writer) -> None:
    ledger = seen_by(writer)
    with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        tasks = [asyncio.create_task(ledger.append(verdict(n))) for n in (1, 2)]
        await asyncio.sleep(0.05)
        tasks[1].cancel()
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
        await tasks[0]
    assert tasks[1].cancelled()
    await asyncio.sleep(0.3)
    entries = query.tail(writer.path)
    assert [entry.fields.get("flow") for entry in entries[:2]] == ["flow-1", "flow-2"]
    assert (entries[2].type, entries[2].fields) == ("ledger.late", {"entries": [2]})
    assert not ledger._waiting


async def test_a_fault_reaches_everyone_who_waits_as_an_error_of_their_own(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        ledger = seen_by(writer)
        with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            outcomes = await asyncio.gather(
                *(ledger.append(verdict(n)) for n in range(5)), return_exceptions=True
            )
            other.execute("ROLLBACK")
        assert {type(outcome) for outcome in outcomes} == {LedgerLocked}
        assert len({id(outcome) for outcome in outcomes}) == 5


async def test_refusals_at_the_door_leave_nobody_waiting(writer: Writer) -> None:
    ledger = seen_by(writer)
    with pytest.raises(RecordRefused):
        await ledger.append(Record("flow.verdict", {"x": 0.5}))  # type: ignore[dict-item] - what is refused
    await asyncio.to_thread(writer.close)
    with pytest.raises(LedgerClosed):
        await ledger.append(verdict())
    ledger.post(verdict())
    assert not ledger._waiting


def test_a_loop_that_closed_does_not_disturb_the_writer(writer: Writer) -> None:
    async def leave() -> None:
        with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(seen_by(writer).append(verdict()))
            await asyncio.sleep(0.05)
            task.cancel()
            other.execute("ROLLBACK")

    asyncio.run(leave())
    assert writer.append(verdict()).result(PATIENCE_S).seq >= 1
    assert writer.is_healthy
