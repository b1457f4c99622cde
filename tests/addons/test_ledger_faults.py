"""What the ledger cannot record does not pass: provoked on the files of a running gateway."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ledger.verify import verify
from tests.clients import Tunnel
from tests.conftest import trusting
from tests.gateways import Answer, Gateway, Home, curl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services import Service

KILLS = 20
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")


def _refused(answer: Answer, service: Service, before: int) -> bool:
    assert len(service.requests) == before, "the request was forwarded without an entry"
    return (answer.status, answer.rule) == (503, "engine.ledger-unavailable")


def test_a_locked_ledger_refuses_and_recovers(home: Home, service: Service) -> None:
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/").status == 200
        before = len(service.requests)
        with closing(sqlite3.connect(home.database)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert _refused(curl(gateway, f"{service.url}/"), service, before)
            assert curl(gateway, "https://evil-hacker.com/").status == 503
            other.rollback()
        assert _eventually_passes(gateway, service)
        gateway.wait_for("ledger.gap")
    assert verify(home.database).is_intact


def test_an_unlinked_ledger_refuses(home: Home, service: Service) -> None:
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/").status == 200
        before = len(service.requests)
        for suffix in ("", "-wal", "-shm"):
            home.database.with_name(home.database.name + suffix).unlink(missing_ok=True)
        assert _refused(curl(gateway, f"{service.url}/"), service, before)
        assert curl(gateway, "https://evil-hacker.com/").status == 503


@needs_root
def test_a_full_disk_refuses_and_loses_nothing(home: Home, service: Service, tmp_path: Path) -> None:
    with _small_file_system(tmp_path / "small", "24m") as disk:
        environment = {"DATABASE_URL": str(disk / "audit.db")}
        with Gateway(home, trusting(service), environment) as gateway:
            assert curl(gateway, f"{service.url}/kept").status == 200
            before = len(service.requests)
            filler = disk / "filler"
            with filler.open("wb") as file:
                try:
                    while True:
                        file.write(b"x" * 65536)
                        file.flush()
                except OSError:
                    pass
            time.sleep(1.2)  # free space is looked at once a second
            assert _refused(curl(gateway, f"{service.url}/"), service, before)
            filler.unlink()
            time.sleep(1.2)
            assert _eventually_passes(gateway, service)
        report = verify(disk / "audit.db")
        assert report.is_intact, report.reason
        with closing(sqlite3.connect(disk / "audit.db")) as database:
            bodies = [json.loads(row[0]) for row in database.execute("SELECT body FROM entry")]
        assert any(body["fields"].get("path") == "/kept" for body in bodies)


@needs_root
def test_a_ledger_that_becomes_immutable_refuses_and_recovers(home: Home, service: Service) -> None:
    log = home.database.with_name(home.database.name + "-wal")
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/").status == 200
        before = len(service.requests)
        files = [str(home.database), str(log)]
        if subprocess.run(["chattr", "+i", *files], check=False, capture_output=True).returncode != 0:
            pytest.skip("this file system has no immutable attribute")
        try:
            assert _refused(curl(gateway, f"{service.url}/"), service, before)
        finally:
            subprocess.run(["chattr", "-i", *files], check=True)
        assert _eventually_passes(gateway, service)


def test_a_ledger_that_another_gateway_writes_keeps_the_second_from_starting(
    home: Home, service: Service
) -> None:
    with Gateway(home, trusting(service)) as first:
        second = Gateway(home, trusting(service)).start()
        assert not second.port
        assert first.process is not None
        assert str(first.process.pid) in second.failure["error"]


def test_a_broken_chain_keeps_the_gateway_from_starting(home: Home, service: Service) -> None:
    with Gateway(home, trusting(service)) as gateway:
        for _ in range(3):
            curl(gateway, f"{service.url}/")
    with closing(sqlite3.connect(home.database)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entry SET body = replace(body, 'allow', 'block') WHERE seq = 3")
        database.commit()
    gateway = Gateway(home, trusting(service)).start()
    assert not gateway.port
    assert gateway.failure["error"]


def test_killing_the_gateway_twenty_times_under_load_loses_no_acknowledged_entry(
    home: Home, service: Service
) -> None:
    told = Acknowledged()
    for kill in range(KILLS):
        with Gateway(home, trusting(service)) as gateway:
            stop = threading.Event()
            clients = [
                threading.Thread(target=_load, args=(gateway, service, f"/k{kill}/{n}", stop, told))
                for n in range(4)
            ]
            for client in clients:
                client.start()
            time.sleep(0.4)
            assert gateway.process is not None
            gateway.process.kill()
            gateway.process.wait()
            stop.set()
            for client in clients:
                client.join()
    assert len(told.served) > KILLS * 4
    assert len(told.refused) > KILLS
    report = verify(home.database)
    assert report.is_intact, report.reason
    with closing(sqlite3.connect(home.database)) as database:
        rows = database.execute("SELECT seq, body FROM entry WHERE type = 'flow.verdict'").fetchall()
    bodies = {seq: json.loads(body)["fields"] for seq, body in rows}
    allowed = {body["path"] for body in bodies.values() if body["verdict"] == "allow"}
    assert set(told.served) <= allowed
    assert all(bodies[entry]["verdict"] == "block" for entry in told.refused)


@dataclass
class Acknowledged:
    """What clients were told before the gateway died."""

    served: list[str] = field(default_factory=list)
    """Paths answered with 200."""
    refused: list[int] = field(default_factory=list)
    """Entries named by refusals."""


def _load(gateway: Gateway, service: Service, prefix: str, stop: threading.Event, told: Acknowledged) -> None:
    """Requests until the gateway is gone; remembers what was acknowledged."""
    number = 0
    try:
        with Tunnel(gateway, service) as tunnel:
            while not stop.is_set():
                number += 1
                path = f"{prefix}/{number}"
                status, body = tunnel.request("GET", path)
                if status == 200:
                    told.served.append(path)
                status, body = tunnel.request("GET", f"/admin{path}")
                if status == 403:
                    told.refused.append(int(json.loads(body)["aegis"]["entry"]))
    except OSError:
        pass  # killed


def _eventually_passes(gateway: Gateway, service: Service) -> bool:
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        if curl(gateway, f"{service.url}/").status == 200:
            return True
        time.sleep(0.2)
    return False


@contextmanager
def _small_file_system(directory: Path, size: str) -> Iterator[Path]:
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let root mount a file system")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)
