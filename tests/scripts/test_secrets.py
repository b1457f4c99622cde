"""Secrets go into the vault unseen, come out as placeholders only, and each refusal says what to do next."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest
from click.testing import CliRunner, Result

from ledger.writer import Writer
from scripts.cli import aegis
from tests.scripts.test_settings import KEYS

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "sk-proj-FAKEfakeFAKEfake0123456789-not_a_key"
NEWER = "sk-proj-NEWERfakeNEWERfake0123456789-not_a_key"
TOKEN = re.compile(r"[A-Za-z0-9_:.-]*aegis[a-z2-7]{27}")
ADD = ("add-secret", "--key", "OPENAI_API_KEY", "--service", "openai")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in (*KEYS, "VAULT_KEY", "BAO_ADDR", "BAO_TOKEN", "VAULT_ADDR", "VAULT_TOKEN"):
        monkeypatch.delenv(key, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert run(tmp_path, "init").exit_code == 0
    return tmp_path


def run(home: Path, *arguments: str, value: str | None = None) -> Result:
    return CliRunner().invoke(aegis, ["--home", str(home), *arguments], prog_name="aegis", input=value)


def token_in(done: Result) -> str:
    found = TOKEN.search(done.stdout)
    assert found, done.output
    return found[0]


def changes(home: Path) -> list[dict[str, object]]:
    """What the ledger says about the vault."""
    lines = run(home, "ledger", "show", "--json").stdout.splitlines()
    return [entry["fields"] for entry in map(json.loads, lines) if entry["type"] == "vault.changed"]


# --- add-secret


def test_a_secret_is_stored_and_its_placeholder_shown(home: Path) -> None:
    done = run(home, *ADD, value=f"{VALUE}\n")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == '✓ Secret "OPENAI_API_KEY" stored'
    assert "Goes to: openai: api.openai.com (bearer)" in done.stdout
    assert token_in(done).startswith("sk-proj-aegis")
    assert "keep a copy of its key (file:.aegis/vault.key)" in done.stderr
    assert VALUE not in done.output
    assert (home / ".aegis/vault.db").stat().st_mode & 0o777 == 0o600


def test_storing_the_same_value_again_changes_nothing_and_says_so(home: Path) -> None:
    first = run(home, *ADD, value=VALUE)
    before = {path.name: path.read_bytes() for path in (home / ".aegis").glob("vault*")}
    again = run(home, *ADD, value=VALUE)
    assert again.exit_code == 0
    assert again.stdout.splitlines()[0] == '✓ Secret "OPENAI_API_KEY" is stored already'
    assert token_in(again) == token_in(first)
    assert {path.name: path.read_bytes() for path in (home / ".aegis").glob("vault*")} == before
    assert len(changes(home)) == 1


def test_another_value_is_refused_and_rotation_named(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    done = run(home, *ADD, value=NEWER)
    assert done.exit_code == 2
    assert "`aegis secrets rotate OPENAI_API_KEY`" in done.stderr
    assert VALUE not in done.output
    assert NEWER not in done.output


def test_the_same_value_with_another_binding_is_refused(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    done = run(home, *ADD, "--host", "eu.api.openai.com", value=VALUE)
    assert done.exit_code == 2
    assert "bound otherwise" in done.stderr


REFUSED = {
    "no value": (ADD, "", "the value is empty"),
    "a line end only": (ADD, "\n", "the value is empty"),
    "two lines": (ADD, "a\nb", "line breaks"),
    "too long": (ADD, "x" * 70_000, "at most 65536 bytes"),
    "a placeholder": (ADD, "sk-proj-aegismfmx3s5j67ldatydx4sjygdixin", "a placeholder of Aegis"),
    "the value in the name": (
        ("add-secret", "--key", f"K={VALUE}", "--service", "openai"),
        VALUE,
        "expected a name",
    ),
    "a name that leads past the gateway": (
        ("add-secret", "--key", "HTTPS_PROXY", "--service", "openai"),
        VALUE,
        "means something else",
    ),
    "a provider with a host for each customer": (
        ("add-secret", "--key", "K", "--service", "azure-openai"),
        VALUE,
        "name the hosts",
    ),
    "no target": (("add-secret", "--key", "K"), VALUE, "--service openai"),
    "an unknown service": (
        ("add-secret", "--key", "K", "--service", "opnai"),
        VALUE,
        "did you mean --service openai",
    ),
    "an odd placement": ((*ADD, "--placement", "anywhere"), VALUE, "is no location"),
    "a host that is an address": ((*ADD, "--host", "https://x.example"), VALUE, "is no host"),
    "all hosts": ((*ADD, "--host", "*"), VALUE, "is no host"),
    "an odd path": ((*ADD, "--path", "v1"), VALUE, "no glob on paths"),
    "set and body": ((*ADD, "--set", "--placement", "body"), VALUE, "exactly one location"),
}


@pytest.mark.parametrize(("arguments", "value", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_stored_is_refused_with_the_next_step_and_no_vault_is_left(
    home: Path, arguments: tuple[str, ...], value: str, what: str
) -> None:
    done = run(home, *arguments, value=value)
    assert done.exit_code == 2, done.output
    assert what in done.stderr
    assert VALUE not in done.output
    assert "Traceback" not in done.output
    assert "a fault of Aegis" not in done.output
    assert not list((home / ".aegis").glob("vault*"))


def test_bytes_that_are_no_text_are_refused(home: Path) -> None:
    done = CliRunner().invoke(aegis, ["--home", str(home), *ADD], input=b"\xff\xfe\x00key")
    assert done.exit_code == 2
    assert "not UTF-8" in done.stderr


def test_before_init_it_says_to_run_it(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("allowedDomains: [api.openai.com]\n")
    done = run(tmp_path, *ADD, value=VALUE)
    assert done.exit_code == 2
    assert "aegis init" in done.stderr


def test_json_has_everything_but_the_value(home: Path) -> None:
    done = run(home, *ADD, "--agent", "builder", "--agent", "crew", "--json", value=VALUE)
    result = json.loads(done.stdout)
    assert (result["secret"], result["stored"], result["agents"]) == (
        "OPENAI_API_KEY",
        True,
        ["builder", "crew"],
    )
    assert set(result["placeholders"]) == {"builder", "crew"}
    assert VALUE not in done.output


def test_hosts_that_the_policy_refuses_are_named(home: Path) -> None:
    done = run(
        home, "add-secret", "--key", "GITHUB_TOKEN", "--service", "github", value="ghp_FAKEfakeFAKEfake00"
    )
    assert done.exit_code == 0
    assert "the policy does not allow api.github.com, github.com" in done.stderr


def test_a_service_of_the_policy_wins_over_what_is_known_of_providers(home: Path) -> None:
    (home / "policy.yaml").write_text(
        "allowedDomains: [llm.corp.example]\n"
        "services:\n- name: OpenAI\n  hosts: [llm.corp.example]\n"
        "  credentials:\n  - {key: OPENAI_API_KEY, placement: 'header:x-corp-key'}\n"
    )
    done = run(home, *ADD, "--json", value=VALUE)
    result = json.loads(done.stdout)
    assert result["hosts"] == ["llm.corp.example"]
    assert result["locations"] == ["header:x-corp-key"]
    assert result["service"] == "OpenAI"


def test_an_option_that_takes_the_value_does_not_exist(home: Path) -> None:
    for option in ("--value", "--secret", "--token"):
        assert run(home, *ADD, option, "x", value=VALUE).exit_code == 2
    assert run(home, *ADD, "argument", value=VALUE).exit_code == 2


def test_the_parts_of_a_key_of_aws_get_the_places_where_they_belong(home: Path) -> None:
    places = {}
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        arguments = ("add-secret", "--key", key, "--service", "aws", "--region", "eu-central-1", "--json")
        result = json.loads(run(home, *arguments, value="FAKEfakeFAKEfake").stdout)
        places[key] = (result["locations"], result["hosts"], result["placeholders"]["default"][:9])
    assert places == {
        "AWS_ACCESS_KEY_ID": (["sigv4-id"], ["*.amazonaws.com"], "AKIAaegis"),
        "AWS_SECRET_ACCESS_KEY": (["sigv4-key"], ["*.amazonaws.com"], ANY),
        "AWS_SESSION_TOKEN": (["sigv4-token"], ["*.amazonaws.com"], ANY),
    }


# --- secrets


def test_a_list_shows_bindings_and_holders_and_no_value(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    run(home, "secrets", "placeholder", "OPENAI_API_KEY", "--agent", "crew")
    done = run(home, "secrets", "list")
    heading, row = done.stdout.splitlines()
    assert heading.split()[:3] == ["SECRET", "SERVICE", "HOSTS"]
    assert "openai   api.openai.com  bearer     crew, default  1" in row
    [item] = json.loads(run(home, "secrets", "list", "--json").stdout)
    assert item["holders"] == ["crew", "default"]
    assert VALUE not in done.output


def test_commands_without_a_vault_say_how_to_make_one(home: Path) -> None:
    for arguments in (("secrets", "list"), ("vault", "status"), ("secrets", "remove", "X", "--yes")):
        done = run(home, *arguments)
        assert done.exit_code == 2
        assert "aegis add-secret" in done.stderr


def test_an_empty_vault_says_so(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    run(home, "secrets", "remove", "OPENAI_API_KEY", "--yes")
    assert "The vault is empty" in run(home, "secrets", "list").stdout


def test_rotation_replaces_the_value_and_keeps_the_placeholder(home: Path) -> None:
    token = token_in(run(home, *ADD, value=VALUE))
    done = run(home, "secrets", "rotate", "OPENAI_API_KEY", "--grace", "7d", value=NEWER)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith('✓ Secret "OPENAI_API_KEY" rotated to version 2')
    assert run(home, "secrets", "placeholder", "OPENAI_API_KEY").stdout.strip() == token
    [item] = json.loads(run(home, "secrets", "list", "--json").stdout)
    assert (item["version"], [old["version"] for old in item["retiring"]]) == (2, [1])


def test_rotation_to_the_same_value_is_refused_unless_it_binds_anew(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    same = run(home, "secrets", "rotate", "OPENAI_API_KEY", value=VALUE)
    assert same.exit_code == 2
    assert "get a new one from the provider" in same.stderr
    bound = run(
        home, "secrets", "rotate", "OPENAI_API_KEY", "--host", "eu.api.openai.com", "--json", value=VALUE
    )
    assert json.loads(bound.stdout)["hosts"] == ["eu.api.openai.com"]
    assert json.loads(bound.stdout)["locations"] == ["bearer"]


@pytest.mark.parametrize("grace", ["", "3", "1w", "-1h", "1.5h", "9999999d", "h", "\u0663h"])
def test_a_duration_that_is_none_is_refused_with_the_form(home: Path, grace: str) -> None:
    done = run(home, "secrets", "rotate", "OPENAI_API_KEY", "--grace", grace, value=NEWER)
    assert done.exit_code == 2
    assert "30m, 24h or 7d" in done.stderr


@pytest.mark.parametrize("verb", ["rotate", "remove", "placeholder"])
def test_an_unknown_secret_is_named(home: Path, verb: str) -> None:
    run(home, *ADD, value=VALUE)
    done = run(home, "secrets", verb, "NOPE", value=NEWER)
    assert done.exit_code == 2
    assert "there is no secret 'NOPE'" in done.stderr
    assert "aegis secrets list" in done.stderr


def test_nothing_is_removed_without_being_asked(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    assert "--yes" in run(home, "secrets", "remove", "OPENAI_API_KEY").stderr
    assert len(json.loads(run(home, "secrets", "list", "--json").stdout)) == 1
    assert run(home, "secrets", "remove", "OPENAI_API_KEY", "--yes").exit_code == 0
    assert json.loads(run(home, "secrets", "list", "--json").stdout) == []


def test_a_placeholder_is_printed_alone_and_can_be_renewed(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    first = run(home, "secrets", "placeholder", "OPENAI_API_KEY", "--agent", "crew").stdout
    assert TOKEN.fullmatch(first.strip())
    assert run(home, "secrets", "placeholder", "OPENAI_API_KEY", "--agent", "crew").stdout == first
    renewed = run(home, "secrets", "placeholder", "OPENAI_API_KEY", "--agent", "crew", "--renew").stdout
    assert renewed != first
    odd = run(home, "secrets", "placeholder", "OPENAI_API_KEY", "--agent", "a\x1b[2Jb")
    assert odd.exit_code == 2
    assert "\x1b" not in odd.output


def test_every_change_is_in_the_ledger_and_says_nothing_of_the_value(home: Path) -> None:
    run(home, *ADD, value=VALUE)
    run(home, "secrets", "rotate", "OPENAI_API_KEY", value=NEWER)
    run(home, "secrets", "placeholder", "OPENAI_API_KEY", "--agent", "crew")
    run(home, "vault", "rekey")
    run(home, "secrets", "remove", "OPENAI_API_KEY", "--yes")
    recorded = changes(home)
    assert [entry["change"] for entry in recorded] == ["added", "rotated", "issued", "rekeyed", "removed"]
    generations = [entry["generation"] for entry in recorded]
    assert generations == sorted(generations)
    assert "FAKE" not in json.dumps(recorded)
    assert "NEWER" not in json.dumps(recorded)


def test_a_change_under_a_running_gateway_is_made_and_says_who_records_it(home: Path) -> None:
    writer = Writer(home / ".aegis/audit.db")
    writer.open()
    try:
        done = run(home, *ADD, value=VALUE)
    finally:
        writer.close()
    assert done.exit_code == 0
    assert "the gateway is running: it records the change" in done.stderr


# --- the terminal


def test_on_a_terminal_the_value_is_asked_for_and_not_shown(home: Path) -> None:
    shown = _typed(home, ADD, [("Value of OPENAI_API_KEY", VALUE)])
    assert 'Secret "OPENAI_API_KEY" stored' in shown
    assert VALUE not in shown


def test_on_a_terminal_a_passphrase_is_asked_for_twice_and_not_shown(home: Path) -> None:
    phrase = "six words drawn by lot"
    answers = [
        ("Value of", VALUE),
        ("New passphrase", phrase),
        ("once more", phrase),
        ("Passphrase of", phrase),
    ]
    shown = _typed(home, ADD, answers, VAULT_KEY="passphrase")
    assert 'Secret "OPENAI_API_KEY" stored' in shown
    assert phrase not in shown


def _typed(home: Path, arguments: tuple[str, ...], answers: list[tuple[str, str]], **environ: str) -> str:
    """Run a command on a terminal of its own, answer its questions, return all that was shown."""
    command = [sys.executable, "-c", "from scripts.cli import main; main()", "--home", str(home), *arguments]
    keeper, terminal = pty.openpty()
    process = subprocess.Popen(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, **environ},
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - one thread at this point
    )
    os.close(terminal)
    shown = ""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            shown += os.read(keeper, 4096).decode(errors="replace")
        except OSError:
            break
        if answers and answers[0][0] in shown.rpartition("\n")[2]:
            os.write(keeper, f"{answers.pop(0)[1]}\n".encode())
            shown += "\n"
    os.close(keeper)
    process.wait(30)
    assert not answers, shown
    return shown


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415 - in the child only
    import termios  # noqa: PLC0415

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
