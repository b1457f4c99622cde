"""Which policy a running gateway uses, and whether it has taken over the file on disk: read from the ledger."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from ledger import query
from ledger.errors import LedgerError
from ledger.lock import WriterLock

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.query import Entry

TYPES = ("gateway.started", "policy.loaded", "policy.rejected")
"""Entries that name the policy in force, in their field `policy`."""


def is_gateway_running(database: Path) -> bool:
    """Tell whether somebody holds the ledger's lock, without disturbing who does."""
    try:
        with WriterLock(database).path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def notices(database: Path, digest: str) -> list[str]:
    """Return what an operator should know who has just checked the policy file.

    Args:
        database: the ledger.
        digest: of the file on disk, `sha256:...`; empty if it is invalid.
    """
    if not is_gateway_running(database):
        return []
    try:
        latest = _latest(database)
    except LedgerError as error:
        return [f"which policy the running gateway uses is not known: {error}"]
    if latest is None or latest.fields.get("policy") == digest:
        return []
    kept = f"the running gateway keeps {latest.fields.get('policy')} in force"
    if latest.type == "policy.rejected":
        return [f"{kept}; it rejected the file on disk (entry {latest.seq})"]
    return [f"{kept}; it has not taken over the file on disk"]


def _latest(database: Path) -> Entry | None:
    found = [entry for name in TYPES for entry in query.latest(database, query.Filter(type=name), limit=1)]
    return max(found, key=lambda entry: entry.seq, default=None)
