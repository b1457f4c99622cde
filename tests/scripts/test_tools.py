"""`aegis tools`: a person sees what servers offer and decides about what has changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from ledger.definitions import DEFINITIONS_FILE, Definitions
from scripts.cli import aegis

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aegis").mkdir()
    with Definitions(tmp_path / ".aegis" / DEFINITIONS_FILE) as definitions:
        definitions.check("mcp.example.com", "add", {"name": "add", "description": "Adds two numbers."})
        definitions.check("mcp.example.com", "mail", {"name": "mail", "description": "Sends mail.\x1b[31m"})
        definitions.check(
            "mcp.example.com", "mail", {"name": "mail", "description": "Sends mail, and a copy."}
        )
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(aegis, ["--home", str(home), "tools", *arguments])


def test_tools_are_listed_and_nothing_of_a_server_reaches_the_terminal_raw(home: Path) -> None:
    shown = run(home, "list")
    assert shown.exit_code == 0
    assert "add" in shown.output
    assert "1 changed" in shown.output
    assert "\x1b" not in shown.output
    rows = [json.loads(line) for line in run(home, "list", "--json", "--pending").output.splitlines()]
    assert [(row["tool"], row["state"]) for row in rows] == [("mail", "changed")]
    assert rows[0]["pending"]["description"] == "Sends mail, and a copy."


def test_a_change_is_shown_and_accepted_once(home: Path) -> None:
    shown = run(home, "diff", "mcp.example.com", "mail")
    assert shown.exit_code == 1
    assert '+  "description": "Sends mail, and a copy."' in shown.output
    accepted = run(home, "accept", "mcp.example.com", "mail")
    assert (accepted.exit_code, "accepted" in accepted.output) == (0, True)
    assert run(home, "diff", "mcp.example.com", "mail").exit_code == 0
    assert run(home, "accept", "mcp.example.com", "mail").exit_code == 1
    assert run(home, "accept", "--all").exit_code == 1


def test_all_changes_of_a_server_are_accepted_at_once(home: Path) -> None:
    assert run(home, "accept", "other.example.com", "--all").exit_code == 1
    assert run(home, "accept", "mcp.example.com", "--all").exit_code == 0
    assert run(home, "list", "--pending").output == "no tools wait to be accepted\n"


@pytest.mark.parametrize(
    "arguments", [["accept"], ["accept", "mcp.example.com"], ["accept", "a", "b", "--all"]]
)
def test_wrong_usage_says_so(home: Path, arguments: list[str]) -> None:
    answer = run(home, *arguments)
    assert answer.exit_code == 2
    assert "--all" in answer.output


@pytest.mark.parametrize("command", ["diff", "accept"])
def test_a_tool_that_is_not_there_is_an_error(home: Path, command: str) -> None:
    assert run(home, command, "mcp.example.com", "nothing").exit_code == 2


def test_a_home_without_tools_says_so(tmp_path: Path) -> None:
    (tmp_path / ".aegis").mkdir()
    assert run(tmp_path, "list").output == "no tools have been offered\n"
