"""The vault's states in the ledger: what a vault and its witness cannot take back.

Each change is an entry `vault.changed` with the vault's id, generation and digest, which say nothing of a value.
Written by the command line, or by the gateway while it holds the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import query
from ledger.errors import LedgerError
from vault.contents import VaultState

if TYPE_CHECKING:
    from pathlib import Path

CHANGED: Final = "vault.changed"


def last_recorded(database: Path) -> VaultState | None:
    """The last state of a vault that the ledger holds; None where there is none, or no ledger that can be read."""
    try:
        entries = query.latest(database, query.Filter(type=CHANGED), limit=1)
    except LedgerError:
        return None
    for entry in entries:
        vault_id, generation, digest = (entry.fields.get(name) for name in ("vault", "generation", "digest"))
        if isinstance(vault_id, str) and isinstance(generation, int) and isinstance(digest, str):
            return VaultState(vault_id, generation, digest)
    return None


def fields(state: VaultState, change: str) -> dict[str, str | int]:
    """Fields of an entry; `change` says what was done, or `adopted` where the gateway found it done."""
    return {
        "change": change,
        "vault": state.vault_id,
        "generation": state.generation,
        "digest": state.digest,
    }
