"""`scripts/bench detection`: how much the guards find, how much they leave alone, and what it costs.

For each family: recall at the shipped threshold, false alarms on benign and on hard benign rows, recall at one percent
false alarms by the family's own score, and the time a row takes; beside it open-source detectors on the same rows in
the same run. The corpora do not ship: `--corpora` names a directory that holds `FAMILY/*.jsonl`.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scripts.benchmarks import baselines
from scripts.benchmarks.processes import BenchmarkError
from scripts.benchmarks.tables import aligned
from scripts.commands.judge import DEFAULT_POLICY
from scripts.judging import families
from scripts.policy_file import load_policy_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FAMILIES = ("prompt_injection", "pii", "secrets", "ssrf", "sqli", "shell", "paths")
ALLOWED_FALSE_ALARMS = 0.01
BASELINES_ENVIRONMENT = "AEGIS_BASELINES_PYTHON"
"""Interpreter with the baselines installed; set by `scripts/bench`."""


@dataclass(slots=True)
class Group:
    """Rows that are counted together."""

    total: int = 0
    flagged: int = 0
    """Refused or redacted at the shipped threshold."""

    @property
    def share(self) -> float:
        """Part that was flagged, 0..1."""
        return self.flagged / self.total if self.total else 0.0


@dataclass(slots=True)
class Result:
    """What one detector makes of one family."""

    name: str
    positives: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    negatives: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    positive_scores: list[float] = field(default_factory=list)
    negative_scores: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0
    rows: int = 0
    size_bytes: int = 0


def rows(directory: Path, family: str) -> list[dict[str, Any]]:
    """Read the development rows of a family.

    Raises:
        BenchmarkError: if there are none.
    """
    found = [
        json.loads(line)
        for file in sorted((directory / family).glob("dev.jsonl"))
        for line in file.read_text().split("\n")  # a row may hold other separators
        if line
    ]
    if not found:
        raise BenchmarkError(f"no rows in {directory / family}")
    return found


def measure(directory: Path, wanted: Sequence[str]) -> dict[str, list[Result]]:
    """Judge every row of the families by Aegis and by the baselines there are."""
    policy = load_policy_file(DEFAULT_POLICY).base
    results = {}
    for family in wanted:
        all_rows = rows(directory, family)
        ours = Result("aegis")
        families.judge(family, all_rows[0], policy)  # what is made once is made now
        for row in all_rows:
            started = time.perf_counter()
            judged = families.judge(family, row, policy)
            ours.elapsed_s += time.perf_counter() - started
            _count(ours, family, row, is_flagged=families.is_refused(judged), score=judged.detector)
        results[family] = [ours, *_baselines(family, all_rows)]
    return results


def _baselines(family: str, all_rows: list[dict[str, Any]]) -> Iterable[Result]:
    python = os.environ.get(BASELINES_ENVIRONMENT, "")
    for name, of_family in baselines.FAMILY_OF.items():
        if of_family != family or not python:
            continue
        text = "\n".join(map(json.dumps, all_rows))
        command = [python, baselines.__file__, name, families.FIELD_OF[family]]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchmarkError(f"{name} failed: {done.stderr[-500:]}")
        *answers, elapsed_s = done.stdout.split()
        result = Result(name, elapsed_s=float(elapsed_s))
        for row, answer in zip(all_rows, answers, strict=True):
            _count(result, family, row, is_flagged=answer == "1", score=float(answer))
        yield result


def _count(result: Result, family: str, row: dict[str, Any], *, is_flagged: bool, score: float) -> None:
    kind = str(row["kind"])
    result.rows += 1
    result.size_bytes += len(row[families.FIELD_OF[family]].encode("utf-8", "replace"))
    if row["label"]:
        is_counted = _is_headline(family, row)
        group = result.positives[kind if is_counted else f"({kind}, weak)"]
        if is_counted:
            result.positive_scores.append(score)
    else:
        group = result.negatives[kind]
        result.negative_scores.append(score)
    group.total += 1
    group.flagged += is_flagged


def _is_headline(family: str, row: dict[str, Any]) -> bool:
    """Weak rows are positive only in context; personal data without form is nobody's claim."""
    if family == "pii":
        return bool(row.get("has_structured"))
    return row.get("strength") != "weak"


def recall_at(result: Result, allowed: float) -> float:
    """Return the recall at the lowest threshold that has at most `allowed` false alarms."""
    ranked = sorted(result.negative_scores, reverse=True)
    if not ranked or not result.positive_scores:
        return 0.0
    threshold = ranked[min(int(allowed * len(ranked)), len(ranked) - 1)]
    return sum(score > threshold for score in result.positive_scores) / len(result.positive_scores)


def report(results: dict[str, list[Result]]) -> str:
    """The tables."""
    head = ("family", "detector", "recall", "recall at 1 %", "false alarms", "hard", "us/row", "us/KB")
    lines: list[tuple[str, ...]] = [head]
    details = [("family", "kind", "rows", "flagged")]
    for family, found in results.items():
        lines += [(family, result.name, *_figures(result)) for result in found]
        groups = sorted((*found[0].positives.items(), *found[0].negatives.items()), key=lambda one: one[0])
        details += [(family, kind, str(group.total), f"{group.share:.2%}") for kind, group in groups]
    return f"{aligned(lines, 2)}\n\n{aligned(details, 2)}"


def _figures(result: Result) -> tuple[str, ...]:
    headline = _sum(group for kind, group in result.positives.items() if not kind.startswith("("))
    benign = _sum(result.negatives.values())
    hard = _sum(
        group for kind, group in result.negatives.items() if kind not in {"benign", "doc_url", "benign_query"}
    )
    return (
        f"{headline.share:.1%}",
        f"{recall_at(result, ALLOWED_FALSE_ALARMS):.1%}",
        f"{benign.share:.2%}",
        f"{hard.share:.2%}" if hard.total else "-",
        f"{result.elapsed_s / result.rows * 1e6:,.0f}",
        f"{result.elapsed_s / (result.size_bytes / 1024) * 1e6:,.0f}",
    )


def _sum(groups: Iterable[Group]) -> Group:
    total = Group()
    for group in groups:
        total.total += group.total
        total.flagged += group.flagged
    return total
