"""A gateway that is killed loses nothing that it acknowledged."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from ledger.verify import verify

ROOT = Path(__file__).parents[2]
KILLS = 10


def test_killing_the_writer_ten_times_under_load_loses_no_acknowledged_entry(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    acknowledged: dict[int, str] = {}
    for kill in range(KILLS):
        lines = _load_and_kill(path, after_s=0.1 + 0.03 * kill)
        assert lines, "it was killed before it had acknowledged anything"
        acknowledged |= {int(seq): head for seq, head in lines}
        report = verify(path)
        assert report.is_intact, report.reason
        assert report.entries >= max(acknowledged)
    with closing(sqlite3.connect(path)) as connection:
        stored = {seq: head.hex() for seq, head in connection.execute("SELECT seq, head FROM entry")}
    assert acknowledged.items() <= stored.items()
    assert len(acknowledged) > KILLS * 64


def _load_and_kill(path: Path, after_s: float) -> list[list[str]]:
    """Kill a loaded writer; returns number and head of what it had acknowledged by then."""
    command = [sys.executable, "-m", "tests.ledger.crash_writer", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        # what it acknowledges meanwhile stays in the pipe, which stalls it when full: read along
        deadline = time.monotonic() + after_s
        received = [first]
        while time.monotonic() < deadline:
            received.append(process.stdout.readline())
        process.kill()
        received += process.stdout.readlines()
    return [line.decode().split() for line in received if line.endswith(b"\n")]
