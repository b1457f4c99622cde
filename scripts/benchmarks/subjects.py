"""What is measured side by side: nothing in between, bare mitmdump, and Aegis as it is meant to be run.

The baseline is the strongest stock mitmdump: default options with `-q`, so that it does not even format the
line per flow that it would print, and nothing else changed (it connects eagerly, its CA is its own RSA one).
Aegis has all of its addons, a policy that admits the origin, and its durable ledger on the same disk.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.benchmarks.origin import HOST
from scripts.benchmarks.processes import LOOPBACK, BenchmarkError, await_listening, free_port, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from scripts.benchmarks.origin import Origin

ROOT = Path(__file__).resolve().parents[2]
MITMDUMP = Path(sys.executable).with_name("mitmdump")
AEGIS = (sys.executable, "-c", "from scripts.cli import main; main()")
"""The command line `aegis`, from a checkout that is not installed; the root must be importable."""
_UNLIMITED = 1_000_000_000  # requests per minute: the window is counted, and never full


@dataclass(frozen=True, slots=True)
class Subject:
    """One column of the comparison."""

    name: str
    ca_file: Path
    """What its clients trust, PEM."""
    proxy_port: int | None = None
    pid: int | None = None


@contextmanager
def direct(origin: Origin, _folder: Path) -> Iterator[Subject]:
    """No proxy: the ceiling of origin and client together."""
    yield Subject("direct", origin.ca_file)


@contextmanager
def bare(origin: Origin, folder: Path, *options: str) -> Iterator[Subject]:
    """Stock mitmdump, quiet, without an addon of ours; `options` are mitmdump's."""
    port, log, confdir = free_port(), folder / "bare.log", folder / "bare"
    command = [
        *(str(MITMDUMP), "-q", "--listen-host", LOOPBACK, "--listen-port", str(port)),
        *("--set", f"confdir={confdir}", "--set", f"ssl_verify_upstream_trusted_ca={origin.ca_file}"),
        *options,
    ]
    with started(command, log) as process:
        await_listening(process, port, log)
        yield Subject("bare", confdir / "mitmproxy-ca-cert.pem", port, process.pid)


@contextmanager
def aegis(origin: Origin, folder: Path, more: Mapping[str, Any] | None = None) -> Iterator[Subject]:
    """`mitmdump -s aegis_addons.py` with a home of its own; `more` is added to its policy."""
    home, port, log = folder / "home", free_port(), folder / "aegis.log"
    initialize(home, policy(origin.port, more))
    command = [
        *(str(MITMDUMP), "-q", "-s", str(ROOT / "aegis_addons.py"), "--mode", f"regular@{port}"),
        *("--set", f"ssl_verify_upstream_trusted_ca={origin.ca_file}"),
    ]
    with started(command, log, {"AEGIS_HOME": str(home)}) as process:
        await_listening(process, port, log)
        yield Subject("aegis", home / ".aegis" / "ca" / "mitmproxy-ca-cert.pem", port, process.pid)


KINDS: dict[str, Callable[[Origin, Path], AbstractContextManager[Subject]]] = {
    "direct": direct,
    "bare": bare,
    "aegis": aegis,
}
"""Name of a subject to what runs it."""


def initialize(home: Path, policy_text: str) -> None:
    """Make an Aegis home as a person would, then put this policy into it.

    Raises:
        BenchmarkError: `aegis init` failed; carries what it said.
    """
    home.mkdir()
    done = subprocess.run(
        [*AEGIS, "--home", str(home), "init"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"aegis init failed with code {done.returncode}\n{done.stdout}{done.stderr}")
    (home / "policy.yaml").write_text(policy_text)


def policy(origin_port: int, more: Mapping[str, Any] | None = None) -> str:
    """Return a policy that admits the origin and nothing else (JSON is YAML)."""
    return json.dumps(
        {
            "allowedDomains": [HOST],
            "allowedMethods": ["GET", "POST"],
            "blockedPaths": ["/admin/**"],
            "rateLimits": {"requestsPerMinute": _UNLIMITED},
            "network": {"allowedPorts": [80, 443, origin_port]},
            **(more or {}),
        },
        indent=2,
    )


def count_allowed(home: Path) -> int:
    """Return how many allowing verdicts the ledger of this home holds."""
    database = home / ".aegis" / "audit.db"
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as ledger:
        return int(ledger.execute("SELECT count(*) FROM entry WHERE verdict = 'allow'").fetchone()[0])
