"""Each source gives the key back that it made, to the vault it made it for, and says why where it cannot."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from tests.vault.samples import OPENAI, around, filled, source, value_of
from vault.errors import KeyLoose, KeyUnavailable, VaultTampered
from vault.keys.spec import Surroundings, parse
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vault.keys.source import KeySource


class MemoryKeyring(KeyringBackend):
    """A keyring of the test's own."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def desktop() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def made_with(home: Path, key: KeySource) -> Vault:
    vault = Vault.create(home / "vault.db", key)
    vault.rekey(key) if key.kind != "credential" else None
    return vault


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "sesame",
        "file",
        "file:",
        "credential",
        "credential:",
        "credential:../vault.key",
        "credential:a/b",
        "passphrase:",
        "transit",
        "transit:",
        "transit:../sys/seal",
        "transit:a b",
        "transit:a?x",
        "keyring:",
        "env:SECRET",
        "FILE:x",
    ],
)
def test_a_source_that_is_not_understood_is_refused(tmp_path: Path, spec: str) -> None:
    with pytest.raises(KeyUnavailable, match="names no source") as error:
        parse(spec, around(tmp_path))
    assert "VAULT_KEY" in error.value.hint()


@pytest.mark.parametrize(
    "content",
    [os.urandom(32), base64.b64encode(os.urandom(32)), base64.b64encode(os.urandom(32)) + b"\n"],
    ids=["raw", "base64", "base64 line"],
)
def test_a_key_file_that_the_operator_made_is_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.key").write_bytes(content)
    (tmp_path / "own.key").chmod(0o400)
    key = source(tmp_path, "file:own.key")
    Vault.create(tmp_path / "vault.db", key).add("A", Secret(OPENAI), _binding())
    assert value_of(Vault.open(tmp_path / "vault.db", key), "A") == OPENAI
    assert (tmp_path / "own.key").read_bytes() == content


def _binding():  # noqa: ANN202 - a shorthand
    from tests.vault.samples import binding  # noqa: PLC0415

    return binding()


def test_a_key_file_elsewhere_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="cannot make the key file"):
        Vault.create(tmp_path / "vault.db", source(tmp_path, "file:no/such/folder/key"))
    assert not (tmp_path / "vault.db").exists()


def _credential(home: Path, mode: int = 0o440) -> KeySource:
    folder = home / "credentials"
    folder.mkdir()
    (folder / "aegis-vault").write_bytes(os.urandom(32))
    (folder / "aegis-vault").chmod(mode)
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    return parse("credential:aegis-vault", Surroundings(home, environ, around(home).ask))


def test_a_credential_of_systemd_opens_the_vault_and_is_not_written(tmp_path: Path) -> None:
    key = _credential(tmp_path)
    Vault.create(tmp_path / "vault.db", key).add("A", Secret(OPENAI), _binding())
    vault = Vault.open(tmp_path / "vault.db", key)
    assert value_of(vault, "A") == OPENAI
    with pytest.raises(KeyUnavailable, match="present key"):
        vault.rekey(key)


@pytest.mark.parametrize("mode", [0o444, 0o460, 0o666])
def test_a_credential_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeyLoose):
        Vault.create(tmp_path / "vault.db", _credential(tmp_path, mode))


def test_a_credential_without_systemd_says_what_is_missing(tmp_path: Path) -> None:
    key = parse("credential:aegis-vault", Surroundings(tmp_path, {}, around(tmp_path).ask))
    with pytest.raises(KeyUnavailable, match="CREDENTIALS_DIRECTORY") as error:
        Vault.create(tmp_path / "vault.db", key)
    assert "LoadCredential" in error.value.hint()


def test_a_passphrase_can_come_from_a_private_file_only(tmp_path: Path) -> None:
    (tmp_path / "phrase").write_text("six words drawn by lot\n")
    (tmp_path / "phrase").chmod(0o600)
    key = source(tmp_path, "passphrase:phrase")
    Vault.create(tmp_path / "vault.db", key)
    Vault.open(tmp_path / "vault.db", source(tmp_path, "passphrase", b"six words drawn by lot"))
    (tmp_path / "phrase").chmod(0o644)
    with pytest.raises(KeyLoose):
        Vault.open(tmp_path / "vault.db", key)


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="too short"):
        Vault.create(tmp_path / "vault.db", source(tmp_path, "passphrase", b"hunter2"))


@pytest.mark.parametrize(
    "record",
    [
        {"salt": "00" * 16, "memory_kib": 1 << 30, "passes": 3, "lanes": 4},
        {"salt": "00" * 16, "memory_kib": 65536, "passes": 1 << 30, "lanes": 4},
        {"salt": "00" * 16, "memory_kib": 65536, "passes": 0, "lanes": 4},
        {"salt": "00" * 16, "memory_kib": 8, "passes": 1, "lanes": 16},
        {"salt": "00" * 16, "memory_kib": "many", "passes": 3, "lanes": 4},
        {"salt": "zz", "memory_kib": 65536, "passes": 3, "lanes": 4},
        {"memory_kib": 65536, "passes": 3, "lanes": 4},
    ],
)
def test_a_cost_that_somebody_put_into_the_vault_is_not_paid(
    tmp_path: Path, record: dict[str, str | int]
) -> None:
    with pytest.raises(VaultTampered):
        source(tmp_path, "passphrase").fetch("ab" * 16, record, lambda _: True)


def test_a_keyring_keeps_the_key_and_drops_the_one_it_replaced(
    tmp_path: Path, desktop: MemoryKeyring
) -> None:
    key = source(tmp_path, "keyring")
    vault = Vault.create(tmp_path / "vault.db", key)
    vault.add("A", Secret(OPENAI), _binding())
    [first] = desktop.entries
    vault.rekey(key)
    [second] = desktop.entries
    assert first != second
    assert first[0] == "aegis-vault"
    assert value_of(Vault.open(tmp_path / "vault.db", source(tmp_path, "keyring")), "A") == OPENAI
    desktop.entries.clear()
    with pytest.raises(KeyUnavailable, match="no entry"):
        Vault.open(tmp_path / "vault.db", key)


def test_without_a_keyring_it_says_what_a_server_takes_instead(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        with pytest.raises(KeyUnavailable) as error:
            Vault.create(tmp_path / "vault.db", source(tmp_path, "keyring"))
    finally:
        keyring.set_keyring(before)
    assert "key file" in error.value.hint()


def test_the_keyring_is_never_the_default(tmp_path: Path, desktop: MemoryKeyring) -> None:
    filled(tmp_path)
    assert desktop.entries == {}
