"""What can be wrong with the certificate authority.

AuthorityError
├── AuthorityMissingError     there is none yet
├── AuthorityExistsError      there is one already, and it is never overwritten
├── AuthorityUnreadableError  a file cannot be read, written or parsed
├── AuthorityUnsafeError      others could read the key or replace the files
├── AuthorityMismatchError    key, certificate and published copy do not belong together
└── AuthorityExpiredError     outside its period of validity
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class AuthorityError(Exception):
    """Something is wrong with the certificate authority; `path` is the file or directory concerned."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path

    def hint(self) -> str:
        """Say what the operator should do next."""
        return f"look at {self.path}"


class AuthorityMissingError(AuthorityError):
    """No certificate authority has been made yet."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "run `aegis init`"


class AuthorityExistsError(AuthorityError):
    """A certificate authority is there already; agents may trust it, so it is never overwritten."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            f"to replace it, move {self.path.parent} away and run `aegis init`; "
            "agents must then trust the new one"
        )


class AuthorityUnreadableError(AuthorityError):
    """A file of the authority cannot be read, written or parsed."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            f"check that {self.path} is readable by this user and complete; "
            f"if it is damaged, restore it from a copy or move {self.path.parent} away and run `aegis init`"
        )


class AuthorityUnsafeError(AuthorityError):
    """Somebody else could read the key or replace the files.

    `mode` is what the file has, `wanted` the widest that is safe.
    """

    def __init__(self, message: str, path: Path, *, mode: int, wanted: int) -> None:
        super().__init__(message, path)
        self.mode = mode
        self.wanted = wanted

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            f"chmod {self.wanted:o} '{self.path}'; "
            "if somebody may have read the key, make a new authority instead"
        )


class AuthorityMismatchError(AuthorityError):
    """Key, certificate and the copy given to agents do not belong together."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            f"restore {self.path} from a copy, or move {self.path.parent} away and run `aegis init`; "
            "every agent then needs the new certificate"
        )


class AuthorityExpiredError(AuthorityError):
    """The certificate is not valid at this time."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            f"check this machine's clock; if it is right, move {self.path.parent} away, run `aegis init` and "
            "install the new certificate in the agents' containers"
        )
