"""Paths stay in the sandbox, clear of denied patterns, and away from keys, however they are spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.checks.filesystem import FilesystemSettings, check, compile_filesystem
from policy.sections import Filesystem
from policy.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTSIDE = "filesystem.outside-sandbox"
DENIED = "filesystem.denied-pattern"


def compiled(root: str | None, *deny: str) -> FilesystemSettings:
    section = Filesystem(sandboxRoot=root, denyPatterns=deny)
    return compile_filesystem(section, lambda *path: 10 + int(path[-1]) if isinstance(path[-1], int) else 3)


def refusing(path: str, settings: FilesystemSettings, resolved: Mapping[str, str] | None = None) -> set[str]:
    return {found.rule for found in check([(path, "at")], settings, resolved) if found.effect is Effect.DENY}


INSIDE = [
    ("./workspace", "a.txt"),
    ("./workspace", "src/deep/a.txt"),
    ("./workspace", "./a.txt"),
    ("./workspace", "a/../b.txt"),
    ("./workspace", "workspace/a.txt"),
    ("./workspace", "./workspace/a.txt"),
    ("./workspace", "/workspace/a.txt"),
    ("./workspace", "file:///workspace/a.txt"),
    ("./workspace", "a%20b.txt"),
    ("./workspace", "a\\b.txt"),
    ("./workspace", "..."),
    ("/srv/agent", "/srv/agent/a.txt"),
    ("/srv/agent", "/srv/agent"),
    ("/srv/agent/", "/srv//agent/./x/../a.txt"),
    ("/srv/agent", "a.txt"),
    ("/srv/agent", "agent/a.txt"),
    ("C:\\Work", "C:\\Work\\a.txt"),
    ("C:\\Work", "c:/work/a.txt"),
    ("C:\\Work", "\\\\?\\C:\\Work\\a.txt"),
    ("~/work", "~/work/a.txt"),
    ("~/work", "$HOME/work/a.txt"),
    (".", "a.txt"),
    ("/", "/anything"),
]

OUT = [
    ("./workspace", "/etc/hosts"),
    ("./workspace", ".."),
    ("./workspace", "../a.txt"),
    ("./workspace", "../workspace/a.txt"),
    ("./workspace", "a/../../b.txt"),
    ("./workspace", "workspace/../a.txt"),
    ("./workspace", "workspace/x/../../../a.txt"),
    ("./workspace", "/workspace/../a.txt"),
    ("./workspace", "/workspace2/a.txt"),
    ("./workspace", "/other/workspace/a.txt"),
    ("./workspace", "~/a.txt"),
    ("./workspace", "$HOME/a.txt"),
    ("./workspace", "${TMPDIR}/a.txt"),
    ("./workspace", "%TEMP%\\a.txt"),
    ("./workspace", "$(pwd)/a.txt"),
    ("./workspace", "C:\\a.txt"),
    ("./workspace", "\\\\srv\\share\\a.txt"),
    ("./workspace", "\\a.txt"),
    ("./workspace", "..\\a.txt"),
    ("./workspace", "%2e%2e/a.txt"),
    ("./workspace", "..%2fa.txt"),
    ("./workspace", "..%252fa.txt"),
    ("./workspace", "..%c0%afa.txt"),
    ("./workspace", "\uff0e\uff0e\uff0fa.txt"),
    ("./workspace", "....//a.txt"),
    ("./workspace", "..;/a.txt"),
    ("./workspace", "file:///etc/hosts"),
    ("./workspace", "file://etc/hosts"),
    ("./workspace", "/proc/self/root/etc/hosts"),
    ("./workspace", "/proc/self/cwd/a.txt"),
    ("./workspace", "{../a,b}.txt"),
    ("./workspace", "/Workspace/a.txt"),
    ("/srv/agent", "/srv/agent2/a.txt"),
    ("/srv/agent", "/srv"),
    ("/srv/agent", "/srv/agent/../a.txt"),
    ("/srv/agent", "/SRV/agent/a.txt"),
    ("C:\\Work", "D:\\Work\\a.txt"),
    ("C:\\Work", "C:\\Workers\\a.txt"),
    ("~/work", "~bob/a.txt"),
    (".", "/a.txt"),
    (".", "../a.txt"),
]


@pytest.mark.parametrize(("root", "path"), INSIDE)
def test_a_path_inside_the_sandbox_passes(root: str, path: str) -> None:
    assert not refusing(path, compiled(root, "**/*"))


@pytest.mark.parametrize(("root", "path"), OUT)
def test_a_path_outside_the_sandbox_is_refused(root: str, path: str) -> None:
    found = [one for one in check([(path, "at")], compiled(root)) if one.rule == OUTSIDE]
    assert [(one.policy_line, one.location, one.severity >= 70) for one in found] == [(3, "at", True)]


PATTERNS = [
    ("**/.git/**", "repo/.git/hooks/x", True),
    ("**/.git/**", "repo/.GIT/hooks/x", True),
    ("**/.git/**", "repo/.github/x", False),
    (".git", "repo/.git/hooks/x", True),
    ("*.pem", "deep/down/ca.PEM", True),
    ("*.pem", "deep/down/ca.pem.txt", False),
    ("*.pem", "ca%2epem", True),
    ("*.pem", "ca.pem.", True),
    ("*.pem", "ca.pem::$DATA", True),
    ("secrets/", "a/secrets/b", True),
    ("secrets/*.txt", "a/secrets/b.txt", True),
    ("secrets/*.txt", "a/secrets/c/b.txt", False),
    ("/workspace/private/**", "/workspace/private/a", True),
    ("/workspace/private/**", "/other/workspace/private/a", False),
    ("/srv/private", "\\srv\\private\\a", True),
    ("~/.config", "~/.config/x", True),
    ("~/.config", "/home/bob/.config/x", True),
    ("~/.config", "C:\\Users\\bob\\.config\\x", True),
    ("~/.config", "src/.config/x", False),
    ("build-?", "build-1/x", True),
    ("build-?", "build-10/x", False),
    ("**/*", "anything", True),
    ("*", "anything", True),
    ("100%", "a/100%/x", True),
]


@pytest.mark.parametrize(("glob", "path", "is_denied"), PATTERNS)
def test_denied_patterns(glob: str, path: str, *, is_denied: bool) -> None:
    assert (DENIED in refusing(path, compiled(None, glob))) is is_denied


@pytest.mark.parametrize("glob", ["**/*", "**", "*", "/**", "/**/*", "**/**"])
def test_inside_the_sandbox_a_pattern_that_says_everything_says_nothing(glob: str) -> None:
    assert not refusing("a/b.txt", compiled("./workspace", glob))
    assert refusing("/etc/hosts", compiled("./workspace", glob)) == {OUTSIDE}


def test_inside_the_sandbox_a_pattern_that_says_something_counts() -> None:
    found = check([("a/.git/config.txt", "at")], compiled("./workspace", "**/*", "**/.git/**"))
    assert [(one.rule, one.policy_line) for one in found] == [(DENIED, 11)]


def test_a_pattern_from_the_root_reaches_relative_paths_of_an_absolute_sandbox() -> None:
    assert refusing("private/a", compiled("/srv/agent", "/srv/agent/private/**")) == {DENIED}


@pytest.mark.parametrize(
    ("path", "severity"), [(".env", 94), ("keys/id_rsa", 98), ("~/.aws/credentials", 95)]
)
def test_a_sensitive_file_scores_inside_the_sandbox_and_without_one(path: str, severity: int) -> None:
    for settings in (FilesystemSettings(), compiled("./workspace")):
        scored = [found for found in check([(path, "at")], settings) if found.effect is Effect.SCORE]
        assert max(found.severity for found in scored) == severity


def test_a_policy_without_the_section_refuses_no_place() -> None:
    settings = compile_filesystem(None, lambda *_path: None)
    assert check([("/anywhere/at/all", "at")], settings) == []


@pytest.mark.parametrize(
    ("root", "real", "rule"),
    [
        ("/srv/agent", "/etc/hosts", "filesystem.symlink"),
        ("/srv/agent", "/srv/agent/other", None),
        ("./workspace", "/etc/hosts", None),
    ],
)
def test_a_link_is_judged_by_where_it_leads(root: str, real: str, rule: str | None) -> None:
    assert refusing("link", compiled(root), {"link": real}) == ({rule} if rule else set())


def test_the_root_may_be_a_link_or_relative_where_the_gateway_knows_its_place() -> None:
    settings = compiled("./workspace")
    assert not refusing("a", settings, {"a": "/mnt/w/a", "./workspace": "/mnt/w"})
    assert refusing("a", settings, {"a": "/etc/hosts", "./workspace": "/mnt/w"}) == {"filesystem.symlink"}


def test_a_link_to_a_key_or_a_denied_place_is_that_place() -> None:
    found = check([("notes", "at")], compiled(None, "/srv/private"), {"notes": "/srv/private/id_rsa"})
    assert {"filesystem.private-key", DENIED} == {one.rule for one in found}


@pytest.mark.parametrize("path", ["a\0b", "a" * 20_000])
def test_a_path_that_no_system_opens_is_refused(path: str) -> None:
    assert refusing(path, compiled("./workspace")) == {"filesystem.unreadable"}


@given(st.text(max_size=80))
def test_any_text_can_be_judged(path: str) -> None:
    check([(path, "at")], compiled("./workspace", "**/.git/**", "*.pem"), {path: path + "x"})


@given(st.text(alphabet="ab./\\%2e~$:", max_size=30))
def test_denying_more_never_allows_more(path: str) -> None:
    few = refusing(path, compiled("./workspace", "*.pem"))
    assert few <= refusing(path, compiled("./workspace", "*.pem", "**/a*"))


@given(st.lists(st.sampled_from(["..", "a", "b", "."]), max_size=8))
def test_whoever_climbs_higher_than_down_is_outside(parts: list[str]) -> None:
    depth = lowest = 0
    for part in parts:
        depth += {"..": -1, ".": 0}.get(part, 1)
        lowest = min(lowest, depth)
    path = "/".join((*parts, "x"))
    assert (OUTSIDE in refusing(path, compiled("/srv/agent"))) is (lowest < 0)
