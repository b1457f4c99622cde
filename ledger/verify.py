"""Verification: is the ledger still what was written?

Walks the whole chain from its genesis and recomputes every leaf and head; also checks that tables, generated
columns, indexes and triggers are defined as ours, for what one filters by is computed from the bodies by them.
Found: an edited body, leaf, head or number; a removed, inserted or swapped entry; another genesis; altered
definitions; damaged pages. With `is_deep`, SQLite also compares every index with its table.

*Not* found, until signed checkpoints are kept outside the database: entries cut off at the end, and a chain that
was computed anew from some entry to the end. Whoever can write the file and knows these few lines can do both.
The number of entries and the head in the report are what to write down elsewhere.

Long chains are cut in two stretches and walked by two processes; the second starts at a stored head, which the
first has to arrive at, so every link is checked by somebody. Invariant: reads only, in bounded memory.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger import schema
from ledger.chain import genesis_head
from ledger.errors import LedgerUnreadable
from ledger.store import require_ledger
from ledger.walk import Stretch, Walked, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    type Progress = Callable[[int, int], None]

PARALLEL_ENTRIES = 60_000
"""From here on a second process is worth its start."""


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found."""

    entries: int
    """Entries in the file when verification began."""
    is_intact: bool
    first_bad_seq: int | None
    """The first entry that is not right; None if intact, or if it is not an entry that is wrong."""
    reason: str
    """What is wrong with it; empty if intact."""
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
        is_deep: Also compare indexes with the table; about as long again.

    Raises:
        LedgerUnreadable: There is nothing to verify: no file, no ledger, no permission, damaged at its root.
    """
    try:
        with closing(open_ledger(path)) as connection:
            return _Verification(path, connection, progress or (lambda _done, _total: None)).run(workers, is_deep)
    except sqlite3.Error as error:
        raise LedgerUnreadable(f"cannot be read: {error}", path=path) from error
