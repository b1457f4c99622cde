"""The writer: receipts, order, the bounded queue, and whose file it is."""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger import query, schema
from ledger.errors import (
    LedgerBroken,
    LedgerBusy,
    LedgerClosed,
    LedgerError,
    LedgerOverflow,
    LedgerUnavailable,
    LedgerUnreadable,
    RecordRefused,
)
from ledger.record import Record
from ledger.verify import verify
from ledger.writer import Writer
from tests.ledger.samples import PATIENCE_S, TIGHT, filled, rows, tampering, verdict, writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_an_append_returns_the_number_and_head_of_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        receipts = [writer.append(verdict(n)).result(PATIENCE_S) for n in range(1, 4)]
        assert [receipt.seq for receipt in receipts] == [1, 2, 3]
        assert writer.tip == receipts[-1]
        stored = query.entry(path, 2)
        assert stored is not None
        assert stored.head == receipts[1].head
    report = verify(path)
    assert report.is_intact
    assert (report.entries, report.head_hex) == (3, receipts[-1].head.hex())


def test_a_chain_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 3)
    with writing(path) as writer:
        assert writer.tip.seq == 3
        chain_id = writer.chain_id
        assert writer.append(verdict()).result(PATIENCE_S).seq == 4
    assert verify(path).chain_id == chain_id
    assert verify(path).is_intact


def test_threads_that_append_together_get_one_chain_without_gaps(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer, ThreadPoolExecutor(8) as pool:
        numbers = pool.map(lambda n: writer.append(verdict(n)).result(PATIENCE_S).seq, range(400))
        assert sorted(numbers) == list(range(1, 401))
    assert verify(path).is_intact


def test_entries_carry_the_clock_s_time_in_the_order_they_were_appended(tmp_path: Path) -> None:
    ticks = itertools.count(1_000)
    writer = Writer(tmp_path / "audit.db", lambda: next(ticks), TIGHT)
    writer.open()
    for future in [writer.append(verdict(n)) for n in range(50)]:
        future.result(PATIENCE_S)
    writer.close()
    times = [entry.ts_us for entry in query.tail(writer.path)]
    assert times == sorted(times)
    assert times[0] == 1_001  # the chain itself was made at 1000


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "audit.db", settings=TIGHT)
    writer.open()
    futures = [writer.append(verdict(n)) for n in range(1500)]
    writer.close()
    assert [future.result(0).seq for future in futures] == list(range(1, 1501))
    with pytest.raises(LedgerClosed):
        writer.append(verdict())
    assert not writer.is_healthy
    writer.close()
    assert not writer.path.with_name("audit.db-wal").exists()


def test_a_record_without_canonical_form_is_refused_at_once_and_harms_nobody(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        with pytest.raises(RecordRefused):
            writer.append(Record("flow.verdict", {"x": 0.5}))  # type: ignore[dict-item] - what is refused
        with pytest.raises(RecordRefused):
            writer.append(Record("Not a type", {}))
        assert writer.append(verdict()).result(PATIENCE_S).seq == 1
    assert rows(writer.path) == [(1, "flow.verdict")]


@pytest.mark.parametrize(
    "hostile", ["\x00", "\x1b[2J", "\udcff\ud800", "'; DROP TABLE entry; --", '"}]', "\u2028"]
)
def test_hostile_strings_are_recorded_and_can_be_filtered_by(tmp_path: Path, hostile: str) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        writer.append(verdict(host=hostile, agent=hostile, flow=hostile)).result(PATIENCE_S)
        [entry] = query.tail(path)
        assert query.by_flow(path, str(entry.fields["flow"])) == [entry]
    assert verify(path, is_deep=True).is_intact


def test_a_full_queue_refuses_at_once_and_the_chain_says_how_often(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    patient = replace(TIGHT, queue_entries=10, busy_timeout_s=PATIENCE_S)
    with writing(path, patient) as writer:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            first = writer.append(verdict())
            _wait_until(lambda: not writer._pending)
            futures = [writer.append(verdict(n)) for n in range(10)]
            for _ in range(3):
                with pytest.raises(LedgerOverflow) as overflow:
                    writer.append(verdict())
            other.execute("ROLLBACK")
        assert overflow.value.capacity == 10
        assert [future.result(PATIENCE_S).seq for future in [first, *futures]] == [1, *range(3, 13)]
    gap = query.entry(path, 2)
    assert gap is not None
    assert (gap.type, gap.fields["refused"], gap.fields["reason"]) == ("ledger.gap", 3, "LedgerOverflow")
    assert verify(path).is_intact


def test_a_second_writer_is_told_who_writes_already(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        (tmp_path / "alias.db").symlink_to(path)
        for name in ("audit.db", "alias.db"):
            with pytest.raises(LedgerBusy) as busy:
                Writer(tmp_path / name, settings=TIGHT).open()
            assert busy.value.pid == os.getpid()
            assert str(os.getpid()) in busy.value.hint()
        assert writer.append(verdict()).result(PATIENCE_S).seq == 1
    filled(path, 1)


def test_a_writer_waits_for_one_that_is_just_ending(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as first:
        timer = threading.Timer(0.2, first.close)
        timer.start()
        with writing(first.path, replace(TIGHT, lock_patience_s=PATIENCE_S)) as second:
            assert second.is_healthy
        timer.join()


def test_an_append_that_went_around_the_lock_cannot_fork_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        writer.append(verdict()).result(PATIENCE_S)
        writer.path.with_name("audit.db.lock").unlink()
        with writing(path) as intruder:
            intruder.append(verdict()).result(PATIENCE_S)
        with pytest.raises(LedgerBroken):
            writer.append(verdict()).result(PATIENCE_S)
        with pytest.raises(LedgerBroken, match="expected the chain to end with entry 1"):
            _refused(writer)
        assert not writer.is_healthy
    assert [seq for seq, _ in rows(path)] == [1, 2]
    assert verify(path).is_intact


def test_a_new_ledger_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path):
        for suffix in ("", "-wal", "-shm", ".lock"):
            mode = path.with_name(f"audit.db{suffix}").stat().st_mode
            assert stat.S_IMODE(mode) == 0o600, suffix


def test_an_emptied_file_is_not_taken_for_a_new_ledger(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    path.touch()
    with pytest.raises(LedgerUnreadable, match="empty"):
        Writer(path).open()


def _text(path: Path) -> None:
    path.write_text("this is not a database, and long enough to be seen as none\n" * 20, encoding="utf-8")


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")


def _newer(path: Path) -> None:
    filled(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.USER_VERSION + 1}")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_text, "not an SQLite database"),
        (_foreign, "not an Aegis ledger"),
        (_newer, "expected ledger schema 1, got 2"),
        (_folder, "not a file"),
    ],
)
def test_what_is_not_our_ledger_is_refused_and_left_as_it_was(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "audit.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(LedgerUnreadable, match=message) as refused:
        Writer(path, settings=TIGHT).open()
    assert refused.value.hint()
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable):
        Writer(tmp_path / "none" / "audit.db", settings=TIGHT).open()
    assert not (tmp_path / "none").exists()


def test_a_ledger_whose_last_entry_was_edited_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 3)
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET body = replace(body, 'allow', 'block') WHERE seq = 3")
    with pytest.raises(LedgerBroken, match=r"the last entry \(3\)") as broken:
        Writer(path, settings=TIGHT).open()
    assert broken.value.seq == 3


def test_a_ledger_without_its_triggers_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 3)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entry_update")
    with pytest.raises(LedgerBroken, match="altered definitions: entry_update"):
        Writer(path, settings=TIGHT).open()


def test_a_database_that_is_gone_while_its_log_is_there_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    path.with_name("audit.db-wal").write_bytes(b"frames")
    with pytest.raises(LedgerBroken):
        Writer(path, settings=TIGHT).open()
    assert not path.exists()


def test_a_writer_that_could_not_open_can_try_again(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    second = Writer(path, settings=TIGHT)
    with writing(path), pytest.raises(LedgerBusy):
        second.open()
    second.open()
    assert second.append(verdict()).result(PATIENCE_S).seq == 1
    second.close()


def test_updating_deleting_and_replacing_entries_is_refused_by_the_database(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 2)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA recursive_triggers = on")
        for statement in (
            "UPDATE entry SET body = '{}' WHERE seq = 1",
            "DELETE FROM entry WHERE seq = 1",
            "INSERT OR REPLACE INTO entry (seq, leaf, head, body) SELECT seq, head, leaf, body FROM entry",
            "DELETE FROM chain",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    assert verify(path).is_intact


def test_the_models_have_the_columns_of_the_definitions(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 1)
    with closing(sqlite3.connect(path)) as connection:
        for model in (schema.Chain, schema.EntryRow):
            table = model._meta.table_name
            stored = [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")]
            assert list(model._meta.columns) == stored


def test_a_writer_that_was_never_opened_refuses(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "audit.db")
    with pytest.raises(LedgerClosed):
        writer.append(verdict())
    with pytest.raises(LedgerClosed):
        _ = writer.tip
    assert (writer.chain_id, writer.is_healthy) == ("", False)
    writer.close()


def test_a_body_is_stored_as_it_was_hashed(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 1)
    [entry] = query.tail(path)
    assert json.loads(entry.body)["fields"] == entry.fields == verdict(1).fields
    assert entry.body.startswith(b'{"chain":"')
    assert entry.body.endswith(b',"type":"flow.verdict","v":1}')


def _refused(writer: Writer) -> None:
    """Append until the writer has looked at the file again; raises what it found."""
    for _ in range(3):
        try:
            writer.append(verdict()).result(PATIENCE_S)
        except LedgerError as error:
            last = error
        threading.Event().wait(0.1)
    raise last


def _wait_until(is_true: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")
