"""Each command answers with its words, its JSON and its exit code, and errors are lines to act on."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from ledger.record import Record
from ledger.writer import Writer
from scripts.cli import aegis
from tests.scripts.test_settings import KEYS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert run(tmp_path, "init").exit_code == 0
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(aegis, ["--home", str(home), *arguments], prog_name="aegis")


def append(home: Path, kind: str, **fields: str | int) -> None:
    writer = Writer(home / ".aegis/audit.db")
    writer.open()
    writer.append(Record(kind, fields)).result(5)
    writer.close()


def contents(home: Path) -> dict[str, bytes]:
    skipped = (".db-wal", ".db-shm", ".lock")
    return {
        str(path): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.suffix not in skipped
    }


# --- init


def test_init_makes_everything_privately(home: Path) -> None:
    modes = {
        ".aegis": 0o700,
        ".aegis/ca": 0o700,
        ".aegis/ca/mitmproxy-ca.pem": 0o600,
        ".aegis/audit.db": 0o600,
        ".env": 0o600,
    }
    assert {name: stat.S_IMODE((home / name).stat().st_mode) for name in modes} == modes
    assert (home / ".aegis/.gitignore").read_text() == "*\n"


def test_init_again_keeps_every_byte_and_says_so(home: Path) -> None:
    before = contents(home)
    done = run(home, "init")
    assert done.exit_code == 0
    assert done.output.count(" kept") == 5
    assert " created" not in done.output
    assert contents(home) == before


def test_init_makes_only_what_is_missing_and_keeps_what_the_operator_wrote(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("allowedDomains: [a.example]\n")
    (tmp_path / ".env").write_text("DATABASE_URL=elsewhere.db\n")
    assert run(tmp_path, "init").exit_code == 0
    assert (tmp_path / "policy.yaml").read_text() == "allowedDomains: [a.example]\n"
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / ".aegis/audit.db").exists()


def test_settings_it_writes_are_the_documented_ones(home: Path) -> None:
    lines = [line for line in (home / ".env").read_text().splitlines() if line and not line.startswith("#")]
    assert lines == ["PORT=4000", "LOG_LEVEL=info", "DATABASE_URL=.aegis/audit.db", "POLICY_FILE=policy.yaml"]


def test_policy_it_writes_is_valid_without_warnings_and_so_are_its_examples(home: Path) -> None:
    path = home / "policy.yaml"
    assert run(home, "policy", "check").output.count("\n") == 1
    examples = [re.sub("^#(?=[^ ]|  )", "", line) for line in path.read_text().splitlines()]
    assert "blockedDomains:" in examples
    path.write_text("\n".join(examples))
    done = run(home, "policy", "check")
    assert (done.exit_code, done.output.count("\n")) == (0, 1)


def test_first_entry_says_that_the_ledger_was_created(home: Path) -> None:
    [entry] = [json.loads(line) for line in run(home, "ledger", "show", "--json").output.splitlines()]
    assert (entry["entry"], entry["type"]) == (1, "ledger.created")


def test_init_where_nothing_can_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / ".aegis").write_text("in the way")
    done = run(tmp_path, "init")
    assert done.exit_code == 2
    assert "a file is in the way" in done.stderr


# --- verify-ledger


def test_an_intact_chain_is_reported_in_the_agreed_form(home: Path) -> None:
    done = run(home, "verify-ledger")
    assert done.exit_code == 0
    assert done.output.splitlines()[:3] == [
        "✓ Audit ledger integrity: VERIFIED",
        "  Chain status: INTACT",
        "  Tamper evidence: no breaks detected",
    ]
    assert "  Entries: 1" in done.output


def test_a_changed_entry_is_named_with_its_reason(home: Path) -> None:
    append(home, "flow.verdict", verdict="block")
    append(home, "flow.verdict", verdict="allow")
    with closing(sqlite3.connect(home / ".aegis/audit.db")) as database, database:
        database.execute("DROP TRIGGER IF EXISTS entry_no_update")
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE entry SET body = replace(body, 'block', 'allow') WHERE seq = 2")
    done = run(home, "verify-ledger")
    assert done.exit_code == 1
    assert "✗ Audit ledger integrity: NOT VERIFIED" in done.output
    assert "BROKEN" in done.output
    report = json.loads(run(home, "verify-ledger", "--json").output)
    assert report["intact"] is False
    assert report["reason"]
    assert "ALTERED" in run(home, "ledger", "show").output


def test_what_cannot_be_read_is_neither_intact_nor_broken(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ledger")
    for path in ("text", "missing.db"):
        done = run(home, "verify-ledger", str(tmp_path / path))
        assert done.exit_code == 2
        assert done.stdout == ""
        assert done.stderr.startswith("aegis: ")


# --- ledger show


def test_entries_are_shown_oldest_first_in_aligned_columns(home: Path) -> None:
    append(
        home,
        "flow.verdict",
        agent="bot",
        verdict="block",
        score=80,
        method="GET",
        scheme="https",
        host="h.example",
        port=443,
        path="/a",
        rule="egress.domain",
        flow="f1",
    )
    append(home, "flow.end", agent="bot", flow="f1", status=200)
    lines = run(home, "ledger", "show").output.splitlines()
    assert lines[0].split() == ["ENTRY", "TIME", "(UTC)", "TYPE", "AGENT", "VERDICT", "SCORE", "WHAT"]
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "3"]
    assert lines[2].endswith("bot    block    80     GET  https://h.example/a  egress.domain")
    assert len(run(home, "ledger", "show", "--last", "1").output.splitlines()) == 2


def test_entries_of_one_flow_are_found_by_its_id_and_by_an_entry_number(home: Path) -> None:
    append(home, "flow.verdict", flow="f1", verdict="allow")
    append(home, "flow.verdict", flow="f2", verdict="allow")
    append(home, "flow.end", flow="f1")
    for name in ("f1", "2", "4"):
        lines = run(home, "ledger", "show", "--flow", name, "--json").output.splitlines()
        assert [json.loads(line)["entry"] for line in lines] == [2, 4]
    assert run(home, "ledger", "show", "--flow", "none").exit_code == 1
    assert run(home, "ledger", "show", "--flow", "99").exit_code == 1


def test_entries_can_be_narrowed(home: Path) -> None:
    append(home, "flow.verdict", verdict="block", host="a.example", agent="x")
    append(home, "flow.verdict", verdict="allow", host="b.example", agent="y")
    for option in (("--verdict", "block"), ("--host", "a.example"), ("--agent", "x")):
        lines = run(home, "ledger", "show", "--json", *option).output.splitlines()
        assert [json.loads(line)["entry"] for line in lines] == [2]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_an_agent_sent_cannot_act_on_the_terminal(form: tuple[str, ...], home: Path) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\r\u202eevil\x9b31m\x7f\n1  forged"
    append(home, "flow.verdict", agent=hostile, host=hostile, path=hostile, verdict=hostile, rule=hostile)
    done = run(home, "ledger", "show", *form)
    assert done.exit_code == 0
    assert not set(done.output) & set("\x1b\x07\r\u202e\x9b\x7f")
    assert len(done.output.splitlines()) == (2 if form else 3)


# --- policy check, list-services


def test_a_broken_policy_is_listed_with_all_its_places(home: Path) -> None:
    (home / "policy.yaml").write_text("alowedDomains: [a.example]\nmode: sometimes\n")
    done = run(home, "policy", "check")
    assert done.exit_code == 1
    assert "policy.yaml:1:1: unknown key 'alowedDomains'; did you mean 'allowedDomains'?" in done.output
    assert "policy.yaml:2:" in done.output
    assert "2 problems" in done.output
    report = json.loads(run(home, "policy", "check", "--json").output)
    assert [problem["line"] for problem in report["problems"]] == [1, 2]


def test_another_file_can_be_checked_before_it_is_put_in_place(home: Path, tmp_path: Path) -> None:
    candidate = tmp_path / "candidate.yaml"
    candidate.write_text("rules:\n- name: x\n  filter: '~nonsense ('\n")
    assert run(home, "policy", "check", str(candidate)).exit_code == 1
    assert run(home, "policy", "check", str(tmp_path / "missing.yaml")).exit_code == 1
    assert run(home, "policy", "check").exit_code == 0


def test_guards_that_this_build_lacks_are_warned_about(home: Path) -> None:
    (home / "policy.yaml").write_text(
        "allowedDomains: [a.example]\nsinks: [{name: a, type: syslog, target: x}]\n"
    )
    done = run(home, "policy", "check")
    assert done.exit_code == 0
    assert "not part of this build" in done.output


def test_services_are_listed_with_their_endpoints_and_no_credentials(home: Path) -> None:
    (home / "policy.yaml").write_text(
        "allowedDomains: [a.example, '*.b.example', c.example]\n"
        "services:\n- name: one\n  hosts: [a.example, x.b.example]\n- name: two\n  hosts: [off.example]\n",
    )
    lines = [line.split() for line in run(home, "list-services").output.splitlines()]
    assert lines == [
        ["SERVICE", "ENDPOINT", "ALLOWED", "CREDENTIALS"],
        ["one", "a.example", "yes", "0"],
        ["one", "x.b.example", "yes", "0"],
        ["two", "off.example", "no", "0"],
        ["-", "c.example", "yes", "0"],
        ["-", "*.b.example", "yes", "0"],
    ]
    services = json.loads(run(home, "list-services", "--json").output)
    assert [(service["name"], service["credentials"]) for service in services] == [
        ("one", 0),
        ("two", 0),
        (None, 0),
    ]


# --- env, doctor, completion, help


def test_env_prints_lines_for_this_home(home: Path) -> None:
    assert f"export SSL_CERT_FILE={home}/.aegis/ca/mitmproxy-ca-cert.pem" in run(home, "env").output
    assert json.loads(run(home, "env", "--format", "json").output)["HTTPS_PROXY"] == "http://127.0.0.1:4000"


def test_before_init_commands_say_to_run_it(tmp_path: Path) -> None:
    for command in (("env",), ("policy", "check"), ("list-services",)):
        done = run(tmp_path, *command)
        assert done.exit_code in {1, 2}
        assert "aegis init" in done.stderr + done.output


def test_doctor_finds_a_fresh_home_well_and_names_what_is_not(home: Path) -> None:
    (home / ".env").write_text("PORT=0\n")
    assert run(home, "doctor").exit_code == 0
    (home / ".aegis/ca/mitmproxy-ca.pem").chmod(0o644)
    (home / ".aegis/ca/config.yaml").write_text("ssl_insecure: true\n")
    done = run(home, "doctor", "--json")
    states = {answer["name"]: answer["state"] for answer in json.loads(done.output)}
    assert done.exit_code == 1
    assert states["authority"] == "failed"
    assert states["confdir"] == "warning"
    assert states["policy"] == "ok"


def test_a_bad_setting_is_reported_with_its_line(home: Path) -> None:
    (home / ".env").write_text("PORT=high\n")
    done = run(home, "verify-ledger")
    assert done.exit_code == 2
    assert f"{home}/.env:1: PORT:" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_that_shell(shell: str, tmp_path: Path) -> None:
    done = run(tmp_path, "completion", shell)
    assert done.exit_code == 0
    assert "_AEGIS_COMPLETE" in done.output


def test_every_command_has_help_and_a_sentence_in_the_list(tmp_path: Path) -> None:
    listed = run(tmp_path, "-h").output
    assert "Exit codes:" in listed
    for name, command in aegis.commands.items():
        assert command.short_help
        assert name in listed
        assert run(tmp_path, name, "-h").exit_code == 0


def test_a_fault_of_ours_is_two_lines_and_its_own_exit_code(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("addons.settings.Settings.load", fail)
    done = run(home, "env")
    assert done.exit_code == 70
    assert done.stderr.splitlines()[0] == "aegis: a fault of Aegis itself: ZeroDivisionError: oops"
    assert "Traceback" not in done.stderr


def test_a_terminal_without_unicode_gets_question_marks_and_no_error(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from scripts.cli import main; main()", "--home", str(home), "verify-ledger"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith(b"? Audit ledger integrity: VERIFIED")
