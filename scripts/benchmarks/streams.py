"""`scripts/bench streams`: time to the first token of a streamed answer, and memory that large bodies take.

The baseline is stock mitmdump told to stream (`stream_large_bodies=1`; without it, it holds every answer to the end).
Subjects are measured in turn, question by question, so that a slow moment of the machine falls on all of them.
"""

from __future__ import annotations

import http.client
import json
import ssl
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from scripts.benchmarks import subjects
from scripts.benchmarks.certificates import Authority
from scripts.benchmarks.origin import HOST, Origin
from scripts.benchmarks.processes import LOOPBACK, BenchmarkError, await_listening, free_port, started
from scripts.benchmarks.tables import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.benchmarks.subjects import Subject

ADDED_TARGET_MS: Final = 1.0
"""Most milliseconds added to the median time to the first token."""
GROWTH_TARGET_MB: Final = 64
_QUESTION: Final = json.dumps(
    {"model": "m", "stream": True, "messages": [{"role": "user", "content": "how is the weather?"}]}
).encode()
_WARMUP: Final = 10
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    bound: float | None = None


def measure(questions: int, large_mb: int) -> list[Figure]:
    """Measure first tokens, and the growth of Aegis by a download of `large_mb` and an upload of half of it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aegis-bench-")))
        origin = stack.enter_context(_running(folder))
        bare = stack.enter_context(subjects.bare(origin, folder, "--set", "stream_large_bodies=1"))
        aegis = stack.enter_context(
            subjects.aegis(origin, folder, {"limits": {"maxRequestBodyBytes": 4 << 30}})
        )
        figures = _first_tokens(origin, bare, aegis, questions)
        return figures + (_large(origin, aegis, large_mb) if large_mb else [])


def report(figures: list[Figure]) -> str:
    """The table."""
    rows = [("figure", "measured", "bound", "")]
    for one in figures:
        is_met = "" if one.bound is None else "pass" if one.value <= one.bound else "MISS"
        bound = "" if one.bound is None else f"<= {one.bound:g}"
        rows.append((one.what, f"{one.value:,.2f} {one.unit}", bound, is_met))
    return aligned(rows)


@contextmanager
def _running(folder: Path) -> Iterator[Origin]:
    authority = Authority("Aegis benchmark origin")
    ca_file, certificate = folder / "origin-ca.pem", folder / "origin.pem"
    ca_file.write_bytes(authority.certificate())
    certificate.touch(mode=0o600)
    certificate.write_bytes(authority.issue([HOST]))
    port, log = free_port(), folder / "origin.log"
    command = [sys.executable, "-m", "scripts.benchmarks.stream_origin", str(port), str(certificate)]
    with started(command, log) as process:
        await_listening(process, port, log)
        yield Origin(port, ca_file)


def _connect(origin: Origin, subject: Subject) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=str(subject.ca_file))
    connection = http.client.HTTPSConnection(LOOPBACK, subject.proxy_port, context=context, timeout=120)
    connection.set_tunnel(HOST, origin.port)
    return connection


def _first_tokens(origin: Origin, bare: Subject, aegis: Subject, questions: int) -> list[Figure]:
    taken: dict[str, list[float]] = {bare.name: [], aegis.name: []}
    connections = {subject.name: _connect(origin, subject) for subject in (bare, aegis)}
    for number in range(_WARMUP + questions):
        for name, connection in connections.items():
            elapsed_ms = _ask(connection)
            if number >= _WARMUP:
                taken[name].append(elapsed_ms)
    for connection in connections.values():
        connection.close()
    medians = {name: statistics.median(times) for name, times in taken.items()}
    added = medians[aegis.name] - medians[bare.name]
    return [
        *(Figure(f"time to first token, {name}", value, "ms") for name, value in medians.items()),
        Figure("added at the median", added, "ms", ADDED_TARGET_MS),
        Figure("added at p95", _p95(taken[aegis.name]) - _p95(taken[bare.name]), "ms"),
    ]


def _ask(connection: http.client.HTTPSConnection) -> float:
    started_s = time.perf_counter()
    connection.request("POST", "/ask", _QUESTION, {"content-type": "application/json"})
    answer = connection.getresponse()
    line = answer.readline()
    elapsed_ms = (time.perf_counter() - started_s) * 1e3
    if answer.status != http.client.OK or not line.startswith(b"data: "):
        raise BenchmarkError(f"expected an event, got {answer.status} {line[:200]!r}")
    answer.read()
    return elapsed_ms


def _large(origin: Origin, aegis: Subject, large_mb: int) -> list[Figure]:
    process = psutil.Process(aegis.pid)
    connection = _connect(origin, aegis)
    before = process.memory_info().rss
    started_s = time.perf_counter()
    connection.request("GET", f"/download/{large_mb << 20}")
    answer = connection.getresponse()
    peak = before
    size = 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        peak = max(peak, process.memory_info().rss)
    if size != large_mb << 20:
        raise BenchmarkError(f"the download ended after {size} bytes")
    download_s = time.perf_counter() - started_s
    download = Figure(
        f"growth by a download of {large_mb} MB", (peak - before) / 2**20, "MB", GROWTH_TARGET_MB
    )
    upload_mb = large_mb // 2
    before = peak = process.memory_info().rss
    piece = bytes(range(256)) * (_PIECE // 256)

    def pieces() -> Iterator[bytes]:
        nonlocal peak
        for _ in range(upload_mb):
            peak = max(peak, process.memory_info().rss)
            yield piece

    started_s = time.perf_counter()
    headers = {"content-type": "application/octet-stream", "content-length": str(upload_mb << 20)}
    connection.request("POST", "/upload", pieces(), headers)
    if connection.getresponse().read() != b"ok":
        raise BenchmarkError("the upload was refused")
    upload_s = time.perf_counter() - started_s
    connection.close()
    return [
        download,
        Figure("download", large_mb / download_s, "MB/s"),
        Figure(f"growth by an upload of {upload_mb} MB", (peak - before) / 2**20, "MB", GROWTH_TARGET_MB),
        Figure("upload", upload_mb / upload_s, "MB/s"),
    ]


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
