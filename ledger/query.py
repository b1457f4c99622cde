"""Questions about the ledger: what the console and the command line read.

Every function opens the file read-only, fetches one bounded page and closes: a read that stays open would
keep the writer's log growing. Pages follow on from an entry number (keyset), since OFFSET costs more the
further one goes. No aggregates over the whole chain: they take seconds at a million entries and belong to
who counts along.

An entry is returned as it is stored, with `is_sound` saying whether its body still is what its leaf was
computed from. Whether it still has its place in the chain is for `verify`. Strings in a body are
agent-supplied: whoever shows them takes out control characters.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peewee import SQL, DatabaseError

from ledger import schema
from ledger.chain import leaf_hash
from ledger.errors import LedgerUnreadable
from ledger.schema import EntryRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peewee import ModelSelect

    from ledger.record import JsonValue

PAGE_ENTRIES = 1000
"""The most that one page holds."""
FLOW_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger."""

    seq: int
    ts_us: int
    """When it was appended; microseconds since the epoch."""
    type: str
    fields: Mapping[str, JsonValue]
    """What the record held; empty if the body cannot be parsed any more."""
    body: bytes
    """The stored bytes: canonical JSON, UTF-8."""
    leaf: bytes
    head: bytes
    is_sound: bool
    """Whether the body still matches the leaf."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What entries to show; None means any."""

    agent: str | None = None
    host: str | None = None
    verdict: str | None = None
    min_score: int | None = None
    """0..100."""
    type: str | None = None


def tail(path: Path, after_seq: int = 0, limit: int = 200) -> list[Entry]:
    """Entries after a number, oldest first: what a follower asks for again and again."""
    query = _select().where(EntryRow.seq > after_seq).order_by(EntryRow.seq)
    return _fetch(path, query, limit)


def latest(
    path: Path, where: Filter | None = None, before_seq: int | None = None, limit: int = 200
) -> list[Entry]:
    """Entries that fit a filter, newest first; the next page is `before_seq` the last one's number."""
    query = _select().order_by(EntryRow.seq.desc())
    if before_seq is not None:
        query = query.where(EntryRow.seq < before_seq)
    return _fetch(path, _narrow(query, where or Filter()), limit)


def entry(path: Path, seq: int) -> Entry | None:
    """One entry by its number."""
    found = _fetch(path, _select().where(EntryRow.seq == seq), 1)
    return found[0] if found else None


def by_flow(path: Path, flow: str) -> list[Entry]:
    """What was recorded about one flow, oldest first."""
    return _fetch(path, _select().where(EntryRow.flow == flow).order_by(EntryRow.seq), FLOW_ENTRIES)


def _select() -> ModelSelect[Any]:
    return EntryRow.select(EntryRow.seq, EntryRow.leaf, EntryRow.head, EntryRow.body.cast("BLOB"))


def _narrow(query: Any, where: Filter) -> Any:
    """Add a filter's conditions; partial indexes want their own predicate repeated."""
    if where.agent is not None:
        query = query.where(EntryRow.agent == where.agent)
    if where.host is not None:
        query = query.where(EntryRow.host == where.host)
    if where.verdict is not None:
        query = query.where(EntryRow.verdict == where.verdict)
        if where.verdict != "allow":
            query = query.where(SQL(schema.NOT_ALLOWED))
    if where.type is not None:
        query = query.where(EntryRow.type == where.type)
        if where.type not in schema.TRAFFIC:
            query = query.where(SQL(schema.NOT_TRAFFIC))
    if where.min_score is not None:
        query = query.where(EntryRow.score >= where.min_score)
        if where.min_score >= schema.HIGH_SCORE:
            query = query.where(SQL(f"score >= {schema.HIGH_SCORE}"))
    return query


def _fetch(path: Path, query: Any, limit: int) -> list[Entry]:
    with closing(schema.open_ledger(path)) as database:
        try:
            rows = list(query.limit(max(0, min(limit, PAGE_ENTRIES))).tuples().execute(database))
        except (*schema.READ_ERRORS, DatabaseError) as error:
            raise LedgerUnreadable(f"cannot be read: {error}", path=path) from error
    return [_entry(*row) for row in rows]


def _entry(seq: int, leaf: bytes, head: bytes, body: bytes) -> Entry:
    try:
        parsed = json.loads(body)
        ts_us, type_name, fields = parsed["ts"], parsed["type"], parsed["fields"]
    except (ValueError, TypeError, KeyError):
        ts_us, type_name, fields = 0, "", {}
    return Entry(seq, ts_us, type_name, fields, body, leaf, head, leaf_hash(body) == leaf)
