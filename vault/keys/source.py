"""What every source of a master key does, and how one is named in the configuration.

A master key is 32 bytes. What is needed to get it again (salt, cost, ciphertext of a key server, name in a keyring)
is a `KeyRecord`, kept in the vault; none of it is secret. Changing the key must survive a crash at any point, so it
has three steps: `prepare` makes the new key durable beside the old one, then the vault is committed under it, then
`settle` puts the new key in the place of the old one. `fetch` finds the right one whichever of them was the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from vault.sealing import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vault.secret import Secret

type KeyRecord = Mapping[str, str | int]
"""`kind` and what that kind needs; JSON in the vault, agent- and world-readable as far as secrecy goes."""

type IsRight = Callable[[Secret], bool]
"""Whether a master key is the one of the vault."""

LEAST_VARIETY: Final = 16
"""Distinct bytes in a key; 32 random ones have fewer once in 10**11 keys, zeros and typed words always."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A master key that is safe to commit to; whoever gets it closes it."""

    master: Secret
    record: KeyRecord


class KeySource(Protocol):
    """A place that keeps or makes master keys."""

    @property
    def spec(self) -> str:
        """How the operator names it in VAULT_KEY; never holds a secret."""
        ...

    @property
    def kind(self) -> str:
        """The first word of `spec`."""
        ...

    def prepare(self, vault_id: str, in_force: KeyRecord | None) -> Prepared:
        """Make, or find, a key for a vault that is to be sealed with it.

        Args:
            vault_id: Hex digits; what is stored elsewhere is bound to it.
            in_force: The record of the present key if it comes from a source of this kind, None for a new vault
                or one that changes its kind.

        Raises:
            KeyUnavailable: There is none and none can be made.
        """
        ...

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:
        """Return the key of a vault; whoever gets it closes it.

        Raises:
            KeyUnavailable: It cannot be had now.
            KeyWrong: What is there is the key of something else.
        """
        ...

    def settle(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> None:
        """Put the prepared key in the place of the one before, which ends; safe to repeat.

        Raises:
            KeyUnavailable: That failed; `fetch` works all the same.
        """
        ...


def is_key_shaped(key: Secret) -> bool:
    """Whether bytes may be a key: 32 of them, and not of one pattern."""
    return len(key) == KEY_BYTES and len(set(key.buffer)) >= LEAST_VARIETY


def text_of(record: KeyRecord, name: str) -> str:
    """A text of a record; empty where it is missing or no text."""
    value = record.get(name)
    return value if isinstance(value, str) else ""


def number_of(record: KeyRecord, name: str) -> int:
    """A number of a record; 0 where it is missing or no number."""
    value = record.get(name)
    return value if isinstance(value, int) else 0
