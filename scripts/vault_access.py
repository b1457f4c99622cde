"""Opening the vault for a command: where it is, where its key comes from, and what the operator is asked.

A value is never an argument: it is typed without echo or piped. A passphrase comes from the terminal itself, so that
a value can be piped at the same time.
"""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from typing import TYPE_CHECKING, Final

from vault.errors import KeyUnavailable, SecretRefused, VaultUnavailable
from vault.keys.spec import DEFAULT_SPEC, Surroundings, parse
from vault.secret import LONGEST_VALUE, Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from addons.settings import Settings
    from vault.keys.source import KeySource

KEY_VARIABLE: Final = "VAULT_KEY"
VAULT_FILE: Final = "vault.db"


def vault_path(settings: Settings) -> Path:
    """The vault's file."""
    return settings.state_dir / VAULT_FILE


def key_source(settings: Settings, spec: str | None = None) -> KeySource:
    """The source of the vault's key: as named, or as VAULT_KEY says.

    Raises:
        KeyUnavailable: The name is none of a source.
    """
    named = spec or os.environ.get(KEY_VARIABLE) or str(getattr(settings, "vault_key", DEFAULT_SPEC))
    return parse(named, Surroundings(settings.home, os.environ, ask_passphrase))


def open_vault(settings: Settings, *, accepts_rollback: bool = False) -> Vault:
    """Open the vault, after comparing it with what the ledger has seen of it.

    Raises:
        VaultError: There is none, it cannot be opened, or it is not what it was.
    """
    from scripts.vault_record import last_recorded  # noqa: PLC0415 - imports the ledger

    path = vault_path(settings)
    vault = Vault.open(path, key_source(settings), accepts_rollback=accepts_rollback)
    seen = None if accepts_rollback else last_recorded(settings.database_path)
    if seen is not None and seen.vault_id == vault.state.vault_id:
        vault.require(seen)
    return vault


def open_or_make_vault(settings: Settings) -> tuple[Vault, bool]:
    """Open the vault, or make it for the first secret; the second value tells which.

    Raises:
        VaultError: It cannot be opened or made.
    """
    path = vault_path(settings)
    if path.exists():
        return open_vault(settings), False
    if not settings.state_dir.is_dir():
        raise VaultUnavailable(
            "there is no state directory to put the vault in",
            path=settings.state_dir,
            hint="run `aegis init` first",
        )
    return Vault.create(path, key_source(settings)), True


def read_value(name: str) -> Secret:
    """Get the value of a secret: typed without echo, or all of standard input where that is no terminal.

    Raises:
        SecretRefused: It is empty, too long, or no text.
    """
    if sys.stdin.isatty():
        return Secret.from_text(_ask_hidden(f"Value of {name} (not shown): "))
    piped = sys.stdin.buffer.read(LONGEST_VALUE + 3)
    try:
        return Secret.from_text(piped.decode())
    except UnicodeDecodeError:
        raise SecretRefused(
            "the value is not UTF-8 text", hint="encode it, for instance with base64"
        ) from None


def ask_passphrase(is_new: bool) -> Secret:  # noqa: FBT001 - the signature is that of vault.keys.passphrase.Ask
    """Ask for the vault's passphrase on the terminal; a new one twice.

    Raises:
        KeyUnavailable: There is no terminal, or the two are not the same.
    """
    text = _ask_hidden("New passphrase of the vault: " if is_new else "Passphrase of the vault: ")
    if is_new and _ask_hidden("The same once more: ") != text:
        raise KeyUnavailable("the two passphrases are not the same", hint="try again")
    try:
        return Secret.from_text(text)
    except SecretRefused as error:
        raise KeyUnavailable("the passphrase is empty", hint="try again") from error


def _ask_hidden(prompt: str) -> str:
    """Ask on the terminal, whatever standard input is; never with echo."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (getpass.GetPassWarning, EOFError, OSError) as error:
        raise KeyUnavailable(
            "there is no terminal to ask on",
            hint=f"pipe the value, or name a private file: {KEY_VARIABLE}=passphrase:PATH",
        ) from error
