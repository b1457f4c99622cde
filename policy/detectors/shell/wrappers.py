"""Taking wrappers off: `sudo nice -n 5 env X=1 timeout 9 rm` runs `rm`, `ssh host 'rm'` runs it elsewhere.

Most are listed in `wrapped`, those with a grammar of their own stand in `launchers`. Invariant: `peel` takes off one
layer and never grows the arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.detectors.shell.launchers import LAUNCHERS
from policy.detectors.shell.peeled import Peeled, strip
from policy.detectors.shell.wrapped import PREFIXES, RUNNERS

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOADERS = ("ld-linux", "ld-musl", "ld.so")
"""`/lib64/ld-linux-x86-64.so.2 /bin/rm` runs `rm`."""

__all__ = ["Peeled", "peel"]


def peel(argv: Sequence[str], name: str) -> Peeled | None:
    """Take one layer off, or return None for what wraps nothing.

    Args:
        argv: resolved words.
        name: base name of the program, lower case.
    """
    special = LAUNCHERS.get(name)
    if special is not None:
        peeled = special(argv, name)
        if peeled is not None:
            return peeled
    found = PREFIXES.get("ld.so" if name.startswith(_LOADERS) else name)
    if found is None or (name in RUNNERS and (len(argv) < 2 or argv[1] not in RUNNERS[name].split())):
        return None
    return strip(argv[1:], found)
