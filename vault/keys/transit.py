"""The master key wrapped by OpenBao or HashiCorp Vault (transit engine): `transit:KEY`, `transit:MOUNT/KEY`.

A random master key is encrypted by the server and only the ciphertext stands in the vault, bound to the vault's id
as associated data; opening asks the server once, at start. The server's key never leaves it, whoever may use it is
decided there, and each use is in its audit log. Address and token are the usual variables, BAO_ADDR or VAULT_ADDR and
BAO_TOKEN or VAULT_TOKEN (or a private file named by BAO_TOKEN_FILE); they are never stored and never taken from the
vault's file, which would send the token wherever somebody wrote.

The token needs `update` on MOUNT/encrypt/KEY (once, for `aegis vault rekey`) and MOUNT/decrypt/KEY.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from vault.errors import KeyLoose, KeyMalformed, KeyUnavailable, KeyWrong
from vault.keys.source import IsRight, KeyRecord, Prepared, is_key_shaped, text_of
from vault.private_files import LooseFileError, read_private
from vault.sealing import KEY_BYTES
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_MOUNT: Final = "transit"
TIMEOUT_S: Final = 10


class Transit:
    """A key of a transit engine."""

    kind = "transit"

    def __init__(self, name: str, environ: Mapping[str, str]) -> None:
        mount, _, key = name.rpartition("/")
        self.spec = f"transit:{name}"
        self._mount = mount or DEFAULT_MOUNT
        self._key = key
        self._environ = environ

    def prepare(self, vault_id: str, in_force: KeyRecord | None) -> Prepared:  # noqa: ARG002 - the protocol's
        """Make a master key and have the server encrypt it."""
        master = Secret(os.urandom(KEY_BYTES))
        plain = base64.b64encode(master.buffer).decode("ascii")
        answer = self._call("encrypt", plaintext=plain, associated_data=_bound_to(vault_id))
        record: KeyRecord = {"kind": self.kind, "ciphertext": str(answer["ciphertext"])}
        return Prepared(master, record)

    def fetch(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> Secret:
        """Have the server decrypt the master key."""
        answer = self._call(
            "decrypt", ciphertext=text_of(record, "ciphertext"), associated_data=_bound_to(vault_id)
        )
        try:
            master = Secret(base64.b64decode(str(answer["plaintext"]), validate=True))
        except (binascii.Error, ValueError):
            raise KeyMalformed(f"{self.spec} decrypted to no key") from None
        if not is_key_shaped(master):
            master.close()
            raise KeyMalformed(f"{self.spec} decrypted to no key")
        if not is_right(master):
            master.close()
            raise KeyWrong(f"{self.spec} decrypted to the key of another vault")
        return master

    def settle(self, vault_id: str, record: KeyRecord, is_right: IsRight) -> None:
        """Nothing is left to do: the ciphertext stands in the vault."""

    def _call(self, verb: str, **fields: str) -> Mapping[str, Any]:
        try:
            import hvac  # noqa: PLC0415 - a third of a second, for those who use it
            from hvac.exceptions import (  # noqa: PLC0415
                Forbidden,
                InvalidPath,
                InvalidRequest,
                VaultDown,
                VaultError,
            )
            from requests import RequestException  # noqa: PLC0415
        except ImportError as error:
            raise KeyUnavailable("the library hvac is not installed", hint="pip install hvac") from error
        address = self._address()
        with self._token() as token:
            client = hvac.Client(
                url=address, token=token.buffer.decode("ascii", "replace"), timeout=TIMEOUT_S
            )
        path = f"/v1/{self._mount}/{verb}/{self._key}"
        try:
            answer = client.adapter.post(path, json=fields)
        except Forbidden:
            raise KeyUnavailable(f"{address} does not let this token {verb} with {self.spec}") from None
        except InvalidPath:
            raise KeyUnavailable(f"{address} has no transit engine for {self.spec}") from None
        except InvalidRequest:
            raise KeyWrong(
                f"{address} cannot {verb} with {self.spec}: it knows no such key or ciphertext"
            ) from None
        except VaultDown:
            raise KeyUnavailable(f"{address} is sealed or not ready") from None
        except (VaultError, RequestException) as error:
            # the message of neither is repeated: it may quote what was sent
            raise KeyUnavailable(f"{address} does not answer as it should ({type(error).__name__})") from None
        found = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(found, dict) or not {"ciphertext", "plaintext"} & found.keys():
            raise KeyUnavailable(f"{address} does not answer as it should")
        return found

    def _address(self) -> str:
        address = self._environ.get("BAO_ADDR") or self._environ.get("VAULT_ADDR") or ""
        parts = urlsplit(address)
        if not parts.hostname or parts.scheme not in {"http", "https"} or parts.username is not None:
            raise KeyUnavailable(
                f"{self.spec} needs the server's address in BAO_ADDR or VAULT_ADDR",
                hint="set it like https://bao.example.com:8200",
            )
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise KeyUnavailable(
                f"the address of {self.spec} has to be https", hint="http is for loopback only"
            )
        return address

    def _token(self) -> Secret:
        named = self._environ.get("BAO_TOKEN_FILE") or self._environ.get("VAULT_TOKEN_FILE")
        if named:
            path = Path(named)
            try:
                with read_private(path) as content:
                    return Secret(content.buffer.strip())
            except LooseFileError as error:
                raise KeyLoose(f"the token file is refused: {error}", path=path, mode=error.mode) from error
            except OSError as error:
                raise KeyUnavailable(f"the token file cannot be read: {error.strerror}", path=path) from error
        token = self._environ.get("BAO_TOKEN") or self._environ.get("VAULT_TOKEN")
        if not token:
            raise KeyUnavailable(
                f"{self.spec} needs a token in BAO_TOKEN or VAULT_TOKEN",
                hint="or in a private file named by BAO_TOKEN_FILE",
            )
        return Secret(token.encode())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bound_to(vault_id: str) -> str:
    return base64.b64encode(f"aegis-vault-v1 {vault_id}".encode("ascii")).decode("ascii")
