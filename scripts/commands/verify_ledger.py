"""`aegis verify-ledger`: walks the hash chain and says whether it is intact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts.failures import ExitCode
from scripts.printing import DONE, FAILED, printable

if TYPE_CHECKING:
    from ledger.verify import Report


@click.command("verify-ledger", short_help="Verify the audit ledger's hash chain.")
@click.argument("path", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def verify_ledger(ctx: click.Context, *, path: Path | None, as_json: bool) -> None:
    """Verify the hash chain of the ledger at PATH, or of the one in the settings.

    Exit codes: 0 intact, 1 broken, 2 cannot be read.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from scripts.verification import verify_with_progress  # noqa: PLC0415

    database = path or Settings.load(ctx.obj).database_path
    report = verify_with_progress(database)
    click.echo(json.dumps(_plain(report, database), indent=2) if as_json else _words(report))
    ctx.exit(ExitCode.OK if report.is_intact else ExitCode.NO)


def _words(report: Report) -> str:
    if report.is_intact:
        lines = (
            f"{DONE} Audit ledger integrity: VERIFIED",
            "  Chain status: INTACT",
            "  Tamper evidence: no breaks detected",
        )
    else:
        lines = (
            f"{FAILED} Audit ledger integrity: NOT VERIFIED",
            f"  Chain status: BROKEN{_place(report)}",
            f"  Tamper evidence: {printable(report.reason)}",
        )
    return "\n".join((*lines, f"  Entries: {report.entries:,}", f"  Head: {report.head_hex}"))


def _place(report: Report) -> str:
    return "" if report.first_bad_seq is None else f" at entry {report.first_bad_seq}"


def _plain(report: Report, path: Path) -> dict[str, Any]:
    return {
        "path": str(path),
        "chain": report.chain_id,
        "intact": report.is_intact,
        "entries": report.entries,
        "head": report.head_hex,
        "firstBadEntry": report.first_bad_seq,
        "reason": report.reason,
    }
