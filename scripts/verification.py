"""Verification of the ledger as the command line does it, with a progress bar where somebody watches."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.verify import Report


class ChainBrokenError(Exception):
    """The ledger's chain is broken."""

    def __init__(self, report: Report) -> None:
        place = "" if report.first_bad_seq is None else f" at entry {report.first_bad_seq}"
        super().__init__(f"the chain is broken{place}: {report.reason}")
        self.report = report

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            "somebody or something changed the ledger: keep a copy of its files as evidence, "
            "then start with another DATABASE_URL"
        )


def verify_with_progress(path: Path) -> Report:
    """Verify the ledger at `path`, showing progress on stderr where it is a terminal.

    Raises:
        LedgerError: it cannot be read.
    """
    if not sys.stderr.isatty():
        return verify(path)
    bar = Progress(
        TextColumn("Verifying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("verify", total=None)
        return verify(path, progress=lambda done, total: bar.update(task, completed=done, total=total))


def require_intact(report: Report) -> None:
    """Refuse a broken chain.

    Raises:
        ChainBrokenError: naming the first bad entry.
    """
    if not report.is_intact:
        raise ChainBrokenError(report)
