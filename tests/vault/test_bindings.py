"""A secret goes where it is bound and nowhere else, and every other place has its reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.samples import binding, going_to
from vault import providers
from vault.bindings import Binding, Location, Mode, Spot
from vault.errors import SecretRefused
from vault.path_globs import LONGEST_PATH, PathGlob
from vault.register import Bound, Reason

BEARER = Location(Spot.BEARER)

OBJECTIONS = [
    ("the place it is bound to", {}, {}, None),
    ("http", {"scheme": "http", "port": 80}, {}, Reason.SCHEME),
    ("a websocket without TLS", {"scheme": "ws"}, {}, Reason.SCHEME),
    ("a certificate nobody checked", {"is_verified": False}, {}, Reason.SCHEME),
    ("another host", {"host": "api.openai.com.evil.example"}, {}, Reason.HOST),
    ("a host below", {"host": "x.api.openai.com"}, {}, Reason.HOST),
    ("a host above", {"host": "openai.com"}, {}, Reason.HOST),
    ("the host in capitals, which the gateway never says", {"host": "API.OPENAI.COM"}, {}, Reason.HOST),
    ("no host", {"host": ""}, {}, Reason.HOST),
    ("another port", {"port": 8443}, {}, Reason.PORT),
    ("another port that is bound", {"port": 8443}, {"ports": (443, 8443)}, None),
    ("an agent that is not named", {}, {"agents": ("builder",)}, Reason.AGENT),
    ("a named agent", {"agent": "builder"}, {"agents": ("builder",)}, None),
    ("another method", {"method": "DELETE"}, {"methods": ("POST",)}, Reason.METHOD),
    ("the method in lower case", {"method": "post"}, {"methods": ("POST",)}, Reason.METHOD),
    ("another path", {"path": "/admin"}, {"paths": ("/v1/**",)}, Reason.PATH),
    ("a path out of the named one", {"path": "/v1/../admin"}, {"paths": ("/v1/**",)}, Reason.PATH),
    ("a path out of it, encoded", {"path": "/v1/%2e%2e/admin"}, {"paths": ("/v1/**",)}, Reason.PATH),
    ("a named path", {}, {"paths": ("/other", "/v1/**")}, None),
]


@pytest.mark.parametrize(
    ("to", "bound", "expected"), [case[1:] for case in OBJECTIONS], ids=[case[0] for case in OBJECTIONS]
)
def test_each_condition_has_to_hold(
    to: dict[str, object], bound: dict[str, object], expected: Reason | None
) -> None:
    assert Bound.compile(binding(**bound)).objection(going_to(**to), BEARER) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["basic", "header:authorization", "query:key", "body", "cookie:session", "path"]
)
def test_another_place_in_the_request_is_objected_to(text: str) -> None:
    assert Bound.compile(binding()).objection(going_to(), Location.parse(text)) is Reason.LOCATION


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("s3.us-east-1.amazonaws.com", True),
        ("bucket.s3.amazonaws.com", True),
        ("amazonaws.com", False),
        ("evilamazonaws.com", False),
        ("amazonaws.com.evil.example", False),
    ],
)
def test_a_star_stands_for_every_name_below_and_for_no_other(host: str, is_covered: bool) -> None:  # noqa: FBT001
    assert Bound.compile(binding("*.amazonaws.com")).covers_host(host) is is_covered


@pytest.mark.parametrize(
    "wrong",
    [
        {"hosts": ()},
        {"hosts": ("*",)},
        {"hosts": ("*.com",)},
        {"hosts": ("a.*.com",)},
        {"hosts": ("https://a.example",)},
        {"hosts": ("a.example:443",)},
        {"hosts": ("a.example/path",)},
        {"hosts": ("A.example",)},
        {"hosts": ("a.example\n",)},
        {"hosts": tuple(f"h{number}.example" for number in range(65))},
        {"locations": ()},
        {"ports": ()},
        {"ports": (0,)},
        {"ports": (65536,)},
        {"methods": ("post",)},
        {"methods": ("GET\r\n",)},
        {"paths": ("v1/**",)},
        {"paths": ("/a**b",)},
        {"agents": ("a\nb",)},
        {"regions": ("EU",)},
        {"prefix": "a b"},
        {"service": "\x1b[2J"},
        {"mode": Mode.SET, "locations": (Location(Spot.BODY),)},
        {"mode": Mode.SET, "locations": (BEARER, Location(Spot.BASIC))},
    ],
)
def test_a_binding_that_means_nothing_or_too_much_is_refused(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {"hosts": ("api.openai.com",), "locations": (BEARER,)}
    with pytest.raises(SecretRefused):
        Binding(**(fields | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "bearer:x", "header", "header:", "header:a b", "header:a\r\nb", "query:", "query:a&b", "cookie:a=b",
             "cookie:a;b", "path:", "body:x", "anywhere", "Bearer", "header:x:y"],
)  # fmt: skip
def test_a_location_that_is_none_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(SecretRefused) as refused:
        Location.parse(text)
    assert "expected" in str(refused.value) or "names no" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["bearer", "basic", "header:x-api-key", "query:key", "cookie:a", "path", "path:bot", "body"]
)
def test_a_location_is_written_as_it_is_read(text: str) -> None:
    assert str(Location.parse(text)) == text


def test_a_binding_has_one_text_and_comes_back_from_it() -> None:
    made = binding(
        "b.example", "*.c.example", at=("query:key", "path:bot"), methods=("GET",), paths=("/v1/*",)
    )
    assert Binding.from_text(made.to_text()) == made
    assert json.loads(made.to_text())["hosts"] == ["b.example", "*.c.example"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"hosts": ["a.example"]}', '{"hosts": 1, "locations": ["bearer"]}', "[" * 100_000,
     '{"hosts": ["a.example"], "locations": ["bearer"], "extra": 1}',
     '{"hosts": [["a.example"]], "locations": ["bearer"]}',
     '{"hosts": ["a.example"], "locations": ["bearer"], "mode": "always"}'],
)  # fmt: skip
def test_a_text_that_is_no_binding_is_refused(text: str) -> None:
    with pytest.raises(SecretRefused):
        Binding.from_text(text)


@pytest.mark.parametrize(
    "row", providers.ROWS, ids=[f"{row.name} {row.locations[0]}" for row in providers.ROWS]
)
def test_what_is_known_of_providers_makes_bindings(row: providers.Provider) -> None:
    key = row.keys[0] if row.keys else "ANY_KEY"
    assert providers.lookup(row.name.upper(), key) == row
    made = binding(*(row.hosts or ("own.example",)), at=row.locations, prefix=row.prefix, service=row.name)
    assert Binding.from_text(made.to_text()) == made


GLOBS = [
    ("/", "/", True),
    ("/", "/a", False),
    ("/v1/**", "/v1/a/b", True),
    ("/v1/**", "/v1", True),
    ("/v1/**", "/v10", False),
    ("/v1/*", "/v1/a", True),
    ("/v1/*", "/v1/a/b", False),
    ("/v1/*/x", "/v1/a/x", True),
    ("/**/x", "/a/b/x", True),
    ("/**/x", "/x", True),
    ("/**/a/**/b", "/a/a/c/b", True),
    ("/a?c", "/abc", True),
    ("/a?c", "/ac", False),
    ("/a*b*c", "/axxbyyc", True),
    ("/a*b*c", "/axxbyy", False),
    ("/V1", "/v1", False),
    ("/**", "/a//b", False),
    ("/**", "/a/./b", False),
    ("/**", "/a/..", False),
    ("/**", "/a%2Fb", False),
    ("/**", "/a%252fb", False),
    ("/**", "/a\\b", False),
    ("/**", "a", False),
    ("/**", "/" + "a" * LONGEST_PATH, False),
]


@pytest.mark.parametrize(("glob", "path", "expected"), GLOBS)
def test_a_glob_matches_as_documented(glob: str, path: str, expected: bool) -> None:  # noqa: FBT001
    assert PathGlob.compile(glob).matches(path) is expected


@given(st.text(alphabet="ab*?/.%", max_size=60), st.text(alphabet="ab/.%2", max_size=200))
def test_no_glob_and_path_raise(glob: str, path: str) -> None:
    try:
        compiled = PathGlob.compile("/" + glob)
    except SecretRefused:
        return
    compiled.matches("/" + path)


def test_a_glob_full_of_stars_is_matched_in_bounded_time() -> None:
    import time  # noqa: PLC0415

    began = time.process_time()
    PathGlob.compile("/" + "a*" * 250 + "b").matches("/" + "a" * 2000)
    PathGlob.compile("/**/a/**/a/**/a/**/b").matches("/a" * 1000)
    assert time.process_time() - began < 1
