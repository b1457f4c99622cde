"""`aegis tools`: what tool servers have offered, and which changes a person accepts."""

from __future__ import annotations

import difflib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scripts.failures import ExitCode
from scripts.printing import DONE, columns, complain, counted, printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledger.definitions import Definition, Definitions

_SHOWN_CELLS = 60


@click.group(short_help="Show the tools that servers offer, and accept changed ones.")
def tools() -> None:
    """Show the tools that servers offer, and accept changed ones.

    A tool's definition is remembered when it is first seen. If the server sends another one later, the tool is hidden
    from agents and calls of it are refused until the change is accepted here.
    """


@tools.command("list", short_help="List the tools that were offered.")
@click.option("--server", help="Only tools of this server.")
@click.option("--pending", is_flag=True, help="Only tools whose change waits to be accepted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, with the definitions.")
@click.pass_obj
def list_tools(home: Path | None, *, server: str | None, pending: bool, as_json: bool) -> None:
    """List the tools that were offered, by server, with the time their definition was first seen or accepted."""
    with _definitions(home) as definitions:
        found = [
            one
            for one in definitions.all()
            if (server is None or one.server == server) and (one.pending or not pending)
        ]
    if as_json:
        for one in found:
            click.echo(json.dumps(_plain(one)))
        return
    if not found:
        click.echo("no tools" + (" wait to be accepted" if pending else " have been offered"))
        return
    click.echo(_table(found))


@tools.command(short_help="Show what has changed in a tool.")
@click.argument("server")
@click.argument("tool")
@click.pass_context
def diff(ctx: click.Context, server: str, tool: str) -> None:
    """Show what has changed in the definition of TOOL of SERVER: lines with - are in force, lines with + wait.

    Exit codes: 0 nothing has changed, 1 a change waits, 2 there is no such tool.
    """
    with _definitions(ctx.obj) as definitions:
        one = _find(definitions, server, tool)
    if one is None:
        complain(f"there is no tool {tool!r} of {server!r}", "`aegis tools list` shows all")
        ctx.exit(ExitCode.CANNOT)
    if not one.pending:
        click.echo("nothing has changed")
        return
    for line in _changes(one):
        click.echo(printable(line))
    ctx.exit(ExitCode.NO)


@tools.command(short_help="Put a changed definition in force.")
@click.argument("server", required=False)
@click.argument("tool", required=False)
@click.option(
    "--all", "is_all", is_flag=True, help="Accept every change that waits (of SERVER, if one is named)."
)
@click.pass_context
def accept(ctx: click.Context, server: str | None, tool: str | None, *, is_all: bool) -> None:
    """Put the changed definition of TOOL of SERVER in force; running gateways follow at once.

    Look at the change first: `aegis tools diff SERVER TOOL`.

    Exit codes: 0 accepted, 1 nothing waits, 2 wrong usage or there is no such tool.
    """
    if is_all == (tool is not None):
        raise click.UsageError("name a SERVER and a TOOL, or use --all")
    with _definitions(ctx.obj) as definitions:
        if tool is not None and server is not None and _find(definitions, server, tool) is None:
            complain(f"there is no tool {tool!r} of {server!r}", "`aegis tools list` shows all")
            ctx.exit(ExitCode.CANNOT)
        waiting = [
            one
            for one in definitions.all()
            if one.pending and server in {None, one.server} and tool in {None, one.tool}
        ]
        accepted = [one for one in waiting if definitions.accept(one.server, one.tool)]
    for one in accepted:
        click.echo(f"{DONE} {printable(one.tool)} of {printable(one.server)} accepted")
    if not accepted:
        click.echo("nothing waits to be accepted")
        ctx.exit(ExitCode.NO)


def _definitions(home: Path | None) -> Definitions:
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from ledger.definitions import DEFINITIONS_FILE, Definitions  # noqa: PLC0415

    return Definitions(Settings.load(home).database_path.with_name(DEFINITIONS_FILE))


def _find(definitions: Definitions, server: str, tool: str) -> Definition | None:
    return next((one for one in definitions.all() if (one.server, one.tool) == (server, tool)), None)


def _table(found: list[Definition]) -> str:
    head = ("SERVER", "TOOL", "SINCE", "STATE", "DESCRIPTION")
    rows = [
        (
            printable(one.server),
            printable(one.tool),
            datetime.fromtimestamp(one.seen_s, UTC).strftime("%Y-%m-%d %H:%M"),
            "changed" if one.pending else "in force",
            shorten(printable(json.loads(one.text).get("description", "")), _SHOWN_CELLS),
        )
        for one in found
    ]
    waiting = sum(1 for one in found if one.pending)
    tail = counted(len(found), "tool", "tools") + (
        f", {waiting} changed: see `aegis tools diff`" if waiting else ""
    )
    return f"{columns([head, *rows])}\n{tail}"


def _changes(one: Definition) -> Iterable[str]:
    before, after = (json.dumps(json.loads(text), indent=2).splitlines() for text in (one.text, one.pending))
    return difflib.unified_diff(before, after, "in force", "waits", lineterm="")


def _plain(one: Definition) -> dict[str, Any]:
    return {
        "server": one.server,
        "tool": one.tool,
        "since": datetime.fromtimestamp(one.seen_s, UTC).isoformat(),
        "state": "changed" if one.pending else "in force",
        "definition": json.loads(one.text),
        "pending": json.loads(one.pending) if one.pending else None,
    }
