"""`aegis env`: the variables an agent needs, ready to be read by a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scripts import agent_environment
from scripts.printing import complain

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Print the variables an agent needs.", epilog='Use: eval "$(aegis env)"')
@click.option(
    "--format",
    "form",
    type=click.Choice(agent_environment.FORMATS),
    default="shell",
    show_default=True,
    help="How to print them.",
)
@click.pass_obj
def env(home: Path | None, form: str) -> None:
    """Print the variables an agent needs.

    They lead its traffic through the gateway and make it trust the certificate authority.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from certs import authority  # noqa: PLC0415

    settings = Settings.load(home)
    certificate = authority.describe(settings.confdir).certificate_path
    if settings.port == 0:
        complain("PORT=0 takes any free port; `aegis start` prints the lines with the port it got")
    values = agent_environment.variables(settings.listen_host, settings.port, certificate)
    click.echo(agent_environment.render(values, form))
