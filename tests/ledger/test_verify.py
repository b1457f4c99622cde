"""Verification: any single edit is found and named, and what a bare chain cannot find is known."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from ledger import query, schema
from ledger import verify as verification
from ledger.chain import head_prefix, leaf_hash, next_head
from ledger.errors import LedgerError, LedgerUnreadable
from ledger.verify import verify
from tests.ledger.samples import PATIENCE_S, filled, tampering, verdict, writing

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = 12
examples = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed ledger, to be copied."""
    return filled(tmp_path_factory.mktemp("sound") / "audit.db", ENTRIES)


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    return shutil.copy(sound, tmp_path / "audit.db")


def test_a_sound_ledger_is_intact(sound: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = verify(sound, lambda done, total: seen.append((done, total)), is_deep=True)
    assert report.is_intact
    assert (report.entries, report.first_bad_seq, report.reason) == (ENTRIES, None, "")
    assert (len(report.head_hex), len(report.chain_id)) == (64, 32)
    assert seen[-1] == (ENTRIES, ENTRIES)


def test_a_new_ledger_is_intact(tmp_path: Path) -> None:
    assert verify(filled(tmp_path / "audit.db", 0)).is_intact


TAMPERED = {
    "a body is edited": ("UPDATE entry SET body = replace(body, 'allow', 'block') WHERE seq = 5", 5, "body"),
    "a leaf is edited": ("UPDATE entry SET leaf = zeroblob(32) WHERE seq = 5", 5, "leaf"),
    "a head is edited": ("UPDATE entry SET head = zeroblob(32) WHERE seq = 5", 5, "head"),
    "the first entry is removed": ("DELETE FROM entry WHERE seq = 1", 1, "missing, the next one is 2"),
    "an entry is removed": ("DELETE FROM entry WHERE seq = 5", 5, "missing, the next one is 6"),
    "entries are removed": ("DELETE FROM entry WHERE seq BETWEEN 3 AND 11", 3, "missing, the next one is 12"),
    "a removed entry is covered up": (
        "DELETE FROM entry WHERE seq = 5; UPDATE entry SET seq = seq - 1 WHERE seq > 5",
        5,
        "head",
    ),
    "two entries are swapped": (
        "UPDATE entry SET seq = -seq WHERE seq IN (5, 6); UPDATE entry SET seq = 11 + seq WHERE seq < 0",
        5,
        "head",
    ),
    "an entry is repeated at the end": (
        "INSERT INTO entry (seq, leaf, head, body) SELECT 13, leaf, head, body FROM entry WHERE seq = 12",
        13,
        "head",
    ),
    "an entry is put before the first": (
        "INSERT INTO entry (seq, leaf, head, body) SELECT -7, leaf, head, body FROM entry WHERE seq = 1",
        1,
        "an entry -7 does not belong",
    ),
    "an entry is added beyond the end": (
        "INSERT INTO entry (seq, leaf, head, body) SELECT 99, leaf, head, body FROM entry WHERE seq = 1",
        13,
        "missing, the next one is 99",
    ),
    "the chain gets another id": ("UPDATE chain SET id = 'other'", None, "genesis"),
    "the chain gets another time": ("UPDATE chain SET created_us = 1", None, "genesis"),
    "the chain gets another genesis": ("UPDATE chain SET genesis = zeroblob(32)", None, "genesis"),
    "there is no chain": ("DELETE FROM chain", None, "expected one chain, got 0"),
    "there are two chains": (
        "INSERT INTO chain VALUES ('b', 1, zeroblob(32))",
        None,
        "expected one chain, got 2",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_it_is_found_when(copy: Path, name: str) -> None:
    statements, first_bad_seq, reason = TAMPERED[name]
    with tampering(copy) as connection:
        connection.executescript(statements)
    report = verify(copy)
    assert not report.is_intact
    assert report.first_bad_seq == first_bad_seq
    assert reason in report.reason


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DROP TRIGGER entry_delete", "entry_delete"),
        ("DROP INDEX entry_host", "entry_host"),
        ("CREATE TRIGGER z AFTER INSERT ON entry BEGIN SELECT 1; END", "z"),
        ("CREATE TABLE z (a)", "z"),
        ("ALTER TABLE entry ADD COLUMN z TEXT", "entry"),
    ],
)
def test_altered_definitions_are_found(copy: Path, statement: str, name: str) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(statement)
    report = verify(copy)
    assert (report.is_intact, report.first_bad_seq) == (False, None)
    assert f"altered definitions: {name}" in report.reason


def test_a_bent_generated_column_is_found(copy: Path) -> None:
    """What one filters by would no longer be what is hashed."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA writable_schema = on")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, '$.fields.verdict', '$.fields.agent')"
        )
        connection.commit()
    assert "altered definitions: entry" in verify(copy).reason


def test_an_index_that_hides_entries_is_found_by_the_deep_check(copy: Path) -> None:
    """Bend the definition, rebuild the index by it, and put the definition back."""
    ours = schema.DEFINITIONS["entry_verdict"]
    for definition in (ours.replace("'allow'", "'block'"), ours):
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            if definition == ours:
                connection.execute("REINDEX entry_verdict")
            connection.execute("PRAGMA writable_schema = on")
            connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'entry_verdict'", (definition,))
    assert query.latest(copy, query.Filter(verdict="block")) == [], "the console would show none"
    assert verify(copy).is_intact
    report = verify(copy, is_deep=True)
    assert (report.is_intact, report.first_bad_seq) == (False, None)
    assert "entry_verdict" in report.reason


@examples
@given(st.data())
def test_any_edit_of_any_entry_is_found(sound: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = shutil.copy(sound, tmp_path / "audit.db")
    seq = data.draw(st.integers(1, ENTRIES), "seq")
    column = data.draw(st.sampled_from(["leaf", "head", "body"]), "column")
    with tampering(path) as connection:
        [(stored,)] = connection.execute(
            f"SELECT CAST({column} AS BLOB) FROM entry WHERE seq = {seq}"  # noqa: S608 - columns have no parameters
        ).fetchall()
        place = data.draw(st.integers(0, len(stored) - 1), "place")
        edited = bytearray(stored)
        edited[place] ^= data.draw(st.integers(1, 255), "flip")
        value = f"CAST(x'{edited.hex()}' AS {'TEXT' if column == 'body' else 'BLOB'})"
        try:
            connection.execute(f"UPDATE entry SET {column} = {value} WHERE seq = {seq}")  # noqa: S608 - the same
        except sqlite3.Error:  # not JSON any more: the indexes notice
            reject()
    report = verify(path)
    assert (report.is_intact, report.first_bad_seq) == (False, seq)


@examples
@given(st.data())
def test_any_flipped_byte_of_the_file_is_found_or_changes_no_entry_that_is_left(
    sound: Path, tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "audit.db"
    raw = bytearray(sound.read_bytes())
    used = [place for place, byte in enumerate(raw) if byte]
    place = data.draw(st.sampled_from(used), "place")
    raw[place] ^= data.draw(st.integers(1, 255), "flip")
    path.write_bytes(raw)
    try:
        report = verify(path)
    except LedgerUnreadable:
        return
    finally:
        with suppress(LedgerError), writing(path):
            pass  # a writer that is given a damaged file says so in our words
    if report.is_intact:  # what was flipped is not an entry; or it cut some off at the end, see below
        stored = query.entry(sound, report.entries)
        assert stored is not None
        assert report.head_hex == stored.head.hex()


@examples
@given(st.lists(st.integers(1, ENTRIES), min_size=1, max_size=ENTRIES - 1, unique=True))
def test_any_removal_but_of_the_last_entries_is_found(
    sound: Path, tmp_path: Path, removed: list[int]
) -> None:
    rest = set(range(1, ENTRIES + 1)) - set(removed)
    assume(max(rest) != len(rest))
    path = shutil.copy(sound, tmp_path / "audit.db")
    with tampering(path) as connection:
        connection.executemany("DELETE FROM entry WHERE seq = ?", [(seq,) for seq in removed])
    assert verify(path).first_bad_seq == min(removed)


def test_entries_cut_off_at_the_end_are_not_found_without_checkpoints(copy: Path) -> None:
    """Known gap of a bare chain: signed checkpoints outside the database will close it."""
    whole = verify(copy)
    with tampering(copy) as connection:
        connection.execute("DELETE FROM entry WHERE seq > 8")
    cut = verify(copy)
    assert cut.is_intact
    assert (cut.entries, whole.entries) == (8, ENTRIES)
    assert cut.head_hex != whole.head_hex, "who noted the head elsewhere knows"


def test_a_chain_computed_anew_is_not_found_without_checkpoints(copy: Path) -> None:
    """Known gap of a bare chain: signed checkpoints outside the database will close it."""
    whole = verify(copy)
    prefix = head_prefix(whole.chain_id)
    with tampering(copy) as connection:
        connection.execute("UPDATE entry SET body = replace(body, 'block', 'allow')")
        [(head,)] = connection.execute("SELECT genesis FROM chain").fetchall()
        for seq, body in connection.execute(
            "SELECT seq, CAST(body AS BLOB) FROM entry ORDER BY seq"
        ).fetchall():
            leaf = leaf_hash(body)
            head = next_head(prefix, seq, head, leaf)
            connection.execute("UPDATE entry SET leaf = ?, head = ? WHERE seq = ?", (leaf, head, seq))
    assert verify(copy).is_intact
    assert verify(copy).head_hex != whole.head_hex


def test_a_body_that_names_another_place_is_found_though_its_hashes_fit(copy: Path) -> None:
    prefix = head_prefix(verify(copy).chain_id)
    with tampering(copy) as connection:
        [(previous,)] = connection.execute("SELECT head FROM entry WHERE seq = 11").fetchall()
        [(body,)] = connection.execute("SELECT CAST(body AS BLOB) FROM entry WHERE seq = 12").fetchall()
        body = body.replace(b'"seq":12,', b'"seq":13,')
        leaf = leaf_hash(body)
        head = next_head(prefix, 12, previous, leaf)
        connection.execute(
            "UPDATE entry SET leaf = ?, head = ?, body = ? WHERE seq = 12", (leaf, head, body.decode())
        )
    report = verify(copy)
    assert report.first_bad_seq == 12
    assert "names another chain or number" in report.reason


def test_a_damaged_page_is_named_by_its_first_entry(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 300)
    raw = bytearray(path.read_bytes())
    start = raw.index(b'"flow":"flow-150"') // 4096 * 4096  # a page of the table, about in its middle
    raw[start : start + 4096] = bytes(range(256)) * 16
    path.write_bytes(raw)
    report = verify(path)
    assert not report.is_intact
    assert report.first_bad_seq is not None
    assert 140 <= report.first_bad_seq <= 150
    assert f"entry {report.first_bad_seq} cannot be read" in report.reason


def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 400)
    seen: list[int] = []
    assert verify(path, lambda done, _total: seen.append(done), workers=2) == verify(path, workers=1)
    assert seen == sorted(seen)
    assert seen[-1] == 400
    for seq in (3, 200, 201, 399):
        broken = shutil.copy(path, tmp_path / f"broken-{seq}.db")
        with tampering(broken) as connection:
            connection.execute("UPDATE entry SET head = zeroblob(32) WHERE seq = ?", (seq,))
        assert verify(broken, workers=2) == verify(broken, workers=1)
        assert verify(broken, workers=2).first_bad_seq == seq


def test_a_second_process_that_dies_leaves_no_stretch_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path / "audit.db", 40)
    with tampering(path) as connection:
        connection.execute("UPDATE entry SET head = zeroblob(32) WHERE seq = 33")
    monkeypatch.setattr(verification, "_walk_apart", _die)
    assert verify(path, workers=2).first_bad_seq == 33


def test_a_ledger_can_be_verified_while_it_is_written(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        futures = [writer.append(verdict(n)) for n in range(2000)]
        futures[0].result(PATIENCE_S)
        for _ in range(10):
            assert verify(writer.path).is_intact
        futures[-1].result(PATIENCE_S)
        assert verify(writer.path).entries == 2000


def test_what_cannot_be_read_is_not_called_broken(tmp_path: Path) -> None:
    text, empty, foreign = tmp_path / "text", tmp_path / "empty", tmp_path / "foreign"
    text.write_text("nothing like a database\n" * 100, encoding="utf-8")
    empty.touch()
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE t (a)")
    for path in (text, empty, foreign, tmp_path, tmp_path / "missing"):
        with pytest.raises(LedgerUnreadable) as unreadable:
            verify(path)
        assert unreadable.value.hint()
        assert unreadable.value.path == path


def _die(*_: object) -> None:
    raise SystemExit(1)
