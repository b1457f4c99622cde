"""`aegis env`: the variables an agent needs, ready to be read by a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scripts import agent_environment
from scripts.printing import complain

if TYPE_CHECKING:
    from pathlib import Path

    from addons.settings import Settings


@click.command(
    short_help="Print the variables an agent needs.",
    epilog="""\b
Examples:
  eval "$(aegis env)"
  aegis env --agent builder --format dotenv > builder.env
  podman run --env-file builder.env ...""",
)
@click.option("--agent", help="With the placeholders that this agent holds instead of secrets.")
@click.option(
    "--format",
    "form",
    type=click.Choice(agent_environment.FORMATS),
    default="shell",
    show_default=True,
    help="How to print them.",
)
@click.pass_obj
def env(home: Path | None, *, agent: str | None, form: str) -> None:
    """Print the variables an agent needs.

    They lead its traffic through the gateway and make it trust the certificate authority. With --agent they name the
    vault's secrets, each with the placeholder of that agent; none of them is a secret.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from certs import authority  # noqa: PLC0415

    settings = Settings.load(home)
    certificate = authority.describe(settings.confdir).certificate_path
    if settings.port == 0:
        complain("PORT=0 takes any free port; `aegis start` prints the lines with the port it got")
    values = agent_environment.variables(settings.listen_host, settings.port, certificate)
    if agent is not None:
        values |= _placeholders(settings, agent)
    click.echo(agent_environment.render(values, form))


def _placeholders(settings: Settings, agent: str) -> dict[str, str]:
    """The placeholders of an agent by the names of their secrets; makes those it does not have yet."""
    from scripts.policy_file import load_policy_file  # noqa: PLC0415
    from scripts.vault_access import open_vault, vault_path  # noqa: PLC0415
    from scripts.vault_binding import unknown_agents  # noqa: PLC0415
    from scripts.vault_record import record  # noqa: PLC0415

    if not vault_path(settings).exists():
        complain("there is no vault yet, so no placeholders", "`aegis add-secret` stores the first secret")
        return {}
    vault = open_vault(settings)
    before = vault.state
    names = sorted(vault.register.bound)
    held = [name for name in names if not (agents := vault.binding(name).agents) or agent in agents]
    values = {name: vault.placeholder(name, agent) for name in held}
    if unknown := unknown_agents(load_policy_file(settings.policy_path), [agent]):
        complain(unknown)
    if vault.state != before and (notice := record(settings.database_path, vault.state, "issued")):
        complain(notice)
    if not values:
        complain(
            f"no secret is bound to agent {agent!r}", "`aegis secrets list` shows whom they are bound to"
        )
    return values
