"""The master key in the keyring of the desktop: `keyring`, `keyring:SERVICE`. Never the default.

For a person's own machine. A server has no keyring (the library answers `fail.Keyring` there), and on most desktops
every program of the session may read it. Each key has an entry of its own, named by the vault and a random word, so
that a new one stands beside the old one until the vault is committed.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import Final

from vault.errors import KeyMalformed, KeyUnavailable, KeyWrong
from vault.keys.source import IsRight, KeyRecord, Prepared, is_key_shaped, text_of
from vault.sealing import KEY_BYTES
from vault.secret import Secret

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
        import keyring  # noqa: PLC0415 - asks the session bus
        from keyring.errors import KeyringError  # noqa: PLC0415

        entry = f"{vault_id}:{os.urandom(4).hex()}"
        master = Secret(os.urandom(KEY_BYTES))
        try:
            keyring.set_password(self._service, entry, base64.b64encode(master.buffer).decode("ascii"))
        except KeyringError as error:
            master.close()
            raise KeyUnavailable(
                f"no keyring takes the key ({type(error).__name__})", hint=_NO_KEYRING
            ) from None
        self._replaced = text_of(in_force, "entry") if in_force else None
        return Prepared(master, {"kind": self.kind, "entry": entry})

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:  # noqa: ARG002 - the protocol's
        """Read the vault's entry."""
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            stored = keyring.get_password(self._service, text_of(record, "entry"))
        except KeyringError as error:
            raise KeyUnavailable(
                f"no keyring can be asked ({type(error).__name__})", hint=_NO_KEYRING
            ) from None
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
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        replaced, self._replaced = self._replaced, None
        if not replaced or replaced == record.get("entry"):
            return
        try:
            keyring.delete_password(self._service, replaced)
        except KeyringError as error:
            raise KeyUnavailable(f"the old key stays in the keyring ({type(error).__name__})") from None
