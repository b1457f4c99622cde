"""The master key from a passphrase: Argon2id (RFC 9106), 64 MiB, 3 passes, 4 lanes.

Some 0.2 s for us and for each guess of whoever has the vault. Salt and cost stand in the vault. They are believed
within bounds only: a higher cost would exhaust memory, and a lower one gives another key, which opens nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vault.errors import KeyUnavailable, KeyWrong, VaultTampered
from vault.keys.source import IsRight, KeyRecord, Prepared, number_of, text_of
from vault.sealing import KEY_BYTES
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

type Ask = Callable[[bool], Secret]
"""Gets the passphrase from the operator; True asks for a new one."""

MEMORY_KIB: Final = 64 * 1024
PASSES: Final = 3
LANES: Final = 4
SALT_BYTES: Final = 16
LEAST_CHARACTERS: Final = 12
_MOST: Final = {"memory_kib": 1024 * 1024, "passes": 16, "lanes": 16}


class Passphrase:
    """A passphrase that somebody remembers, or that a private file holds."""

    kind = "passphrase"

    def __init__(self, ask: Ask, spec: str) -> None:
        self.spec = spec
        self._ask = ask

    def prepare(self, vault_id: str, in_force: KeyRecord | None) -> Prepared:  # noqa: ARG002 - the protocol's
        """Ask for a new passphrase and stretch it with a new salt."""
        record: KeyRecord = {
            "kind": self.kind,
            "salt": os.urandom(SALT_BYTES).hex(),
            "memory_kib": MEMORY_KIB,
            "passes": PASSES,
            "lanes": LANES,
        }
        with self._ask(True) as passphrase:  # noqa: FBT003 - "a new one"
            if len(passphrase) < LEAST_CHARACTERS:
                raise KeyUnavailable(
                    f"the passphrase is too short: expected at least {LEAST_CHARACTERS} characters",
                    hint="six words drawn by lot are easy to remember and hard to guess",
                )
            return Prepared(_stretch(passphrase, record), record)

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:  # noqa: ARG002
        """Ask for the passphrase."""
        with self._ask(False) as passphrase:  # noqa: FBT003 - "the present one"
            master = _stretch(passphrase, record)
        if not is_right(master):
            master.close()
            raise KeyWrong("the passphrase is wrong")
        return master

    def settle(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> None:
        """Nothing is left to do: nothing is stored."""


def _stretch(passphrase: Secret, record: KeyRecord) -> Secret:
    cost = {name: number_of(record, name) for name in _MOST}
    try:
        salt = bytes.fromhex(text_of(record, "salt"))
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES or any(not 0 < cost[name] <= most for name, most in _MOST.items()):
        raise VaultTampered("salt or cost of the passphrase are not what we write")
    try:
        kdf = Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=cost["passes"],
            lanes=cost["lanes"],
            memory_cost=cost["memory_kib"],
        )
    except ValueError:  # less than 8 KiB a lane
        raise VaultTampered("salt or cost of the passphrase are not what we write") from None
    return Secret(kdf.derive(bytes(passphrase.buffer)))
