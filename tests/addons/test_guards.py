"""Secrets on the wire: what leaves is refused by the real gateway, a service's own credential is not."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger.verify import verify
from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home, curl

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateways import Answer
    from tests.services import Service

GITHUB_TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
"""Its checksum holds; nobody's."""
AWS_KEY = "AKIA" + "QYLPMN5HHHFPZAM2"


def post(gateway: Gateway, service: Service, document: Any, path: str = "/collect", *more: str) -> Answer:
    """Post JSON, or bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    file = gateway.home.path / "body"
    file.write_bytes(body)
    kind = "application/octet-stream" if isinstance(document, bytes) else "application/json"
    arguments = ("--data-binary", f"@{file}", "-H", f"content-type: {kind}", *more)
    return curl(gateway, f"{service.url}{path}", *arguments)


LEAKS: dict[str, Any] = {
    "in JSON": {"note": f"deploy with {GITHUB_TOKEN}"},
    "in a form": f"note={GITHUB_TOKEN}&x=1".encode(),
    "as UTF-16": f"\ufeff{GITHUB_TOKEN}".encode("utf-16-le"),
    "in base64": {"note": base64.b64encode(f"key={GITHUB_TOKEN};".encode()).decode()},
    "in hex": {"note": GITHUB_TOKEN.encode().hex()},
    "with unicode escapes": b'{"note": "'
    + "".join(f"\\u{ord(c):04x}" for c in GITHUB_TOKEN).encode()
    + b'"}',
    "percent-encoded": b"note=" + "".join(f"%{ord(c):02X}" for c in GITHUB_TOKEN).encode(),
    "compressed and in base64": {"blob": base64.b64encode(gzip.compress(GITHUB_TOKEN.encode() * 3)).decode()},
    "with zero-width characters": {"note": "\u200b".join(GITHUB_TOKEN)},
    "an AWS key": {"id": AWS_KEY},
    "a private key": {"k": "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU" * 10},
    "a database's address": {"url": "postgres://admin:Zk3nPq8vLw2x@db.example.com/prod"},
    "behind a megabyte": {"text": "lorem ipsum dolor sit amet " * 40_000, "tail": GITHUB_TOKEN},
}


@pytest.mark.parametrize("how", LEAKS)
def test_a_secret_does_not_leave_in_a_body(gateway: Gateway, service: Service, how: str) -> None:
    before = len(service.bodies)
    answer = post(gateway, service, LEAKS[how])
    assert answer.status == 403
    assert answer.rule.startswith("secrets.")
    assert len(service.bodies) == before
    assert GITHUB_TOKEN[8:] not in answer.body.decode()
    entry = gateway.wait_for("flow.verdict", seq=answer.problem["aegis"]["entry"])
    assert GITHUB_TOKEN[8:] not in json.dumps(entry)


def test_a_secret_does_not_leave_in_the_target_or_a_header(gateway: Gateway, service: Service) -> None:
    for arguments in (
        (f"{service.url}/x?note={GITHUB_TOKEN}",),
        (f"{service.url}/{GITHUB_TOKEN}/x",),
        (f"{service.url}/x", "-H", f"X-Note: {GITHUB_TOKEN}"),
        (f"{service.url}/x", "-A", f"agent {GITHUB_TOKEN}"),
    ):
        answer = curl(gateway, *arguments)
        assert answer.rule.startswith("secrets."), arguments
        assert GITHUB_TOKEN[8:] not in gateway.log


def test_a_service_gets_its_own_credential(gateway: Gateway, service: Service) -> None:
    answer = curl(gateway, f"{service.url}/x", "-H", "Authorization: Bearer Zk3nPq8vLw2xTt9sRb5yHd7jMf4cGa1e")
    assert answer.status == 200


def test_json_that_is_read_in_two_ways_is_refused(gateway: Gateway, service: Service) -> None:
    body = b'{"jsonrpc":"2.0","method":"ping","method":"tools/call","params":{"name":"x"}}'
    assert post(gateway, service, body).rule == "decode.ambiguous-json"


def test_every_verdict_tells_which_checks_ran(gateway: Gateway, service: Service) -> None:
    assert post(gateway, service, {"hello": "world"}, "/traced").status == 200
    entry = gateway.wait_for("flow.verdict", path="/traced")
    assert {step[0] for step in entry["trace"]} >= {"egress", "policy", "data"}
    assert all(isinstance(step[1], int) for step in entry["trace"])


def test_the_chain_is_intact_afterwards(gateway: Gateway) -> None:
    assert verify(gateway.home.database).is_intact


def test_monitor_mode_records_and_lets_pass(service: Service, tmp_path: Path) -> None:
    policy = "mode: monitor\n" + policy_for(service)
    with Gateway(Home(tmp_path, policy).make(), trusting(service)) as gateway:
        answer = post(gateway, service, {"note": GITHUB_TOKEN}, "/monitored")
        assert answer.status == 200
        entry = gateway.wait_for("flow.verdict", path="/monitored")
        assert entry["monitored"] is True
        assert entry["rule"].startswith("secrets.")


def test_a_credential_may_be_used_again_where_it_was_used_first(gateway: Gateway, service: Service) -> None:
    token = "Authorization: Bearer ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
    assert curl(gateway, f"{service.url}/first", "-H", token).status == 200
    assert curl(gateway, f"{service.url}/again", "-H", token).status == 200


def test_the_guard_can_be_switched_off(service: Service, tmp_path: Path) -> None:
    more = "secretsGuard: {enabled: false}\n"
    with Gateway(Home(tmp_path, policy_for(service, more=more)).make(), trusting(service)) as gateway:
        assert post(gateway, service, {"note": GITHUB_TOKEN}).status == 200
