"""The ledger's tables, how a connection to them is made, and whether a file holds them unaltered.

The definitions are written out because their text is evidence: SQLite keeps it as it was given, and
`altered_definitions` compares it word for word, so that neither a dropped trigger nor a bent generated column
goes unnoticed. Text made by an ORM would change with the ORM's version. peewee owns connections and queries.

- `chain` holds the one chain of the file. `entry` holds its entries: `body` is canonical JSON (the hashed
  bytes), `leaf` and `head` as in `chain.py`. Everything one filters by is a VIRTUAL column generated from
  the body: it has no storage of its own that could disagree with what is hashed.
- Triggers refuse UPDATE and DELETE. They stop accidents, not attackers; against those there is the chain.
- WAL with synchronous=FULL: an acknowledged commit survives a power cut (with NORMAL it would not).
- The rowid `seq` ends every index by itself, so `(host)` serves "host = ? and seq < ? order by seq".
- Partial indexes serve a query only if it repeats their predicate: `NOT_ALLOWED`, `NOT_TRAFFIC`, `HIGH_SCORE`.

Signed checkpoints will be further tables and a higher `USER_VERSION`; entries and their hashes will not
change. Invariant: nobody but the writer's connection writes or checkpoints (SQLite before 3.51.3 can lose
pages when two connections checkpoint), all others open read-only.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from peewee import BlobField, IntegerField, Model, PeeweeException, SqliteDatabase, TextField

from ledger.chain import HASH_BYTES, genesis_head
from ledger.errors import LedgerBroken, LedgerUnreadable

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID: Final = 0x41656769
"""`Aegi` in ASCII: how `file` and we recognize a ledger."""
USER_VERSION: Final = 1

NOT_ALLOWED: Final = "verdict <> 'allow'"
TRAFFIC: Final = frozenset({"flow.verdict", "flow.end"})
"""Types that nearly all entries have; the others have an index of their own."""
NOT_TRAFFIC: Final = "type <> 'flow.verdict' AND type <> 'flow.end'"
HIGH_SCORE: Final = 70
"""Scores from here on (HIGH and CRITICAL) have an index of their own."""

READ_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file raises; the second when SQLite's message quotes the damage and is not UTF-8."""

CHAIN: Final = f"""CREATE TABLE chain (
    id TEXT NOT NULL PRIMARY KEY,
    created_us INTEGER NOT NULL,
    genesis BLOB NOT NULL CHECK (length(genesis) = {HASH_BYTES})
) STRICT, WITHOUT ROWID"""

ENTRY: Final = f"""CREATE TABLE entry (
    seq INTEGER NOT NULL PRIMARY KEY,
    leaf BLOB NOT NULL CHECK (length(leaf) = {HASH_BYTES}),
    head BLOB NOT NULL CHECK (length(head) = {HASH_BYTES}),
    body TEXT NOT NULL,
    ts INTEGER GENERATED ALWAYS AS (json_extract(body, '$.ts')) VIRTUAL,
    type TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL,
    agent TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.agent')) VIRTUAL,
    host TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.host')) VIRTUAL,
    verdict TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.verdict')) VIRTUAL,
    score INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.score')) VIRTUAL,
    flow TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.flow')) VIRTUAL
) STRICT"""

DEFINITIONS: Final[dict[str, str]] = {
    "chain": CHAIN,
    "entry": ENTRY,
    "entry_ts": "CREATE INDEX entry_ts ON entry (ts)",
    "entry_agent": "CREATE INDEX entry_agent ON entry (agent)",
    "entry_host": "CREATE INDEX entry_host ON entry (host)",
    "entry_flow": "CREATE INDEX entry_flow ON entry (flow)",
    "entry_type": f"CREATE INDEX entry_type ON entry (type) WHERE {NOT_TRAFFIC}",
    "entry_verdict": f"CREATE INDEX entry_verdict ON entry (verdict) WHERE {NOT_ALLOWED}",
    "entry_score": f"CREATE INDEX entry_score ON entry (seq) WHERE score >= {HIGH_SCORE}",
} | {
    f"{table}_{event}": (
        f"CREATE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    for table in ("chain", "entry")
    for event in ("update", "delete")
}
"""Every object of a ledger by its name."""


class Chain(Model):
    """The one chain of this file, for reading."""

    id = TextField(primary_key=True)
    created_us = IntegerField()
    genesis = BlobField()

    class Meta:
        """The table as defined above; queries name the database they run on."""

        table_name = "chain"


class EntryRow(Model):
    """An entry with its generated columns, for reading; the writer has its own statement."""

    seq = IntegerField(primary_key=True)
    leaf = BlobField()
    head = BlobField()
    body = TextField()
    ts = IntegerField()
    type = TextField()
    agent = TextField(null=True)
    host = TextField(null=True)
    verdict = TextField(null=True)
    score = IntegerField(null=True)
    flow = TextField(null=True)

    class Meta:
        """The table as defined above; queries name the database they run on."""

        table_name = "entry"


def writing_database(path: Path, *, busy_timeout_s: float) -> SqliteDatabase:
    """A database for the one writer; it must exist. Its connection belongs to the thread that asks for it.

    Args:
        path: The file; operator-supplied.
        busy_timeout_s: How long SQLite waits for another connection's lock.
    """
    return SqliteDatabase(
        _uri(path, "rw"), uri=True, timeout=busy_timeout_s, lock_type="IMMEDIATE", cached_statements=160
    )


def prepare(connection: sqlite3.Connection) -> None:
    """Set how the writer's connection writes; only on a file that is ours, since WAL marks the file."""
    mode = connection.execute("PRAGMA journal_mode = wal").fetchone()[0]
    if mode != "wal":
        raise sqlite3.OperationalError(f"expected a write-ahead log, got journal mode {mode}")
    connection.execute("PRAGMA synchronous = full")
    connection.execute("PRAGMA wal_autocheckpoint = 1000")
    connection.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")
    connection.execute(
        "PRAGMA recursive_triggers = on"
    )  # without it INSERT OR REPLACE deletes past the trigger


def open_ledger(path: Path) -> SqliteDatabase:
    """Open a ledger read-only; close it soon, a long read keeps the writer's log growing.

    Where the last writer has closed and the folder is not writable for us, SQLite cannot make the shared
    memory of a write-ahead log and refuses. Only then, and only without a `-wal` file (what it holds would be
    ignored), the file is read as immutable.

    Raises:
        LedgerUnreadable: There is no ledger that we can read.
    """
    if not path.exists():
        raise LedgerUnreadable("no such file", path=path)
    try:
        try:
            return _recognized(path, "ro")
        except sqlite3.OperationalError:
            if path.with_name(f"{path.name}-wal").exists():
                raise
            return _recognized(path, "ro&immutable=1")
    except READ_ERRORS as error:
        raise LedgerUnreadable(f"cannot be read: {error}", path=path) from error


def require_ledger(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not a ledger, or one of a schema we do not know.

    Raises:
        LedgerUnreadable: Which of the two.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise LedgerUnreadable("not an Aegis ledger", path=path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != USER_VERSION:
        raise LedgerUnreadable(
            f"expected ledger schema {USER_VERSION}, got {version}",
            path=path,
            hint="it was written by another version of Aegis: use that one",
        )


def raw(database: SqliteDatabase) -> sqlite3.Connection:
    """This thread's connection, in autocommit mode, connecting if need be; raises SQLite's own errors."""
    try:
        connection: sqlite3.Connection = database.connection()  # type: ignore[no-untyped-call]
    except PeeweeException as error:
        if isinstance(error.__context__, sqlite3.Error):
            raise error.__context__ from None
        raise
    return connection


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the database holds nothing and is marked as nobody's."""
    marks = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    ]
    objects = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return marks == [0, 0] and objects == 0


def create(connection: sqlite3.Connection, chain_id: str, created_us: int, genesis: bytes) -> None:
    """Make a ledger of an empty database, wholly or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for definition in DEFINITIONS.values():
            connection.execute(definition)
        connection.execute(
            "INSERT INTO chain (id, created_us, genesis) VALUES (?, ?, ?)", (chain_id, created_us, genesis)
        )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {USER_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def origin(connection: sqlite3.Connection, path: Path) -> tuple[str, bytes]:
    """The id of the file's one chain and its genesis head.

    Raises:
        LedgerBroken: There is not exactly one, or its genesis does not follow from its id and time.
    """
    chains = connection.execute("SELECT CAST(id AS BLOB), created_us, genesis FROM chain").fetchall()
    if len(chains) != 1:
        raise LedgerBroken(f"expected one chain, got {len(chains)}", path=path)
    encoded, created_us, genesis = chains[0]
    try:
        chain_id = encoded.decode("ascii")
        is_ours = genesis == genesis_head(chain_id, created_us)
    except (TypeError, ValueError, AttributeError, OverflowError):
        is_ours = False  # a damaged file holds values that no definition would admit
    if not is_ours:
        raise LedgerBroken("the chain's genesis does not follow from its id", path=path)
    return chain_id, genesis


def altered_definitions(connection: sqlite3.Connection) -> list[str]:
    """Names of objects that are missing, differ from ours or do not belong; empty in a sound ledger."""
    found = {
        name.decode(errors="replace"): sql.decode(errors="replace")
        for name, sql in connection.execute(
            "SELECT ifnull(CAST(name AS BLOB), x''), ifnull(CAST(sql AS BLOB), x'') "
            "FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
        )
    }
    names = sorted(DEFINITIONS.keys() | found.keys())
    return [name for name in names if found.get(name) != DEFINITIONS.get(name)]


def _recognized(path: Path, mode: str) -> SqliteDatabase:
    database = SqliteDatabase(_uri(path, mode), uri=True, timeout=1.0)
    try:
        require_ledger(raw(database), path)
    except BaseException:
        database.close()
        raise
    return database


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(str(path))}?mode={mode}"
