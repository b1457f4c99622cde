"""How the operator names the source of the vault's key, in VAULT_KEY or `aegis vault rekey --to`.

    file:PATH               a key file; relative to the home directory (the default is file:.aegis/vault.key)
    credential:NAME         a credential that systemd hands to the service
    passphrase              asked for on the terminal
    passphrase:PATH         read from a private file
    transit:[MOUNT/]KEY     OpenBao or HashiCorp Vault
    keyring[:SERVICE]       the desktop's keyring

Operator-supplied. Invariant: a form that is not understood is refused, never replaced by the default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.errors import KeyLoose, KeyUnavailable
from vault.keys.key_file import CREDENTIALS_VARIABLE, Credential, KeyFile
from vault.keys.os_keyring import DEFAULT_SERVICE, OsKeyring
from vault.keys.passphrase import Ask, Passphrase
from vault.keys.transit import Transit
from vault.private_files import LooseFileError, read_private
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.keys.source import KeySource

DEFAULT_SPEC: Final = "file:.aegis/vault.key"
KINDS: Final = ("file", "credential", "passphrase", "transit", "keyring")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
_TRANSIT = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]{0,63}/){0,4}[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
_FORMS = "expected file:PATH, credential:NAME, passphrase, passphrase:PATH, transit:KEY or keyring"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source needs besides its name."""

    home: Path
    """Where relative paths are meant from."""
    environ: Mapping[str, str]
    ask: Ask
    """Gets a passphrase from the operator."""


def parse(spec: str, around: Surroundings) -> KeySource:
    """Return the source that a specification names.

    Raises:
        KeyUnavailable: It names none.
    """
    kind, colon, rest = spec.strip().partition(":")
    if kind == "file" and rest:
        return KeyFile(_path(rest, around), spec.strip())
    if kind == "credential" and _NAME.match(rest):
        folder = around.environ.get(CREDENTIALS_VARIABLE)
        return Credential(rest, Path(folder) if folder else None)
    if kind == "passphrase" and bool(colon) == bool(rest):
        ask = _from_file(_path(rest, around)) if rest else around.ask
        return Passphrase(ask, spec.strip())
    if kind == "transit" and _TRANSIT.match(rest):
        return Transit(rest, around.environ)
    if kind == "keyring" and bool(colon) == bool(rest) and (not rest or _NAME.match(rest)):
        return OsKeyring(rest or DEFAULT_SERVICE)
    raise KeyUnavailable(f"VAULT_KEY names no source of a key: {_FORMS}")


def _path(text: str, around: Surroundings) -> Path:
    return around.home / Path(text).expanduser()


def _from_file(path: Path) -> Ask:
    def read(is_new: bool) -> Secret:  # noqa: ARG001, FBT001 - the signature is Ask's
        try:
            with read_private(path) as content:
                return Secret.from_text(content.buffer.decode())
        except LooseFileError as error:
            raise KeyLoose(f"the passphrase file is refused: {error}", path=path, mode=error.mode) from error
        except UnicodeDecodeError:
            raise KeyUnavailable("the passphrase file is not UTF-8 text", path=path) from None
        except OSError as error:
            raise KeyUnavailable(
                f"the passphrase file cannot be read: {error.strerror}", path=path
            ) from error

    return read
