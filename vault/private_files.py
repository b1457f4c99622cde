"""Files that only their owner may read: how they are checked, read and written.

Owns the rule for whoever else may look: nobody. Permission bits are taken from the open file, not from its path, so
that what was checked is what is read. Written files are durable when the call returns: content, name and folder.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from vault.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_MODE: Final = 0o600
OTHERS: Final = 0o077
MASKED_GROUP: Final = 0o037
"""What nobody else may do with a credential of systemd. It gives one to a user who is not root through an access
control list, whose mask shows in the group's bits as read."""
LARGEST_BYTES: Final = 64 * 1024


class LooseFileError(Exception):
    """Others may read or write the file, or own it; `mode` are its permission bits."""

    def __init__(self, message: str, mode: int) -> None:
        super().__init__(message)
        self.mode = mode


def read_private(path: Path, *, forbidden: int = OTHERS) -> Secret:
    """Read a small file that nobody else may read; whoever gets the content closes it.

    Args:
        path: Operator-supplied; may be a symbolic link, what it leads to is checked.
        forbidden: Permission bits that must not be set.

    Raises:
        OSError: It cannot be read, or is no file.
        LooseFileError: Others may read it, or it belongs to somebody else.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        require_private(found, forbidden=forbidden)
        content = Secret.of_size(min(found.st_size, LARGEST_BYTES))
        with memoryview(content.buffer) as view:
            read = os.readv(descriptor, [view]) if view else 0
        if read < len(content):
            content.close()
            raise OSError(0, "it became shorter while it was read", str(path))
        return content
    finally:
        os.close(descriptor)


def require_private(found: os.stat_result, *, forbidden: int = OTHERS) -> None:
    """Refuse a file that others may read or write.

    Raises:
        OSError: It is no file.
        LooseFileError: Permission or ownership are too loose.
    """
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "it is not a file")
    mode = stat.S_IMODE(found.st_mode)
    if mode & forbidden:
        raise LooseFileError(f"others may read or write it (mode {mode:04o})", mode)
    if found.st_uid not in {0, os.geteuid()}:
        raise LooseFileError(f"it belongs to another user (uid {found.st_uid})", mode)


def write_private(path: Path, content: bytes | bytearray) -> None:
    """Make a file with mode 0600, durable; what is there is not overwritten.

    Raises:
        OSError: It cannot be made, `FileExistsError` if something has that name.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, PRIVATE_MODE)
    try:
        os.fchmod(descriptor, PRIVATE_MODE)
        with memoryview(content) as view:
            written = 0
            while written < len(view):
                written += os.write(descriptor, view[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path)


def replace_private(path: Path, content: bytes) -> None:
    """Put a file in the place of another, whole or not at all; durable."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    write_private(beside, content)
    beside.replace(path)
    sync_folder(path)


def sync_folder(path: Path) -> None:
    """Make the names in the folder of `path` durable."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
