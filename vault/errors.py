"""What can go wrong with a vault, as one ladder.

    VaultError
    ├── SecretRefused          the caller's name, value or binding cannot be kept; nothing is wrong with the vault
    ├── SecretExists           another value is kept under that name
    ├── SecretUnknown          no secret, or no version of it, has that name
    ├── KeyUnavailable         what opens the vault cannot be had now
    │   ├── KeyLoose           its file may be read by others
    │   ├── KeyMalformed       it is there and is no key
    │   └── KeyMismatch        the vault is opened by another kind of key
    ├── KeyWrong               it is a key, or a passphrase, and not the one of this vault
    ├── VaultUnavailable       the file cannot be read or written now
    │   └── VaultExists        a new one was to be made where one is
    ├── VaultUnreadable        not there, not ours, or too new to be understood
    ├── VaultLoose             its file may be read or written by others
    ├── VaultTampered          its content contradicts its seals: altered, swapped, taken from another vault
    │   └── VaultRolledBack    sound, but older than what was seen before
    └── SigningRefused         a request to AWS cannot be signed anew

Each carries its evidence as attributes and says with `hint()` what an operator can do. Whoever catches `VaultError`
on the way of a request refuses that request. Messages never hold a value, a key, a passphrase or a part of one.
"""

# ruff: noqa: N818 - the names are claims about the vault; "Error" at the end of each would add nothing

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class VaultError(Exception):
    """Something about the vault; `path` is the file that it is about, where one is."""

    _hint = "run `aegis vault status`"

    def __init__(self, message: str, *, path: Path | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        if hint is not None:
            self._hint = hint

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return self._hint


class SecretRefused(VaultError, ValueError):
    """A name, a value or a binding that cannot be kept."""

    _hint = "correct what is named and try again"


class SecretExists(VaultError):
    """Another value is kept under that name."""

    _hint = "replace it with `aegis secrets rotate`"


class SecretUnknown(VaultError):
    """There is no secret of that name; `name` as it was asked for."""

    _hint = "`aegis secrets list` shows the names"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no secret {name!r}")
        self.name = name


class KeyUnavailable(VaultError):
    """What opens the vault cannot be had now."""

    _hint = "check VAULT_KEY: it says where the key of the vault comes from"


class KeyLoose(KeyUnavailable):
    """The key's file may be read by others; `mode` are its permission bits."""

    def __init__(self, message: str, *, path: Path, mode: int) -> None:
        super().__init__(message, path=path)
        self.mode = mode

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return (
            f"chmod 600 '{self.path}'; if others could log in meanwhile, `aegis vault rekey` makes a new key"
        )


class KeyMalformed(KeyUnavailable):
    """What was found in the place of the key is none."""

    _hint = "restore the key from its backup; a new one does not open this vault"


class KeyMismatch(KeyUnavailable):
    """The vault is opened by another kind of key than the one asked for; both are named."""

    def __init__(self, expected: str, got: str, *, path: Path | None = None) -> None:
        super().__init__(f"the vault's key is of the kind {expected}, VAULT_KEY says {got}", path=path)
        self.expected = expected
        self.got = got

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return f"set VAULT_KEY to the {self.expected} that the vault was made with, or last rekeyed to"


class KeyWrong(VaultError):
    """A well-formed key or passphrase that does not belong to this vault."""

    _hint = "give the key or passphrase that this vault was made with, or last rekeyed to"


class VaultUnavailable(VaultError):
    """The file cannot be read or written now; it may pass by itself."""

    _hint = "check that the file and its folder are writable for this user, and that the disk is not full"


class VaultExists(VaultUnavailable):
    """A new vault was to be made where something is."""

    _hint = "move it away first if it is really not needed: its secrets cannot be had without it"


class VaultUnreadable(VaultError):
    """Not there, not ours, or too new."""

    _hint = "`aegis add-secret` makes the vault when the first secret is stored"


class VaultLoose(VaultError):
    """The vault's file may be read or written by others; `mode` are its permission bits."""

    def __init__(self, message: str, *, path: Path, mode: int) -> None:
        super().__init__(message, path=path)
        self.mode = mode

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return f"chmod 600 '{self.path}'"


class VaultTampered(VaultError):
    """The content contradicts its seals."""

    _hint = (
        "nothing of it is used: keep a copy as evidence, find out who wrote to it, restore the file from a backup, "
        "and change the secrets at their providers"
    )


class VaultRolledBack(VaultTampered):
    """Sound, but older than what was seen before; both generations are given."""

    def __init__(self, *, found: int, expected: int, path: Path | None = None) -> None:
        super().__init__(f"the vault was rolled back: generation {found}, last seen {expected}", path=path)
        self.found = found
        self.expected = expected

    def hint(self) -> str:
        """One sentence for the operator: what to do about it."""
        return (
            "if you restored a backup, `aegis vault accept` takes it as the present state; "
            "if not, find out who replaced the file"
        )


class SigningRefused(VaultError):
    """A request to AWS that cannot be signed anew; the reason is for the agent, too."""

    _hint = "use the SDK's default signing (AWS4-HMAC-SHA256 in the Authorization header)"
