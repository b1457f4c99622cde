"""The key of a vault can be changed at any time, to any source, and a crash on the way costs nothing."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.vault.samples import OPENAI, filled, reopened, source, value_of
from vault.errors import KeyMismatch, KeyUnavailable, KeyWrong, VaultError, VaultUnavailable
from vault.vault import Vault

ROOT = Path(__file__).parents[2]


def test_a_new_key_replaces_the_old_one_and_touches_no_value(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    old_key = (tmp_path / "vault.key").read_bytes()
    before = {row.name: row for row in vault.contents.secrets}
    vault.rekey(source(tmp_path))
    assert (tmp_path / "vault.key").read_bytes() != old_key
    after = {row.name: row for row in reopened(tmp_path).contents.secrets}
    assert all(after[name].value == row.value for name, row in before.items())
    assert all(after[name].wrapped_key != row.wrapped_key for name, row in before.items())
    (tmp_path / "vault.key").write_bytes(old_key)
    with pytest.raises(KeyWrong):
        reopened(tmp_path)


@pytest.mark.parametrize("spec", ["passphrase", "file:elsewhere.key"])
def test_the_source_can_be_changed_there_and_back(tmp_path: Path, spec: str) -> None:
    vault = filled(tmp_path)
    vault.rekey(source(tmp_path, spec))
    moved = Vault.open(tmp_path / "vault.db", source(tmp_path, spec))
    assert value_of(moved, "OPENAI_API_KEY") == OPENAI
    with pytest.raises((KeyWrong, KeyMismatch)):
        reopened(tmp_path)
    (tmp_path / "vault.key").unlink()
    moved.rekey(source(tmp_path))
    assert value_of(reopened(tmp_path), "OPENAI_API_KEY") == OPENAI


def test_a_wrong_passphrase_is_told_from_a_tampered_vault(tmp_path: Path) -> None:
    filled(tmp_path).rekey(source(tmp_path, "passphrase"))
    with pytest.raises(KeyWrong, match="the passphrase is wrong"):
        Vault.open(tmp_path / "vault.db", source(tmp_path, "passphrase", b"incorrect horse"))


def test_cost_and_salt_are_those_of_the_documentation(tmp_path: Path) -> None:
    filled(tmp_path).rekey(source(tmp_path, "passphrase"))
    with closing(sqlite3.connect(tmp_path / "vault.db")) as connection:
        [(record,)] = connection.execute("SELECT key_record FROM meta").fetchall()
    assert re.fullmatch(
        r'\{"kind":"passphrase","lanes":4,"memory_kib":65536,"passes":3,"salt":"[0-9a-f]{32}"\}', record
    )


def test_rekeying_to_the_present_key_is_refused(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    (tmp_path / "copy.key").write_bytes((tmp_path / "vault.key").read_bytes())
    (tmp_path / "copy.key").chmod(0o600)
    with pytest.raises(KeyUnavailable, match="present key"):
        vault.rekey(source(tmp_path, "file:copy.key"))
    assert value_of(reopened(tmp_path), "OPENAI_API_KEY") == OPENAI


def test_a_gateway_takes_over_a_new_key_by_itself(tmp_path: Path) -> None:
    vault, gateway = filled(tmp_path), reopened(tmp_path)
    vault.rekey(source(tmp_path))
    assert gateway.refresh()
    assert value_of(gateway, "OPENAI_API_KEY") == OPENAI


def test_of_many_who_rekey_at_once_one_does_and_the_vault_opens(tmp_path: Path) -> None:
    filled(tmp_path)
    vaults = [reopened(tmp_path) for _ in range(6)]
    errors: list[VaultError] = []
    start = threading.Barrier(len(vaults))

    def rekey(vault: Vault) -> None:
        start.wait()
        for _ in range(4):
            try:
                vault.rekey(source(tmp_path))
            except VaultError as error:
                errors.append(error)

    threads = [threading.Thread(target=rekey, args=(vault,)) for vault in vaults]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(error) for error in errors} <= {VaultUnavailable}
    assert reopened(tmp_path).state.generation == 5 + 24 - len(errors)
    assert value_of(reopened(tmp_path), "OPENAI_API_KEY") == OPENAI


def test_a_rekeying_that_is_killed_at_any_step_leaves_a_vault_that_opens_and_can_be_rekeyed(
    tmp_path: Path,
) -> None:
    memory = Path("/dev/shm")  # noqa: S108 - hundreds of rekeyings, each of which waits for a disk
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.vault.crash_rekey", folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(r"(\d+) steps\n", done.stdout)
    assert found, done.stdout
    assert int(found[1]) > 40
