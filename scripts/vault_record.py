"""The vault's states in the ledger: what a vault and its witness cannot take back.

Each change is an entry `vault.changed` with the vault's id, generation and digest, which say nothing of a value. A
running gateway holds the ledger; then it is the one to record the state that it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import query
from ledger.errors import LedgerBusy, LedgerError
from ledger.record import Record
from ledger.writer import Writer, WriterSettings
from vault.contents import VaultState

if TYPE_CHECKING:
    from pathlib import Path

CHANGED: Final = "vault.changed"
_PATIENCE_S: Final = 0.1
_DURABLE_S: Final = 5.0


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


def record(database: Path, state: VaultState, change: str, secret: str = "") -> str:
    """Record a change; returns what the operator should know if that was not possible.

    Args:
        database: The ledger.
        state: The vault's, after the change.
        change: What was done: `added`, `rotated`, `removed`, `issued`, `rekeyed`, `accepted`.
        secret: The name of the secret concerned.
    """
    fields: dict[str, str | int] = {
        "change": change,
        "vault": state.vault_id,
        "generation": state.generation,
        "digest": state.digest,
    }
    if secret:
        fields["secret"] = secret
    if not database.exists():
        return ""  # nothing is recorded before `aegis init`
    writer = Writer(database, settings=WriterSettings(lock_patience_s=_PATIENCE_S))
    try:
        writer.open()
        try:
            writer.append(Record(CHANGED, fields)).result(_DURABLE_S)
        finally:
            writer.close()
    except LedgerBusy:
        return "the gateway is running: it records the change when it takes it over"
    except (LedgerError, TimeoutError) as error:
        return f"the change is not recorded in the ledger: {error}"
    return ""
