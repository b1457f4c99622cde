"""The vault's state is told truly, its key can be changed, and an agent gets placeholders with its variables."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.scripts.test_secrets import ADD, NEWER, VALUE, _clean_environment, changes, home, run, token_in

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["_clean_environment", "home"]  # fixtures

PHRASE = "six words drawn by lot"


def status(home: Path) -> dict[str, object]:
    return json.loads(run(home, "vault", "status", "--json").stdout)


def test_a_sound_vault_is_said_to_be(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    done = run(home, "vault", "status")
    assert done.exit_code == 0
    assert done.stdout.startswith("✓ Vault: SOUND\n")
    found = status(home)
    assert (found["sound"], found["secrets"], found["placeholders"]) == (True, 1, 1)
    assert found["key"] == "file:.aegis/vault.key"


def test_an_altered_vault_is_told_with_what_to_do(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    with closing(sqlite3.connect(home / ".aegis/vault.db")) as database, database:
        database.execute("UPDATE secret SET binding = replace(binding, 'openai.com', 'evil.example')")
    done = run(home, "vault", "status")
    assert done.exit_code == 1
    assert "✗ Vault: NOT SOUND" in done.stdout
    assert "evidence" in done.stdout
    assert json.loads(run(home, "vault", "status", "--json").stdout)["sound"] is False
    for arguments in (("secrets", "list"), ("env", "--agent", "default"), ADD):
        assert run(home, *arguments, value=VALUE).exit_code == 2


def test_a_key_that_others_may_read_is_refused_with_the_command_that_mends_it(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    (home / ".aegis/vault.key").chmod(0o644)
    done = run(home, "vault", "status")
    assert done.exit_code == 2
    assert f"chmod 600 '{home}/.aegis/vault.key'" in done.stderr


def test_rekeying_changes_the_key_file(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    before = (home / ".aegis/vault.key").read_bytes()
    done = run(home, "vault", "rekey")
    assert (done.exit_code, done.stdout) == (0, "✓ Vault rekeyed: file:.aegis/vault.key\n")
    assert (home / ".aegis/vault.key").read_bytes() != before
    assert status(home)["sound"] is True


def test_rekeying_to_another_source_says_what_to_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, *ADD, value=VALUE)
    (home / "phrase").write_text(PHRASE)
    (home / "phrase").chmod(0o600)
    done = run(home, "vault", "rekey", "--to", "passphrase:phrase")
    assert done.exit_code == 0, done.output
    assert "set VAULT_KEY=passphrase:phrase" in done.stderr
    assert "VAULT_KEY" in run(home, "vault", "status").stderr
    monkeypatch.setenv("VAULT_KEY", "passphrase:phrase")
    assert status(home)["key"] == "passphrase:phrase"


@pytest.mark.parametrize("spec", ["nonsense", "env:KEY", "file:", "credential:x", "transit:x"])
def test_a_source_that_cannot_be_used_leaves_the_vault_as_it_was(home: Path, spec: str) -> None:
    run(home, *ADD, value=VALUE)
    before = status(home)
    done = run(home, "vault", "rekey", "--to", spec)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert status(home) == before


def test_a_restored_backup_is_refused_until_it_is_accepted_and_both_are_on_record(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    shutil.copytree(home / ".aegis", home / "backup")
    run(home, "secrets", "rotate", "OPENAI_API_KEY", value=NEWER)
    for name in ("vault.db", "vault.db.seen"):  # both: only the ledger remembers
        shutil.copy2(home / "backup" / name, home / ".aegis" / name)
    refused = run(home, "vault", "status")
    assert refused.exit_code == 1
    assert "rolled back" in refused.stdout
    assert run(home, "secrets", "list").exit_code == 2
    accepted = run(home, "vault", "accept")
    assert accepted.exit_code == 0, accepted.output
    assert status(home)["sound"] is True
    assert changes(home)[-1]["change"] == "accepted"
    assert run(home, *ADD, value=VALUE).exit_code == 0


# --- env --agent


def test_an_agent_gets_placeholders_proxy_and_authority(home: Path) -> None:
    token = token_in(run(home, *ADD, "--agent", "crew", value=VALUE))
    done = run(home, "env", "--agent", "crew")
    assert f"export OPENAI_API_KEY={token}" in done.stdout
    assert "export HTTPS_PROXY=http://127.0.0.1:4000" in done.stdout
    assert f"export SSL_CERT_FILE={home}/.aegis/ca/mitmproxy-ca-cert.pem" in done.stdout
    assert VALUE not in done.output
    shell = subprocess.run(
        ["sh", "-c", f'{done.stdout}\nprintf %s "$OPENAI_API_KEY"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout == token


def test_each_agent_gets_its_own_placeholders_and_keeps_them(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    one, two, again = (
        json.loads(run(home, "env", "--agent", agent, "--format", "json").stdout)["OPENAI_API_KEY"]
        for agent in ("one", "two", "one")
    )
    assert one == again != two


def test_an_agent_gets_only_what_is_bound_to_it(home: Path) -> None:
    run(home, *ADD, "--agent", "crew", value=VALUE)
    done = run(home, "env", "--agent", "other")
    assert done.exit_code == 0
    assert "OPENAI_API_KEY" not in done.stdout
    assert "no secret is bound to agent 'other'" in done.stderr


def test_an_agent_that_the_policy_does_not_name_is_told_about(home: Path) -> None:
    (home / "policy.yaml").write_text(
        "allowedDomains: [api.openai.com]\nagents:\n- name: builder\n  match: {sourceAddresses: [10.0.0.0/24]}\n"
    )
    run(home, *ADD, value=VALUE)
    assert "callers are known as builder, default" in run(home, "env", "--agent", "bilder").stderr
    for known in ("builder", "default"):
        assert "callers are known" not in run(home, "env", "--agent", known).stderr


def test_without_an_agent_the_vault_is_not_touched(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    (home / ".aegis/vault.key").unlink()
    done = run(home, "env")
    assert done.exit_code == 0
    assert "OPENAI_API_KEY" not in done.stdout


def test_without_a_vault_an_agent_gets_the_rest_and_the_next_step(home: Path) -> None:
    done = run(home, "env", "--agent", "crew")
    assert done.exit_code == 0
    assert "export HTTPS_PROXY=" in done.stdout
    assert "aegis add-secret" in done.stderr


def test_a_name_that_is_none_is_refused(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    done = run(home, "env", "--agent", "a\nb")
    assert done.exit_code == 2
    assert done.stdout == ""


def test_help_has_examples_and_never_an_option_for_a_value(home: Path) -> None:
    for arguments in (
        ("add-secret",),
        ("secrets", "rotate"),
        ("secrets", "placeholder"),
        ("vault", "rekey"),
        ("env",),
    ):
        text = run(home, *arguments, "--help").stdout
        assert "aegis " in text.split("Options:")[1] or "VAULT_KEY" in text
        assert "--value" not in text
