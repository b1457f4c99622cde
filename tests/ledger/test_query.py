"""Queries: bounded pages, newest first, by what was recorded; and a read never disturbs the writer."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger import query
from ledger.errors import LedgerUnreadable
from ledger.query import Filter
from ledger.record import Record
from tests.ledger.samples import PATIENCE_S, filled, tampering, verdict, writing

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = 60


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("queries") / "audit.db", ENTRIES)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(), lambda n: n > 0),
        (Filter(agent="agent-1"), lambda n: n % 3 == 1),
        (Filter(host="host-2.example.com"), lambda n: n % 5 == 2),
        (Filter(verdict="block"), lambda n: n % 4 == 0),
        (Filter(verdict="allow"), lambda n: n % 4 != 0),
        (Filter(min_score=70), lambda n: n % 4 == 0),
        (Filter(min_score=81), lambda n: n < 0),
        (Filter(min_score=1), lambda n: n % 4 == 0),
        (Filter(agent="agent-0", verdict="block", min_score=75), lambda n: n % 12 == 0),
        (Filter(type="flow.verdict"), lambda n: n > 0),
        (Filter(type="flow.end"), lambda n: n < 0),
        (Filter(agent="nobody"), lambda n: n < 0),
    ],
)
def test_a_filter_finds_what_was_recorded_so(path: Path, where: Filter, expected: object) -> None:
    numbers = [n for n in range(ENTRIES, 0, -1) if expected(n)]  # type: ignore[operator] - a lambda of the table
    assert [entry.seq for entry in query.latest(path, where)] == numbers


def test_pages_follow_on_without_gap_or_overlap(path: Path) -> None:
    seen: list[int] = []
    before: int | None = None
    while page := query.latest(path, before_seq=before, limit=7):
        assert len(page) <= 7
        seen += [entry.seq for entry in page]
        before = page[-1].seq
    assert seen == list(range(ENTRIES, 0, -1))


def test_a_follower_sees_each_entry_once(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        seen: list[int] = []
        futures = []
        for number in range(1, 301):
            futures.append(writer.append(verdict(number)))
            if number % 20 == 0:
                seen += [entry.seq for entry in query.tail(writer.path, seen[-1] if seen else 0)]
        futures[-1].result(PATIENCE_S)
        while new := query.tail(writer.path, seen[-1] if seen else 0):
            seen += [entry.seq for entry in new]
    assert seen == list(range(1, 301))


def test_a_flow_s_entries_come_together_and_in_order(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        for record in (verdict(1), verdict(2), Record("flow.end", {"flow": "flow-1", "status": 200})):
            writer.append(record).result(PATIENCE_S)
    assert [entry.type for entry in query.by_flow(writer.path, "flow-1")] == ["flow.verdict", "flow.end"]
    assert query.by_flow(writer.path, "flow-9") == []


def test_an_entry_tells_all_that_was_recorded(path: Path) -> None:
    entry = query.entry(path, 8)
    assert entry is not None
    assert (entry.seq, entry.type, entry.is_sound) == (8, "flow.verdict", True)
    assert entry.fields == verdict(8).fields
    assert entry.ts_us > 1_600_000_000_000_000
    assert (len(entry.leaf), len(entry.head)) == (32, 32)
    assert query.entry(path, 0) is None
    assert query.entry(path, ENTRIES + 1) is None


def test_an_edited_entry_is_shown_as_such(path: Path, tmp_path: Path) -> None:
    copy = shutil.copy(path, tmp_path / "audit.db")
    with tampering(copy) as connection:
        connection.execute("UPDATE entry SET body = replace(body, 'allow', 'block') WHERE seq = 5")
        connection.execute("UPDATE entry SET body = '[]' WHERE seq = 6")
    assert [entry.seq for entry in query.tail(copy) if not entry.is_sound] == [5, 6]
    damaged = query.entry(copy, 6)
    assert damaged is not None
    assert (damaged.type, damaged.fields, damaged.body) == ("", {}, b"[]")


@pytest.mark.parametrize(("limit", "length"), [(-1, 0), (0, 0), (5, 5), (10**9, ENTRIES)])
def test_a_page_is_bounded(path: Path, limit: int, length: int) -> None:
    assert len(query.tail(path, limit=limit)) == length


def test_filters_are_served_by_their_indexes(path: Path) -> None:
    wanted = {
        "entry_agent": Filter(agent="agent-1"),
        "entry_host": Filter(host="host-1.example.com"),
        "entry_verdict": Filter(verdict="block"),
        "entry_score": Filter(min_score=70),
        "entry_type": Filter(type="policy.loaded"),
    }
    with closing(sqlite3.connect(path)) as connection:
        for index, where in wanted.items():
            select = query._narrow(query._select().order_by(query.EntryRow.seq.desc()), where).limit(10)
            statement, parameters = select.sql()
            plan = " ".join(
                row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            )
            assert index in plan
            assert "TEMP B-TREE" not in plan, f"{index} does not end in the entry's number"


def test_reading_leaves_no_lock_behind(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        for number in range(1, 30):
            query.latest(writer.path)
            assert writer.append(verdict(number)).result(PATIENCE_S).seq == number


@pytest.mark.parametrize("name", ["missing.db", "text.db"])
def test_what_is_not_a_ledger_cannot_be_asked(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.db").write_text("nothing like a database\n" * 100, encoding="utf-8")
    with pytest.raises(LedgerUnreadable):
        query.tail(tmp_path / name)
    assert not (tmp_path / "missing.db").exists()
