"""The scribe: turns spelled records into chained entries and keeps its head right through every fault.

Owns the chain's end in memory. It may be trusted only while every write has gone well: a failed commit may
or may not have landed. Therefore after any failure the file is opened anew, and its last entry must be the
last acknowledged one or the last of the batch in doubt. Then the chain goes on from there; anything else is
`LedgerBroken`, and nothing is written until the right file is back. The connection to a removed file stays
open until then: it is the last copy.

Single-threaded: used by the writer's thread only.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ledger.chain import head_prefix, leaf_hash, next_head
from ledger.errors import LedgerBroken, LedgerClosed
from ledger.record import body_end, body_start
from ledger.store import Store, Tip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledger.store import Row

SPACE_CHECK_S = 1.0


type Spelled = tuple[bytes, bytes, int]
"""A record ready for its envelope: type, fields in canonical JSON, time in microseconds."""


class Scribe:
    """Writes entries at the end of the chain in the file at `path`."""

    def __init__(self, path: Path, *, busy_timeout_s: float, min_free_bytes: int) -> None:
        self.path = path
        self.chain_id = ""
        self.tip = Tip(0, b"")
        self._busy_timeout_s = busy_timeout_s
        self._min_free_bytes = min_free_bytes
        self._store: Store | None = None
        self._is_trusted = False
        self._in_doubt: Tip | None = None
        self._space_check_at = 0.0
        self._body_start = b""
        self._head_prefix = b""

    def open(self, created_us: int) -> None:
        """Open the ledger, making it if there is none; raises as `Store.open` does."""
        store = Store.open(self.path, busy_timeout_s=self._busy_timeout_s, created_us=created_us)
        try:
            store.require_space(self._min_free_bytes)
        except BaseException:
            store.abandon()
            raise
        self._store, self.chain_id, self.tip = store, store.chain_id, store.tip
        self._body_start, self._head_prefix = body_start(self.chain_id), head_prefix(self.chain_id)
        self._is_trusted = True

    def write(self, records: Sequence[Spelled]) -> list[Row]:
        """Make records durable; returns the rows they became.

        Raises:
            LedgerError: None of them may be acknowledged. The next call tries to recover first.
        """
        store = self._store if self._is_trusted else self._recover()
        if store is None:
            raise LedgerClosed("the ledger is not open", path=self.path)
        self._check_space(store)
        rows = self._link(records)
        if not rows:
            return []
        end = Tip(rows[-1][0], rows[-1][2])
        self._is_trusted, self._in_doubt = False, end
        store.insert(rows)
        self._is_trusted, self._in_doubt, self.tip = True, None, end
        return rows

    def close(self) -> None:
        """Close the file; leaves it as it is if it cannot be trusted."""
        if self._store is None:
            return
        if self._is_trusted:
            self._store.close()
        else:
            self._store.abandon()
        self._store = None

    def _link(self, records: Sequence[Spelled]) -> list[Row]:
        rows: list[Row] = []
        seq, head = self.tip.seq, self.tip.head
        start, prefix = self._body_start, self._head_prefix
        for type_name, fields, ts_us in records:
            seq += 1
            body = start + fields + body_end(seq, ts_us, type_name)
            leaf = leaf_hash(body)
            head = next_head(prefix, seq, head, leaf)
            rows.append((seq, leaf, head, body.decode()))
        return rows

    def _recover(self) -> Store:
        """Open the file anew and find out where the chain ends."""
        old = self._store
        if old is not None and old.is_in_place:
            old.bring_home()
            old.abandon()
            old = self._store = None
        fresh = Store.open(self.path, busy_timeout_s=self._busy_timeout_s, created_us=None)
        if fresh.chain_id != self.chain_id or fresh.tip not in {self.tip, self._in_doubt}:
            fresh.abandon()
            raise LedgerBroken(
                f"expected the chain to end with entry {self.tip.seq}, the last acknowledged one; "
                f"the file ends with entry {fresh.tip.seq} of "
                f"{'the same' if fresh.chain_id == self.chain_id else 'another'} chain",
                path=self.path,
                seq=self.tip.seq,
            )
        if old is not None:
            old.abandon()
        self._store, self.tip = fresh, fresh.tip
        self._is_trusted, self._in_doubt, self._space_check_at = True, None, 0.0
        return fresh

    def _check_space(self, store: Store) -> None:
        """Ask for free space once a second, and before each write while there was too little."""
        now = time.monotonic()
        if now >= self._space_check_at:
            store.require_space(self._min_free_bytes)
            self._space_check_at = now + SPACE_CHECK_S
