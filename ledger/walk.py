"""Walking a stretch of the chain: every body, leaf, head and number between two entries.

Owns the inner loop of verification. Reads in bounded pages, each a read transaction of its own: a long one
would keep the writer's log growing (measured: 240 MB in 7 s) and halve its speed. Invariant: every link of
the stretch is computed anew from the bodies; a stored head is trusted only as the start of a stretch, which
the stretch before has to reach.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from ledger.chain import LEAF_PREFIX, head_prefix
from ledger.record import body_start

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE_ENTRIES = 2048

_PAGE = (
    "SELECT seq, leaf, head, ifnull(CAST(body AS BLOB), x'') FROM entry "
    "WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
)
_BEFORE_SEQ = b'},"seq":'
_LOWEST = -(2**63)
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOTADB})

type Stored = tuple[int, bytes, bytes, bytes]
"""seq, leaf, head, body."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries `after` + 1 to `last` of one chain."""

    chain_id: str
    after: int
    last: int
    head: bytes
    """The head after entry `after`; 32 bytes."""


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a walk came."""

    last_good: int
    head: bytes
    """The head after entry `last_good`."""
    bad_seq: int | None = None
    """The first entry that is not right; None if all are."""
    reason: str = ""


def walk(connection: sqlite3.Connection, stretch: Stretch, report: Callable[[int], None]) -> Walked:
    """Check a stretch, entry by entry; stops at the first that is not right.

    Args:
        connection: Read-only.
        stretch: What to check; its `head` is taken for granted.
        report: Told after each page how many entries of this stretch have been checked.
    """
    walked = Walked(stretch.after, stretch.head)
    after = stretch.after or _LOWEST  # numbers below 1 do not belong: let them be found
    while walked.bad_seq is None and walked.last_good < stretch.last:
        page = _read(connection, after, stretch.last, walked.last_good + 1)
        if isinstance(page, str):
            return Walked(walked.last_good, walked.head, walked.last_good + 1, page)
        if not page:
            return Walked(walked.last_good, walked.head, walked.last_good + 1, "the entry is missing")
        walked = check_page(page, stretch.chain_id, walked)
        after = walked.last_good
        report(walked.last_good - stretch.after)
    return walked


def check_page(page: list[Stored], chain_id: str, walked: Walked) -> Walked:
    """Check entries that should follow what was walked; the hashes of `chain.py`, written out for speed."""
    prefix, start = head_prefix(chain_id), body_start(chain_id)
    expected, previous = walked.last_good, walked.head
    for seq, leaf, head, body in page:
        expected += 1
        if (
            seq != expected
            or sha256(LEAF_PREFIX + body).digest() != leaf
            or sha256(prefix + seq.to_bytes(8) + previous + leaf).digest() != head
            or not body.startswith(start)
            or not body.startswith(b'},"seq":%d,"ts":' % seq, body.rfind(_BEFORE_SEQ))
        ):
            reason = _reason((seq, leaf, head, body), expected, previous, prefix)
            return Walked(expected - 1, previous, expected, reason)
        previous = head
    return Walked(expected, previous)


def _reason(stored: Stored, expected: int, previous: bytes, prefix: bytes) -> str:
    """Which of the checks failed, in words."""
    seq, leaf, head, body = stored
    if seq > expected:
        return f"the entry is missing, the next one is {seq}"
    if seq < expected:
        return f"an entry {seq} does not belong to the chain"
    if sha256(LEAF_PREFIX + body).digest() != leaf:
        return "the body does not match its leaf: one of them was edited"
    if sha256(prefix + seq.to_bytes(8) + previous + leaf).digest() != head:
        return "the head does not follow from the entry before: an entry was edited, inserted, removed or swapped"
    return "the body names another chain or number than its row has"


def _read(connection: sqlite3.Connection, after: int, last: int, first: int) -> list[Stored] | str:
    """One page; or, if its first entry lies in a damaged part of the file, why that one cannot be read."""
    size = PAGE_ENTRIES
    while True:
        try:
            return connection.execute(_PAGE, (after, last, size)).fetchall()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGE:
                raise
            if size == 1:
                return f"entry {first} cannot be read: {error}"
            size = max(1, size // 8)
