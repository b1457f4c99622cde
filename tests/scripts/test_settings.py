"""Settings come from environment and .env, and whatever is wrong with them is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.settings import Settings, SettingsError

KEYS = (
    "AEGIS_HOME",
    "PORT",
    "LISTEN_HOST",
    "LOG_LEVEL",
    "DATABASE_URL",
    "POLICY_FILE",
    "MEMORY_LIMIT_MB",
    "LEDGER_DEADLINE_S",
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)


def load(home: Path, text: str) -> Settings:
    (home / ".env").write_text(text)
    return Settings.load(home)


def test_an_empty_home_has_defaults_and_writes_nothing(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)
    assert (settings.port, settings.listen_host, settings.log_level) == (4000, "127.0.0.1", "info")
    assert settings.database_path == tmp_path / ".aegis/audit.db"
    assert settings.policy_path == tmp_path / "policy.yaml"
    assert settings.confdir == tmp_path / ".aegis/ca"
    assert list(tmp_path.iterdir()) == []


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "4002")
    assert load(tmp_path, "PORT=4001\nLOG_LEVEL=debug").port == 4002
    assert Settings.load(tmp_path).log_level == "debug"


def test_home_is_the_variable_or_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load().home == tmp_path
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("AEGIS_HOME", "elsewhere")
    assert Settings.load().home == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (".aegis/audit.db", "HOME/.aegis/audit.db"),
        ("sqlite:///ledgers/a.db", "HOME/ledgers/a.db"),
        ("sqlite:////var/lib/aegis/a.db", "/var/lib/aegis/a.db"),
        ("/var/lib/aegis/a.db", "/var/lib/aegis/a.db"),
        ('"with space.db"', "HOME/with space.db"),
    ],
)
def test_database_is_a_path_or_a_sqlite_address(written: str, meant: str, tmp_path: Path) -> None:
    settings = load(tmp_path, f"DATABASE_URL={written}")
    assert settings.database_path == Path(meant.replace("HOME", str(tmp_path)))


REFUSED = {
    "PORT=abc": "valid integer",
    "PORT=65536": "less than or equal to 65535",
    "PORT=-1": "greater than or equal to 0",
    "LISTEN_HOST=example.com": "an IP address or localhost",
    "LOG_LEVEL=loud": "'debug', 'info', 'warning' or 'error'",
    "DATABASE_URL=postgres://u:hunter2@h/db": "not part of this build",
    "DATABASE_URL=postgresql://u:hunter2@h/db": "not part of this build",
    "DATABASE_URL=mysql://u:hunter2@h/db": "a path or sqlite:///path",
    "DATABASE_URL=sqlite://host/db": "a path or sqlite:///path",
    "DATABASE_URL=:memory:": "must outlive the process",
    "DATABASE_URL=": "must outlive the process",
    "POLICY_FILE=": "at least 1 character",
    "MEMORY_LIMIT_MB=12": "at least 384",
    "LEDGER_DEADLINE_S=0": "greater than 0",
    "PORT": "expected KEY=value",
    "'unterminated": "expected KEY=value",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_bad_value_is_refused_with_file_line_and_key(line: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, f"# a comment\n\n{line}\n")
    [problem] = caught.value.problems
    assert problem.source == f"{tmp_path}/.env:3"
    assert REFUSED[line] in problem.message
    assert "hunter2" not in str(caught.value)
    assert "line named" in caught.value.hint()


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, "PORT=x\nLOG_LEVEL=y")
    assert [problem.key for problem in caught.value.problems] == ["PORT", "LOG_LEVEL"]


def test_a_bad_variable_is_blamed_on_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    with pytest.raises(SettingsError) as caught:
        Settings.load(tmp_path)
    assert str(caught.value).startswith("environment: PORT: ")
    assert "variable" in caught.value.hint()


def test_an_unknown_key_is_warned_about_with_the_nearest_name(tmp_path: Path) -> None:
    settings = load(tmp_path, "PROT=1\nXYZZY=2\nport=4005\n")
    assert settings.port == 4005
    assert settings.warnings == (
        f"{tmp_path}/.env:1: PROT is not a setting and is ignored; did you mean PORT?",
        f"{tmp_path}/.env:2: XYZZY is not a setting and is ignored",
    )


def test_a_file_that_is_no_text_or_no_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        Settings.load(tmp_path)
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(tmp_path)
    with pytest.raises(SettingsError, match="is not a directory"):
        Settings.load(tmp_path / "nowhere")


def test_localhost_and_bracketed_addresses_are_understood(tmp_path: Path) -> None:
    assert load(tmp_path, "LISTEN_HOST=localhost").listen_host == "127.0.0.1"
    assert load(tmp_path, "LISTEN_HOST=[::1]").listen_host == "::1"
