"""The master key in the keyring of the desktop: `keyring`, `keyring:SERVICE`. Never the default.

For a person's own machine. A server has no keyring (the library answers `fail.Keyring` there), and on most desktops
every program of the session may read it. Each key has an entry of its own, named by the vault and a random word, so
that a new one stands beside the old one until the vault is committed.
"""

from __future__ import annotations

import base64
import binascii
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from vault.errors import KeyMalformed, KeyUnavailable, KeyWrong
from vault.keys.source import IsRight, KeyRecord, Prepared, is_key_shaped, text_of
from vault.sealing import KEY_BYTES
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

DEFAULT_SERVICE: Final = "aegis-vault"
_NO_KEYRING = "a server has none: use a key file, a credential of systemd or a passphrase there"


class OsKeyring:
    """An entry in the keyring of the operating system."""

    kind = "keyring"

    def __init__(self, service: str = DEFAULT_SERVICE) -> None:
        self.spec = "keyring" if service == DEFAULT_SERVICE else f"keyring:{service}"
        self._service = service
        self._replaced: str | None = None

    def prepare(self, vault_id: str, in_force: KeyRecord | None) -> Prepared:
        """Store a new key beside the one in force."""
        entry = f"{vault_id}:{os.urandom(4).hex()}"
        master = Secret(os.urandom(KEY_BYTES))
        with _library("no keyring takes the key") as library:
            library.set_password(self._service, entry, base64.b64encode(master.buffer).decode("ascii"))
        self._replaced = text_of(in_force, "entry") if in_force else None
        return Prepared(master, {"kind": self.kind, "entry": entry})

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:  # noqa: ARG002 - the protocol's
        """Read the vault's entry."""
        with _library("no keyring can be asked") as library:
            stored = library.get_password(self._service, text_of(record, "entry"))
        if stored is None:
            raise KeyUnavailable("the keyring has no entry of this vault", hint=_NO_KEYRING)
        try:
            master = Secret(base64.b64decode(stored, validate=True))
        except (binascii.Error, ValueError):
            raise KeyMalformed("the keyring's entry is no key") from None
        if not is_key_shaped(master) or not is_right(master):
            master.close()
            raise KeyWrong("the keyring's entry is not the key of this vault")
        return master

    def settle(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> None:  # noqa: ARG002
        """Remove the entry that was replaced."""
        replaced, self._replaced = self._replaced, None
        if not replaced or replaced == record.get("entry"):
            return
        with _library("the old key stays in the keyring") as library:
            library.delete_password(self._service, replaced)


@contextmanager
def _library(what: str) -> Iterator[ModuleType]:
    """The library; its errors become ours, since its messages may quote what is stored."""
    try:
        import keyring  # noqa: PLC0415 - asks the session bus
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError as error:
        raise KeyUnavailable("the library keyring is not installed", hint=_NO_KEYRING) from error
    try:
        yield keyring
    except (KeyringError, OSError, RuntimeError) as error:  # the last two from its ways to the desktop
        raise KeyUnavailable(f"{what} ({type(error).__name__})", hint=_NO_KEYRING) from None
