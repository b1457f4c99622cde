"""Verification: is the ledger still what was written?

Walks the whole chain from its genesis and recomputes every leaf and head; also checks that tables,
generated columns, indexes and triggers are defined as ours, for what one filters by is computed from the
bodies by them. Found: an edited body, leaf, head or number; a removed, inserted or swapped entry; another
genesis; altered definitions; damaged pages. With `is_deep`, SQLite also compares every index with its
table.

*Not* found, until signed checkpoints are kept outside the database: entries cut off at the end, and a chain
that was computed anew from some entry to the end. Whoever can write the file and knows these few lines can do
both. The number of entries and the head in the report are what to write down elsewhere.

Long chains are cut in two and walked by two processes; the second starts at a stored head, which the first
has to arrive at, so every link is checked by somebody. Invariant: reads only, in bounded memory.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ledger import schema
from ledger.errors import LedgerBroken, LedgerUnreadable
from ledger.walk import Stretch, Walked, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    type Progress = Callable[[int, int], None]

PARALLEL_ENTRIES = 60_000
"""From here on a second process is worth its start."""
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found."""

    entries: int
    """The number of the last entry when verification began."""
    is_intact: bool
    first_bad_seq: int | None
    """The first entry that is not right; None if intact, or if what is wrong is not an entry."""
    reason: str
    """What is wrong; empty if intact."""
    head_hex: str
    """The head after the last good entry."""
    chain_id: str


def verify(
    path: Path, progress: Progress | None = None, workers: int | None = None, *, is_deep: bool = False
) -> Report:
    """Check the ledger at `path`; it may be written to meanwhile, later entries are then left out.

    Args:
        path: Operator-supplied.
        progress: Called now and then with (entries checked, entries in all).
        workers: Processes, 1 or 2; by default 2 for long chains on more than one processor.
        is_deep: Also compare the indexes with the table; takes several times as long.

    Raises:
        LedgerUnreadable: There is nothing to verify: no file, no ledger, no permission, damaged at its root.
    """
    with closing(schema.open_ledger(path)) as database:
        connection = schema.raw(database)
        try:
            return _verify(path, connection, progress or _tell_nobody, workers, is_deep=is_deep)
        except schema.READ_ERRORS as error:
            raise LedgerUnreadable(f"cannot be read: {error}", path=path) from error


def _verify(
    path: Path, connection: sqlite3.Connection, progress: Progress, workers: int | None, *, is_deep: bool
) -> Report:
    altered = ", ".join(schema.altered_definitions(connection))
    if {"chain", "entry"} & set(altered.split(", ")):
        return _broken(f"altered definitions: {altered}")
    last = connection.execute("SELECT max(seq) FROM entry").fetchone()[0] or 0
    try:
        chain_id, genesis = schema.origin(connection, path)
    except LedgerBroken as error:
        return _broken(str(error), last)
    walked = _walk_all(path, connection, Stretch(chain_id, 0, last, genesis), progress, workers)
    reasons = [walked.reason] if walked.bad_seq is not None else []
    if altered:
        reasons.append(f"altered definitions: {altered}")
    if is_deep and not reasons:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        reasons = [] if found == "ok" else [f"SQLite's own check: {found}"]
    return Report(last, not reasons, walked.bad_seq, "; ".join(reasons), walked.head.hex(), chain_id)


def _broken(reason: str, entries: int = 0) -> Report:
    """A report about what lies before the first entry."""
    return Report(entries, is_intact=False, first_bad_seq=None, reason=reason, head_hex="", chain_id="")


def _walk_all(
    path: Path, connection: sqlite3.Connection, whole: Stretch, progress: Progress, workers: int | None
) -> Walked:
    """Walk the chain in one stretch or in two."""
    total = whole.last
    if workers is None:
        workers = 2 if total >= PARALLEL_ENTRIES and (os.cpu_count() or 1) > 1 else 1
    middle = total // 2
    head = _stored_head(connection, middle) if workers > 1 else None
    if head is None:
        return walk(connection, whole, lambda done: progress(done, total))
    first = Stretch(whole.chain_id, 0, middle, whole.head)
    second = Stretch(whole.chain_id, middle, total, head)
    with _Companion(path, second) as companion:
        walked = walk(connection, first, lambda done: progress(done + companion.done, total))
        if walked.bad_seq is not None or walked.head != second.head:
            return walked
        while companion.is_walking(_POLL_S):
            progress(middle + companion.done, total)
        progress(middle + companion.done, total)
        return companion.walked or walk(connection, second, lambda done: progress(middle + done, total))


def _stored_head(connection: sqlite3.Connection, seq: int) -> bytes | None:
    """The head stored with an entry; None if there is none to be had: the walk will find out why."""
    try:
        row = connection.execute("SELECT head FROM entry WHERE seq = ?", (seq,)).fetchone()
    except sqlite3.DatabaseError:
        return None
    return row[0] if row is not None and isinstance(row[0], bytes) else None


class _Companion:
    """A second process that walks a stretch; if it dies, its stretch is simply not walked."""

    def __init__(self, path: Path, stretch: Stretch) -> None:
        self.done = 0
        self.walked: Walked | None = None
        context = multiprocessing.get_context("spawn")
        self._reader, writer = context.Pipe(duplex=False)
        self._process = context.Process(target=_walk_apart, args=(path, stretch, writer), daemon=True)
        self._process.start()
        writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        self._process.close()
        self._reader.close()

    def is_walking(self, timeout_s: float) -> bool:
        """Take in what it reports; False once it has come to its end."""
        try:
            while self.walked is None and self._reader.poll(timeout_s):
                message = self._reader.recv()
                if isinstance(message, Walked):
                    self.walked = message
                else:
                    self.done = message
                timeout_s = 0.0
        except EOFError:
            return False
        return self.walked is None


def _walk_apart(path: Path, stretch: Stretch, writer: Connection[int | Walked, None]) -> None:
    """What the second process does."""
    with closing(schema.open_ledger(path)) as database:
        writer.send(walk(schema.raw(database), stretch, writer.send))


def _tell_nobody(_done: int, _total: int) -> None:
    """Stand in for a progress bar."""
