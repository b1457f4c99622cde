"""Faults provoked for real: what cannot be recorded is refused by name, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger import query
from ledger.aio import AsyncLedger
from ledger.errors import (
    LedgerBroken,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerMoved,
    LedgerReadOnly,
    LedgerTimeout,
)
from ledger.verify import verify
from ledger.writer import Writer
from tests.ledger.samples import PATIENCE_S, TIGHT, filled, rows, verdict, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.receipt import Receipt

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting and immutable files need root")


def test_a_locked_database_refuses_until_it_is_released(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            error = refusal(writer)
            other.execute("ROLLBACK")
        assert isinstance(error, LedgerLocked)
        recovers(writer, after=kept)


@needs_root
def test_a_disk_that_fills_up_refuses_until_there_is_space(tmp_path: Path) -> None:
    with small_file_system(tmp_path / "small", "3m") as disk, writing(disk / "audit.db") as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        filler = disk / "filler"
        fill(filler)
        while not isinstance(error := attempt(writer), LedgerError):
            kept = error  # the write-ahead log had some room left
        assert isinstance(error, LedgerFull)
        assert query.tail(writer.path, limit=1)[0].seq == 1, "reading still works"
        filler.unlink()
        recovers(writer, after=kept)


@needs_root
def test_too_little_free_space_refuses_before_the_disk_is_full(tmp_path: Path) -> None:
    settings = replace(TIGHT, min_free_bytes=1024 * 1024)
    with small_file_system(tmp_path / "small", "3m") as disk, writing(disk / "audit.db", settings) as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        (disk / "filler").write_bytes(bytes(2 * 1024 * 1024))
        time.sleep(1.1)  # free space is looked at once a second
        error = refusal(writer)
        assert isinstance(error, LedgerFull)
        assert error.needed_bytes == 1024 * 1024
        assert error.free_bytes is not None
        assert 0 < error.free_bytes < error.needed_bytes
        (disk / "filler").unlink()
        recovers(writer, after=kept)


@needs_root
def test_a_ledger_is_not_begun_on_a_full_disk(tmp_path: Path) -> None:
    with small_file_system(tmp_path / "small", "3m") as disk:
        fill(disk / "filler")
        with pytest.raises(LedgerFull):
            Writer(disk / "audit.db", settings=TIGHT).open()


@needs_root
def test_an_immutable_file_refuses_until_it_is_writable(tmp_path: Path) -> None:
    with writing(tmp_path / "audit.db") as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        wal = writer.path.with_name("audit.db-wal")
        with immutable(writer.path), immutable(wal):
            error = refusal(writer)
        assert isinstance(error, LedgerReadOnly)
        recovers(writer, after=kept)


@needs_root
def test_a_read_only_file_system_keeps_the_ledger_from_opening(tmp_path: Path) -> None:
    with small_file_system(tmp_path / "small", "8m") as disk:
        path = filled(disk / "audit.db", 2)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(LedgerReadOnly):
            Writer(path, settings=TIGHT).open()
        assert verify(path).is_intact, "reading works without -wal and -shm"
        assert len(query.tail(path)) == 2


def test_a_removed_file_refuses_and_its_copy_is_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        aside = tmp_path / "aside"
        aside.mkdir()
        for file in tmp_path.glob("audit.db*"):
            shutil.copy2(file, aside / file.name)
            file.unlink()
        error = refusal(writer)
        assert isinstance(error, LedgerMoved)
        assert str(os.getpid()) in error.hint()
        assert not path.exists(), "no new ledger takes the place of the lost one"
        for file in aside.glob("audit.db*"):
            shutil.copy2(file, tmp_path / file.name)
        recovers(writer, after=kept)


def test_a_renamed_file_refuses_until_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        path.rename(tmp_path / "elsewhere.db")
        error = refusal(writer)
        assert isinstance(error, LedgerMoved)
        (tmp_path / "elsewhere.db").rename(path)
        recovers(writer, after=kept)


def test_another_ledger_in_its_place_is_not_written_to(tmp_path: Path) -> None:
    path, other = tmp_path / "audit.db", filled(tmp_path / "other.db", 5)
    with writing(path) as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        path.rename(tmp_path / "elsewhere.db")
        shutil.copy2(other, path)
        first, then = refusal(writer), refusal(writer)
        assert isinstance(first, LedgerMoved)
        assert isinstance(then, LedgerBroken | LedgerMoved)
        assert not writer.is_healthy
        path.unlink()
        (tmp_path / "elsewhere.db").rename(path)
        recovers(writer, after=kept)
    assert verify(other).entries == 5


def test_an_older_copy_in_its_place_is_not_written_to(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.db", 2)
    shutil.copy2(path, tmp_path / "backup.db")
    with writing(path) as writer:
        writer.append(verdict(1)).result(PATIENCE_S)
        for file in tmp_path.glob("audit.db*"):
            file.unlink()
        shutil.copy2(tmp_path / "backup.db", path)
        assert isinstance(refusal(writer), LedgerMoved)
        time.sleep(0.2)
        assert isinstance(refusal(writer), LedgerBroken)
        assert isinstance(writer.last_error, LedgerBroken)
    assert len(rows(path)) == 2


def test_acknowledged_entries_of_a_removed_log_are_saved(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with writing(path) as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        path.with_name("audit.db-wal").unlink()
        error = refusal(writer)
        assert isinstance(error, LedgerMoved)
        recovers(writer, after=kept)


@needs_root
def test_a_large_batch_that_finds_the_disk_full_leaves_no_half(tmp_path: Path) -> None:
    with small_file_system(tmp_path / "small", "2m") as disk, writing(disk / "audit.db") as writer:
        kept = writer.append(verdict(1)).result(PATIENCE_S)
        futures = [writer.append(verdict(n, filler="x" * 20_000)) for n in range(200)]
        outcomes = [future.exception(PATIENCE_S) for future in futures]
        assert any(isinstance(error, LedgerFull) for error in outcomes)
        acknowledged = {future.result().seq for future in futures if future.exception() is None}
        with closing(sqlite3.connect(writer.path)) as reader:
            big = reader.execute("SELECT seq FROM entry WHERE length(body) > 20000").fetchall()
        assert acknowledged == {seq for (seq,) in big}
        recovers(writer, after=kept)


@needs_root
async def test_a_disk_that_stalls_refuses_at_the_deadline_without_stalling_the_loop(tmp_path: Path) -> None:
    with ext4(tmp_path) as disk, writing(disk / "audit.db") as writer:
        ledger = AsyncLedger(writer, asyncio.get_running_loop(), deadline_s=0.3)
        kept = await ledger.append(verdict(1))
        with frozen(disk):
            watch = asyncio.create_task(longest_pause())
            for wave in range(
                2
            ):  # the first is being written when the disk stalls, the second waits behind it
                began_at = time.monotonic()
                outcomes = await asyncio.gather(
                    *(ledger.append(verdict(n)) for n in range(20)), return_exceptions=True
                )
                assert all(isinstance(outcome, LedgerTimeout) for outcome in outcomes), wave
                assert 0.25 < time.monotonic() - began_at < 1.5
            watch.cancel()
            assert await watch < 0.1
        receipt = await ledger.append(verdict(3))
        await asyncio.sleep(0)  # who came late is reported after the batch
        await asyncio.to_thread(writer.close)
        entries = query.tail(writer.path)
        assert verify(writer.path).is_intact
    assert entries[0].head == kept.head
    written = {entry.seq for entry in entries if entry.type == "flow.verdict"}
    late = {seq for entry in entries if entry.type == "ledger.late" for seq in entry.fields["entries"]}
    assert len(written) == 42, "what was refused is evidence all the same"
    assert late == written - {kept.seq, receipt.seq}, "and the chain says that its callers had gone"


def refusal(writer: Writer) -> LedgerError:
    """The error that an append gets."""
    error = attempt(writer)
    assert isinstance(error, LedgerError)
    assert error.hint()
    assert not writer.is_healthy
    return error


def attempt(writer: Writer) -> LedgerError | Receipt:
    try:
        return writer.append(verdict(2)).result(PATIENCE_S)
    except LedgerError as error:
        return error


def recovers(writer: Writer, after: Receipt) -> None:
    """The writer finds its way back by itself, says what it missed, and has lost nothing."""
    deadline = time.monotonic() + 5
    while not writer.is_healthy:
        assert time.monotonic() < deadline, writer.last_error
        time.sleep(0.02)
    receipt = writer.append(verdict(3)).result(PATIENCE_S)
    assert receipt.seq > after.seq
    kept = query.entry(writer.path, after.seq)
    assert kept is not None
    assert kept.head == after.head
    gaps = [entry for entry in query.tail(writer.path, after.seq) if entry.type == "ledger.gap"]
    assert gaps
    assert int(str(gaps[0].fields["refused"])) >= 1
    assert int(str(gaps[0].fields["since"])) > 0
    report = verify(writer.path)
    assert report.is_intact, report.reason
    assert report.entries == receipt.seq


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    changed = subprocess.run(["chattr", "+i", str(path)], check=False, capture_output=True)
    if changed.returncode != 0:
        pytest.skip("this file system has no immutable files")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)


@contextmanager
def small_file_system(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let root mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def ext4(folder: Path) -> Iterator[Path]:
    """A real file system of our own, that can be frozen."""
    image, disk = folder / "image", folder / "disk"
    disk.mkdir()
    image.write_bytes(b"")
    os.truncate(image, 64 * 1024 * 1024)
    for command in (["mkfs.ext4", "-q", str(image)], ["mount", "-o", "loop", str(image), str(disk)]):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("this machine does not let root mount a file system of its own")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def frozen(disk: Path) -> Iterator[None]:
    subprocess.run(["fsfreeze", "--freeze", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", str(disk)], check=True)


async def longest_pause() -> float:
    """How long the loop was ever kept from running us, in seconds; ends by cancellation."""
    longest, before = 0.0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.002)
            now = time.monotonic()
            longest, before = max(longest, now - before), now
    except asyncio.CancelledError:
        return longest
