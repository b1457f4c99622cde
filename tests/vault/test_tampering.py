"""Whatever is done to a vault's files, it opens as it was or it does not open."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vault.samples import NEWER, OPENAI, binding, filled, fresh, reopened, source, tampering, value_of
from vault.errors import (
    KeyLoose,
    KeyMalformed,
    KeyMismatch,
    KeyUnavailable,
    KeyWrong,
    VaultError,
    VaultLoose,
    VaultRolledBack,
    VaultTampered,
    VaultUnreadable,
)
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

STATEMENTS = {
    "ciphertexts of two secrets swapped": (
        "UPDATE secret SET value = (SELECT value FROM secret s WHERE s.name <> secret.name),"
        " wrapped_key = (SELECT wrapped_key FROM secret s WHERE s.name <> secret.name)"
    ),
    "bindings of two secrets swapped": (
        "UPDATE secret SET binding = (SELECT binding FROM secret s WHERE s.name <> secret.name)"
    ),
    "names of two secrets swapped": (
        "UPDATE secret SET name = 'X' WHERE name = 'GITHUB_TOKEN';"
        "UPDATE secret SET name = 'GITHUB_TOKEN' WHERE name = 'OPENAI_API_KEY';"
        "UPDATE secret SET name = 'OPENAI_API_KEY' WHERE name = 'X'"
    ),
    "another host": "UPDATE secret SET binding = replace(binding, 'api.openai.com', 'evil.example')",
    "another location": "UPDATE secret SET binding = replace(binding, 'bearer', 'body')",
    "another version": "UPDATE secret SET version = version + 1",
    "a secret removed": "DELETE FROM secret WHERE name = 'GITHUB_TOKEN'",
    "a secret doubled": (
        "INSERT INTO secret SELECT 'EXTRA', version, binding, wrapped_key, value, created_us, retires_us"
        " FROM secret LIMIT 1"
    ),
    "a secret retired": "UPDATE secret SET retires_us = 1",
    "a placeholder given to another agent": "UPDATE placeholder SET agent = 'evil'",
    "a placeholder pointed at another secret": "UPDATE placeholder SET secret = 'GITHUB_TOKEN'",
    "a placeholder made up": "INSERT INTO placeholder SELECT 'x', secret, agent, 1, NULL FROM placeholder LIMIT 1",
    "a generation made up": "UPDATE meta SET generation = generation + 1",
    "another time": "UPDATE meta SET created_us = 1",
    "another seal": "UPDATE meta SET seal = zeroblob(32)",
    "the vault's own row removed": "DELETE FROM meta",
    "a trigger": "CREATE TRIGGER t AFTER UPDATE ON meta BEGIN DELETE FROM secret; END",
    "a view": "CREATE VIEW v AS SELECT 1",
    "an index": "CREATE INDEX i ON secret (created_us)",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    filled(tmp_path)
    return tmp_path


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_an_altered_vault_does_not_open(home: Path, statement: str) -> None:
    with tampering(home) as connection:
        connection.executescript(statement)
    with pytest.raises(VaultTampered) as error:
        reopened(home)
    assert "evidence" in error.value.hint()


def test_another_vault_id_makes_it_another_key(home: Path) -> None:
    with tampering(home) as connection:
        connection.execute("UPDATE meta SET vault_id = ?", ("0" * 32,))
    with pytest.raises(KeyWrong):
        reopened(home)


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"kind": 1}', '{"kind":"sesame"}', "[" * 100_000])
def test_a_key_record_that_is_none_is_found(home: Path, record: str) -> None:
    with tampering(home) as connection:
        connection.execute("UPDATE meta SET key_record = ?, key_id = 'x'", (record,))
    with pytest.raises(VaultTampered):
        reopened(home)


def test_a_key_record_of_another_kind_is_named(home: Path) -> None:
    with tampering(home) as connection:
        connection.execute("""UPDATE meta SET key_record = '{"kind":"transit"}'""")
    with pytest.raises(KeyMismatch, match="transit") as error:
        reopened(home)
    assert "VAULT_KEY" in error.value.hint()


def test_a_row_of_another_vault_does_not_open(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    fresh(other)
    with tampering(other) as connection:
        row = connection.execute("SELECT * FROM secret WHERE name = 'OPENAI_API_KEY'").fetchone()
    with tampering(home) as connection:
        connection.execute("INSERT OR REPLACE INTO secret VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    with pytest.raises(VaultTampered):
        reopened(home)


def test_a_row_put_back_to_what_it_was_does_not_open(home: Path) -> None:
    with tampering(home) as connection:
        old = connection.execute("SELECT * FROM secret WHERE name = 'OPENAI_API_KEY'").fetchone()
    reopened(home).rotate("OPENAI_API_KEY", Secret(NEWER))
    with tampering(home) as connection:
        connection.execute("DELETE FROM secret WHERE name = 'OPENAI_API_KEY'")
        connection.execute("INSERT INTO secret VALUES (?, ?, ?, ?, ?, ?, ?)", old)
    with pytest.raises(VaultTampered):
        reopened(home)


def _copy(home: Path, name: str) -> Path:
    return shutil.copy2(home / name, home / f"{name}.old")


def test_a_file_put_back_to_what_it_was_does_not_open_until_the_operator_accepts_it(home: Path) -> None:
    old = _copy(home, "vault.db")
    vault = reopened(home)
    vault.rotate("OPENAI_API_KEY", Secret(NEWER))
    seen = vault.state
    old.replace(home / "vault.db")
    with pytest.raises(VaultRolledBack) as error:
        reopened(home)
    assert (error.value.found, error.value.expected) == (5, 6)
    assert "aegis vault accept" in error.value.hint()
    restored = Vault.open(home / "vault.db", source(home), accepts_rollback=True)
    restored.accept()
    assert value_of(reopened(home), "OPENAI_API_KEY") == OPENAI
    assert reopened(home).state.generation > seen.generation


def test_vault_and_witness_put_back_together_are_found_by_who_remembers_the_state(home: Path) -> None:
    old, old_witness = _copy(home, "vault.db"), _copy(home, "vault.db.seen")
    vault = reopened(home)
    vault.rotate("OPENAI_API_KEY", Secret(NEWER))
    recorded = vault.state
    old.replace(home / "vault.db")
    old_witness.replace(home / "vault.db.seen")
    with pytest.raises(VaultRolledBack):
        reopened(home).require(recorded)


def test_an_open_vault_notices_that_it_was_put_back(home: Path) -> None:
    old = _copy(home, "vault.db")
    vault = reopened(home)
    vault.rotate("OPENAI_API_KEY", Secret(NEWER))
    later = (home / "vault.db").rename(home / "vault.db.later")
    old.replace(home / "vault.db")
    for _ in range(2):
        with pytest.raises(VaultRolledBack):
            vault.refresh()
        with pytest.raises(VaultRolledBack):
            vault.lend("OPENAI_API_KEY")
    with pytest.raises(VaultTampered):
        vault.remove("GITHUB_TOKEN")
    later.replace(home / "vault.db")
    assert vault.refresh()
    assert value_of(vault, "OPENAI_API_KEY") == NEWER


def test_an_open_vault_notices_that_its_file_is_gone(home: Path) -> None:
    vault = reopened(home)
    (home / "vault.db").unlink()
    with pytest.raises(VaultUnreadable):
        vault.refresh()


def test_two_states_of_one_generation_are_found(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    twin = tmp_path_factory.mktemp("twin")
    for name in ("vault.db", "vault.db.seen", "vault.key"):
        shutil.copy2(home / name, twin / name)
    reopened(home).remove("GITHUB_TOKEN")
    reopened(twin).remove("OPENAI_API_KEY")
    shutil.copy2(twin / "vault.db", home / "vault.db")
    with pytest.raises(VaultTampered, match="two vaults of generation 6"):
        reopened(home)


def test_a_witness_that_is_missing_stale_or_garbled(home: Path) -> None:
    witness = home / "vault.db.seen"
    fresh = witness.read_bytes()
    witness.unlink()
    with pytest.raises(VaultRolledBack):
        reopened(home)
    for content in (b"", b"{}", b"[1]", b'{"vault":1,"generation":"x","digest":2}', b"\xff"):
        witness.write_bytes(content)
        with pytest.raises(VaultTampered):
            reopened(home)
    stale = json.loads(fresh) | {"generation": 4}
    witness.write_text(json.dumps(stale))  # what a crash between a change and its witness leaves
    assert value_of(reopened(home), "OPENAI_API_KEY") == OPENAI
    foreign = json.loads(fresh) | {"vault": "0" * 32}
    witness.write_text(json.dumps(foreign))
    with pytest.raises(VaultTampered, match="another vault"):
        reopened(home)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_vault_that_others_may_touch_is_refused(home: Path, mode: int) -> None:
    (home / "vault.db").chmod(mode)
    with pytest.raises(VaultLoose, match=f"{mode:04o}") as error:
        reopened(home)
    assert error.value.hint().startswith("chmod 600")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_read_is_refused(home: Path, mode: int) -> None:
    (home / "vault.key").chmod(mode)
    with pytest.raises(KeyLoose, match=f"{mode:04o}") as error:
        reopened(home)
    assert error.value.hint().startswith("chmod 600")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (None, KeyUnavailable),
        (b"", KeyMalformed),
        (bytes(32), KeyMalformed),
        (b"A" * 44, KeyMalformed),
        (b"hunter2", KeyMalformed),
        (bytes(range(31)), KeyMalformed),
        (bytes(range(32)), KeyWrong),
        (bytes(1 << 20), KeyMalformed),
    ],
)
def test_a_key_file_that_is_missing_or_holds_something_else(
    home: Path, content: bytes | None, kind: type[VaultError]
) -> None:
    key = home / "vault.key"
    key.unlink()
    if content is not None:
        key.write_bytes(content)
        key.chmod(0o600)
    with pytest.raises(kind) as error:
        reopened(home)
    assert type(error.value) is kind


def test_a_key_path_that_is_a_folder_or_a_pipe_does_not_hang(home: Path) -> None:
    import os  # noqa: PLC0415

    (home / "vault.key").unlink()
    (home / "vault.key").mkdir()
    with pytest.raises(KeyUnavailable):
        reopened(home)
    (home / "vault.key").rmdir()
    os.mkfifo(home / "vault.key", 0o600)
    with pytest.raises(KeyUnavailable):
        reopened(home)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_vault_does_not_open(home: Path, share: float) -> None:
    path = home / "vault.db"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises((VaultTampered, VaultUnreadable)):
        reopened(home)


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4096)])
def test_something_else_in_the_vaults_place_is_left_as_it_is(home: Path, content: bytes) -> None:
    (home / "vault.db").write_bytes(content)
    with pytest.raises(VaultError):
        reopened(home)
    assert (home / "vault.db").read_bytes() == content


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_flipped_bit_anywhere_in_the_file_changes_what_is_lent(home: Path, data: st.DataObject) -> None:
    path = home / "vault.db"
    before = path.read_bytes()
    expected = reopened(home).contents
    content = bytearray(before)
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    try:
        assert reopened(home).contents == expected
    except VaultError:
        pass
    finally:
        path.write_bytes(before)


def test_a_trigger_cannot_put_an_old_row_back_while_we_write(home: Path) -> None:
    vault = reopened(home)
    with tampering(home) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON secret BEGIN DELETE FROM placeholder; END")
    with pytest.raises(VaultTampered, match="altered definitions"):
        vault.add("MORE", Secret(b"a fake value"), binding())
