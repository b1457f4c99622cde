"""Uploads too large to be held are judged while they pass, and cut before their end when they offend."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import psutil
import pytest

from addons.uploads import STREAMED_FROM_BYTES
from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home, curl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateways import Answer
    from tests.services import Service

TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO" + "2XfbHa"[:6]
SIZE = STREAMED_FROM_BYTES + (8 << 20)
LIMITS = f"limits: {{maxRequestBodyBytes: {2 * SIZE}}}\n"


@pytest.fixture(scope="module")
def gateway(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose policy admits large uploads."""
    home = Home(tmp_path_factory.mktemp("uploads"), policy_for(service, more=LIMITS)).make()
    with Gateway(home, trusting(service)) as running:
        yield running


def upload(gateway: Gateway, url: str, body: bytes, *more: str) -> Answer:
    file = gateway.home.path / "upload"
    file.write_bytes(body)
    kind = "content-type: application/octet-stream"
    return curl(gateway, url, "-X", "POST", "-T", str(file), "-H", kind, "-H", "expect:", *more)


def filler(size: int = SIZE) -> bytes:
    line = b"a line of an ordinary log file, with nothing in it that anybody would want to hide\n"
    return (line * (size // len(line) + 1))[:size]


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_an_ordinary_upload_arrives_whole(gateway: Gateway, service: Service, version: str) -> None:
    for body in (filler(), bytes(range(256)) * (SIZE // 256)):
        answer = upload(gateway, f"{service.url}/up", body, version)
        assert answer.status == 200
        assert hashlib.sha256(service.bodies[-1]).digest() == hashlib.sha256(body).digest()
    service.bodies.clear()


@pytest.mark.parametrize("place", ["begin", "middle", "end"])
def test_a_secret_in_it_cuts_it_before_its_end(gateway: Gateway, service: Service, place: str) -> None:
    body = filler()
    secret = f"\nexport GITHUB_TOKEN={TOKEN}\n".encode()
    at = {"begin": 10, "middle": SIZE // 2, "end": SIZE - len(secret)}[place]
    service.bodies.clear()
    answer = upload(gateway, f"{service.url}/up", body[:at] + secret + body[at + len(secret) :])
    assert answer.status != 200
    assert all(len(got) < SIZE and TOKEN.encode() not in got for got in service.bodies)
    entry = gateway.wait_for("flow.verdict", part="body", verdict="block")
    assert entry["rule"].startswith("secrets.")
    assert TOKEN not in json.dumps(entry)


def test_one_that_is_refused_by_its_head_never_reaches_the_service(
    gateway: Gateway, service: Service
) -> None:
    before = service.connections
    answer = upload(gateway, f"{service.url}/admin/up", filler())
    assert (answer.status, answer.rule) == (403, "policy.path")
    answer = upload(gateway, f"{service.url}/up", filler(), "-H", f"x-note: {TOKEN}")
    assert answer.rule.startswith("secrets.")
    assert service.connections == before


def test_json_is_not_streamed_whatever_it_calls_itself(gateway: Gateway, service: Service) -> None:
    before = len(service.bodies)
    answer = upload(gateway, f"{service.url}/up", b'  {"a": "' + filler() + b'"}')
    assert answer.status != 200
    assert len(service.bodies) == before
    assert gateway.wait_for("flow.verdict", part="body", rule="decode.body-too-large")


def test_what_the_policy_does_not_admit_is_refused(gateway: Gateway, service: Service) -> None:
    before = len(service.bodies)
    assert upload(gateway, f"{service.url}/up", filler(2 * SIZE + 1)).status in {403, 413}
    assert len(service.bodies) == before


def test_it_is_not_held_in_memory(gateway: Gateway, service: Service) -> None:
    assert gateway.process is not None
    process = psutil.Process(gateway.process.pid)
    upload(gateway, f"{service.url}/up", filler())
    before = process.memory_info().rss
    for _ in range(2):
        assert upload(gateway, f"{service.url}/up", filler(2 * SIZE)).status == 200
    service.bodies.clear()
    assert process.memory_info().rss - before < 32 << 20
