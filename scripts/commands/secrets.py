"""`aegis secrets`: what the vault holds, and how secrets are replaced, removed and handed to agents."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from scripts.commands.add_secret import binding_options, describe
from scripts.durations import microseconds
from scripts.printing import ABSENT, DONE, NOTICE, columns, counted, printable

if TYPE_CHECKING:
    from pathlib import Path

    from vault.contents import Contents, SecretRow

HEADING = ("SECRET", "SERVICE", "HOSTS", "PLACEMENT", "AGENTS", "VERSION", "SINCE (UTC)")


@click.group(short_help="List, rotate and remove secrets.")
def secrets() -> None:
    """List, rotate and remove secrets, and hand out their placeholders. Values are never shown."""


@secrets.command("list", short_help="List the secrets and what they are bound to.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def list_secrets(home: Path | None, *, as_json: bool) -> None:
    """List the secrets, what they are bound to and who holds placeholders. Values are never shown."""
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from scripts.vault_access import open_vault  # noqa: PLC0415

    contents = open_vault(Settings.load(home)).contents
    rows = [_plain(row, contents) for row in contents.secrets if row.retires_us is None]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        click.echo(columns([HEADING, *map(_cells, rows)]))
    else:
        click.echo("The vault is empty. `aegis add-secret` stores the first secret.")


@secrets.command(
    short_help="Replace a secret's value.",
    epilog="""\b
Examples:
  aegis secrets rotate OPENAI_API_KEY
  pass show openai | aegis secrets rotate OPENAI_API_KEY --grace 7d
  aegis secrets rotate CRM_TOKEN --host crm2.example.com""",
)
@click.argument("key")
@click.option(
    "--grace",
    "grace_us",
    callback=microseconds,
    default="24h",
    show_default=True,
    help="How long the old value is still looked for in traffic.",
)
@binding_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def rotate(home: Path | None, /, *, key: str, grace_us: int, as_json: bool, **stated: Any) -> None:
    """Replace the value of KEY, or what it is bound to. Placeholders stay as they are.

    The new value is in use from the next request on. The old one stays sealed for the grace time, and is caught
    wherever it shows up.
    """
    from addons.settings import Settings  # noqa: PLC0415
    from scripts.policy_file import load_policy_file  # noqa: PLC0415
    from scripts.vault_access import open_vault, read_value  # noqa: PLC0415
    from scripts.vault_binding import Wishes, rebind  # noqa: PLC0415
    from scripts.vault_record import record  # noqa: PLC0415
    from vault.errors import SecretExists  # noqa: PLC0415

    settings = Settings.load(home)
    vault = open_vault(settings)
    current = vault.binding(key)
    binding = rebind(key, current, Wishes(**stated), load_policy_file(settings.policy_path))
    with read_value(key) as value, vault.lend(key) as present:
        if present.is_same(value) and binding == current:
            raise SecretExists(
                f"this is the value that {key} has", hint="get a new one from the provider, then rotate to it"
            )
        vault.rotate(key, value, binding=binding, grace_us=grace_us)
    notice = record(settings.database_path, vault.state, "rotated", key)
    version = max(row.version for row in vault.contents.secrets if row.name == key)
    if as_json:
        click.echo(json.dumps({"secret": key, "version": version, **binding.to_fields()}, indent=2))
    else:
        click.echo(f'{DONE} Secret "{key}" rotated to version {version}')
        click.echo("\n".join(describe(binding, {})))
    _tell(notice)


@secrets.command(short_help="Forget a secret and its placeholders.")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def remove(home: Path | None, *, key: str, yes: bool, as_json: bool) -> None:
    """Forget KEY: all its versions and placeholders. Revoke it at its provider as well."""
    from addons.settings import Settings  # noqa: PLC0415
    from scripts.vault_access import open_vault  # noqa: PLC0415
    from scripts.vault_record import record  # noqa: PLC0415
    from vault.errors import SecretRefused  # noqa: PLC0415

    settings = Settings.load(home)
    vault = open_vault(settings)
    vault.binding(key)
    if not yes:
        if not sys.stdin.isatty():
            raise SecretRefused(
                f"{key} is not removed without being asked", hint="repeat the command with --yes"
            )
        click.confirm(f"Remove {key} and its placeholders for good?", abort=True, err=True)
    vault.remove(key)
    notice = record(settings.database_path, vault.state, "removed", key)
    click.echo(json.dumps({"secret": key, "removed": True}) if as_json else f'{DONE} Secret "{key}" removed')
    _tell(notice)


@secrets.command(
    short_help="Show the placeholder of an agent.",
    epilog="Example: aegis secrets placeholder OPENAI_API_KEY --agent builder --renew --grace 1h",
)
@click.argument("key")
@click.option("--agent", default="default", show_default=True, help="Who holds it.")
@click.option("--renew", is_flag=True, help="Make a new one.")
@click.option(
    "--grace",
    "grace_us",
    callback=microseconds,
    default="0",
    show_default=True,
    help="How long the old one stays valid.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def placeholder(
    home: Path | None, *, key: str, agent: str, renew: bool, grace_us: int, as_json: bool
) -> None:
    """Show the placeholder that an agent holds instead of KEY; made when it is first asked for."""
    from addons.settings import Settings  # noqa: PLC0415
    from scripts.vault_access import open_vault  # noqa: PLC0415
    from scripts.vault_record import record  # noqa: PLC0415

    settings = Settings.load(home)
    vault = open_vault(settings)
    before = vault.state
    token = vault.renew(key, agent, grace_us=grace_us) if renew else vault.placeholder(key, agent)
    notice = "" if vault.state == before else record(settings.database_path, vault.state, "issued", key)
    fields = {"secret": key, "agent": agent, "placeholder": token}
    click.echo(json.dumps(fields, indent=2) if as_json else token)
    _tell(notice)


def _tell(notice: str) -> None:
    if notice:
        click.echo(f"{NOTICE} {printable(notice)}", err=True)


def _plain(row: SecretRow, contents: Contents) -> dict[str, Any]:
    from vault.bindings import Binding  # noqa: PLC0415

    holders = sorted(
        {item.agent for item in contents.placeholders if item.secret == row.name and item.retires_us is None}
    )
    retiring = [
        {"version": old.version, "until": _time(old.retires_us)}
        for old in contents.secrets
        if old.name == row.name and old.retires_us is not None
    ]
    return {
        "secret": row.name,
        "version": row.version,
        "since": _time(row.created_us),
        "retiring": retiring,
        **Binding.from_text(row.binding).to_fields(),
        "holders": holders,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    retiring = f" (+{counted(len(row['retiring']), 'old', 'old')})" if row["retiring"] else ""
    cells = (
        row["secret"],
        row["service"] or ABSENT,
        ", ".join(row["hosts"]),
        ", ".join(row["locations"]),
        ", ".join(row["agents"] or row["holders"]) or ABSENT,
        f"{row['version']}{retiring}",
        row["since"],
    )
    return tuple(map(printable, cells))


def _time(at_us: int) -> str:
    return f"{dt.datetime.fromtimestamp(at_us / 1_000_000, dt.UTC):%Y-%m-%d %H:%M}"
