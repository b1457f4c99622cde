"""Placeholders become values where they are bound; anywhere else the request is refused with the reason."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.samples import GITHUB, OPENAI, Clock, binding, going_to, source
from vault.bindings import Location, Mode, Spot
from vault.injection import inject
from vault.placeholders import make
from vault.register import Reason
from vault.requests import Headers, Injected, Outgoing, Refused
from vault.scrubbing import Scrubber
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from vault.register import Destination

PASSWORD = b'p\xc3\xa4ss/w:rd+%&= ;"'
TELEGRAM = b"1234567890:FAKEfakeFAKEfakeFAKEfake"
JSON = (b"Content-Type", b"application/json")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    home = tmp_path_factory.mktemp("vault")
    vault = Vault.create(home / "vault.db", source(home), clock=Clock())
    vault.add("OPENAI_API_KEY", Secret(OPENAI), binding())
    vault.add(
        "GITHUB_TOKEN",
        Secret(GITHUB),
        binding(
            "api.github.com", "github.com", at=("bearer", "basic", "header:authorization"), prefix="ghp_"
        ),
    )
    vault.add(
        "WIDE",
        Secret(b"FAKE-wide/value+with=signs"),
        binding("wide.example", at=("header:x-api-key", "query:key", "cookie:sid", "body", "basic")),
    )
    vault.add("BODY", Secret(PASSWORD), binding("body.example", at=("body",), prefix=""))
    vault.add(
        "TELEGRAM", Secret(TELEGRAM), binding("api.telegram.org", at=("path:bot",), prefix="1000000000:AA")
    )
    vault.add("SET", Secret(b"FAKE-set-value"), binding("set.example", at=("header:x-token",), mode=Mode.SET))
    vault.add("SETQ", Secret(b"FAKE set/query"), binding("setq.example", at=("query:key",), mode=Mode.SET))
    for name in ("OPENAI_API_KEY", "GITHUB_TOKEN", "WIDE", "BODY", "TELEGRAM"):
        for agent in ("default", "builder"):
            vault.placeholder(name, agent)
    return vault


def token(vault: Vault, name: str, agent: str = "default") -> bytes:
    return vault.placeholder(name, agent).encode()


def run(
    vault: Vault,
    to: Destination,
    *headers: tuple[bytes, bytes],
    target: bytes = b"/v1/x",
    body: bytes | None = b"",
) -> Injected | Refused | None:
    return inject(Outgoing(to, target, headers, body), vault.register, vault.lend, vault.now_us)


def sent(result: Injected | Refused | None) -> Injected:
    assert isinstance(result, Injected), result
    return result


def header(result: Injected | Refused | None, name: bytes) -> bytes:
    [value] = [value for key, value in sent(result).headers if key.lower() == name]
    return value


def basic(user: bytes, password: bytes, word: bytes = b"Basic ") -> tuple[bytes, bytes]:
    return b"Authorization", word + base64.b64encode(user + b":" + password)


def test_a_request_without_placeholders_is_left_alone(vault: Vault) -> None:
    headers = ((b"Host", b"aegis.example"), basic(b"aegis", b"aegis"))
    assert run(vault, going_to("any.example"), *headers, body=b"all about the aegis") is None


@pytest.mark.parametrize("word", [b"Bearer ", b"bearer ", b"BEARER   "])
def test_a_bearer_token_is_exchanged(vault: Vault, word: bytes) -> None:
    result = run(vault, going_to(), (b"authorization", word + token(vault, "OPENAI_API_KEY")))
    assert header(result, b"authorization") == word + OPENAI
    [use] = sent(result).uses
    assert (use.secret, use.location, use.token) == (
        "OPENAI_API_KEY",
        Location(Spot.BEARER),
        token(vault, "OPENAI_API_KEY"),
    )


@pytest.mark.parametrize("word", [b"Basic ", b"basic ", b"BASIC "])
@pytest.mark.parametrize(
    ("user", "password"),
    [
        (b"x-access-token", b"TOKEN"),
        (b"TOKEN", b"x-oauth-basic"),
        (b"TOKEN", b""),
        (b"TOKEN", b"TOKEN"),
        (b"", b"TOKEN"),
    ],
)
def test_user_or_password_of_basic_credentials_are_exchanged(
    vault: Vault, word: bytes, user: bytes, password: bytes
) -> None:
    held = token(vault, "GITHUB_TOKEN")
    pair = (user.replace(b"TOKEN", held), password.replace(b"TOKEN", held))
    result = run(vault, going_to("github.com"), basic(*pair, word=word))
    decoded = base64.b64decode(header(result, b"authorization")[6:])
    assert decoded == b":".join((user, password)).replace(b"TOKEN", GITHUB)


def test_a_header_behind_a_word_of_the_providers_own(vault: Vault) -> None:
    result = run(
        vault, going_to("api.github.com"), (b"Authorization", b"token " + token(vault, "GITHUB_TOKEN"))
    )
    assert header(result, b"authorization") == b"token " + GITHUB


def test_header_query_cookie_and_body_are_written_as_they_need_it(vault: Vault) -> None:
    held = token(vault, "WIDE")
    result = run(
        vault,
        going_to("wide.example"),
        (b"X-Api-Key", held),
        (b"Cookie", b"a=1; sid=" + held + b"; b=2"),
        (b"Content-Type", b"application/x-www-form-urlencoded"),
        target=b"/p?a=1&key=" + held + b"&b=2",
        body=b"k=" + held + b"&again=" + held,
    )
    value = b"FAKE-wide/value+with=signs"
    quoted = b"FAKE-wide%2Fvalue%2Bwith%3Dsigns"
    assert header(result, b"x-api-key") == value
    assert header(result, b"cookie") == b"a=1; sid=FAKE-wide/value+with=signs; b=2"
    assert sent(result).target == b"/p?a=1&key=" + quoted + b"&b=2"
    assert sent(result).body == b"k=" + quoted + b"&again=" + quoted
    assert len(sent(result).uses) == 5


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (b"application/json; charset=utf-8", b'"p\\u00e4ss/w:rd+%&= ;\\""'),
        (b"application/vnd.api+json", b'"p\\u00e4ss/w:rd+%&= ;\\""'),
        (b"application/x-www-form-urlencoded", b'"p%C3%A4ss%2Fw%3Ard%2B%25%26%3D+%3B%22"'),
        (b"text/plain", b'"' + PASSWORD + b'"'),
    ],
)
def test_a_body_cannot_be_broken_out_of(vault: Vault, content_type: bytes, expected: bytes) -> None:
    body = b'"' + token(vault, "BODY") + b'"'
    result = run(vault, going_to("body.example"), (b"Content-Type", content_type), body=body)
    assert sent(result).body == expected


def test_a_path_segment_behind_its_beginning_is_exchanged(vault: Vault) -> None:
    target = b"/bot" + token(vault, "TELEGRAM") + b"/sendMessage?chat_id=1"
    result = run(vault, going_to("api.telegram.org"), target=target)
    assert sent(result).target == b"/bot" + TELEGRAM + b"/sendMessage?chat_id=1"


def test_what_was_injected_is_scrubbed_from_the_answer(vault: Vault) -> None:
    held = token(vault, "OPENAI_API_KEY")
    asked = sent(run(vault, going_to(), (b"Authorization", b"Bearer " + held)))
    scrubber = Scrubber.of_uses(asked.uses, vault.lend)
    assert scrubber.scrub(b"you sent " + OPENAI) == b"you sent " + held
    asked = sent(run(vault, going_to("set.example")))
    assert Scrubber.of_uses(asked.uses, vault.lend).scrub(b"FAKE-set-value") == b"[secret SET]"


def test_mode_set_replaces_whatever_the_agent_sent(vault: Vault) -> None:
    sent_by_agent = ((b"X-TOKEN", b"mine"), (b"x-token", b"mine too"), (b"Accept", b"*/*"))
    result = sent(run(vault, going_to("set.example"), *sent_by_agent))
    assert result.headers == ((b"Accept", b"*/*"), (b"x-token", b"FAKE-set-value"))
    result = sent(run(vault, going_to("setq.example"), target=b"/?key=mine&a=1&key=more"))
    assert result.target == b"/?a=1&key=FAKE%20set%2Fquery"
    result = sent(run(vault, going_to("setq.example"), target=b"/"))
    assert result.target == b"/?key=FAKE%20set%2Fquery"


@pytest.mark.parametrize("to", [{"host": "evil.example"}, {"scheme": "http"}, {"port": 8443}])
def test_mode_set_sets_nothing_anywhere_else(vault: Vault, to: dict[str, object]) -> None:
    assert run(vault, going_to(**({"host": "set.example"} | to))) is None  # type: ignore[arg-type]


ATTACKS = {
    "wrong host": ({"host": "evil.example"}, "bearer", Reason.HOST),
    "host below": ({"host": "api.openai.com.evil.example"}, "bearer", Reason.HOST),
    "http": ({"scheme": "http", "port": 80}, "bearer", Reason.SCHEME),
    "unverified": ({"is_verified": False}, "bearer", Reason.SCHEME),
    "other port": ({"port": 8443}, "bearer", Reason.PORT),
    "other agent's placeholder": ({"agent": "builder"}, "bearer", Reason.AGENT),
    "agent without a placeholder": ({"agent": "nobody"}, "bearer", Reason.AGENT),
    "another header": ({}, "header", Reason.LOCATION),
    "behind two words": ({}, "words", Reason.LOCATION),
    "with something after it": ({}, "after", Reason.LOCATION),
    "glued to another word": ({}, "glued", Reason.LOCATION),
    "twice in a header": ({}, "twice", Reason.LOCATION),
    "in Basic credentials": ({}, "basic", Reason.LOCATION),
    "inside of a password": ({"host": "github.com"}, "inside password", Reason.LOCATION),
    "in the query": ({}, "query", Reason.LOCATION),
    "as the name of a parameter": ({}, "parameter", Reason.LOCATION),
    "in the path": ({}, "path", Reason.LOCATION),
    "in a cookie": ({}, "cookie", Reason.LOCATION),
    "as the name of a cookie": ({}, "cookie name", Reason.LOCATION),
    "in the body": ({}, "body", Reason.LOCATION),
    "in the name of a header": ({}, "header name", Reason.PREFIX),
    "another prefix": ({}, "prefix", Reason.PREFIX),
    "without its prefix": ({}, "core", Reason.PREFIX),
    "never issued": ({}, "unknown", Reason.UNKNOWN),
    "never issued, in the body": ({}, "unknown body", Reason.UNKNOWN),
    "cut": ({}, "cut", Reason.MALFORMED),
    "in a signature of AWS": ({}, "aws", Reason.SIGNATURE),
    "CR LF after it": ({}, "crlf", Reason.LOCATION),
}


def _parts(vault: Vault, how: str) -> tuple[Headers, bytes, bytes]:
    held, github = token(vault, "OPENAI_API_KEY"), token(vault, "GITHUB_TOKEN")
    name = b"Authorization"
    headers: dict[str, tuple[bytes, bytes]] = {
        "bearer": (name, b"Bearer " + held),
        "header": (b"X-Api-Key", held),
        "words": (name, b"Bearer token " + held),
        "after": (name, b"Bearer " + held + b" x"),
        "glued": (name, b"Bearer x" + held),
        "twice": (name, b"Bearer " + held + b", Bearer " + held),
        "basic": basic(b"x", held),
        "inside password": basic(b"x", b"pre" + github),
        "cookie": (b"Cookie", b"a=" + held),
        "cookie name": (b"Cookie", held + b"=a"),
        "header name": (b"x-" + held[8:].upper(), b"1"),
        "prefix": (name, b"Bearer sk-evil-" + held[8:]),
        "core": (name, b"Bearer " + held[8:]),
        "unknown": (name, b"Bearer " + make("sk-proj-").encode()),
        "cut": (name, b"Bearer " + held[:-1]),
        "aws": (name, b"AWS4-HMAC-SHA256 Credential=" + held + b"/x, SignedHeaders=host, Signature=0"),
        "crlf": (name, b"Bearer " + held + b"\r\nX-Evil: 1"),
    }
    targets = {
        "query": b"/v1?key=" + held,
        "parameter": b"/v1?" + held + b"=1",
        "path": b"/v1/" + held + b"/x",
    }
    bodies = {"body": b'{"prompt": "' + held + b'"}', "unknown body": make("x").encode()}
    return (headers[how],) if how in headers else (), targets.get(how, b"/v1"), bodies.get(how, b"")


@pytest.mark.parametrize(("to", "how", "reason"), ATTACKS.values(), ids=ATTACKS.keys())
def test_a_placeholder_where_it_is_not_bound_refuses_the_request(
    vault: Vault, to: dict[str, object], how: str, reason: Reason
) -> None:
    headers, target, body = _parts(vault, how)
    result = run(vault, going_to(**to), *headers, target=target, body=body)  # type: ignore[arg-type]
    assert isinstance(result, Refused), result
    assert result.reason is reason
    assert OPENAI.decode() not in repr(result)


def test_one_wrong_placeholder_refuses_a_request_with_a_right_one(vault: Vault) -> None:
    held = token(vault, "OPENAI_API_KEY")
    result = run(vault, going_to(), (b"Authorization", b"Bearer " + held), body=b"leak: " + held)
    assert isinstance(result, Refused)
    assert (result.reason, result.location, result.secret) == (Reason.LOCATION, "body", "OPENAI_API_KEY")


def test_a_retired_placeholder_is_refused_when_its_time_has_come(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clock = Clock()
    home = tmp_path_factory.mktemp("renewed")
    vault = Vault.create(home / "vault.db", source(home), clock=clock)
    vault.add("OPENAI_API_KEY", Secret(OPENAI), binding())
    old = vault.placeholder("OPENAI_API_KEY", "default").encode()
    vault.renew("OPENAI_API_KEY", "default", grace_us=60_000_000)
    assert isinstance(run(vault, going_to(), (b"Authorization", b"Bearer " + old)), Injected)
    clock.pass_(61)
    result = run(vault, going_to(), (b"Authorization", b"Bearer " + old))
    assert isinstance(result, Refused)
    assert result.reason is Reason.RETIRED


def test_what_is_injected_has_no_value_in_its_text_form(vault: Vault) -> None:
    result = run(vault, going_to(), (b"Authorization", b"Bearer " + token(vault, "OPENAI_API_KEY")))
    assert "FAKE" not in repr(result)


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_no_request_raises(vault: Vault, value: bytes, more: bytes) -> None:
    held = token(vault, "WIDE")
    for text in (value, value + held + more, b"Basic " + base64.b64encode(value + held + more)):
        headers = ((b"Authorization", text), (b"Cookie", text), (text, text))
        run(vault, going_to("wide.example"), *headers, target=b"/" + text, body=text)


def test_injection_costs_the_same_for_ten_secrets_and_for_a_thousand(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    costs = {}
    for count in (10, 1000):
        vault = _crowded(tmp_path_factory.mktemp(f"of-{count}"), count)
        request = Outgoing(
            going_to("api7.example.com"),
            b"/v1",
            (
                *((b"x-%d" % number, b"a value") for number in range(11)),
                (b"authorization", b"Bearer " + token(vault, "K7")),
            ),
            b'{"a": 1}' * 100,
        )
        costs[count] = min(_time(request, vault) for _ in range(7))
    assert costs[1000] < 2 * costs[10] + 5e-6
    assert costs[1000] < 150e-6  # 25 us on a quiet machine


def _crowded(home: Path, count: int) -> Vault:
    from vault import changes  # noqa: PLC0415

    vault = Vault.create(home / "vault.db", source(home))

    def fill(contents: Contents) -> Contents:
        for number in range(count):
            bound = binding(f"api{number}.example.com")
            value = Secret(b"sk-proj-FAKE%d" % number)
            contents = changes.add(
                contents, vault._now.keys, name=f"K{number}", value=value, binding=bound, now_us=1
            )
        return contents

    vault._change(fill)
    vault.placeholder("K7", "default")
    return vault


def _time(request: Outgoing, vault: Vault) -> float:
    began = time.process_time()
    for _ in range(300):
        inject(request, vault.register, vault.lend, 1)
    return (time.process_time() - began) / 300


if TYPE_CHECKING:
    from pathlib import Path

    from vault.contents import Contents
