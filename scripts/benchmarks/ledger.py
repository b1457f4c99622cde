"""`scripts/bench ledger`: how fast entries become durable, beside raw SQLite, and how fast the chain is verified.

Both sides write the same bodies into the same tables (same columns, indexes and triggers) with WAL and
`synchronous=FULL`. Raw SQLite gets its rows ready-made, 64 to a transaction with `executemany`; the ledger gets
records from 64 tasks that each wait for durability before the next, as 64 exchanges in flight do, and spells,
hashes and chains them.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger import schema
from ledger.aio import AsyncLedger
from ledger.record import Record, body_end, body_start, spell_fields, spell_type
from ledger.verify import verify
from ledger.writer import Writer
from scripts.benchmarks.processes import BenchmarkError
from scripts.benchmarks.tables import aligned, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IN_FLIGHT = 64
APPEND_TARGET = 0.7
"""Least share of raw SQLite's rate."""
VERIFY_TARGET_S = 6.0
"""Most seconds for a million entries."""
_MILLION = 1_000_000
_DEADLINE_S = 30.0
_CHAIN_ID = "0" * 32
_BACKLOG = 2048  # entries queued at once while the chain to verify is made; below the writer's bound


@dataclass(frozen=True, slots=True)
class Appends:
    """What one way of appending gave."""

    per_second: float
    p50_ms: float
    p99_ms: float
    """Of one entry, from handing it over to its being durable; of one transaction for raw SQLite."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a chain cost."""

    entries: int
    elapsed_s: float
    memory_mib: float
    """Peak resident memory of the process that verified, with the interpreter and all imports."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one run."""

    runs: int
    seconds: float
    raw: Appends
    ledger: Appends
    verification: Verification

    @property
    def share(self) -> float:
        """The ledger's rate over raw SQLite's."""
        return self.ledger.per_second / self.raw.per_second

    @property
    def million_s(self) -> float:
        """Seconds that a million entries take at the rate measured."""
        return self.verification.elapsed_s * _MILLION / self.verification.entries


def measure(runs: int, seconds: float, entries: int) -> Figures:
    """Measure both ways of appending in turn, then verification."""
    ways: dict[str, Callable[[Path, float], Appends]] = {"raw": append_raw, "ledger": append_to_ledger}
    taken: dict[str, list[Appends]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
        for number in range(runs):
            for name, append in ways.items():
                taken[name].append(append(Path(folder) / f"{name}-{number}.db", seconds))
        medians = {name: _median(samples) for name, samples in taken.items()}
        verification = verify_chain(Path(folder) / "chain.db", entries)
    return Figures(runs, seconds, medians["raw"], medians["ledger"], verification)


def append_raw(path: Path, seconds: float) -> Appends:
    """Insert ready-made rows, one `executemany` and one commit per 64."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = full")
        schema.create(connection, _CHAIN_ID, 0, bytes(32))
        # made before the clock starts; more than any disk takes in that time, and begun anew if it does
        batches = [list(itertools.islice(rows, IN_FLIGHT)) for rows in [_rows()] for _ in range(256)]
        latencies_s: list[float] = []
        shift = 0
        began_at = time.perf_counter()
        for batch in itertools.cycle(batches):
            if batch is batches[0] and latencies_s:
                shift += len(batches) * IN_FLIGHT
            rows = [(seq + shift, *rest) for seq, *rest in batch]
            handed_at = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO entry (seq, leaf, head, body) VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
            latencies_s.append(time.perf_counter() - handed_at)
            if time.perf_counter() - began_at >= seconds:
                break
        return _appends(latencies_s, len(latencies_s) * IN_FLIGHT / (time.perf_counter() - began_at))


def append_to_ledger(path: Path, seconds: float) -> Appends:
    """Append records from 64 tasks, each waiting for its receipt before the next."""
    writer = Writer(path)
    writer.open()
    try:
        return asyncio.run(_append_concurrently(writer, seconds))
    finally:
        writer.close()


async def _append_concurrently(writer: Writer, seconds: float) -> Appends:
    ledger = AsyncLedger(writer, asyncio.get_running_loop(), _DEADLINE_S)
    latencies_s: list[float] = []
    numbers = itertools.count(1)
    began_at = time.perf_counter()

    async def keep_appending() -> None:
        while (handed_at := time.perf_counter()) - began_at < seconds:
            await ledger.append(_record(next(numbers)))
            latencies_s.append(time.perf_counter() - handed_at)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(IN_FLIGHT):
            tasks.create_task(keep_appending())
    return _appends(latencies_s, len(latencies_s) / (time.perf_counter() - began_at))


def verify_chain(path: Path, entries: int) -> Verification:
    """Make a chain of so many entries and verify it in a fresh process.

    Raises:
        BenchmarkError: the chain just written does not verify.
    """
    writer = Writer(path)
    writer.open()
    for start in range(0, entries, _BACKLOG):
        numbers = range(start, min(start + _BACKLOG, entries))
        for receipt in [writer.append(_record(number)) for number in numbers]:
            receipt.result(_DEADLINE_S)
    writer.close()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_verify, path, entries).result()


def _verify(path: Path, entries: int) -> Verification:
    began_at = time.perf_counter()
    report = verify(path)
    elapsed_s = time.perf_counter() - began_at
    if not report.is_intact:
        raise BenchmarkError(f"the chain just written is broken: {report.reason}")
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Verification(entries, elapsed_s, peak_kib / 1024)


def _record(number: int) -> Record:
    """Return a verdict like those of the proxy, about 600 bytes."""
    fields: dict[str, Any] = {
        "flow": f"{number:032x}",
        "agent": f"agent-{number % 7}",
        "identified_by": "source-address",
        "verdict": "allow" if number % 10 else "block",
        "score": 0 if number % 10 else 80,
        "band": "LOW" if number % 10 else "HIGH",
        "policy": f"sha256:{'0123456789abcdef' * 4}",
        "findings": [],
        "method": "POST",
        "scheme": "https",
        "host": f"api-{number % 40}.example.com",
        "port": 443,
        "path": f"/v1/items/{number}/comments",
        "http": "HTTP/2.0",
        "request_bytes": 1024,
        "addresses": ["93.184.216.34"],
        "query_keys": ["page", "sort"],
    }
    return Record("flow.verdict", fields)


def _rows() -> Iterator[tuple[int, bytes, bytes, str]]:
    """Yield rows as the ledger would write them, with hashes that are only of the right size."""
    for seq in itertools.count(1):
        record = _record(seq)
        end = body_end(seq, 1_700_000_000_000_000 + seq, spell_type(record.type))
        body = body_start(_CHAIN_ID) + spell_fields(record.fields) + end
        yield seq, os.urandom(32), os.urandom(32), body.decode()


def _appends(latencies_s: list[float], per_second: float) -> Appends:
    latencies_ms = sorted(1000 * latency_s for latency_s in latencies_s)
    count = len(latencies_ms)
    return Appends(per_second, latencies_ms[count // 2], latencies_ms[min(count - 1, count * 99 // 100)])


def _median(samples: list[Appends]) -> Appends:
    return Appends(
        statistics.median(sample.per_second for sample in samples),
        statistics.median(sample.p50_ms for sample in samples),
        statistics.median(sample.p99_ms for sample in samples),
    )


def report(figures: Figures) -> str:
    """Return the whole report as text."""
    verification = figures.verification
    appends = [
        ("append", "entries/s", "p50 ms", "p99 ms", "share"),
        *(
            (name, figure(one.per_second, 0), figure(one.p50_ms), figure(one.p99_ms), figure(share))
            for name, one, share in (
                (f"raw SQLite, executemany of {IN_FLIGHT}", figures.raw, 1.0),
                (f"ledger, {IN_FLIGHT} in flight", figures.ledger, figures.share),
            )
        ),
    ]
    verified = [
        ("verify", "entries", "seconds", "entries/s", "peak MiB"),
        (
            "whole chain",
            f"{verification.entries:,}",
            figure(verification.elapsed_s),
            figure(verification.entries / verification.elapsed_s, 0),
            figure(verification.memory_mib, 0),
        ),
    ]
    targets = [
        ("target", "bound", "measured", ""),
        (
            "append / raw",
            f">= {APPEND_TARGET}",
            figure(figures.share),
            _outcome(figures.share >= APPEND_TARGET),
        ),
        (
            "seconds per million",
            f"<= {VERIFY_TARGET_S}",
            figure(figures.million_s),
            _outcome(figures.million_s <= VERIFY_TARGET_S),
        ),
    ]
    head = f"durable appends (WAL, synchronous=FULL); medians of {figures.runs} x {figures.seconds:g} s"
    return "\n\n".join((head, aligned(appends), aligned(verified), aligned(targets)))


def _outcome(is_met: bool) -> str:  # noqa: FBT001 - one flag, one word
    return "pass" if is_met else "FAIL"
