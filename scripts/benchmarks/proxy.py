"""`scripts/bench proxy`: requests per second, latency and CPU of Aegis beside bare mitmdump and no proxy.

All subjects are up for the whole run and are measured in turn, scenario by scenario and round by round, so
that a slow moment of the machine falls on all of them. Everything shares two cores. Figures are medians over
the rounds.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.benchmarks import origin as origins
from scripts.benchmarks import subjects
from scripts.benchmarks.load import Job, Sample
from scripts.benchmarks.processes import BenchmarkError
from scripts.benchmarks.tables import aligned, figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scripts.benchmarks.origin import Origin
    from scripts.benchmarks.subjects import Subject

CORES = 2
THROUGHPUT_TARGET = 1.0
"""Least share of bare mitmdump's requests per second, at 1 KB and 16 connections."""
ADDED_TARGET_MS = 1.5
"""Most milliseconds added to bare mitmdump's median, at 1 KB and one connection."""
_HEADROOM = 2  # direct figures below this multiple of a proxy's mean the harness is part of what is measured


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the table."""

    protocol: str
    size: str
    connections: int

    def __str__(self) -> str:
        """Return the name that `--only` matches, like `h1/1KB/c16`."""
        return f"{self.protocol}/{self.size}/c{self.connections}"


SCENARIOS = tuple(
    Scenario(protocol, size, connections)
    for protocol, size, connections in product(("h1", "h2"), origins.SIZES, (1, 16))
)

type Figures = Mapping[Scenario, Mapping[str, Sample]]
"""Scenario to name of subject to its medians."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure and for how long."""

    runs: int
    seconds: float
    warmup_s: float
    scenarios: Sequence[Scenario]
    subjects: Sequence[str]
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    """Processes that wanted to run in the last minute: what else this machine was doing."""


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of the budget and whether this run kept it."""

    name: str
    scenario: str
    value: float
    bound: str
    is_met: bool


def measure(plan: Plan) -> Figures:
    """Start everything, measure in rounds, stop everything; return the medians."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with ExitStack() as stack:
        # the ledger's commits must reach a disk: TMPDIR chooses which, and the header names its file system
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aegis-bench-")))
        origin = stack.enter_context(origins.running(folder))
        started = [stack.enter_context(subjects.KINDS[name](origin, folder)) for name in plan.subjects]
        figures = _rounds(plan, origin, started)
        if "aegis" in plan.subjects:
            _require_entries(folder / "home", sum(row["aegis"].requests for row in figures.values()))
    return figures


def _rounds(plan: Plan, origin: Origin, started: Sequence[Subject]) -> Figures:
    samples: dict[Scenario, dict[str, list[Sample]]] = {
        scenario: {subject.name: [] for subject in started} for scenario in plan.scenarios
    }
    for number in range(plan.runs):
        for scenario in plan.scenarios:
            _progress(f"round {number + 1}/{plan.runs}  {scenario}")
            for subject in started:
                samples[scenario][subject.name].append(_one(plan, origin, scenario, subject))
    _progress("")
    return {
        scenario: {name: median(taken) for name, taken in row.items()} for scenario, row in samples.items()
    }


def _one(plan: Plan, origin: Origin, scenario: Scenario, subject: Subject) -> Sample:
    """Measure one subject once, the client in a process of its own."""
    job = Job(
        protocol=scenario.protocol,
        path=f"/{scenario.size}",
        size_bytes=origins.SIZES[scenario.size],
        connections=scenario.connections,
        origin_port=origin.port,
        proxy_port=subject.proxy_port,
        ca_file=str(subject.ca_file),
        measured_pid=subject.pid,
        warmup_s=plan.warmup_s,
        seconds=plan.seconds,
    )
    done = subprocess.run(
        [sys.executable, "-m", "scripts.benchmarks.load"],
        input=json.dumps(asdict(job)),
        capture_output=True,
        text=True,
        timeout=plan.warmup_s + plan.seconds + 60,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"{subject.name}, {scenario}: the client failed\n{done.stderr}")
    return Sample(**json.loads(done.stdout))


def _require_entries(home: Path, least: int) -> None:
    """Refuse figures of an Aegis that did not record what it let pass."""
    allowed = subjects.count_allowed(home)
    if allowed < least:
        raise BenchmarkError(f"expected at least {least} allowing verdicts in the ledger, got {allowed}")


def _progress(line: str) -> None:
    """Show where the run is, to a person only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def median(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure; requests are summed, for they are what was answered in all."""
    cpu_ms = [sample.cpu_ms for sample in samples if sample.cpu_ms is not None]
    return Sample(
        requests=sum(sample.requests for sample in samples),
        per_second=statistics.median(sample.per_second for sample in samples),
        p50_ms=statistics.median(sample.p50_ms for sample in samples),
        p99_ms=statistics.median(sample.p99_ms for sample in samples),
        cpu_ms=statistics.median(cpu_ms) if cpu_ms else None,
    )


def targets(figures: Figures) -> list[Target]:
    """Return the budget's promises that these figures can judge.

    With one connection throughput is but the inverse of latency, so there the promise is the added latency; the
    table shows the ratio all the same.
    """
    judged = []
    for scenario, row in figures.items():
        if scenario.size != "1KB" or not {"bare", "aegis"} <= row.keys():
            continue
        if scenario.connections == 1:
            added_ms = row["aegis"].p50_ms - row["bare"].p50_ms
            is_met = added_ms <= ADDED_TARGET_MS
            judged.append(Target("added p50 ms", str(scenario), added_ms, f"<= {ADDED_TARGET_MS}", is_met))
        else:
            share = row["aegis"].per_second / row["bare"].per_second
            is_met = share >= THROUGHPUT_TARGET
            judged.append(
                Target("throughput / bare", str(scenario), share, f">= {THROUGHPUT_TARGET}", is_met)
            )
    return judged


def report(plan: Plan, figures: Figures) -> str:
    """Return the whole report as text."""
    parts = [header(plan), _table(figures)]
    judged = targets(figures)
    if judged:
        parts.append(aligned([_HEAD_OF_TARGETS, *map(_row_of_target, judged)], left=2))
    parts.extend(_warnings(figures))
    return "\n\n".join(parts)


def header(plan: Plan) -> str:
    """Say what was compared, on what, and what the baseline is."""
    disk = _file_system(Path(tempfile.gettempdir()))
    return "\n".join(
        (
            f"HTTPS through CONNECT, keep-alive, closed loop; medians of {plan.runs} x {plan.seconds:g} s",
            f"{CORES} cores of {_cpu_model()}; load average before the run {plan.load_before:.1f}",
            f"Python {platform.python_version()}; mitmproxy {version('mitmproxy')}; ledger on {disk}",
            "bare  = mitmdump -q, all other options stock (eager connect, RSA CA)",
            "aegis = mitmdump -q -s aegis_addons.py: all addons, durable ledger, a policy for the origin",
            "h1, h2 = HTTP/1.1, HTTP/2 on both sides; c = connections, each with one request in flight",
            "CPU = user and system time of the proxy process, all threads, per request",
        )
    )


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )


def _file_system(path: Path) -> str:
    """Return the type of the file system that holds the path, from the longest matching mount point."""
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    holding = [(where, kind) for where, kind in mounts if path.resolve().is_relative_to(where)]
    return max(holding, key=lambda mount: len(mount[0]))[1]


_HEAD = (
    "scenario",
    "subject",
    "req/s",
    "p50 ms",
    "p99 ms",
    "CPU ms/req",
    "req/s ratio",
    "p50 added ms",
    "CPU ratio",
)
_HEAD_OF_TARGETS = ("target", "scenario", "bound", "measured", "")


def _table(figures: Figures) -> str:
    rows: list[tuple[str, ...]] = [_HEAD]
    for scenario, row in figures.items():
        baseline = row.get("bare")
        rows.extend(_row(scenario, name, sample, baseline) for name, sample in row.items())
    return aligned(rows, left=2)


def _row(scenario: Scenario, name: str, sample: Sample, baseline: Sample | None) -> tuple[str, ...]:
    share = added_ms = cpu_share = None
    if baseline is not None:
        share = sample.per_second / baseline.per_second
        added_ms = sample.p50_ms - baseline.p50_ms
    if baseline is not None and sample.cpu_ms is not None and baseline.cpu_ms:
        cpu_share = sample.cpu_ms / baseline.cpu_ms
    return (
        str(scenario),
        name,
        figure(sample.per_second, 0),
        *map(figure, (sample.p50_ms, sample.p99_ms, sample.cpu_ms, share, added_ms, cpu_share)),
    )


def _row_of_target(target: Target) -> tuple[str, ...]:
    outcome = "pass" if target.is_met else "FAIL"
    return (target.name, target.scenario, target.bound, figure(target.value, 3), outcome)


def _warnings(figures: Figures) -> Iterable[str]:
    """Say where origin and client were too slow for the figures to be the proxy's own."""
    for scenario, row in figures.items():
        proxies = [sample.per_second for name, sample in row.items() if name != "direct"]
        if "direct" in row and proxies and row["direct"].per_second < _HEADROOM * max(proxies):
            yield f"note: {scenario}: direct is less than {_HEADROOM} times a proxy's; the harness weighs in"


def as_json(plan: Plan, figures: Figures) -> str:
    """Return figures and targets for a machine."""
    return json.dumps(
        {
            "runs": plan.runs,
            "seconds": plan.seconds,
            "scenarios": {
                str(scenario): {name: asdict(sample) for name, sample in row.items()}
                for scenario, row in figures.items()
            },
            "targets": [asdict(target) for target in targets(figures)],
        },
        indent=2,
    )
