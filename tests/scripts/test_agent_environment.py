"""The variables lead everything through the gateway, in forms that shells and containers read back unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values

from scripts import agent_environment

CERTIFICATE = Path('/home/a b/it\'s $HOME/"ca".pem')


@pytest.fixture
def values() -> dict[str, str]:
    return agent_environment.variables("127.0.0.1", 4000, CERTIFICATE)


def test_proxies_authorities_and_exceptions_are_all_set(values: dict[str, str]) -> None:
    assert {values[name] for name in agent_environment.PROXY_VARIABLES} == {"http://127.0.0.1:4000"}
    assert {values[name] for name in agent_environment.CA_VARIABLES} == {str(CERTIFICATE)}
    assert values["NO_PROXY"] == values["no_proxy"] == ""
    assert values["NODE_USE_ENV_PROXY"] == "1"


def test_a_shell_reads_back_what_was_meant(values: dict[str, str]) -> None:
    script = agent_environment.render(values, "shell") + "\nenv -0"
    done = subprocess.run(
        ["sh", "-c", script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    read = dict(item.split("=", 1) for item in done.stdout.decode().split("\0") if item)
    assert values.items() <= read.items()


def test_a_dotenv_file_and_json_read_back_what_was_meant(values: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "env").write_text(agent_environment.render(values, "dotenv"))
    assert dotenv_values(tmp_path / "env", interpolate=False) == values
    assert json.loads(agent_environment.render(values, "json")) == values


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:4000"),
        ("0.0.0.0", "http://127.0.0.1:4000"),
        ("::", "http://[::1]:4000"),
        ("::1", "http://[::1]:4000"),
        ("10.0.0.5", "http://10.0.0.5:4000"),
    ],
)
def test_agents_are_told_an_address_they_can_reach(host: str, url: str) -> None:
    assert agent_environment.proxy_url(host, 4000) == url
