"""Records and ledgers for the tests of the ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from ledger.record import Record
from ledger.writer import Writer, WriterSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 10.0
TIGHT = WriterSettings(busy_timeout_s=0.05, min_free_bytes=0, lock_patience_s=0.1)


def verdict(number: int = 1, **fields: object) -> Record:
    """A verdict as the gate records it."""
    return Record(
        "flow.verdict",
        {
            "agent": f"agent-{number % 3}",
            "flow": f"flow-{number}",
            "host": f"host-{number % 5}.example.com",
            "verdict": "allow" if number % 4 else "block",
            "score": 0 if number % 4 else 80,
            "findings": [{"rule": "egress.domain", "severity": 80}],
            "path": "/v1/\u00e4\u20ac",
        }
        | fields,  # type: ignore[arg-type] - tests also pass what must be refused
    )


@contextmanager
def writing(path: Path, settings: WriterSettings = TIGHT) -> Iterator[Writer]:
    """A writer that is closed whatever happens."""
    writer = Writer(path, settings=settings)
    writer.open()
    try:
        yield writer
    finally:
        writer.close()


def filled(path: Path, entries: int) -> Path:
    """A closed ledger with so many entries."""
    with writing(path) as writer:
        for future in [writer.append(verdict(number)) for number in range(1, entries + 1)]:
            future.result(PATIENCE_S)
    return path


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody who may write the file and takes the triggers out of the way."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, definition in triggers:
            connection.execute(definition)


def rows(path: Path) -> list[tuple[int, str]]:
    """Number and type of every entry."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT seq, type FROM entry ORDER BY seq").fetchall()
