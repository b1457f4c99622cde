"""The lock file beside the database: one gateway writes to a ledger.

Two writers could not fork the chain (the entry number is the primary key), but each would break the other's
appends. The lock is `flock` on a file that is never removed; the kernel drops it with the process, however
that ends. The file holds the pid for the one who is refused. Invariant: while a `WriterLock` is held, no
other process and no other writer of this one holds a lock on the same path.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING

from ledger.errors import LedgerBusy
from ledger.faults import from_os

if TYPE_CHECKING:
    from pathlib import Path

_POLL_S = 0.02


class WriterLock:
    """The exclusive right to write beside `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.lock")
        self._descriptor = -1

    def acquire(self, patience_s: float) -> None:
        """Take the lock, waiting for a gateway that is just ending.

        Raises:
            LedgerBusy: Somebody holds it after `patience_s` seconds.
            LedgerUnavailable: The lock file cannot be made.
        """
        deadline = time.monotonic() + patience_s
        while not self._try():
            if time.monotonic() >= deadline:
                pid = self._holder()
                raise LedgerBusy(
                    f"another gateway writes here (pid {pid or 'unknown'})", path=self.path, pid=pid
                )
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Let others write."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _try(self) -> bool:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise from_os(error, self.path) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(descriptor), self.path.lstat()):
                raise BlockingIOError  # noqa: TRY301 - somebody replaced the file meanwhile: once more
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except (BlockingIOError, FileNotFoundError):
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            raise from_os(error, self.path) from error
        self._descriptor = descriptor
        return True

    def _holder(self) -> int | None:
        try:
            return int(self.path.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return None
