"""`aegis vault`: is the vault sound, and what opens it?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from scripts.failures import ExitCode
from scripts.printing import DONE, FAILED, NOTICE, printable

if TYPE_CHECKING:
    from pathlib import Path

    from vault.errors import VaultTampered
    from vault.vault import Vault

KEY_FORMS = """\b
Where a key can come from (VAULT_KEY, and --to):
  file:PATH            a key file; the default is file:.aegis/vault.key
  credential:NAME      a credential that systemd hands to the service
  passphrase[:PATH]    asked for on the terminal, or read from a private file
  transit:[MOUNT/]KEY  OpenBao or HashiCorp Vault; address and token in BAO_ADDR and BAO_TOKEN
  keyring[:SERVICE]    the keyring of a desktop"""


@click.group(short_help="Check the vault and change its key.")
def vault() -> None:
    """Check the vault and change what opens it."""


@vault.command(short_help="Say whether the vault is sound.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def status(ctx: click.Context, *, as_json: bool) -> None:
    """Open the vault and say whether all of it is genuine and of the latest state.

    Exit codes: 0 sound, 1 altered or rolled back, 2 cannot be opened.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from scripts.vault_access import open_vault  # noqa: PLC0415
    from vault.errors import VaultTampered  # noqa: PLC0415

    try:
        opened = open_vault(Settings.load(ctx.obj))
        for _ in opened.lend_all():
            pass
    except VaultTampered as error:
        click.echo(_broken(error, as_json=as_json))
        ctx.exit(ExitCode.NO)
    fields = _plain(opened)
    if as_json:
        click.echo(json.dumps(fields, indent=2))
        return
    click.echo(f"{DONE} Vault: SOUND")
    for label, name in (
        ("File", "path"),
        ("Key", "key"),
        ("Secrets", "secrets"),
        ("Placeholders", "placeholders"),
    ):
        click.echo(f"  {label}: {printable(fields[name])}")
    click.echo(f"  Generation: {fields['generation']}, sha256:{fields['digest']}")


@vault.command(short_help="Change the key that opens the vault.", epilog=KEY_FORMS)
@click.option(
    "--to", "spec", metavar="SOURCE", help="Where the new key comes from.  [default: where the old one is]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def rekey(home: Path | None, *, spec: str | None, as_json: bool) -> None:
    """Change the key that opens the vault. No value is decrypted, and a crash leaves it open with one of the keys.

    Copies of the vault from before need the old key. A running gateway takes over a new key from the same source by
    itself, unless it is a passphrase that has to be typed; after a change of the source it lends nothing until it is
    started again.
    """
    from addons.settings import Settings  # noqa: PLC0415
    from scripts.vault_access import KEY_VARIABLE, key_source, open_vault  # noqa: PLC0415
    from scripts.vault_record import record  # noqa: PLC0415

    settings = Settings.load(home)
    opened = open_vault(settings)
    before = opened.source_spec
    opened.rekey(key_source(settings, spec) if spec else key_source(settings))
    notices = [record(settings.database_path, opened.state, "rekeyed")]
    if opened.source_spec != before:
        notices.append(
            f"set {KEY_VARIABLE}={opened.source_spec} in .env; start the gateway again; {before} opens nothing any more"
        )
    click.echo(
        json.dumps(_plain(opened), indent=2)
        if as_json
        else f"{DONE} Vault rekeyed: {printable(opened.source_spec)}"
    )
    for notice in filter(None, notices):
        click.echo(f"{NOTICE} {printable(notice)}", err=True)


@vault.command(short_help="Take a restored vault as the present one.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def accept(home: Path | None, *, as_json: bool) -> None:
    """Take the vault as it is, though a later state of it was seen: for whoever restored a backup.

    Everything in it is still checked to be genuine. Secrets that were removed or rotated since are back: look at
    them with `aegis secrets list`. The ledger records that a rollback was accepted.
    """
    from addons.settings import Settings  # noqa: PLC0415
    from scripts.vault_access import open_vault  # noqa: PLC0415
    from scripts.vault_record import last_recorded, record  # noqa: PLC0415

    settings = Settings.load(home)
    opened = open_vault(settings, accepts_rollback=True)
    seen = last_recorded(settings.database_path)
    opened.accept(at_least=seen.generation if seen and seen.vault_id == opened.state.vault_id else 0)
    notice = record(settings.database_path, opened.state, "accepted")
    click.echo(
        json.dumps(_plain(opened), indent=2)
        if as_json
        else f"{DONE} Vault accepted: generation {opened.state.generation}"
    )
    if notice:
        click.echo(f"{NOTICE} {printable(notice)}", err=True)


def _plain(opened: Vault) -> dict[str, Any]:
    contents, state = opened.contents, opened.state
    return {
        "sound": True,
        "path": str(opened.path),
        "vault": state.vault_id,
        "key": opened.source_spec,
        "generation": state.generation,
        "digest": state.digest,
        "secrets": sum(row.retires_us is None for row in contents.secrets),
        "placeholders": sum(row.retires_us is None for row in contents.placeholders),
    }


def _broken(error: VaultTampered, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(
            {"sound": False, "path": str(error.path), "reason": str(error), "hint": error.hint()}, indent=2
        )
    return f"{FAILED} Vault: NOT SOUND\n  {printable(error)}\n  {error.hint()}"
