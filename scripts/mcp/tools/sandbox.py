"""One directory, and no way out of it.

Every path is opened component by component from the directory's own descriptor, and no symbolic link is followed:
what a link points to may change between a look and a use (CWE-22, CWE-59, CWE-367). Agent-supplied paths are relative
to the root, or absolute and below it; `..` is refused, not resolved. Invariant: a descriptor from here belongs to a
file or directory that is reached from the root through real directories only.

Does not stop: hard links to files outside (they are files inside), mounts below the root, other programs that change
the directory meanwhile.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from scripts.mcp.tools.outcome import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""A FIFO must not block whoever opens it."""
_LINKS: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
LONGEST_PATH: Final = 4096


class Sandbox:
    """The directory that tools work in."""

    def __init__(self, root: Path, alias: str = "") -> None:
        """Open it.

        Args:
            root: operator-supplied, an existing directory; links on the way to it are followed once, now.
            alias: absolute path by which agents may call it as well, such as the place where containers mount it.

        Raises:
            OSError: it cannot be opened.
        """
        self.root: Final = root.resolve(strict=True)
        self._bases = [PurePosixPath(self.root)] + ([PurePosixPath(alias)] if alias else [])
        self._descriptor = os.open(self.root, _DIRECTORY)

    def parts(self, path: str) -> tuple[str, ...]:
        """Return the components of an agent-supplied path, from the root.

        Raises:
            ToolError: it leads elsewhere, or is no path.
        """
        if not path or "\0" in path or len(path) > LONGEST_PATH:
            raise ToolError("the path is empty, too long, or holds a NUL")
        pure = PurePosixPath(path)
        if ".." in pure.parts:
            raise ToolError("the path holds '..': name it from the sandbox's root")
        if not pure.is_absolute():
            return pure.parts
        for base in self._bases:
            if pure.is_relative_to(base):
                return pure.relative_to(base).parts
        raise ToolError("the path leads out of the sandbox: name it from the sandbox's root")

    @contextmanager
    def directory(self, path: str) -> Iterator[int]:
        """Open a directory; yields its descriptor."""
        descriptor = self._walk(self.parts(path), make=False)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def file(self, path: str) -> Iterator[int]:
        """Open a regular file for reading; yields its descriptor."""
        *parents, name = self._named(path)
        directory = self._walk(tuple(parents), make=False)
        try:
            descriptor = _open(name, _FILE, directory)
        finally:
            os.close(directory)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ToolError("this is not a regular file")
            yield descriptor
        finally:
            os.close(descriptor)

    def write(self, path: str, content: bytes) -> bool:
        """Put a file in place as a whole, or not at all; missing directories are made.

        Returns:
            True if there was none before.
        """
        *parents, name = self._named(path)
        directory = self._walk(tuple(parents), make=True)
        temporary = f".{name[:64]}.{secrets.token_hex(6)}.tmp"
        try:
            mode = _mode_of(name, directory)
            descriptor = os.open(
                temporary,
                os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
                0o644 if mode is None else mode,
                dir_fd=directory,
            )
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
        except OSError as error:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=directory)
            raise _explained(error) from error
        finally:
            os.close(directory)
        return mode is None

    def _named(self, path: str) -> tuple[str, ...]:
        parts = self.parts(path)
        if not parts:
            raise ToolError("this is the sandbox's root, not a file")
        return parts

    def _walk(self, parts: tuple[str, ...], *, make: bool) -> int:
        """Open a directory below the root; the caller closes it."""
        current = os.dup(self._descriptor)
        for part in parts:
            try:
                following = self._step(part, current, make=make)
            finally:
                os.close(current)
            current = following
        return current

    @staticmethod
    def _step(part: str, current: int, *, make: bool) -> int:
        if make:
            with suppress(FileExistsError):
                try:
                    os.mkdir(part, 0o755, dir_fd=current)
                except FileExistsError:
                    raise
                except OSError as error:
                    raise _explained(error) from error
        return _open(part, _DIRECTORY, current)


def _open(name: str, flags: int, directory: int) -> int:
    try:
        return os.open(name, flags, dir_fd=directory)
    except OSError as error:
        raise _explained(error) from error


def _mode_of(name: str, directory: int) -> int | None:
    """Mode of a regular file that is to be replaced; None if there is none."""
    try:
        status = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise ToolError("there is something of this name that is not a regular file")
    return stat.S_IMODE(status.st_mode) & 0o777


def _explained(error: OSError) -> ToolError:
    if error.errno in _LINKS:
        return ToolError("the path goes through a symbolic link or a file, which the sandbox does not follow")
    return ToolError(os.strerror(error.errno or 0).lower())
