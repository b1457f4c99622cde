"""`aegis judge`: the engine without a proxy."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scripts.cli import aegis

ROWS = {
    "secrets": ("text", "AKIA" + "QYLPMN5HHHFPZAM2", "plain words"),
    "pii": ("text", "my card is 4111 1111 1111 1111", "plain words"),
    "ssrf": ("url", "http://2130706433/", "https://example.com/docs"),
    "sqli": ("input", "' OR '1'='1' --", "O'Brien"),
    "paths": ("path", "/home/u/.ssh/id_rsa", "src/main.py"),
}


@pytest.mark.parametrize("family", ROWS)
def test_rows_are_judged_in_order(family: str) -> None:
    field, bad, good = ROWS[family]
    rows = "".join(json.dumps({"id": i, field: text}) + "\n" for i, text in enumerate((bad, good)))
    result = CliRunner().invoke(aegis, ["judge", "--family", family], input=rows)
    assert result.exit_code == 0
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["id"], first["verdict"]) == (0, "block")
    assert first["score"] >= 70
    assert 0.7 <= first["detector"] <= 1
    assert first["findings"][0].keys() >= {"rule", "category", "severity", "span"}
    assert (second["id"], second["verdict"], second["score"]) == (1, "allow", 0)


@pytest.mark.parametrize("row", ["nonsense", "[1]", '{"id": 1}', '{"text": 5}'])
def test_a_row_that_cannot_be_judged_is_told_and_the_others_are_judged(row: str) -> None:
    rows = f'{row}\n{{"id": "b", "text": "plain"}}\n'
    result = CliRunner().invoke(aegis, ["judge", "--family", "pii"], input=rows)
    assert result.exit_code == 2
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert "error" in first
    assert second["verdict"] == "allow"
    assert "line 1:" in result.stderr


def test_one_text_is_explained_in_words() -> None:
    result = CliRunner().invoke(aegis, ["judge", "DELETE FROM customers", "--family", "sqli"])
    assert result.exit_code == 1
    assert "sql.unbounded-delete" in result.stdout
    assert "threat score" in result.stdout
    passed = CliRunner().invoke(aegis, ["judge", "hello", "--family", "sqli", "--json"])
    assert passed.exit_code == 0
    assert json.loads(passed.stdout)["verdict"] == "allow"
