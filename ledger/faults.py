"""What SQLite and the operating system report, in the words of our ladder.

Owns the one table from result codes to errors. A code says what failed, not always why: writing to a file
that was made immutable is an I/O error to SQLite, so permission is asked for again before the disk is
blamed.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING

from ledger.errors import (
    LedgerBroken,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerMoved,
    LedgerReadOnly,
    LedgerUnavailable,
)

if TYPE_CHECKING:
    from pathlib import Path

_BY_PRIMARY_CODE: dict[int, tuple[type[LedgerError], str]] = {
    sqlite3.SQLITE_FULL: (LedgerFull, "the disk is full"),
    sqlite3.SQLITE_BUSY: (LedgerLocked, "another connection holds the write lock"),
    sqlite3.SQLITE_LOCKED: (LedgerLocked, "another connection holds a table lock"),
    sqlite3.SQLITE_READONLY: (LedgerReadOnly, "the database does not accept writes"),
    sqlite3.SQLITE_PERM: (LedgerReadOnly, "the database does not accept writes"),
    sqlite3.SQLITE_CORRUPT: (LedgerBroken, "the database file is damaged"),
    sqlite3.SQLITE_NOTADB: (LedgerBroken, "the file is not an SQLite database"),
    sqlite3.SQLITE_CONSTRAINT: (LedgerBroken, "somebody else wrote to the chain"),
}
_PERMISSION = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_PRIMARY = 0xFF


def from_sqlite(error: sqlite3.Error, path: Path) -> LedgerError:
    """The error of our ladder for one of SQLite's; raise it `from` that one."""
    code = getattr(error, "sqlite_errorcode", None)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return LedgerMoved(f"the database was moved ({name})", path=path, pid=os.getpid())
    primary = -1 if code is None else code & _PRIMARY
    if primary in _PERMISSION and path.exists() and not _is_writable(path):
        primary = sqlite3.SQLITE_READONLY
    kind, what = _BY_PRIMARY_CODE.get(primary, (LedgerUnavailable, f"writing failed: {error}"))
    return kind(f"{what} ({name})", path=path)


def from_os(error: OSError, path: Path) -> LedgerError:
    """The error of our ladder for one of the operating system's; raise it `from` that one."""
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return LedgerFull(f"no space left: {reason}", path=path)
    if error.errno in _READ_ONLY:
        return LedgerReadOnly(f"not permitted: {reason}", path=path)
    return LedgerUnavailable(f"cannot reach the ledger: {reason}", path=path)


def _is_writable(path: Path) -> bool:
    """Whether the file and its folder (for -wal and -shm) take writes; knows immutable files, for root too."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
