"""What a vault holds, as values: rows, the facts about the vault, and the seal over all of them.

The seal is HMAC-SHA-256 over a canonical form of everything in the file, under a key derived from the master key.
With it, a row that was altered, added, removed or replaced by an older one is found when the vault is opened, though
each row for itself opens. A generation, one higher with every change, is part of it: two states of one vault can be
told apart, and which is the later one.

What the seal cannot tell: that the whole file is an older one, sound in itself. For that the last generation seen
stands outside (`witness`, and the ledger): see `vault.Vault.state`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vault.sealing import Place, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.sealing import VaultKeys

FORMAT: Final = 1
_DOMAIN: Final = b"aegis-vault-state-v1\x00"


@dataclass(frozen=True, slots=True)
class Meta:
    """The facts about one vault."""

    vault_id: str
    """32 hex digits."""
    created_us: int
    generation: int
    """1, 2, ...; one more with each change."""
    key_id: str
    """Recognizes the master key."""
    key_record: str
    """JSON: what is needed to get the master key (`keys.source`)."""


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One version of a secret."""

    name: str
    version: int
    binding: str
    """Canonical JSON of `bindings.Binding`."""
    wrapped_key: bytes
    value: bytes
    created_us: int
    retires_us: int | None
    """When it stops being known; None for the version in use."""

    @property
    def key(self) -> tuple[str, int]:
        """What tells rows apart."""
        return self.name, self.version

    @property
    def sealed(self) -> Sealed:
        """The ciphertexts."""
        return Sealed(self.wrapped_key, self.value)

    def place(self, vault_id: str) -> Place:
        """Where it stands."""
        return Place(vault_id, self.name, self.version, self.binding)


@dataclass(frozen=True, slots=True)
class PlaceholderRow:
    """What one agent holds instead of one secret; not secret itself."""

    token: str
    secret: str
    agent: str
    created_us: int
    retires_us: int | None
    """When it stops being exchanged; None for the one in use."""

    @property
    def key(self) -> tuple[str]:
        """What tells rows apart."""
        return (self.token,)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a vault, in canonical order."""

    meta: Meta
    secrets: tuple[SecretRow, ...] = ()
    placeholders: tuple[PlaceholderRow, ...] = ()

    @classmethod
    def of(cls, meta: Meta, secrets: Iterable[SecretRow], placeholders: Iterable[PlaceholderRow]) -> Contents:
        """Put rows in order."""
        return cls(
            meta,
            tuple(sorted(secrets, key=lambda row: row.key)),
            tuple(sorted(placeholders, key=lambda row: row.key)),
        )

    def current(self, name: str) -> SecretRow | None:
        """The version of a secret that is in use."""
        return next((row for row in self.secrets if row.name == name and row.retires_us is None), None)

    def canonical(self) -> bytes:
        """The bytes that are sealed: JSON, each value with its type, binary as hex."""
        meta = self.meta
        fields = [
            [FORMAT, meta.vault_id, meta.created_us, meta.generation, meta.key_id, meta.key_record],
            [
                [
                    row.name,
                    row.version,
                    row.binding,
                    row.wrapped_key.hex(),
                    row.value.hex(),
                    row.created_us,
                    row.retires_us,
                ]
                for row in self.secrets
            ],
            [[row.token, row.secret, row.agent, row.created_us, row.retires_us] for row in self.placeholders],
        ]
        return json.dumps(fields, separators=(",", ":")).encode("ascii")


@dataclass(frozen=True, slots=True)
class VaultState:
    """One state of one vault, to be remembered where the vault's file cannot take it back."""

    vault_id: str
    generation: int
    digest: str
    """SHA-256 of all that the vault holds, ciphertexts included; 64 hex digits."""


def seal_of(keys: VaultKeys, contents: Contents) -> bytes:
    """The seal over everything; 32 bytes."""
    return hmac.digest(keys.state, _DOMAIN + contents.canonical(), "sha256")


def state_of(contents: Contents) -> VaultState:
    """The state to remember."""
    digest = hashlib.sha256(_DOMAIN + contents.canonical()).hexdigest()
    return VaultState(contents.meta.vault_id, contents.meta.generation, digest)
