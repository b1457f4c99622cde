"""The one connection that writes: how it is opened, what it takes in, whether it still writes to our file.

Owns everything the writer thread does with the disk; opened, used and closed in that thread. Its invariants:

- A file is written to only after it was recognized as a sound ledger of this schema; a foreign one is left as
  it was, to the byte. A missing file is made only where the caller says that it may be new.
- `insert` returns only when all its rows are durable and the path still names the file they are in (and its
  write-ahead log): SQLite itself writes into an unlinked file without complaint.
- A connection that failed is closed without touching the files, since they may be another's by then.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ledger import schema
from ledger.chain import genesis_head, head_prefix, leaf_hash, next_head
from ledger.errors import (
    LedgerBroken,
    LedgerFull,
    LedgerLocked,
    LedgerMoved,
    LedgerUnavailable,
    LedgerUnreadable,
)
from ledger.faults import from_os, from_sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from peewee import SqliteDatabase

type Row = tuple[int, bytes, bytes, str]
"""seq, leaf, head, body."""

type Place = tuple[int, int]
"""Device and inode: which file this is, whatever its name."""

_LAST = (
    "SELECT seq, ifnull(CAST(head AS BLOB), x''), leaf, ifnull(CAST(body AS BLOB), x'') "
    "FROM entry ORDER BY seq DESC LIMIT 2"
)
"""As blobs, whatever a damaged file holds there."""

ROWS_PER_STATEMENT = 64
"""One statement, one release of the interpreter's lock: a busy event loop may keep it 5 ms each time."""


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the chain."""

    seq: int
    head: bytes


class Store:
    """An open ledger file, for its writer."""

    def __init__(self, path: Path, database: SqliteDatabase) -> None:
        self.path = path
        self.chain_id = ""
        self.tip = Tip(0, b"")
        self._database = database
        self._wal = path.with_name(f"{path.name}-wal")
        self._places: tuple[Place, Place] | None = None

    @classmethod
    def open(cls, path: Path, *, busy_timeout_s: float, created_us: int | None) -> Store:
        """Open a ledger, after checking that it is one.

        Args:
            path: Absolute, without symbolic links; operator-supplied.
            busy_timeout_s: How long to wait for another connection's lock.
            created_us: The time to put into a new ledger; None if the file must exist.

        Raises:
            LedgerUnreadable: It is not a ledger, or a newer one.
            LedgerBroken: It is one, and its definitions or its last entry were altered.
            LedgerUnavailable: It cannot be written now.
        """
        _require_file(path, may_create=created_us is not None)
        database = schema.writing_database(path, busy_timeout_s=busy_timeout_s)
        store = cls(path, database)
        try:
            before = _place(path)
            connection = schema.raw(database)
            store._recognize(connection, created_us)
            store.chain_id, store.tip = _last_entry(connection, path)
            store._places = (_place(path), _place(store._wal))
            if before != store._places[0]:
                raise LedgerMoved("the file was replaced while it was opened", path=path)  # noqa: TRY301
        except sqlite3.Error as error:
            store.abandon()
            raise from_sqlite(error, path) from error
        except OSError as error:
            store.abandon()
            raise from_os(error, path) from error
        except UnicodeDecodeError as error:
            store.abandon()
            raise LedgerBroken("the database file is damaged", path=path) from error
        except BaseException:
            store.abandon()
            raise
        return store

    def insert(self, rows: Sequence[Row]) -> None:
        """Make rows durable, all or none as far as the database goes; an error may leave them durable.

        Raises:
            LedgerError: They must not be acknowledged.
        """
        connection = schema.raw(self._database)
        try:
            if len(rows) <= ROWS_PER_STATEMENT:
                _insert(connection, rows)
            else:
                connection.execute("BEGIN IMMEDIATE")
                for start in range(0, len(rows), ROWS_PER_STATEMENT):
                    _insert(connection, rows[start : start + ROWS_PER_STATEMENT])
                connection.execute("COMMIT")
            self._require_place()
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself after most errors
                connection.rollback()
            raise from_sqlite(error, self.path) from error
        except OSError as error:
            raise from_os(error, self.path) from error

    def require_space(self, min_free_bytes: int) -> None:
        """Refuse to write onto a disk that is about to be full, while readers and the log still work.

        Raises:
            LedgerFull: Less than `min_free_bytes` are free for us.
        """
        try:
            file_system = os.statvfs(self.path)
        except OSError as error:
            raise from_os(error, self.path) from error
        free_bytes = file_system.f_bavail * file_system.f_frsize
        if free_bytes < min_free_bytes:
            raise LedgerFull(
                f"expected {min_free_bytes} free bytes, got {free_bytes}",
                path=self.path,
                free_bytes=free_bytes,
                needed_bytes=min_free_bytes,
            )

    @property
    def is_in_place(self) -> bool:
        """Whether the path still names our database file, whatever became of its write-ahead log."""
        try:
            return self._places is not None and _place(self.path) == self._places[0]
        except OSError:
            return False

    def bring_home(self) -> None:
        """Save what is only in a write-ahead log that was removed: move it into the database file.

        Raises:
            LedgerError: That failed; the connection must stay open.
        """
        try:
            if self._places is not None and _place(self._wal) == self._places[1]:
                return
        except FileNotFoundError:
            pass
        except OSError as error:
            raise from_os(error, self.path) from error
        try:
            [(is_busy, *_)] = schema.raw(self._database).execute("PRAGMA wal_checkpoint(FULL)").fetchall()
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path) from error
        if is_busy:
            raise LedgerLocked("a reader keeps the removed log from being saved", path=self.path)

    def close(self) -> None:
        """Close in good order: the write-ahead log is moved into the database file."""
        try:
            self._require_place()
        except (LedgerMoved, OSError):
            self.abandon()
        else:
            self._database.close()

    def abandon(self) -> None:
        """Close and leave the files as they are: they may not be ours any more."""
        if not self._database.is_closed():
            connection = schema.raw(self._database)
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)  # noqa: FBT003 - not our signature
            self._database.close()

    def _recognize(self, connection: sqlite3.Connection, created_us: int | None) -> None:
        """Check whose file this is before anything is changed in it; fill it if it is new."""
        try:
            is_new = created_us is not None and schema.is_empty(connection)
            if not is_new:
                schema.require_ledger(connection, self.path)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                raise LedgerUnreadable("not an SQLite database", path=self.path) from error
            raise
        schema.prepare(connection)
        if is_new and created_us is not None:
            chain_id = secrets.token_hex(16)
            schema.create(connection, chain_id, created_us, genesis_head(chain_id, created_us))
        if altered := schema.altered_definitions(connection):
            raise LedgerBroken(f"altered definitions: {', '.join(altered)}", path=self.path)

    def _require_place(self) -> None:
        """The path must still name what we write to, or acknowledged entries are nowhere to be found.

        Raises:
            LedgerMoved: It does not.
        """
        try:
            places = (_place(self.path), _place(self._wal))
        except FileNotFoundError as error:
            gone = error.filename
            raise LedgerMoved(
                f"the file was removed or renamed: {gone}", path=self.path, pid=os.getpid()
            ) from error
        if places != self._places:
            raise LedgerMoved("another file took the place of the ledger", path=self.path, pid=os.getpid())


def _require_file(path: Path, *, may_create: bool) -> None:
    if path.exists():
        if not path.is_file():
            raise LedgerUnreadable("not a file", path=path)
        if path.stat().st_size == 0 and not path.with_name(f"{path.name}-wal").exists():
            raise LedgerUnreadable(
                "the file is empty; a ledger never is",
                path=path,
                hint="if there was a ledger, find out who emptied it; if there was none, remove the file",
            )
        return
    if not may_create:
        raise LedgerMoved("the file was removed or renamed", path=path, pid=os.getpid())
    if path.with_name(f"{path.name}-wal").exists():
        raise LedgerBroken("the database is gone, its write-ahead log is still there", path=path)
    if not path.parent.is_dir():
        raise LedgerUnavailable(f"the folder does not exist: {path.parent}", path=path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise from_os(error, path) from error


def _last_entry(connection: sqlite3.Connection, path: Path) -> tuple[str, Tip]:
    """The chain's id and its end, after checking that the last entry follows from the one before."""
    chain_id, genesis = schema.origin(connection, path)
    rows = connection.execute(_LAST).fetchall()
    if not rows:
        return chain_id, Tip(0, genesis)
    seq, head, leaf, body = rows[0]
    previous = rows[1][1] if len(rows) > 1 else genesis
    if seq < 1 or leaf != leaf_hash(body) or head != next_head(head_prefix(chain_id), seq, previous, leaf):
        raise LedgerBroken(f"the last entry ({seq}) does not follow from the one before", path=path, seq=seq)
    return chain_id, Tip(seq, head)


@cache
def _insert_sql(rows: int) -> str:
    values = ", ".join(["(?, ?, ?, ?)"] * rows)
    return f"INSERT INTO entry (seq, leaf, head, body) VALUES {values}"  # noqa: S608 - made of nothing but a number


def _insert(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    connection.execute(_insert_sql(len(rows)), [value for row in rows for value in row])


def _place(path: Path) -> Place:
    found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, twice in every commit
    return found.st_dev, found.st_ino
