"""Tools are called by the names the policy knows, with the arguments it admits, or not at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.checks.tools import MAX_VALUES, ToolsSettings, check, compile_tools, plain_name
from policy.sections import ToolPredicate, Tools
from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.verdict import Finding


def compiled(**keys: Any) -> ToolsSettings:
    when = tuple(ToolPredicate(**predicate) for predicate in keys.pop("when", ()))
    section = Tools(when=when, **keys)
    return compile_tools(section, lambda *path: 10 + path[-1] if isinstance(path[-1], int) else 3)


def rules(found: list[Finding]) -> set[str]:
    return {one.rule for one in found}


NAMES = [
    ("that tool of any server", "delete_repo", "github", "delete_repo", True),
    ("that tool without a server", "delete_repo", "", "delete_repo", True),
    ("another tool", "delete_repo", "github", "delete_branch", False),
    ("every tool of a server", "github/*", "github", "delete_repo", True),
    ("no tool of another", "github/*", "gitlab", "delete_repo", False),
    ("any server's", "*/delete_*", "gitlab", "delete_repo", True),
    ("host of a server", "mcp.example.com/*", "mcp.example.com", "x", True),
    ("capitals", "delete_repo", "GitHub", "Delete_Repo", True),
    ("capitals in the policy", "GitHub/Delete_*", "github", "delete_repo", True),
    ("wide letters", "delete_repo", "", "\uff44elete_repo", True),
    ("look-alikes", "delete_repo", "", "d\u0435lete_r\u0435po", True),
    ("invisible letters", "delete_repo", "", "delete\u200b_repo", True),
    ("blanks", "delete_repo", "", " delete_repo\n", True),
    ("accents", "delete_repo", "", "de\u0301lete_repo", True),
    ("joined by a client", "github/delete_*", "api.example.com", "mcp__github__delete_repo", True),
    ("joined by a slash", "github/delete_*", "", "github/delete_repo", True),
    ("a tool with slashes", "github/*", "github", "repos/delete", True),
    ("a question mark", "delete_?", "", "delete_a", True),
    ("a question mark for two", "delete_?", "", "delete_ab", False),
    ("everything", "*", "", "x", True),
]


@pytest.mark.parametrize(("name", "glob", "server", "tool", "is_met"), NAMES, ids=[row[0] for row in NAMES])
def test_a_tool_is_denied_by_name_in_every_spelling(
    name: str, glob: str, server: str, tool: str, *, is_met: bool
) -> None:
    found = check(server, tool, {}, compiled(deny=(glob,)))
    assert ("tools.denied" in rules(found)) is is_met, name


def test_an_unlisted_tool_is_refused() -> None:
    settings = compiled(allow=("fs/read_*", "search"))
    assert not check("fs", "read_file", {}, settings)
    assert not check("any", "search", {}, settings)
    (found,) = check("fs", "write_file", {}, settings)
    assert (found.rule, found.effect, found.policy_line, found.severity) == (
        "tools.unlisted",
        Effect.DENY,
        3,
        80,
    )
    assert rules(check("fs", "read_file", {}, compiled(allow=()))) == {"tools.unlisted"}


def test_without_a_list_all_tools_are_allowed() -> None:
    assert check("fs", "write_file", {"path": "x"}, ToolsSettings()) == []
    assert check("fs", "write_file", {"path": "x"}, compile_tools(None, lambda *_path: None)) == []


def test_deny_wins_over_allow_and_hold_asks() -> None:
    settings = compiled(allow=("*",), deny=("fs/write_*",), hold=("fs/*",))
    found = {one.rule: one for one in check("fs", "write_file", {}, settings)}
    assert found.keys() == {"tools.denied", "tools.hold"}
    assert found["tools.hold"].effect is Effect.HOLD
    assert found["tools.denied"].policy_line == 10


DIRTY = [
    "",
    "a" * 129,
    "a b",
    "a\tb",
    "a\0b",
    "../a",
    "a/../b",
    "/a",
    "a//b",
    "a\\b",
    "a%2fb",
    "a\u200bb",
    "a\u202eb",
]
DIRTY += ["\uff41b", "d\u0435lete", "a;b", "a$b", "a\u00a0b", "\ud800"]


@pytest.mark.parametrize("tool", DIRTY)
def test_a_name_that_hides_something_is_refused(tool: str) -> None:
    (found,) = check("s", tool, {}, ToolsSettings())
    assert found.rule == "tools.malformed-name"
    assert found.evidence.isascii()


@pytest.mark.parametrize(
    "tool", ["read_file", "fs.read", "a-b", "repos/list", "v2:run", "\u67e5\u8be2\u5929\u6c14"]
)
def test_an_honest_name_passes(tool: str) -> None:
    assert check("s", tool, {}, ToolsSettings()) == []


ARGUMENTS: list[tuple[str, str, str, object, bool]] = [
    ("text", "path", "/etc/*", {"path": "/etc/hosts"}, True),
    ("other text", "path", "/etc/*", {"path": "/srv/x"}, False),
    ("capitals", "path", "/etc/*", {"PATH": "/ETC/hosts"}, True),
    ("blanks around", "path", "/etc/*", {"path": "  /etc/hosts\n"}, True),
    ("wide letters", "branch", "main", {"branch": "\uff4dain"}, True),
    ("missing", "path", "*", {}, False),
    ("nested", "options.force", "true", {"options": {"force": True}}, True),
    ("dotted key", "options.force", "true", {"options.force": True}, True),
    ("in a list", "files", "*.pem", {"files": ["a.txt", "b.pem"]}, True),
    ("in a list of objects", "files.path", "*.pem", {"files": [{"path": "a"}, {"path": "b.pem"}]}, True),
    ("below", "options", "yes", {"options": {"a": {"b": ["no", "yes"]}}}, True),
    ("number", "limit", "1000", {"limit": 1000}, True),
    ("null", "limit", "null", {"limit": None}, True),
    ("no object", "path", "*", "text", False),
    ("more than is read", "path", "never", {"path": ["x"] * (MAX_VALUES + 10)}, True),
]


@pytest.mark.parametrize(
    ("name", "argument", "glob", "arguments", "is_met"), ARGUMENTS, ids=[row[0] for row in ARGUMENTS]
)
def test_a_predicate_denies_or_holds_by_any_value(
    name: str, argument: str, glob: str, arguments: object, *, is_met: bool
) -> None:
    for action, rule in (("deny", "tools.argument-denied"), ("hold", "tools.argument-hold")):
        predicate = {"tool": "s/t", "argument": argument, "matches": glob, "action": action}
        settings = compiled(when=(predicate,))
        assert rules(check("s", "t", arguments, settings)) == ({rule} if is_met else set()), name
        assert not check("s", "other", arguments, settings)


ADMITTED: list[tuple[str, object, bool]] = [
    ("one", {"branch": "feature/a"}, True),
    ("the other", {"branch": "fix/a"}, True),
    ("neither", {"branch": "main"}, False),
    ("all of a list", {"branch": ["feature/a", "fix/b"]}, True),
    ("one of a list is not", {"branch": ["feature/a", "main"]}, False),
    ("missing", {}, False),
    ("empty", {"branch": []}, False),
    ("twice in two cases", {"branch": "feature/a", "Branch": "main"}, False),
    ("wide letters are others", {"branch": "\uff46eature/a"}, False),
]


@pytest.mark.parametrize(("name", "arguments", "is_admitted"), ADMITTED, ids=[row[0] for row in ADMITTED])
def test_an_allow_predicate_admits_only_what_matches(
    name: str, arguments: object, *, is_admitted: bool
) -> None:
    either = [
        {"tool": "git/push", "argument": "branch", "matches": glob, "action": "allow"}
        for glob in ("feature/*", "fix/*")
    ]
    found = check("git", "push", arguments, compiled(when=either))
    assert rules(found) == (set() if is_admitted else {"tools.argument-unlisted"}), name


def test_allow_predicates_of_different_arguments_have_to_hold_all() -> None:
    both = [
        {"tool": "push", "argument": argument, "matches": "ok", "action": "allow"}
        for argument in ("branch", "remote")
    ]
    assert not check("", "push", {"branch": "ok", "remote": "ok"}, compiled(when=both))
    assert check("", "push", {"branch": "ok", "remote": "no"}, compiled(when=both))


def test_an_allow_predicate_admits_no_unlisted_tool() -> None:
    predicate = {"tool": "push", "argument": "branch", "matches": "*", "action": "allow"}
    assert rules(check("", "push", {"branch": "x"}, compiled(allow=("pull",), when=(predicate,)))) == {
        "tools.unlisted"
    }


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = {"a": [value]}
    return value


def test_depth_and_size_are_bounded() -> None:
    predicate = {"tool": "*", "argument": "a", "matches": "y", "action": "deny"}
    started = time.perf_counter()
    assert rules(check("", "t", nested(50_000), compiled(when=(predicate,)))) == {"tools.argument-denied"}
    check("", "t", {"a": "ab" * 500_000}, compiled(when=({**predicate, "matches": "*b*b*c*"},)))
    check("s" * 100_000, "\u0301\u0316" * 50_000, {}, compiled(deny=("*a*b*c*",)))
    assert time.perf_counter() - started < 2


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_can_be_judged(server: str, tool: str) -> None:
    settings = compiled(allow=("a*",), deny=("*/b*",), hold=("?",))
    for found in check(server, tool, {server: tool}, settings):
        assert found.evidence.isascii()
        assert found.location.isascii()


@given(st.text(max_size=20))
def test_denying_more_never_allows_more(tool: str) -> None:
    few = rules(check("s", tool, {}, compiled(deny=("a*",))))
    assert few <= rules(check("s", tool, {}, compiled(deny=("a*", "*b"))))


@given(st.text(max_size=30))
def test_a_plain_name_is_plain(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)
