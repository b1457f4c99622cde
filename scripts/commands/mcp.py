"""`aegis mcp`: MCP over stdio, wrapped, served and configured."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scripts.failures import ExitCode
from scripts.printing import columns, printable

CLIENT_NAMES = (
    "claude-desktop",
    "claude-code",
    "cursor",
    "vscode",
    "codex",
    "gemini",
    "zed",
    "windsurf",
    "cline",
)
"""Those of `scripts.mcp.clients`, which is imported when it is needed."""


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
@click.option(
    "--proxy", "is_proxied", is_flag=True, help="Lead the server's own traffic through the gateway."
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def wrap(
    ctx: click.Context,
    *,
    agent: str,
    server: str | None,
    grace_s: float,
    is_proxied: bool,
    command: tuple[str, ...],
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
    code = wrap_server(
        home, list(command), agent=agent, server=server, grace_s=grace_s, is_proxied=is_proxied
    )
    ctx.exit(code)


@mcp.command(short_help="Serve sandboxed tools over stdio.")
@click.option("--agent", default="default", show_default=True, help="Name of the agent whose policy applies.")
@click.pass_context
def serve(ctx: click.Context, *, agent: str) -> None:
    """Serve tools to an MCP client over standard input and output, inside `filesystem.sandboxRoot` of the policy.

    read_file, write_file, list_directory, search_files, run_command (no shell), http_request (through the gateway,
    which has to run) and sql_query (SQLite files in the sandbox). Each call is judged and recorded like those of a
    wrapped server; in the policy the server's name is aegis: `tools: {deny: [aegis/run_command]}`.

    Exit codes: 0 the client has gone, 2 settings, policy, sandbox or ledger cannot be used.
    """
    from scripts.mcp.serving import serve as serve_tools  # noqa: PLC0415 - see scripts.cli

    home: Path | None = ctx.obj
    ctx.exit(serve_tools(home, agent=agent))


@mcp.command(
    short_help="Print entries for MCP clients' configuration files.",
    context_settings={"allow_interspersed_args": True},
)
@click.option(
    "--client",
    "names",
    multiple=True,
    type=click.Choice(CLIENT_NAMES),
    help="Only this client; may be repeated.",
)
@click.option("--agent", default="default", show_default=True, help="Name of the agent whose policy applies.")
@click.option(
    "--server", metavar="NAME", help="Name of the server that COMMAND runs.  [default: from COMMAND]"
)
@click.option(
    "--wrap-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Print this JSON file of a client with all of its stdio servers wrapped.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: client, file, entries.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.pass_obj
def config(
    home: Path | None,
    *,
    names: tuple[str, ...],
    agent: str,
    server: str | None,
    wrap_file: Path | None,
    as_json: bool,
    command: tuple[str, ...],
) -> None:
    """Print what MCP clients need in their configuration files: our tool server, and COMMAND wrapped if one is given.

    \b
    aegis mcp config --client cursor
    aegis mcp config --client codex --server files -- npx -y @modelcontextprotocol/server-filesystem ~/work
    aegis mcp config --wrap-file .mcp.json > new.json

    Nothing is written to any file. Exit codes: 0 printed, 2 wrong usage or a file that cannot be used.
    """  # noqa: D301 - click wants the control character
    from scripts.mcp import clients, configuring  # noqa: PLC0415 - see scripts.cli
    from scripts.mcp.wrapping import name_of, settings_without_environment  # noqa: PLC0415

    at = settings_without_environment(home).home
    wrap_with = configuring.wrap_command(at, agent)
    if wrap_file is not None:
        text, changed = clients.wrapped(wrap_file.read_text("utf-8"), wrap_with)
        click.echo(text)
        click.echo(f"wrapped: {', '.join(changed) or 'nothing'}", err=True)
        return
    servers = {"aegis": configuring.serve_command(at, agent)}
    if command:
        name = server or name_of(command)
        servers[name] = [*wrap_with, "--server", name, "--", *command]
    wanted = [clients.CLIENTS[name] for name in names or clients.CLIENTS]
    if as_json:
        found = [{"client": one.name, "file": one.files, "entries": one.document(servers)} for one in wanted]
        click.echo(json.dumps(found, indent=2))
        return
    for number, one in enumerate(wanted):
        click.echo(f"{chr(10) if number else ''}{one.name}: {one.files}", err=len(wanted) == 1)
        click.echo(one.text(servers))


@mcp.command(short_help="List the ledgers of MCP servers and verify their chains.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def ledgers(ctx: click.Context, *, as_json: bool) -> None:
    """List the ledgers of MCP servers, each with the number of its entries, and verify their chains.

    To read one: `DATABASE_URL=.aegis/ledgers/mcp-NAME.db aegis ledger show`.

    Exit codes: 0 all are intact, 1 one is broken, 2 one cannot be read.
    """
    from ledger.verify import verify  # noqa: PLC0415 - see scripts.cli
    from scripts.mcp.ledgers import DIRECTORY  # noqa: PLC0415
    from scripts.mcp.wrapping import settings_without_environment  # noqa: PLC0415

    directory = settings_without_environment(ctx.obj).state_dir / DIRECTORY
    reports = [(path, verify(path)) for path in sorted(directory.glob("*.db"))]
    if as_json:
        found = [
            {"path": str(path), "entries": one.entries, "intact": one.is_intact, "reason": one.reason}
            for path, one in reports
        ]
        click.echo(json.dumps(found, indent=2))
    elif not reports:
        click.echo("no MCP server has been wrapped or served yet")
    else:
        rows = [("LEDGER", "ENTRIES", "CHAIN")]
        rows += [
            (path.name, f"{one.entries:,}", "intact" if one.is_intact else printable(one.reason))
            for path, one in reports
        ]
        click.echo(columns(rows))
    ctx.exit(ExitCode.OK if all(one.is_intact for _, one in reports) else ExitCode.NO)
