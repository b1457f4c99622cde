"""Tool definitions as they were when they were first seen, so that one that changes later does not go unnoticed.

Owns the file `tools.db` beside the ledger: one row for each server and tool, with the definition in force and, if the
server sends another one since, that one too, until a person accepts it. A server that is trusted once may change its
tools any day (CWE-494, "rug pull"); what a model reads in a description is an instruction.

Invariant: only `accept` puts another definition in force. Definitions are service-supplied text. Any number of
processes and threads may use the file at once.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Self

from peewee import PeeweeException, SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from sqlite3 import Cursor

DEFINITIONS_FILE: Final = "tools.db"
"""Beside the ledger."""
MAX_DEFINITIONS: Final = 20_000
"""Rows kept; a server that sends more names than that is refused."""
MAX_CHARACTERS: Final = 256 * 1024
"""Of one definition; a longer one is refused."""
_BUSY_MS: Final = 2_000


class DefinitionsError(Exception):
    """The file cannot be used; nothing of what it would have said is assumed."""

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return "mend or move the file away; tools are then remembered anew, as they are offered from then on"


class Standing(StrEnum):
    """What is known of a definition."""

    NEW = "new"
    """Never seen: it is in force from now on."""
    KNOWN = "known"
    CHANGED = "changed"
    """Another one is in force, and nobody has accepted this one."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One row."""

    server: str
    """Host of the server, or its name; with the port, if that is not the scheme's."""
    tool: str
    digest: str
    """SHA-256 of the definition in force, as canonical JSON."""
    text: str
    """The definition in force, as canonical JSON."""
    seen_s: float
    """When it was first seen or last accepted, seconds since 1970."""
    pending: str
    """The definition that waits for a person, as canonical JSON; empty if none does."""


_SCHEMA: Final = """CREATE TABLE IF NOT EXISTS definition (
    server TEXT NOT NULL, tool TEXT NOT NULL, digest TEXT NOT NULL, text TEXT NOT NULL, seen_s REAL NOT NULL,
    pending TEXT NOT NULL DEFAULT '', PRIMARY KEY (server, tool)) WITHOUT ROWID"""
_ALL: Final = "SELECT server, tool, digest, text, seen_s, pending FROM definition ORDER BY server, tool"
_PENDING: Final = "SELECT pending FROM definition WHERE server = ? AND tool = ?"
_KEEP: Final = "INSERT OR IGNORE INTO definition (server, tool, digest, text, seen_s) VALUES (?, ?, ?, ?, ?)"
_MARK: Final = "UPDATE definition SET pending = ? WHERE server = ? AND tool = ?"
_ACCEPT: Final = (
    "UPDATE definition SET text = pending, digest = ?, pending = '', seen_s = ? WHERE server = ? AND tool = ?"
)


class Definitions:
    """The file, for those who ask and those who accept."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made when the first definition is kept."""
        self._path = path
        self._lock = threading.Lock()
        self._database: SqliteDatabase | None = None
        self._changes = -1
        self._known: dict[tuple[str, str], tuple[str, bool]] = {}
        """(server, tool) to the digest in force and whether another one waits."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, server: str, tool: str, definition: dict[str, Any]) -> Standing:
        """Compare a definition with the one in force; remember it if there is none.

        Args:
            server: that sent it.
            tool: its name.
            definition: parsed JSON, service-supplied.

        Raises:
            DefinitionsError: the file cannot be read or written, or is full.
        """
        text = canonical(definition)
        digest = _digest(text)
        with self._lock, _faults(self._path):
            self._refresh()
            known = self._known.get((server, tool))
            if known == (digest, False):
                return Standing.KNOWN
            if known is None:
                self._keep(server, tool, digest, text)
                return Standing.NEW
            self._mark(server, tool, "" if known[0] == digest else text)
            return Standing.KNOWN if known[0] == digest else Standing.CHANGED

    def is_pending(self, server: str, tool: str) -> bool:
        """Say whether a changed definition of this tool waits for a person.

        Raises:
            DefinitionsError: the file cannot be read.
        """
        with self._lock, _faults(self._path):
            self._refresh()
            known = self._known.get((server, tool))
            return known is not None and known[1]

    def all(self) -> list[Definition]:
        """Every row, by server and tool.

        Raises:
            DefinitionsError: the file cannot be read.
        """
        with self._lock, _faults(self._path):
            if not self._path.exists():
                return []
            return [Definition(*row) for row in self._sql(_ALL)]

    def accept(self, server: str, tool: str) -> bool:
        """Put the definition that waits in force.

        Returns:
            False if none waits.

        Raises:
            DefinitionsError: the file cannot be read or written.
        """
        with self._lock, _faults(self._path):
            row = self._sql(_PENDING, (server, tool)).fetchone()
            if row is None or not row[0]:
                return False
            self._sql(_ACCEPT, (_digest(row[0]), time.time(), server, tool))
            self._changes = -1
            return True

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _keep(self, server: str, tool: str, digest: str, text: str) -> None:
        if len(self._known) >= MAX_DEFINITIONS:
            raise DefinitionsError(f"{self._path} holds {MAX_DEFINITIONS} definitions, which is all it may")
        self._sql(_KEEP, (server, tool, digest, text, time.time()))
        self._known[server, tool] = (digest, False)

    def _mark(self, server: str, tool: str, pending: str) -> None:
        self._sql(_MARK, (pending, server, tool))
        self._known[server, tool] = (self._known[server, tool][0], bool(pending))

    def _open(self) -> SqliteDatabase:
        """Open the file, on first use."""
        if self._database is None:
            self._path.touch(mode=0o600)
            pragmas = {"journal_mode": "wal", "synchronous": "full", "busy_timeout": _BUSY_MS}
            database = SqliteDatabase(
                str(self._path), pragmas=pragmas, thread_safe=False, check_same_thread=False
            )
            self._database = database
            self._sql(_SCHEMA)
        return self._database

    def _sql(self, statement: str, values: tuple[object, ...] = ()) -> Cursor:
        cursor: Cursor = self._open().execute_sql(statement, values)  # type: ignore[no-untyped-call]
        return cursor

    def _refresh(self) -> None:
        """Read the file again if another process has changed it."""
        changes = self._sql("PRAGMA data_version").fetchone()[0]
        if changes != self._changes:
            self._known = {(row[0], row[1]): (row[2], bool(row[5])) for row in self._sql(_ALL)}
            self._changes = changes


def canonical(definition: dict[str, Any]) -> str:
    """Write a definition in one way: keys sorted, no spaces.

    Raises:
        DefinitionsError: if it is longer than `MAX_CHARACTERS`.
    """
    text = json.dumps(definition, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    if len(text) > MAX_CHARACTERS:
        raise DefinitionsError(f"a tool's definition has more than {MAX_CHARACTERS} characters")
    return text


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Turn what the disk says into our error."""
    try:
        yield
    except (PeeweeException, OSError) as error:
        raise DefinitionsError(f"{path}: {error}") from error
