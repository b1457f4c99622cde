"""The vault's states in the ledger: what a vault and its witness cannot take back.

Each change is an entry `vault.changed` with the vault's id, generation and digest, which say nothing of a value. A
running gateway holds the ledger; then it is the one to record the state that it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from addons.vault_record import CHANGED, fields, last_recorded
from ledger.errors import LedgerBusy, LedgerError
from ledger.record import Record
from ledger.writer import Writer, WriterSettings

if TYPE_CHECKING:
    from pathlib import Path

    from vault.contents import VaultState

__all__ = ["last_recorded", "record"]
_PATIENCE_S: Final = 0.1
_DURABLE_S: Final = 5.0


def record(database: Path, state: VaultState, change: str, secret: str = "") -> str:
    """Record a change; returns what the operator should know if that was not possible.

    Args:
        database: The ledger.
        state: The vault's, after the change.
        change: What was done: `added`, `rotated`, `removed`, `issued`, `rekeyed`, `accepted`.
        secret: The name of the secret concerned.
    """
    entry = fields(state, change)
    if secret:
        entry["secret"] = secret
    if not database.exists():
        return ""  # nothing is recorded before `aegis init`
    writer = Writer(database, settings=WriterSettings(lock_patience_s=_PATIENCE_S))
    try:
        writer.open()
        try:
            writer.append(Record(CHANGED, entry)).result(_DURABLE_S)
        finally:
            writer.close()
    except LedgerBusy:
        return "the gateway is running: it records the change when it takes it over"
    except (LedgerError, TimeoutError) as error:
        return f"the change is not recorded in the ledger: {error}"
    return ""
