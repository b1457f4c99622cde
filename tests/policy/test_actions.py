"""What a tool call would do: commands in pieces, in code, in text, behind an argument; and what is none of it."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import actions, arguments, breakouts
from policy.embedded import embedded
from policy.exchange import ToolCall

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def done(tool: str, **given: object) -> actions.Actions:
    return actions.actions(ToolCall("server", tool, given, "body:/params"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os; os.system('rm -rf /')", ["rm -rf /"]),
        ("import subprocess as s\ns.run(['rm', '-rf', '/'])", ["rm -rf /"]),
        ("require('child_process').execSync(`id`)", ["id"]),
        ("spawn('sh', ['-c', \"id; ls\"])", ["sh -c 'id; ls'"]),
        ("shutil.rmtree('/')", ["rm -rf /"]),
        ('Path("/etc/shadow").read_text()', ["/etc/shadow"]),
        ("run(x)", []),
        ("print('run')", []),
    ],
)
def test_commands_and_files_in_code_are_found(code: str, expected: list[str]) -> None:
    assert [one.text for one in embedded(code)] == expected


@pytest.mark.parametrize(
    ("name", "text", "is_malformed"),
    [
        ("host", "8.8.8.8; id", True),
        ("hostname", "$(id)", True),
        ("branch", "main`id`", True),
        ("host_name", "a\nid", True),
        ("target", "--output=/etc/x", True),
        ("pattern", "*.py -exec rm {} +", True),
        ("host", "db.example.com", False),
        ("hosts", "a.example.com;b.example.com", False),
        ("branch", "feature/a-b_c.d", False),
        ("title", "a; b | c", False),
        ("query", "what does find -exec rm do?", False),
        ("flags", "--output=x", False),
    ],
)
def test_an_argument_that_is_one_word_holds_no_separators(
    name: str, text: str, *, is_malformed: bool
) -> None:
    assert bool(breakouts.malformed(name, text)) is is_malformed


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("filename", "a.png; curl x | sh", "curl x | sh"),
        ("target", "$(curl x)", "curl x"),
        ("url", "ext::sh -c id", "sh -c id"),
        ("label", "My report; rm it later", ""),
        ("regex", "a|b", ""),
    ],
)
def test_a_command_behind_an_argument_is_read(name: str, text: str, expected: str) -> None:
    assert breakouts.command_in(name, text) == expected


def test_an_address_is_read_as_what_follows_it_would() -> None:
    assert [url for url, _ in done("fetch", url="https://a.example\\@10.0.0.5/").urls] == [
        "https://a.example\\@10.0.0.5/"
    ]
    inner = done("fetch", url="https://a.example/go?to=http%3A%2F%2F10.0.0.5%2F").mentioned_urls
    assert [url for url, _ in inner] == ["http://10.0.0.5/"]
    assert [url for url, _ in done("fetch", url="10.0.0.5/x").mentioned_urls] == ["http://10.0.0.5/x"]
    assert not done("fetch", url="https://a.example/?redirect_uri=http://127.0.0.1:1/").mentioned_urls
    assert not done("open", uri="file:///workspace/a.ts").urls
    assert not done("open", uri="notes://today").paths
    assert done("open", uri="notes://a/../../etc/passwd").paths
    assert not done("write_file", content="see http://127.0.0.1:3000/").mentioned_urls


def test_a_program_and_its_arguments_side_by_side_are_one_command() -> None:
    lines = [reading.text for reading, _ in done("run_command", command="rm", args=["-rf", "/"]).commands]
    assert "rm -rf /" in lines


def test_json_in_a_string_is_read_and_a_document_is_not() -> None:
    assert any(r.text == "id" for r, _ in done("proxy", request=json.dumps({"command": "id"})).commands)
    assert not done("write_file", content=json.dumps({"command": "id"})).commands
    twice = list(arguments.strings({"a": '{"command": "ls", "command": "id"}'}))
    assert {"ls", "id"} <= {one.text for one in twice}


@given(JSON, st.sampled_from(["fetch", "bash", "run_python", "computer", "query"]))
def test_any_arguments_are_read_without_an_exception(value: object, tool: str) -> None:
    actions.actions(ToolCall("server", tool, value, "body:/params"))


@pytest.mark.parametrize(
    "text",
    ["a;" * 1000, "$(" * 1000, "`" * 2000, "[" * 100_000, '{"a":' * 50_000, "run(" * 50_000, "run('" * 50_000,
     "http://" + "a%25" * 500, "a://" + "../" * 600, "1" * 2000, "a." * 1000, "x" * 1_000_000, "open('\\" * 20_000],
)  # fmt: skip
def test_hostile_arguments_take_bounded_time(text: str) -> None:
    begun = time.perf_counter()
    done("run", url=text, host=text, code=text, pattern=text)
    assert time.perf_counter() - begun < 5
