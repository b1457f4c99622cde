"""Sensitive files and the ways to them are found; a project's own files are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.files.detector import detect

BLOCKED = 70

SENSITIVE = {
    "/home/u/.ssh/id_rsa": 98,
    ".env": 94,
    "/app/.env.production": 94,
    "/etc/shadow": 90,
    "~/.aws/credentials": 90,
    "..%2f..%2f..%2fetc%2fpasswd": BLOCKED,
    "....//....//....//etc/passwd": BLOCKED,
    "..\\..\\..\\windows\\win.ini": BLOCKED,
    "file:///etc/shadow": BLOCKED,
    "/var/www/../../etc/passwd%00.png": BLOCKED,
}
ORDINARY = [
    "src/main.py",
    "../lib/util.js",
    "docs/password.md",
    ".env.example",
    "tests/fixtures/id_rsa.pub",
    "README.md",
    "/usr/share/doc/x",
    "",
]


def severity(path: str) -> int:
    return max((match.severity for match in detect(path).matches), default=0)


@pytest.mark.parametrize("path", SENSITIVE)
def test_a_sensitive_path_is_found(path: str) -> None:
    assert severity(path) >= SENSITIVE[path]
    assert all(match.rule in RULES for match in detect(path).matches)


@pytest.mark.parametrize("path", ORDINARY)
def test_an_ordinary_path_is_left_alone(path: str) -> None:
    assert severity(path) < BLOCKED


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_ends_the_detector(path: str) -> None:
    assert 0 <= detect(path).score <= 1


@pytest.mark.parametrize("unit", ["../", "%25", "/", "a", "..\\", "%c0%ae", ".env/"])
def test_hostile_paths_take_bounded_time(unit: str) -> None:
    path = unit * (100_000 // len(unit))
    started = time.process_time()
    detect(path)
    assert time.process_time() - started < 2.0
