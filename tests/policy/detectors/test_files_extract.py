"""A string of a tool's arguments is a path, a list of paths, or neither."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.detectors.files.extract import MAX_PATHS, paths_in
from policy.detectors.files.readings import MAX_READINGS, normalize

PATHS = [
    ("absolute", "/etc/hosts", ("/etc/hosts",)),
    ("relative", "src/main.py", ("src/main.py",)),
    ("with dots", "../x", ("../x",)),
    ("at home", "~/notes", ("~/notes",)),
    ("of Windows", "C:\\a b\\c.txt", ("C:\\a b\\c.txt",)),
    ("of another machine", "\\\\srv\\share\\x", ("\\\\srv\\share\\x",)),
    ("encoded", "%2e%2e%2fx", ("%2e%2e%2fx",)),
    ("behind a variable", "$HOME/x", ("$HOME/x",)),
    ("with blanks", "/data/My Documents/a.txt", ("/data/My Documents/a.txt",)),
    ("bare name", "notes.txt", ("notes.txt",)),
    ("hidden name", ".env", (".env",)),
    ("name that is known", "id_rsa", ("id_rsa",)),
    ("in quotes", '"/etc/hosts"', ("/etc/hosts",)),
    ("URL", "file:///etc/hosts", ("file:///etc/hosts",)),
    ("lines", "a/b.txt\n/etc/hosts", ("a/b.txt", "/etc/hosts")),
    ("after an option", "--file=/etc/hosts", ("/etc/hosts",)),
    ("after a sign", "@/etc/hosts", ("/etc/hosts",)),
    ("after a name", "config=~/.netrc", ("~/.netrc",)),
    ("NUL", "/etc/hosts\0.png", ("/etc/hosts\0.png",)),
]

NO_PATHS = [
    "",
    "   ",
    "hello",
    "Please read the file and tell me what it says.",
    "https://example.com/a/b",
    "postgres://u@h/db",
    "text/html",
    "a\nb\nc",
    "# Title\n\nSee /etc/hosts for the names, or the manual.",
    "SELECT * FROM a WHERE b = 'c/d'",
]


@pytest.mark.parametrize(("name", "value", "expected"), PATHS, ids=[row[0] for row in PATHS])
def test_a_path_is_found(name: str, value: str, expected: tuple[str, ...]) -> None:
    assert set(expected) <= set(paths_in(value)), name


@pytest.mark.parametrize("value", NO_PATHS)
def test_other_text_is_no_path(value: str) -> None:
    assert paths_in(value) == ()


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text: str) -> None:
    assert len(paths_in(text)) <= MAX_PATHS
    assert 1 <= len(normalize(text)) <= MAX_READINGS


@pytest.mark.parametrize(
    "unit", ["/a,", "a b ", "/ ", "x=/", "file:", "\n/a", "..", "@", "'", "data:x ", ";:/"]
)
def test_hostile_input_is_read_in_linear_time(unit: str) -> None:
    started = time.perf_counter()
    paths_in(unit * (100_000 // len(unit)))
    paths_in(unit * (4_000 // len(unit)))
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("path", "anchor", "parts", "climbs"),
    [
        ("a/./b//c", "", ("a", "b", "c"), 0),
        ("a/../../b", "", ("b",), 1),
        ("/a/../../b", "/", ("b",), 1),
        ("C:\\A\\b", "c:", ("A", "b"), 0),
        ("\\\\?\\C:\\a", "c:", ("a",), 0),
        ("~bob/x", "~", ("x",), 0),
        ("%APPDATA%\\x", "~", ("appdata", "roaming", "x"), 0),
        ("$SECRET_DIR/x", "$", ("x",), 0),
        ("/proc/self/root/a", "/", ("a",), 0),
        ("/proc/self/cwd/a", "$", ("a",), 0),
        ("file:///a/b", "/", ("a", "b"), 0),
        ("~$report.docx", "", ("~$report.docx",), 0),
    ],
)
def test_a_path_is_anchored_and_resolved(path: str, anchor: str, parts: tuple[str, ...], climbs: int) -> None:
    first = normalize(path)[0]
    assert (first.anchor, first.parts, first.climbs) == (anchor, parts, climbs)
