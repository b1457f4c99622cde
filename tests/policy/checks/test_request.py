"""A blocked path stays blocked in every disguise a server may see through; other paths pass."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.checks import request
from policy.exchange import Exchange, State
from policy.load import parse_policy
from policy.paths import TooManyReadingsError, compile_glob, split, views

if TYPE_CHECKING:
    from policy.verdict import Finding

ADMIN = "blockedPaths: [/admin/**]"
ROOT = "blockedPaths: [/]"


def judge(target: str, policy: str = ADMIN, method: str = "GET") -> list[Finding]:
    settings = parse_policy(policy, "policy.yaml").base.request
    return request.check(Exchange("a", "https", method, "example.com", 443, target), settings, State())


DISGUISES = [
    "/admin",
    "/admin/",
    "/admin/users/1",
    "/admin?x=1",
    "/ADMIN/x",
    "//admin",
    "//x/admin",
    "/%2fx/admin",
    "\\\\x\\admin",
    "/admin%c0%80",
    "/%00a%00d%00m%00i%00n",
    "///admin//x",
    "/./admin",
    "/x/../admin",
    "/x/y/../../admin",
    "/../admin",
    "/../../../admin/x",
    "/x//../admin",
    "/x/..//admin",
    "/%61dmin",
    "/%61%64%6d%69%6e",
    "/%2561dmin",
    "/%25252561dmin",
    "/x%2f..%2fadmin",
    "/x/%2e%2e/admin",
    "/x/.%2e/admin",
    "/x/%252e%252e/admin",
    "/x/%25%32%65%25%32%65/admin",
    "/x%5c..%5cadmin",
    "\\admin",
    "/\\admin",
    "/x\\..\\admin",
    "/admin;x=1/y",
    "/admin;/users",
    "/;x=1/admin",
    "/x/..;/admin",
    "/x/..;a=b/admin",
    "/x/%2e%2e;/admin",
    "/admin%3bx",
    "/admin%3fx",
    "/admin%23x",
    "/admin#x",
    "/admin%00",
    "/admin%00.png",
    "/adm%00in",
    "/admin%20",
    "/admin.",
    "/admin./x",
    "/admin%2e",
    "/admin...",
    "/%20admin",
    "/admin%09",
    "/ad%0amin",
    "/admin%0d%0a",
    "/admin::$DATA",
    "/%c0%afadmin",
    "/x/%c0%ae%c0%ae/admin",
    "/x/%c0%ae%c0%ae%c0%afadmin",
    "/x/%e0%80%ae%e0%80%ae/admin",
    "/x/%f0%80%80%ae%f0%80%80%ae/admin",
    "/%c1%a1dmin",
    "/x/..%c0%5cadmin",
    "/x/%25c0%25ae%25c0%25ae/admin",
    "/x/%u002e%u002e/admin",
    "/%u0061dmin",
    "/%uff41dmin",
    "/x%u2215..%u2215admin",
    "/x/%ef%bc%8e%ef%bc%8e/admin",
    "/%ef%bd%81dmin",
    "/x%ef%bc%8f..%ef%bc%8fadmin",
    "http://example.com/admin",
    "https://example.com:443/x/../admin",
    "HTTP://example.com\\admin",
    "admin",
    "./admin",
    "%2fadmin",
    "/x/../;/admin",
    "/x/;/../admin",
    "/x;/../admin",
    "/%2e/admin",
    "/.;/admin",
    "/.%00/admin",
    "/x/..%00/admin",
    "/x/..%20/admin",
    "/%2f%2fadmin",
    "/%252fadmin",
    "/x/%2e%2e%2f%61%64min%3b%2e",
    "/x%e2%88%95..%e2%88%95admin",
    "/x/.%0a./admin",
    "/x/%09../admin",
]


@pytest.mark.parametrize("target", DISGUISES)
def test_a_blocked_subtree_is_blocked_in_every_disguise(target: str) -> None:
    (found,) = judge(target)
    assert (found.rule, found.policy_line) == ("policy.path", 1)
    assert "/admin/**" in found.reason


INNOCENT = [
    "/",
    "/users",
    "/administrator",
    "/admins/x",
    "/x/admin",
    "/users?next=/admin",
    "/users?next=/../admin",
    "/v1/chat/completions",
    "/v1/models/gpt-4o:generate",
    "/repos/a/b/compare/main...dev",
    "/a%20b/c%C3%A9",
    "/.well-known/openid-configuration",
    "/x/..admin",
    "/@scope%2fpackage",
    "*",
    "/caf\udcc3\udca9",
]


@pytest.mark.parametrize("target", INNOCENT)
def test_other_paths_pass(target: str) -> None:
    assert judge(target) == []


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "",
        "//",
        "/.",
        "/..",
        "/x/..",
        "/%2f",
        "/%2e",
        "/;x",
        "/?a=1",
        "http://example.com",
        "/%20",
        "\\",
        "/%00",
    ],
)
def test_the_root_is_exactly_the_root(target: str) -> None:
    assert [found.rule for found in judge(target, ROOT)] == ["policy.path"]


@pytest.mark.parametrize("target", ["/a", "/index.html", "/v1/", "/%41", "/a/b/.."])
def test_a_blocked_root_leaves_everything_else(target: str) -> None:
    assert judge(target, ROOT) == []


GLOBS = [
    ("/a/*/c", "/a/b/c", True),
    ("/a/*/c", "/a/b/b/c", False),
    ("/a/*/c", "/a//c", False),
    ("/a/*", "/a", False),
    ("/a/*", "/a/b", True),
    ("/a/**", "/a", True),
    ("/a/**/z", "/a/z", True),
    ("/a/**/z", "/a/b/c/z", True),
    ("/a/**/z", "/a/b/c/zz", False),
    ("/**", "/", True),
    ("/**", "/x/y", True),
    ("**/secret", "/a/b/secret", True),
    ("**/secret", "/secret", True),
    ("**/*.env", "/a/.env", True),
    ("**/.env*", "/a/.env.local", True),
    ("/**/a/**/b", "/x/a/y/a/z/b", True),
    ("/**/a/b", "/a/x/a/b", True),
    ("/file?.txt", "/file1.txt", True),
    ("/file?.txt", "/file.txt", False),
    ("/file?.txt", "/file12.txt", False),
    ("/a*b*c", "/aXbXbXc", True),
    ("/a*b*c", "/aXcXb", False),
    ("/a*a", "/a", False),
    ("/ab*ba", "/aba", False),
    ("/a%20b", "/a b", True),
    ("/a.b", "/aXb", False),
    ("/É", "/é", True),
]


@pytest.mark.parametrize(("glob", "path", "is_match"), GLOBS)
def test_globs(glob: str, path: str, *, is_match: bool) -> None:
    assert compile_glob(glob).matches(split(path)) is is_match


def _as_regex(glob: str) -> re.Pattern[str]:
    """Say the semantics again, in the simplest backtracking way."""
    pattern = ""
    for part in glob.strip("/").split("/"):
        if part == "**":
            pattern += "(?:/[^/]+)*"
        else:
            pattern += "/" + re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(pattern + r"\Z")


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "*b", "?", "a?b", "*a*b"]), min_size=1, max_size=5),
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=6),
)
def test_globs_mean_what_a_backtracking_expression_means(parts: list[str], segments: list[str]) -> None:
    glob = "/" + "/".join(parts)
    expected = _as_regex(glob).match("/" + "/".join(segments)) is not None
    assert compile_glob(glob).matches(tuple(segments)) is expected


@given(st.text(max_size=60) | st.text("/.%25c0aef\\;?# admin\x00", max_size=40))
def test_any_target_is_read_or_refused(target: str) -> None:
    try:
        assert views("/" + target)
    except TooManyReadingsError:
        assert judge("/" + target)[0].rule == "policy.path"


encoders = st.sampled_from(
    [
        lambda char: char,
        lambda char: f"%{ord(char):02x}",
        lambda char: f"%25{ord(char):02X}",
        lambda char: f"%u{ord(char):04x}",
        lambda char: f"%{0xC0 | ord(char) >> 6:02x}%{0x80 | ord(char) & 0x3F:02x}",
    ]
)
glue = st.sampled_from(["/", "//", "/./", "/x/../", "\\", "/;a/", "/%2e/", "/x/..;/", "%2f", "/x/%2e%2e/"])


@given(
    glue, st.lists(encoders, min_size=5, max_size=5), st.sampled_from(["", "/", "/x", ";a", "%00", ".", "?x"])
)
def test_generated_disguises_are_blocked(prefix: str, encode: list[object], tail: str) -> None:
    target = prefix + "".join(one(char) for one, char in zip(encode, "admin", strict=True)) + tail  # type: ignore[operator]
    assert [found.rule for found in judge(target)] == ["policy.path"]


@pytest.mark.parametrize(
    "target",
    [
        "/" + "%25" * 2700,
        "/" + "a;/../" * 1300,
        "/" + "\\x;a%00/. /" * 700,
        "/" + "ﷺ" * 8000,
        "/" + "x" * 60_000,
        "/" + "/" * 60_000,
        "/" + "%" * 8000,
        "/" + "a/" * 30_000 + "b",
        "/" + "a" * 60_000 + "!",
    ],
)
def test_no_target_holds_the_event_loop(target: str) -> None:
    policy = parse_policy(
        "blockedPaths: [/admin/**, '**/a*a*a*b', '/**/a/**/a/**/c', '/?*?*?x']", "policy.yaml"
    )
    exchange = Exchange("a", "https", "GET", "example.com", 443, target)
    best = min(_timed(exchange, policy.base.request) for _ in range(3))
    assert best < 0.25, "milliseconds are expected, a quarter of a second is the alarm"


def _timed(exchange: Exchange, settings: request.RequestSettings) -> float:
    start = time.perf_counter()
    request.check(exchange, settings, State())
    return time.perf_counter() - start


def test_a_path_that_cannot_be_judged_is_refused_only_where_paths_are_blocked() -> None:
    target = "/" + "%41" * 10_000
    assert [found.rule for found in judge(target)] == ["policy.path"]
    assert judge(target, "mode: enforce") == []


METHODS = [
    ("GET", "mode: enforce", []),
    ("OPTIONS", "mode: enforce", []),
    ("TRACE", "mode: enforce", ["policy.method"]),
    ("CONNECT", "mode: enforce", ["policy.method"]),
    ("get", "mode: enforce", ["policy.method"]),
    ("POST", "allowedMethods: [post]", []),
    ("GET", "allowedMethods: [POST]", ["policy.method"]),
    ("HEAD", "allowedMethods: [GET]", ["policy.method"]),
    ("PO\x1bST", "allowedMethods: [POST]", ["policy.method"]),
    ("", "allowedMethods: [POST]", ["policy.method"]),
    ("PROPFIND", "allowedMethods: [PROPFIND]", []),
]


@pytest.mark.parametrize(("method", "policy", "rules"), METHODS)
def test_methods(method: str, policy: str, rules: list[str]) -> None:
    findings = judge("/", policy, method)
    assert [found.rule for found in findings] == rules
    assert all(found.reason.isprintable() for found in findings)


def test_evidence_masks_what_looks_like_a_secret() -> None:
    (found,) = judge("/admin/sk-abcdefghijklmnop123456/x?key=hunter2")
    assert "abcdefghijkl" not in found.evidence
    assert "hunter2" not in found.evidence
