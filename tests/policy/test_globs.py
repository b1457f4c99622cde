"""Globs match whole texts, tools and files, in linear time and whatever the case."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.globs import compile_file_glob, compile_glob, compile_tool_glob

TEXTS = [
    ("git push*", "git push origin main", True),
    ("git push*", "GIT PUSH", True),
    ("git push*", "git pull", False),
    ("git push", "git push origin", False),
    ("*--force*", "git push --force", True),
    ("rm ?", "rm x", True),
    ("rm ?", "rm xy", False),
    ("a*a", "a", False),
    ("a*a", "aa", True),
    ("a**b", "axb", True),
    ("*", "", True),
    ("a.c", "abc", False),
    ("a*b?c*d", "a__bxc__d", True),
    ("*b?*", "ab", False),
    ("/etc/*", "/etc/a/b\nc", True),
]


@pytest.mark.parametrize(("glob", "text", "is_match"), TEXTS)
def test_a_glob_matches_the_whole_text(glob: str, text: str, *, is_match: bool) -> None:
    assert compile_glob(glob).matches(text) is is_match


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=10))
def test_a_glob_means_what_a_backtracking_expression_means(glob: str, text: str) -> None:
    meant = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in glob)
    assert compile_glob(glob).matches(text) is bool(re.fullmatch(meant, text))


def test_no_text_makes_a_glob_slow() -> None:
    started = time.perf_counter()
    compile_glob("*a" * 200 + "*b").matches("a" * 100_000)
    compile_glob("*a?" * 200 + "*b*c").matches("a" * 100_000)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("glob", "server", "tool", "is_match"),
    [("x", "any", "x", True), ("s/x", "s", "x", True), ("s/x", "t", "x", False), (" s/* ", "s", "a/b", True)],
)
def test_a_tool_glob_without_a_server_means_any(glob: str, server: str, tool: str, *, is_match: bool) -> None:
    assert compile_tool_glob(glob).matches(server, tool) is is_match


@pytest.mark.parametrize(
    ("glob", "segments", "is_match"),
    [
        ("*.pem", ("a", "b.pem"), True),
        ("a/b", ("x", "a", "b", "c"), True),
        ("/a/b", ("x", "a", "b"), False),
        ("a**b", ("axb",), True),
        ("\u00c4*", ("\u00e4x",), True),
        ("./a", ("a",), True),
    ],
)
def test_a_file_glob_means_all_below(glob: str, segments: tuple[str, ...], *, is_match: bool) -> None:
    assert compile_file_glob(glob).matches(segments) is is_match
