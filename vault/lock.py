"""One at a time: the right to change a vault's key.

Rekeying is more than one step (a new key beside the old one, the vault under it, the new key in the old one's place).
Two who do it at once would each remove the key that the other has just committed to, and the vault would open with
none. The lock is `flock` on a file beside the vault that is never removed; it ends with the process.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vault.errors import VaultUnavailable
from vault.private_files import PRIVATE_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exclusive(vault_path: Path) -> Iterator[None]:
    """Hold the lock of a vault.

    Raises:
        VaultUnavailable: Somebody else holds it, or it cannot be made.
    """
    path = vault_path.with_name(f"{vault_path.name}.lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_MODE)
    except OSError as error:
        raise VaultUnavailable(f"cannot be locked: {error.strerror}", path=path) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise VaultUnavailable(
                "somebody else is changing the key of the vault",
                path=path,
                hint="try again when that is done",
            ) from error
        yield
    finally:
        os.close(descriptor)
