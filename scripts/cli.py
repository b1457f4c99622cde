"""The command line `aegis`: global options and the list of commands, each in a file of `commands/`.

Commands import what they need when they run: `aegis env` must not wait for what only `aegis start` uses.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from scripts.commands.add_secret import add_secret
from scripts.commands.completion import completion
from scripts.commands.doctor import doctor
from scripts.commands.env import env
from scripts.commands.init import init
from scripts.commands.judge import judge
from scripts.commands.ledger import ledger
from scripts.commands.list_services import list_services
from scripts.commands.mcp import mcp
from scripts.commands.policy import policy
from scripts.commands.secrets import secrets
from scripts.commands.start import start
from scripts.commands.tools import tools
from scripts.commands.vault import vault
from scripts.commands.verify_ledger import verify_ledger
from scripts.failures import EXIT_CODES_HELP, tell
from scripts.printing import tolerate_narrow_encodings


def _version() -> str:
    try:
        return version("aegis-mitm")
    except PackageNotFoundError:
        return "unknown (not installed; run from a checkout)"


class _Aegis(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a command's errors become an exit code
            ctx.exit(tell(error))


@click.group(
    cls=_Aegis,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES_HELP,
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="AEGIS_HOME",
    help="Directory that holds .env, policy.yaml and .aegis/.  [default: AEGIS_HOME, or the current one]",
)
@click.version_option(_version(), prog_name="aegis")
@click.pass_context
def aegis(ctx: click.Context, home: Path | None) -> None:
    """Aegis is the checkpoint between an AI agent and everything it talks to.

    Begin with `aegis init`, then `aegis start`.
    """
    ctx.obj = home


for command in (
    init,
    start,
    env,
    policy,
    judge,
    list_services,
    add_secret,
    secrets,
    vault,
    tools,
    ledger,
    verify_ledger,
    mcp,
    doctor,
    completion,
):
    aegis.add_command(command)


def main() -> None:
    """Run the command line."""
    tolerate_narrow_encodings()
    aegis(prog_name="aegis")
