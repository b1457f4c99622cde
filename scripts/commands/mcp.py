"""`aegis mcp`: MCP over stdio, wrapped, served and configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


@click.group(short_help="Guard MCP servers that speak over stdio.")
def mcp() -> None:
    """Guard MCP servers that speak over stdio, and offer tools of our own."""


@mcp.command(
    short_help="Run an MCP server with Aegis between it and its client.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--agent", default="default", show_default=True, help="Name of the agent whose policy applies.")
@click.option(
    "--server",
    metavar="NAME",
    help="Name of the server in the policy and the ledger.  [default: from COMMAND]",
)
@click.option(
    "--grace",
    "grace_s",
    type=click.FloatRange(0, 3600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the server may go on after its client has closed the connection.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def wrap(
    ctx: click.Context, *, agent: str, server: str | None, grace_s: float, command: tuple[str, ...]
) -> None:
    """Run COMMAND, an MCP server that speaks over stdio, and judge every message in both directions.

    Put it where the client's configuration names the server; `aegis mcp config` prints such entries. Calls that the
    policy refuses are answered in the server's place; tools that it denies, or that try to instruct the model, are
    taken out of the server's list. Each verdict is an entry of .aegis/ledgers/mcp-NAME.db.

    \b
    aegis mcp wrap --server files -- npx -y @modelcontextprotocol/server-filesystem ~/work

    The server's messages to stderr stay as they are, and its exit code is ours (128 and the number of the signal that
    ended it). Before it runs: 2 if settings, policy or ledger cannot be used, or the server cannot be started.
    """  # noqa: D301 - click wants the control character
    from scripts.mcp.wrapping import wrap_server  # noqa: PLC0415 - see scripts.cli

    home: Path | None = ctx.obj
    ctx.exit(wrap_server(home, list(command), agent=agent, server=server, grace_s=grace_s))
