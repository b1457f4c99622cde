"""`aegis ledger`: what has been recorded."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from scripts.failures import ExitCode
from scripts.printing import complain

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.query import Entry

MOST_ENTRIES = 1000


@click.group(short_help="Show what has been recorded.")
def ledger() -> None:
    """Show what has been recorded."""


@ledger.command(short_help="Show the latest entries, or those of one flow.")
@click.option(
    "--last",
    "count",
    type=click.IntRange(1, MOST_ENTRIES),
    default=20,
    show_default=True,
    metavar="N",
    help="How many entries to show.",
)
@click.option(
    "--flow", metavar="ID|ENTRY", help="Only what was recorded about the flow with this id or entry number."
)
@click.option("--agent", help="Only entries of this agent.")
@click.option("--host", help="Only entries about this host.")
@click.option("--verdict", type=click.Choice(["allow", "redact", "hold", "block"]), help="Only this verdict.")
@click.option("--json", "as_json", is_flag=True, help="Print entries whole, one JSON object a line.")
@click.pass_context
def show(
    ctx: click.Context,
    *,
    count: int,
    flow: str | None,
    agent: str | None,
    host: str | None,
    verdict: str | None,
    as_json: bool,
) -> None:
    """Show the latest entries, oldest first, or those of one flow.

    Whatever agents sent is shown with control characters escaped.

    Exit codes: 0 shown, 1 there is no such flow or entry, 2 the ledger cannot be read.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from ledger import query  # noqa: PLC0415

    database = Settings.load(ctx.obj).database_path
    if flow is not None:
        entries = _of_flow(database, flow)
        if not entries:
            complain(f"nothing is recorded about {flow!r}", "`aegis ledger show` lists the latest entries")
            ctx.exit(ExitCode.NO)
    else:
        where = query.Filter(agent=agent, host=host, verdict=verdict)
        entries = query.latest(database, where, limit=count)[::-1]
    _print(entries, as_json=as_json)


def _of_flow(database: Path, flow: str) -> list[Entry]:
    from ledger import query  # noqa: PLC0415

    if not (flow.isascii() and flow.isdigit()):
        return query.by_flow(database, flow)
    found = query.entry(database, int(flow))
    if found is None:
        return []
    name = found.fields.get("flow")
    return query.by_flow(database, name) if isinstance(name, str) else [found]


def _print(entries: list[Entry], *, as_json: bool) -> None:
    from scripts.ledger_table import table  # noqa: PLC0415

    if as_json:
        for entry in entries:
            click.echo(json.dumps(_plain(entry)).replace("\x7f", "\\u007f"))
        return
    click.echo(table(entries, shutil.get_terminal_size().columns if sys.stdout.isatty() else None))


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "entry": entry.seq,
        "at_us": entry.ts_us,
        "type": entry.type,
        "fields": entry.fields,
        "leaf": entry.leaf.hex(),
        "head": entry.head.hex(),
        "sound": entry.is_sound,
    }
