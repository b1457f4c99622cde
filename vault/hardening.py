"""Keeping the memory of this process from others: no core dumps, no debugger of the same user.

What is in memory while a value is lent (and the vault's key, always) would be in a core file, in a crash report or
in the hands of whoever may attach to the process. Called by the gateway at its start; undone by nothing.

Does not protect against root, against swapping (encrypt it, or give the service `MemorySwapMax=0`), or against code
that runs in the process. With the process not dumpable its files under /proc belong to root: a gateway that is not
root can no longer read /proc/self/fd or be inspected by tools of its own user.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4


@dataclass(frozen=True, slots=True)
class Hardened:
    """What is in force now."""

    has_no_core: bool
    """The kernel writes no core file; one that it would pipe to a program is prevented by the next."""
    is_undumpable: bool
    """No process of the same user attaches or reads the memory; Linux only."""


def forbid_dumps() -> Hardened:
    """Switch core dumps off, and debuggers where the system can; returns what was achieved."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return Hardened(resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), _set_undumpable())


def _set_undumpable() -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    return bool(libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0)
