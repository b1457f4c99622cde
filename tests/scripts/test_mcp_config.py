"""`aegis mcp config` and `aegis mcp ledgers`: entries that clients can use, and ledgers that can be verified."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from ledger.record import Record
from ledger.writer import Writer
from scripts.cli import aegis
from scripts.commands.mcp import CLIENT_NAMES
from scripts.mcp.clients import CLIENTS
from scripts.mcp.wrapping import name_of

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = ("npx", "-y", "@modelcontextprotocol/server-filesystem", "/data dir")


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(aegis, ["--home", str(home), "mcp", *arguments])


def vector(entry: dict[str, Any]) -> list[str]:
    return [entry["command"], *entry["args"]]


def test_the_choices_are_the_clients_that_are_known() -> None:
    assert tuple(CLIENTS) == CLIENT_NAMES


@pytest.mark.parametrize("name", CLIENT_NAMES)
def test_each_client_gets_entries_in_its_own_form(tmp_path: Path, name: str) -> None:
    result = run(
        tmp_path, "config", "--client", name, "--agent", "coder", "--server", "files", "--", *COMMAND
    )
    assert result.exit_code == 0
    parse = tomllib.loads if name == "codex" else json.loads
    servers = parse(result.stdout)[CLIENTS[name].key]
    assert vector(servers["aegis"])[1:] == ["--home", str(tmp_path), "mcp", "serve", "--agent", "coder"]
    wrapped = vector(servers["files"])
    assert wrapped[1:6] == ["--home", str(tmp_path), "mcp", "wrap", "--agent"]
    assert wrapped[-5:] == ["--", *COMMAND]
    assert CLIENTS[name].files in result.stderr


def test_all_clients_are_printed_as_one_object_for_programs(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, "config", "--json").stdout)
    assert [one["client"] for one in found] == list(CLIENT_NAMES)
    assert "aegis" in found[0]["entries"]["mcpServers"]


def test_a_clients_file_is_printed_with_its_servers_wrapped_once(tmp_path: Path) -> None:
    servers = {
        "files": {"command": "npx", "args": ["-y", "server"], "env": {"A": "1"}},
        "plain": {"command": "server"},
        "remote": {"url": "https://mcp.example.com/"},
    }
    path = tmp_path / "mcp.json"
    path.write_text(json.dumps({"theme": "dark", "mcpServers": servers}))
    first = run(tmp_path, "config", "--wrap-file", str(path))
    document = json.loads(first.stdout)
    assert document["theme"] == "dark"
    assert document["mcpServers"]["remote"] == servers["remote"]
    assert document["mcpServers"]["files"]["env"] == {"A": "1"}
    assert vector(document["mcpServers"]["files"])[-6:] == ["--server", "files", "--", "npx", "-y", "server"]
    assert vector(document["mcpServers"]["plain"])[-2:] == ["--", "server"]
    path.write_text(first.stdout)
    assert json.loads(run(tmp_path, "config", "--wrap-file", str(path)).stdout) == document


@pytest.mark.parametrize("content", ["not json", "[]", '{"servers": 5}', "{}"])
def test_a_file_that_is_none_is_said_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(content)
    result = run(tmp_path, "config", "--wrap-file", str(path))
    assert result.exit_code == 2
    assert "name a JSON file" in result.stderr


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (COMMAND, "server-filesystem"),
        (("uvx", "mcp-server-git", "--repository", "."), "mcp-server-git"),
        (("uv", "run", "server.py"), "server"),
        (("python3.12", "-m", "my_server"), "my_server"),
        (("/opt/bin/github-mcp-server", "stdio"), "github-mcp-server"),
        (("npx", "some-server@1.2.3"), "some-server"),
        (("node", "/srv/dist/index.js"), "index"),
        (("docker", "run", "-i", "mcp/time"), "time"),
        (("python",), "python"),
        (("../../..",), "server"),
    ],
)
def test_a_server_is_named_after_its_package(command: tuple[str, ...], name: str) -> None:
    assert name_of(command) == name


def test_ledgers_are_listed_and_verified(tmp_path: Path) -> None:
    assert "no MCP server" in run(tmp_path, "ledgers").stdout
    directory = tmp_path / ".aegis" / "ledgers"
    directory.mkdir(parents=True)
    writer = Writer(directory / "mcp-a.db")
    writer.open()
    writer.append(Record("mcp.started", {})).result(5)
    writer.close()
    assert run(tmp_path, "ledgers").stdout.splitlines()[1].split() == ["mcp-a.db", "1", "intact"]
    assert json.loads(run(tmp_path, "ledgers", "--json").stdout)[0]["intact"] is True
    (directory / "mcp-b.db").write_text("no ledger")
    assert run(tmp_path, "ledgers").exit_code == 2


def test_wrong_usage_says_what_is_right(tmp_path: Path) -> None:
    assert run(tmp_path, "wrap").exit_code == 2
    result = run(tmp_path, "wrap", "--", "true")
    assert result.exit_code == 2
    assert "policy" in result.stderr
    (tmp_path / "policy.yaml").write_text("mode: enforce\n")
    result = run(tmp_path, "wrap", "--", "true")
    assert result.exit_code == 2
    assert "aegis init" in result.stderr
    result = run(tmp_path, "serve")
    assert result.exit_code == 2
    assert "sandboxRoot" in result.stderr
