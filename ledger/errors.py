"""What can go wrong with a ledger, as one ladder.

    LedgerError
    ├── RecordRefused          the caller's record has no canonical form; nothing is wrong with the ledger
    ├── LedgerUnavailable      nothing can be recorded now; it may pass without anyone restarting anything
    │   ├── LedgerFull         no space left, or less than the watermark
    │   ├── LedgerLocked       another connection holds SQLite's write lock
    │   ├── LedgerReadOnly     the file or its file system does not accept writes
    │   ├── LedgerMoved        the path no longer names the file that is being written
    │   ├── LedgerOverflow     more records wait than the queue holds
    │   ├── LedgerTimeout      not durable within the deadline
    │   └── LedgerClosed       the writer is not open (any more)
    ├── LedgerBroken           its content contradicts itself or what was acknowledged
    ├── LedgerBusy             another gateway writes to it
    └── LedgerUnreadable       not there, not ours, or too new to be understood

Each carries its evidence as attributes and says with `hint()` what an operator can do. Whoever catches
`LedgerError` on the way of a request refuses that request. Messages never hold what a record holds.
"""

# ruff: noqa: N818 - the names are claims about the ledger; "Error" at the end of each would add nothing

from __future__ import annotations

from typing import TYPE_CHECKING, Self, override

if TYPE_CHECKING:
    from pathlib import Path


class LedgerError(Exception):
    """Something about the ledger; `path` is its database, where one is concerned."""

    _hint = "run `aegis verify-ledger` and read the gateway's log"

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return self._hint

    def again(self) -> Self:
        """The same error without its traceback, for the next waiter: a shared one grows with each raise."""
        twin = type(self)(*self.args)
        twin.__dict__.update(self.__dict__)
        twin.__cause__ = self.__cause__
        return twin


class RecordRefused(LedgerError, ValueError):
    """A record that cannot be written in canonical form; `where` names the field."""

    _hint = "this is a defect in Aegis: report the field and the entry type, they hold no traffic"

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where

    @override
    def again(self) -> Self:
        return self


class LedgerUnavailable(LedgerError):
    """Nothing can be recorded now."""

    _hint = "look for disk errors in the kernel's log; the gateway records again by itself once writing works"


class LedgerFull(LedgerUnavailable):
    """No space left; `free_bytes` and `needed_bytes` where the watermark found it."""

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        free_bytes: int | None = None,
        needed_bytes: int | None = None,
    ) -> None:
        super().__init__(message, path=path)
        self.free_bytes = free_bytes
        self.needed_bytes = needed_bytes

    @override
    def hint(self) -> str:
        where = f" on the file system of {self.path}" if self.path else ""
        return f"free some space{where}; the gateway records again by itself"


class LedgerLocked(LedgerUnavailable):
    """Another connection holds SQLite's write lock."""

    _hint = (
        "end the program that writes to the ledger's database (a sqlite3 shell, a backup); readers may stay"
    )


class LedgerReadOnly(LedgerUnavailable):
    """Writing is not permitted."""

    _hint = (
        "make the database and its folder writable for the gateway's user (mount options, owner, `lsattr`); "
        "the gateway records again by itself"
    )


class LedgerMoved(LedgerUnavailable):
    """The path names another file, or none; `pid` still holds the one that was written to."""

    def __init__(self, message: str, *, path: Path | None = None, pid: int | None = None) -> None:
        super().__init__(message, path=path)
        self.pid = pid

    @override
    def hint(self) -> str:
        rescue = f"; its content can still be copied from /proc/{self.pid}/fd" if self.pid else ""
        return f"put the ledger's files back where they were{rescue}, and find out who moved them"


class LedgerOverflow(LedgerUnavailable):
    """More records wait than the queue holds; `capacity` is how many that is."""

    _hint = "the disk is slower than the traffic: look at its latency, or lower the rate limits"

    def __init__(self, message: str, *, path: Path | None = None, capacity: int = 0) -> None:
        super().__init__(message, path=path)
        self.capacity = capacity


class LedgerTimeout(LedgerUnavailable):
    """Not durable within `deadline_s`; the entry may still be written later."""

    _hint = "the disk did not answer in time: look at its latency and at what else uses it"

    def __init__(self, message: str, *, path: Path | None = None, deadline_s: float = 0.0) -> None:
        super().__init__(message, path=path)
        self.deadline_s = deadline_s


class LedgerClosed(LedgerUnavailable):
    """The writer was not opened, or is closed."""

    _hint = "start the gateway again"


class LedgerBroken(LedgerError):
    """The content contradicts itself or what was acknowledged; `seq` is the entry, where one can be named."""

    _hint = (
        "nothing more is recorded there: keep a copy of the files as evidence, run `aegis verify-ledger`, "
        "then start with another DATABASE_URL"
    )

    def __init__(self, message: str, *, path: Path | None = None, seq: int | None = None) -> None:
        super().__init__(message, path=path)
        self.seq = seq


class LedgerBusy(LedgerError):
    """Another gateway writes to this ledger; `pid` is its process, where it could be read."""

    def __init__(self, message: str, *, path: Path | None = None, pid: int | None = None) -> None:
        super().__init__(message, path=path)
        self.pid = pid

    @override
    def hint(self) -> str:
        who = f"process {self.pid}" if self.pid else "the other gateway"
        return f"end {who}, or give this gateway a ledger of its own with DATABASE_URL"


class LedgerUnreadable(LedgerError):
    """Not there, not ours, not permitted, or too new to be understood."""

    _hint = "check DATABASE_URL: it must name a ledger that this user may read"

    def __init__(self, message: str, *, path: Path | None = None, hint: str | None = None) -> None:
        super().__init__(message, path=path)
        if hint is not None:
            self._hint = hint
