"""Sealing: a value is encrypted with a key of its own, and that key with the vault's.

    value key   32 random bytes for each version of each secret
    sealed      nonce || AES-256-GCM(value key, value, context)
    wrapped     nonce || AES-256-GCM(wrapping key, value key, context)
    context     canonical JSON ["aegis-vault-v1", "value" or "key", vault id, name, version, binding]

The context is authenticated and not stored with the ciphertext: it is made from where the row stands. A row that is
copied to another name, version, binding or vault does not open (without this, the sealed key of one service put
into the row of another would be sent to that other's hosts). A key of its own for each version means that changing
the vault's key touches no value, and that a nonce is used once per key.

From the vault's master key three keys are derived (HKDF-SHA256, RFC 5869, the vault id as salt): one that wraps, one
that authenticates the state of the whole table, and the id by which a wrong master key is recognized before anything
is opened. Pure but for the randomness of the operating system. AES-GCM: NIST SP 800-38D, 96-bit nonces.

What sealing does not hide: how long a value is, its name, and what it is bound to.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vault.errors import VaultTampered
from vault.secret import Secret

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
KEY_ID_BYTES: Final = 16
DOMAIN: Final = "aegis-vault-v1"


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """What a master key becomes for one vault."""

    id: str
    """32 hex digits; recognizes the master key and tells nothing else about it."""
    wrapping: AESGCM = field(repr=False)
    """Wraps the keys of values; the cipher is kept ready, since each loan needs it."""
    state: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens nowhere else."""

    vault_id: str
    name: str
    version: int
    binding: str
    """Canonical JSON of hosts, locations and all else the secret is bound to."""
    _made: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def context(self, part: str) -> bytes:
        """The authenticated context of the `value` or of its `key`."""
        made = self._made.get(part)
        if made is None:  # asked for with every request, and nothing secret
            fields = [DOMAIN, part, self.vault_id, self.name, self.version, self.binding]
            made = self._made[part] = json.dumps(fields, separators=(",", ":")).encode("ascii")
        return made


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value with its wrapped key."""

    wrapped_key: bytes
    value: bytes


def derive(master: Secret, vault_id: str) -> VaultKeys:
    """Derive the keys of one vault from its master key, 32 bytes."""
    size = 2 * KEY_BYTES + KEY_ID_BYTES
    hkdf = HKDF(SHA256(), length=size, salt=vault_id.encode("ascii"), info=f"{DOMAIN} keys".encode("ascii"))
    block = hkdf.derive(bytes(master.buffer))
    return VaultKeys(
        id=block[2 * KEY_BYTES :].hex(),
        wrapping=AESGCM(block[:KEY_BYTES]),
        state=block[KEY_BYTES : 2 * KEY_BYTES],
    )


def seal(keys: VaultKeys, secret: Secret, place: Place) -> Sealed:
    """Seal a value for one place."""
    with Secret(os.urandom(KEY_BYTES)) as value_key:
        nonce = os.urandom(NONCE_BYTES)
        value = nonce + AESGCM(value_key.buffer).encrypt(nonce, secret.buffer, place.context("value"))
        return Sealed(_wrap(keys, value_key, place), value)


def unseal(keys: VaultKeys, sealed: Sealed, place: Place) -> Secret:
    """Open what was sealed for a place; whoever gets the value closes it.

    Raises:
        VaultTampered: It was altered, or sealed for another place or under another key.
    """
    with _unwrap(keys, sealed.wrapped_key, place) as value_key:
        return _open(AESGCM(value_key.buffer), sealed.value, place, "value")


def rewrap(old: VaultKeys, new: VaultKeys, sealed: Sealed, place: Place) -> Sealed:
    """Change the key that a value's key is wrapped with; the sealed value stays as it is.

    Raises:
        VaultTampered: The wrapped key does not open with the old key.
    """
    with _unwrap(old, sealed.wrapped_key, place) as value_key:
        return Sealed(_wrap(new, value_key, place), sealed.value)


def _wrap(keys: VaultKeys, value_key: Secret, place: Place) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + keys.wrapping.encrypt(nonce, value_key.buffer, place.context("key"))


def _unwrap(keys: VaultKeys, wrapped: bytes, place: Place) -> Secret:
    return _open(keys.wrapping, wrapped, place, "key")


def _open(key: AESGCM, blob: bytes, place: Place, part: str) -> Secret:
    size = len(blob) - NONCE_BYTES - TAG_BYTES
    if size < 0 or (part == "key" and size != KEY_BYTES):
        raise VaultTampered(f"the sealed {part} of {place.name!r} version {place.version} is cut off")
    opened = Secret.of_size(size)
    try:
        key.decrypt_into(blob[:NONCE_BYTES], blob[NONCE_BYTES:], place.context(part), opened.buffer)
    except InvalidTag:
        opened.close()
        raise VaultTampered(
            f"the sealed {part} of {place.name!r} version {place.version} does not open where it stands"
        ) from None
    return opened
