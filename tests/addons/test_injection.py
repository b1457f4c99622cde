"""Secrets on the wire: agents hold placeholders, services get values, and nobody in between sees one."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # ships no annotations
import pytest
import zstandard
from mitmproxy.io import FlowReader

from ledger.verify import verify
from tests.gateways import Gateway, Home, curl
from tests.vaulted import VALUES, Credentialed, Reply, Seen, Traces, is_basic, make_vault, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateways import Answer
    from tests.services import ServiceCertificates

OPENAI = VALUES["OPENAI_API_KEY"]


@pytest.fixture(scope="module")
def service(certificates: ServiceCertificates) -> Iterator[Credentialed]:
    running = Credentialed(certificates)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def home(service: Credentialed, tmp_path_factory: pytest.TempPathFactory) -> Home:
    policy = (
        "allowedDomains: [localhost, 127.0.0.1.nip.example]\n"
        f"network: {{allowedPorts: [80, 443, {service.port}]}}\n"
        "agents:\n  - name: other\n    match: {proxyUser: other}\n"
    )
    return Home(tmp_path_factory.mktemp("vaulted"), policy).make()


@pytest.fixture(scope="module")
def held(home: Home, service: Credentialed) -> dict[str, str]:
    """What the agent holds."""
    return placeholders(make_vault(home, service.port))


@pytest.fixture(scope="module")
def gateway(home: Home, held: dict[str, str], service: Credentialed) -> Iterator[Gateway]:
    """A gateway with a vault, which also records all flows."""
    assert held
    options = (
        "--set",
        f"ssl_verify_upstream_trusted_ca={service.certificates.ca}",
        "-w",
        str(home.path / "flows"),
        "--set",
        "save_stream_filter=!~c 403",  # values that the tests themselves send to be refused
    )
    with Gateway(home, options) as running:
        yield running


def ask(gateway: Gateway, service: Credentialed, path: str, *arguments: str) -> tuple[Answer, Seen | None]:
    """One request, and how it reached the service."""
    before = len(service.seen)
    answer = curl(gateway, f"{service.url}{path}", *arguments)
    return answer, service.seen[before] if len(service.seen) > before else None


def bearer(token: str) -> tuple[str, str]:
    return "-H", f"Authorization: Bearer {token}"


# Where it is bound


def test_a_bearer_token_is_exchanged(gateway: Gateway, service: Credentialed, held: dict[str, str]) -> None:
    answer, seen = ask(gateway, service, "/v1/models", *bearer(held["OPENAI_API_KEY"]))
    assert answer.status == 200
    assert seen is not None
    assert seen.headers["authorization"] == f"Bearer {OPENAI.decode()}"
    entry = gateway.wait_for("flow.verdict", path="/v1/models")
    assert entry["lent"] == ["OPENAI_API_KEY bearer"]


def test_basic_credentials_are_exchanged(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    _, seen = ask(gateway, service, "/basic", "-u", f"me:{held['GIT_TOKEN']}")
    assert seen is not None
    assert is_basic(seen, "me", VALUES["GIT_TOKEN"])


def test_query_path_cookie_header_and_body_are_exchanged(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    _, seen = ask(gateway, service, f"/search?q=1&key={held['QUERY_KEY']}&z=2")
    assert seen is not None
    assert seen.target == f"/search?q=1&key={quote(VALUES['QUERY_KEY'], safe='')}&z=2"
    _, seen = ask(gateway, service, f"/bot{held['BOT_TOKEN']}/getMe")
    assert seen is not None
    assert seen.target == f"/bot{VALUES['BOT_TOKEN'].decode()}/getMe"
    _, seen = ask(gateway, service, "/c", "-b", f"a=1; session={held['COOKIE_KEY']}; b=2")
    assert seen is not None
    assert seen.headers["cookie"] == f"a=1; session={VALUES['COOKIE_KEY'].decode()}; b=2"
    _, seen = ask(gateway, service, "/h", "-H", f"X-Key: {held['HEADER_KEY']}")
    assert seen is not None
    assert seen.headers["x-key"] == VALUES["HEADER_KEY"].decode()
    document = json.dumps({"key": held["BODY_KEY"], "more": "x" * 100})
    answer, seen = ask(gateway, service, "/b", "-H", "content-type: application/json", "--data", document)
    assert answer.status == 200
    assert seen is not None
    assert json.loads(seen.body) == {"key": VALUES["BODY_KEY"].decode(), "more": "x" * 100}


def test_a_compressed_body_is_exchanged(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    file = gateway.home.path / "body.gz"
    file.write_bytes(gzip.compress(f"key={held['GZIP_BODY_KEY']}".encode()))
    _, seen = ask(gateway, service, "/b", "-H", "content-encoding: gzip", "--data-binary", f"@{file}")
    assert seen is not None
    assert "content-encoding" not in seen.headers
    assert seen.body == b"key=" + VALUES["GZIP_BODY_KEY"]


def test_the_body_of_other_requests_goes_out_as_it_is(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    for size in (0, 1, 100_000):
        body = "y" * size
        file = gateway.home.path / "plain"
        file.write_text(body)
        _, seen = ask(gateway, service, "/b", *bearer(held["OPENAI_API_KEY"]), "--data-binary", f"@{file}")
        assert seen is not None
        assert seen.body == body.encode()


# Where it is not


CANARIES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "wrong location": ("/v1/x", ("-H", "X-Api-Key: {OPENAI_API_KEY}"), "vault.canary"),
    "in a query it is not bound to": ("/v1/x?token={OPENAI_API_KEY}", (), "vault.canary"),
    "in the body": ("/v1/x", ("--data", '{{"key": "{OPENAI_API_KEY}"}}'), "vault.canary"),
    "in the body in base64": ("/v1/x", ("--data", "blob={base64}"), "vault.canary"),
    "in the body, compressed": ("/v1/x", ("--data", "blob={packed}"), "vault.canary"),
    "percent-encoded": ("/v1/x?q={percent}", (), "vault.canary"),
    "in a header's name": ("/v1/x", ("-H", "{HEADER_KEY}: 1"), "vault.canary"),
    "in the user agent": ("/v1/x", ("-A", "agent {OPENAI_API_KEY}"), "vault.canary"),
    "where it is bound, and in the body": (
        "/v1/x",
        ("-H", "Authorization: Bearer {OPENAI_API_KEY}", "--data", "{OPENAI_API_KEY}"),
        "vault.canary",
    ),
    "wrong path": ("/v2/x", ("-H", "Authorization: Bearer {PATHED_KEY}"), "vault.canary"),
    "a path that is not what it seems": (
        "/v1/%2e%2e/v2",
        ("--path-as-is", "-H", "Authorization: Bearer {PATHED_KEY}"),
        "vault.canary",
    ),
    "wrong method": ("/v1/x", ("-X", "POST", "-H", "Authorization: Bearer {PATHED_KEY}"), "vault.canary"),
    "a secret of another agent": ("/v1/x", ("-H", "Authorization: Bearer {OTHERS_KEY}"), "vault.canary"),
    "never issued": (
        "/v1/x",
        ("-H", "Authorization: Bearer sk-proj-aegis{unknown}"),
        "vault.unknown-placeholder",
    ),
    "cut": ("/v1/x", ("-H", "Authorization: Bearer {cut}"), "vault.malformed-placeholder"),
    "with another prefix": (
        "/v1/x",
        ("-H", "Authorization: Bearer ghp_{core}"),
        "vault.malformed-placeholder",
    ),
}


def filled(text: str, held: dict[str, str]) -> str:
    token = held["OPENAI_API_KEY"]
    random = "22a3b4c5d6e7f2g3h4j5k6"
    check = base64.b32encode(zlib.crc32(f"aegis placeholder 1 {random}".encode()).to_bytes(4))[:5]
    return text.format(
        **held,
        base64=base64.b64encode(f"key={token}".encode()).decode(),
        packed=base64.b64encode(gzip.compress(token.encode() * 3)).decode(),
        percent="".join(f"%{ord(c):02x}" for c in token),
        unknown=random + check.decode().lower(),
        cut=token[:-3],
        core=token[-32:],
    )


@pytest.mark.parametrize("what", CANARIES)
def test_a_placeholder_anywhere_else_is_refused(
    gateway: Gateway, service: Credentialed, held: dict[str, str], what: str
) -> None:
    path, arguments, rule = CANARIES[what]
    answer, seen = ask(gateway, service, filled(path, held), *(filled(one, held) for one in arguments))
    assert seen is None
    assert answer.rule == rule, answer.body
    entry = gateway.wait_for("flow.verdict", seq=answer.problem["aegis"]["entry"])
    assert entry["verdict"] == "block"
    assert entry["score"] == 100


def test_a_placeholder_for_another_host_or_scheme_is_refused(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    answer = curl(gateway, f"http://localhost:{service.port}/v1", *bearer(held["OPENAI_API_KEY"]))
    assert answer.rule == "vault.canary"
    answer = curl(gateway, "https://localhost/v1", *bearer(held["OPENAI_API_KEY"]))
    assert answer.rule == "vault.canary"  # another port
    answer = curl(gateway, f"{service.url}/v1", "-H", "Host: evil.example", *bearer(held["OPENAI_API_KEY"]))
    assert answer.rule == "names.mismatch"
    answer = curl(gateway, "https://evil.example/v1", *bearer(held["OPENAI_API_KEY"]))
    rules = {found["rule"] for found in answer.problem["aegis"]["findings"]}
    assert rules == {"egress.domain", "vault.canary"}


def test_a_redirect_to_another_place_is_judged_anew(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    service.answers["/hop"] = lambda _: Reply(307, b"", {"location": "/elsewhere"})
    before = len(service.seen)
    answer = curl(
        gateway, f"{service.url}/hop", "-L", "-X", "GET", "-H", f"Authorization: Bearer {held['PATHED_KEY']}"
    )
    assert answer.rule == "vault.canary"
    assert len(service.seen) == before


def test_another_agents_placeholder_is_refused(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    _, seen = ask(gateway, service, "/v1/x", *bearer(held["OPENAI_API_KEY"]), "--proxy-user", "other:x")
    assert seen is None


# What leaves by other ways


LEAKS = {
    "plain": OPENAI,
    "reversed": OPENAI[::-1],
    "hex": OPENAI.hex().encode(),
    "base64": base64.b64encode(OPENAI),
    "base64, shifted by one": base64.b64encode(b"x" + OPENAI),
    "base64, shifted by two": base64.b64encode(b"xy" + OPENAI),
    "percent": quote(OPENAI, safe="").encode(),
    "JSON escapes": "".join(f"\\u{byte:04x}" for byte in OPENAI).encode(),
    "base64 of gzip": base64.b64encode(gzip.compress(OPENAI * 2)),
    "split over fields": json.dumps({"a": OPENAI[:20].decode(), "b": OPENAI[20:].decode()}).encode(),
}


@pytest.mark.parametrize("how", LEAKS)
def test_a_real_value_does_not_leave(gateway: Gateway, service: Credentialed, how: str) -> None:
    file = gateway.home.path / "leak"
    file.write_bytes(b'{"note": "' + LEAKS[how] + b'"}' if how == "JSON escapes" else b"note " + LEAKS[how])
    answer, seen = ask(gateway, service, "/collect", "--data-binary", f"@{file}")
    file.unlink()
    assert seen is None
    assert answer.status == 403
    rules = [found["rule"] for found in answer.problem["aegis"]["findings"]]
    assert {"vault.leak", "vault.split-leak"} & set(rules), rules
    assert answer.problem["aegis"]["score"] >= 95


def test_a_real_value_is_refused_even_where_it_belongs(gateway: Gateway, service: Credentialed) -> None:
    for arguments in (
        bearer(OPENAI.decode()),
        ("-u", f"me:{VALUES['GIT_TOKEN'].decode()}"),
        ("-b", f"session={VALUES['COOKIE_KEY'].decode()}"),
    ):
        answer, seen = ask(gateway, service, "/v1/models", *arguments)
        assert answer.rule == "vault.leak", arguments
        assert seen is None
        assert OPENAI not in answer.body


# What comes back


def echoing(value: bytes, **headers: str) -> Reply:
    return Reply(200, value, headers)


CODINGS = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("pieces", [0, 7, 4096])
@pytest.mark.parametrize("padding", [10, 70_000])
def test_an_echoed_secret_becomes_the_placeholder(  # noqa: PLR0917 - three of them are the table
    gateway: Gateway, service: Credentialed, held: dict[str, str], coding: str, pieces: int, padding: int
) -> None:
    plain = (
        b'{"you sent": "' + OPENAI + b'", "pad": "' + b"x y " * padding + b'", "again": "' + OPENAI + b'"}'
    )
    body = CODINGS[coding](plain)
    headers = {"content-type": "application/json", "x-key": OPENAI.decode()}
    if coding:
        headers["content-encoding"] = coding
    cut = (
        tuple(body[at : at + pieces] for at in range(0, min(len(body), 5000 * pieces), pieces))
        if pieces
        else None
    )
    if cut and b"".join(cut) != body:
        pytest.skip("too many pieces to wait for")
    service.answers["/echo"] = lambda _: Reply(200, body, headers, cut)
    arguments = ("--compressed",) if coding else ()
    answer, _ = ask(gateway, service, "/echo", *bearer(held["OPENAI_API_KEY"]), *arguments)
    assert answer.exit_code == 0, answer.error
    assert answer.status == 200
    assert answer.body == plain.replace(OPENAI, held["OPENAI_API_KEY"].encode())
    assert answer.headers["x-key"] == held["OPENAI_API_KEY"]


@pytest.mark.parametrize("form", ["base64", "hex", "percent", "reversed"])
def test_a_secret_is_scrubbed_in_all_its_forms(
    gateway: Gateway, service: Credentialed, held: dict[str, str], form: str
) -> None:
    service.answers["/form"] = lambda _: Reply(
        200, b"a " + LEAKS[form] + b" b", {"content-type": "text/plain"}
    )
    answer, _ = ask(gateway, service, "/form", *bearer(held["OPENAI_API_KEY"]))
    assert answer.status == 200
    assert LEAKS[form][2:-2] not in answer.body
    entry = gateway.wait_for("flow.verdict", path="/form", direction="response")
    assert (entry["rule"], entry["verdict"]) == ("vault.echo", "redact")


def test_events_are_scrubbed_in_the_middle_of_a_secret(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    stream = b"data: hello\n\ndata: " + OPENAI + b"\n\ndata: bye\n\n"
    at = stream.find(OPENAI) + 9
    service.answers["/events"] = lambda _: Reply(
        200, b"", {"content-type": "text/event-stream"}, (stream[:at], stream[at : at + 1], stream[at + 1 :])
    )
    answer, _ = ask(gateway, service, "/events", *bearer(held["OPENAI_API_KEY"]))
    assert answer.body == stream.replace(OPENAI, held["OPENAI_API_KEY"].encode())


def test_an_answer_without_the_secret_comes_as_it_was_sent(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    packed = gzip.compress(b"nothing in here" * 50)
    service.answers["/packed"] = lambda _: Reply(
        200, packed, {"content-encoding": "gzip", "content-type": "image/x"}
    )
    answer, _ = ask(gateway, service, "/packed", *bearer(held["OPENAI_API_KEY"]))
    assert answer.body == packed
    answer, _ = ask(gateway, service, "/packed", "-I", *bearer(held["OPENAI_API_KEY"]))
    assert answer.headers["content-length"] == str(len(packed))
    service.answers["/nothing"] = lambda _: Reply(204, b"")
    answer, _ = ask(gateway, service, "/nothing", *bearer(held["OPENAI_API_KEY"]))
    assert answer.status == 204


def test_an_answer_that_does_not_decode_is_withheld(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    for coding, body in (("gzip", b"no gzip " + OPENAI), ("x-rot13", OPENAI)):
        service.answers["/broken"] = lambda _, c=coding, b=body: Reply(200, b, {"content-encoding": c})  # type: ignore[misc]
        answer, _ = ask(gateway, service, "/broken", *bearer(held["OPENAI_API_KEY"]))
        assert answer.status in {0, 415, 502}, (coding, answer)
        assert OPENAI not in answer.body


def test_a_malformed_head_that_quotes_the_secret_ends_in_our_words(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    service.answers["/split"] = lambda _: Reply(200, b"", {f"bad {OPENAI.decode()}": "x"})
    answer, _ = ask(gateway, service, "/split", *bearer(held["OPENAI_API_KEY"]))
    assert OPENAI not in answer.body
    assert OPENAI.decode() not in str(answer.headers)


# Afterwards


def test_the_chain_is_intact_and_nobody_has_a_value(
    gateway: Gateway, service: Credentialed, held: dict[str, str]
) -> None:
    traces = Traces()
    assert service.seen
    gateway.stop()
    assert verify(gateway.home.database).is_intact
    assert traces.in_files(gateway.home.path) == {}
    with (gateway.home.path / "flows").open("rb") as file:
        flows = [flow for flow in FlowReader(file).stream() if hasattr(flow, "request")]
    assert len(flows) > 20
    assert any(held["OPENAI_API_KEY"] in flow.request.headers.get("authorization", "") for flow in flows)
