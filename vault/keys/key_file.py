"""The master key in a file: of its own (`file:PATH`), or handed in by systemd (`credential:NAME`).

The file holds 32 random bytes, as they are or in base64 (`openssl rand -base64 32`). It protects against whoever
gets hold of the vault without it (a backup, a copied folder), so it belongs on another volume or into systemd's
hands: `LoadCredentialEncrypted=aegis-vault:/etc/aegis/vault.cred`. It does not protect against whoever reads both.

A changed key is written beside the old one as `PATH.new` and renamed over it when the vault is committed; a crash
between the two leaves both, and `fetch` takes the one that fits.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING, Final

from vault.errors import KeyLoose, KeyMalformed, KeyUnavailable, KeyWrong
from vault.keys.source import IsRight, KeyRecord, Prepared, is_key_shaped
from vault.private_files import MASKED_GROUP, OTHERS, LooseFileError, read_private, sync_folder, write_private
from vault.sealing import KEY_BYTES
from vault.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
_LOOKS_WRITTEN = "a key is 32 random bytes, raw or in base64 (`openssl rand -base64 32`)"


class KeyFile:
    """A file of ours, made if it is missing and there is no vault yet."""

    kind = "file"

    def __init__(self, path: Path, spec: str) -> None:
        self.path = path
        self.spec = spec
        self._beside = path.with_name(f"{path.name}.new")

    def prepare(self, vault_id: str, in_force: KeyRecord | None) -> Prepared:  # noqa: ARG002 - the protocol's
        """Use the file if it is there and not in force; otherwise make one, beside the one in force."""
        record: KeyRecord = {"kind": self.kind}
        if self.path.exists() and in_force is None:
            return Prepared(_read(self.path), record)
        master = Secret(os.urandom(KEY_BYTES))
        try:
            if self.path.exists():
                self._beside.unlink(missing_ok=True)
                write_private(self._beside, _written(master))
            else:
                write_private(self.path, _written(master))
        except OSError as error:
            master.close()
            raise KeyUnavailable(f"cannot make the key file: {error.strerror}", path=self.path) from error
        return Prepared(master, record)

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:  # noqa: ARG002
        """Read the file, or the one beside it if that is the one of the vault."""
        prepared = self._prepared(is_right)
        if prepared is not None:
            return prepared
        master = _read(self.path)
        if not is_right(master):
            master.close()
            raise KeyWrong("the key file is not the one of this vault", path=self.path)
        return master

    def settle(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> None:  # noqa: ARG002
        """Rename the prepared key over the old one."""
        prepared = self._prepared(is_right)
        if prepared is None:
            return
        prepared.close()
        try:
            self._beside.replace(self.path)
            sync_folder(self.path)
        except OSError as error:
            raise KeyUnavailable(f"cannot replace the key file: {error.strerror}", path=self.path) from error

    def _prepared(self, is_right: IsRight) -> Secret | None:
        """The key beside the file, if a crash left it there and the vault is under it already."""
        if not self._beside.exists():
            return None
        try:
            master = _read(self._beside)
        except KeyMalformed:  # it was never written whole, so nothing was committed under it
            return None
        if is_right(master):
            return master
        master.close()
        return None


class Credential:
    """A credential of the service, decrypted and handed in by systemd; never written by us."""

    kind = "credential"

    def __init__(self, name: str, folder: Path | None) -> None:
        self.spec = f"credential:{name}"
        self._path = None if folder is None else folder / name

    def prepare(self, vault_id: str, in_force: KeyRecord | None) -> Prepared:  # noqa: ARG002
        """Read it: a new key is a new credential, under another name."""
        return Prepared(self._read(), {"kind": self.kind})

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:  # noqa: ARG002
        """Read it."""
        master = self._read()
        if not is_right(master):
            master.close()
            raise KeyWrong(f"{self.spec} is not the key of this vault", path=self._path)
        return master

    def settle(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> None:
        """Nothing is left to do: systemd owns the file."""

    def _read(self) -> Secret:
        if self._path is None:
            raise KeyUnavailable(
                f"{self.spec} needs {CREDENTIALS_VARIABLE}, which systemd sets",
                hint="start the gateway as a service with LoadCredential= or LoadCredentialEncrypted=",
            )
        return _read(self._path, forbidden=MASKED_GROUP)


def _read(path: Path, *, forbidden: int = OTHERS) -> Secret:
    try:
        content = read_private(path, forbidden=forbidden)
    except FileNotFoundError as error:
        raise KeyUnavailable(
            "the key file is not there",
            path=path,
            hint="put it back from its backup, or mount the volume it is on; VAULT_KEY says where it is looked for",
        ) from error
    except LooseFileError as error:
        raise KeyLoose(f"the key file is refused: {error}", path=path, mode=error.mode) from error
    except OSError as error:
        raise KeyUnavailable(f"the key file cannot be read: {error.strerror}", path=path) from error
    with content:
        return _key_in(content, path)


def _key_in(content: Secret, path: Path) -> Secret:
    """Read a key in either of its forms."""
    if len(content) == KEY_BYTES:
        key = Secret(content.buffer)
    else:
        try:
            key = Secret(base64.b64decode(content.buffer.strip(), validate=True))
        except (binascii.Error, ValueError):
            raise KeyMalformed(f"the file holds no key: {_LOOKS_WRITTEN}", path=path) from None
    if not is_key_shaped(key):
        key.close()
        raise KeyMalformed(f"the file holds no key: {_LOOKS_WRITTEN}", path=path)
    return key


def _written(master: Secret) -> bytes:
    return base64.b64encode(master.buffer) + b"\n"
