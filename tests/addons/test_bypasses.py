"""Ways round the gateway that were found by attacking it; each was open once."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.clients import Http2Tunnel, RawTunnel, Tunnel
from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home, curl

if TYPE_CHECKING:
    from tests.services import Service

SMUGGLED = b"DELETE /admin/smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_http2_body_without_length_is_not_a_second_request(
    method: str, gateway: Gateway, service: Service
) -> None:
    with Http2Tunnel(gateway, service) as tunnel:
        assert tunnel.request("/innocent", SMUGGLED, method) == 200
    assert service.bodies[-1] == SMUGGLED
    assert not any("smuggled" in path for _, path in service.requests)


def test_a_bare_cr_in_a_header_does_not_hide_a_second_request(gateway: Gateway, service: Service) -> None:
    hidden = b"GET /admin/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    host = f"localhost:{service.port}".encode()
    for filler in (b"a\rContent-Length: 0", b"a\0b", b"a\x1b[2J", b"a\r\n folded"):
        head = b"POST /x HTTP/1.1\r\nHost: " + host + b"\r\nX-A: " + filler
        with RawTunnel(gateway, service) as tunnel:
            tunnel.send(head + b"\r\nContent-Length: %d\r\n\r\n" % len(hidden) + hidden)
            assert tunnel.receive().startswith(b"HTTP/1.1 400")
    assert not any("smuggled" in path for _, path in service.requests)
    gateway.wait_for("flow.verdict", rule="protocol.malformed", path="/x")


@pytest.mark.parametrize(
    "path", ["http://evil.example/steal", "@evil.example/", ":80@evil.example/", "*", "/a\tb", "/ok?a b", "x"]
)
def test_a_target_that_is_not_a_path_is_refused(path: str, gateway: Gateway, service: Service) -> None:
    before = len(service.requests)
    with Http2Tunnel(gateway, service) as tunnel:
        assert tunnel.request(path) in {0, 400}
    assert len(service.requests) == before


def test_a_transfer_coding_besides_chunked_is_refused(gateway: Gateway, service: Service) -> None:
    before = len(service.requests)
    with RawTunnel(gateway, service) as tunnel:
        head = (
            f"POST / HTTP/1.1\r\nHost: localhost:{service.port}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        )
        tunnel.send(head.encode() + b"2\r\nhi\r\n0\r\n\r\n")
        assert tunnel.receive().startswith(b"HTTP/1.1 4")
    assert len(service.requests) == before


def test_a_lower_case_method_is_another_method(gateway: Gateway, service: Service) -> None:
    with Http2Tunnel(gateway, service) as tunnel:
        assert tunnel.request("/", method="get") == 403


def test_hop_by_hop_options_cannot_name_other_fields(gateway: Gateway, plain_service: Service) -> None:
    answer = curl(gateway, f"{plain_service.url}/", "-H", "Connection: close, Host, X-A")
    assert answer.status == 200
    assert b'"connection": "close"' in answer.body


def test_an_agents_own_body_limit_holds_for_plain_bodies(
    home: Home, service: Service, plain_service: Service
) -> None:
    small = (
        "agents:\n  - name: a\n    match: {proxyUser: a}\n    policy: {limits: {maxRequestBodyBytes: 1000}}\n"
    )
    home.write_policy(policy_for(service, plain_service, more=small))
    with Gateway(home, trusting(service)) as gateway:
        answer = curl(gateway, f"{service.url}/", "-d", "x" * 5000, "--proxy-user", "a:")
        assert (answer.status, answer.rule) == (413, "decode.body-too-large")
        assert curl(gateway, f"{service.url}/", "-d", "x" * 5000).status == 200


def test_trailers_are_dropped_in_both_directions_and_nothing_hangs(
    gateway: Gateway, service: Service
) -> None:
    with RawTunnel(gateway, service) as tunnel:
        head = f"POST /t HTTP/1.1\r\nHost: localhost:{service.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        tunnel.send(
            head.encode() + b"2\r\nhi\r\n0\r\nX-Secret: sk-live-trailer\r\nHost: evil.example\r\n\r\n"
        )
        assert tunnel.receive().startswith(b"HTTP/1.1 200")
    assert service.bodies[-1] == b"hi"
    with Http2Tunnel(gateway, service) as tunnel:
        assert tunnel.request("/t", b"hi", "POST", trailers=(("x-secret", "sk-live-trailer"),)) == 200
    for version in ("--http1.1", "--http2"):
        assert curl(gateway, f"{service.url}/trailers", version, timeout_s=5).body == b"body"
    assert "sk-live-trailer" not in gateway.log


def test_an_http2_protocol_error_is_an_entry_even_after_a_good_request(
    gateway: Gateway, service: Service
) -> None:
    def malformed() -> int:
        return sum(entry.get("rule") == "protocol.malformed" for entry in gateway.entries())

    with Http2Tunnel(gateway, service) as tunnel:
        assert tunnel.request("/good") == 200
        before = malformed()
        assert tunnel.request("/bad", headers=(("x-a", "a\nHost: evil"),)) == 0
    deadline = time.monotonic() + 3
    while malformed() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert malformed() > before


def test_long_paths_do_not_stall_other_clients(gateway: Gateway, service: Service) -> None:
    for filler in ("1" * 60_000, "a" * 60_000, "%25" * 20_000, "/%2e" * 15_000):
        slowest = 0.0
        stop = threading.Event()

        def hostile(path: str = f"/{filler}", stop: threading.Event = stop) -> None:
            with Tunnel(gateway, service) as tunnel:
                for _ in range(5):
                    tunnel.request("GET", path)
            stop.set()

        sender = threading.Thread(target=hostile)
        with Tunnel(gateway, service) as tunnel:
            tunnel.request("GET", "/")
            sender.start()
            while not stop.is_set():
                started = time.perf_counter()
                assert tunnel.request("GET", "/")[0] == 200
                slowest = max(slowest, time.perf_counter() - started)
        sender.join()
        assert slowest < 0.5


def test_parked_uploads_share_a_budget_and_others_are_served(home: Home, service: Service) -> None:
    with Gateway(home, trusting(service), {"MEMORY_LIMIT_MB": "512"}) as gateway:
        head = f"POST / HTTP/1.1\r\nHost: localhost:{service.port}\r\nContent-Length: 31000000\r\n\r\n"
        parked = []
        refused = 0
        for _ in range(8):
            tunnel = RawTunnel(gateway, service)
            parked.append(tunnel)
            try:
                tunnel.send(head.encode() + b"x" * 30_000_000)
                refused += tunnel.receive(0.1).startswith(b"HTTP/1.1 503")
            except OSError:
                refused += 1
        assert refused >= 3
        assert curl(gateway, f"{service.url}/").status == 200
        for tunnel in parked:
            tunnel.__exit__()
        gateway.wait_for("flow.verdict", rule="engine.overload")
        assert curl(gateway, f"{service.url}/").status == 200


def test_uploads_that_are_over_give_their_share_of_the_budget_back(home: Home, service: Service) -> None:
    with Gateway(home, trusting(service), {"MEMORY_LIMIT_MB": "512"}) as gateway:
        body = b"x" * 20_000_000
        with Tunnel(gateway, service) as tunnel:
            for _ in range(20):
                assert tunnel.request("POST", "/up", body)[0] == 200
        for _ in range(8):
            with RawTunnel(gateway, service) as tunnel:
                head = (
                    f"POST / HTTP/1.1\r\nHost: localhost:{service.port}\r\nContent-Length: 31000000\r\n\r\n"
                )
                tunnel.send(head.encode() + body)  # and gone
        with Tunnel(gateway, service) as tunnel:
            assert tunnel.request("POST", "/up", body)[0] == 200


def test_an_error_page_comes_after_100_continue_too(gateway: Gateway, service: Service) -> None:
    upload = gateway.home.path / "upload"
    upload.write_bytes(b"x" * 2_000_000)
    for version in ("--http1.1", "--http2"):
        answer = curl(
            gateway,
            f"{service.url}/die",
            version,
            "--data-binary",
            f"@{upload}",
            "-H",
            "Expect: 100-continue",
        )
        assert answer.status == 502, answer
        assert answer.headers["content-type"] == "application/problem+json"
        head = curl(gateway, f"{service.url}/die", version, "-I")
        assert (head.status, head.body) == (502, b"") if version == "--http2" else head.status == 502


def test_a_service_that_changes_the_protocol_does_not_fail_the_core(
    gateway: Gateway, service: Service
) -> None:
    for version in ("--http1.1", "--http2"):
        assert curl(gateway, f"{service.url}/switch", version).status == 502
    assert not any(entry.get("rule") == "engine.core-error" for entry in gateway.entries())


def test_endless_informational_responses_end_the_exchange(gateway: Gateway, service: Service) -> None:
    assert curl(gateway, f"{service.url}/flood", "--http1.1", timeout_s=10).status == 502


def test_a_handshake_nobody_can_read_is_an_entry_and_is_not_in_the_log(gateway: Gateway) -> None:
    secret = b"sk-live-hello"
    hello = b"\x16\x03\x01\x00\x40\x01\x00\x00\x3c" + secret * 5
    with _plain(gateway) as connection:
        connection.sendall(hello)
        connection.settimeout(2)
        assert connection.recv(100) == b""
    gateway.wait_for("flow.verdict", rule="protocol.not-http")
    assert secret.hex() not in gateway.log
    assert secret.decode() not in gateway.log


def test_the_answer_to_head_has_no_body_even_if_it_is_a_refusal(gateway: Gateway, service: Service) -> None:
    with Tunnel(gateway, service) as tunnel:
        assert tunnel.request("HEAD", "/admin/x") == (403, b"")
        assert tunnel.request("GET", "/next")[0] == 200


def test_large_downloads_are_not_held_to_the_limit_for_uploads(gateway: Gateway, service: Service) -> None:
    assert len(curl(gateway, f"{service.url}/huge").body) == 40 * 1024 * 1024


def test_informational_responses_are_not_the_final_one(gateway: Gateway, service: Service) -> None:
    for version in ("--http1.1", "--http2"):
        answer = curl(gateway, f"{service.url}/early-hints", version, timeout_s=5)
        assert (answer.status, answer.body) == (200, b"final")


def test_a_split_response_head_is_withheld(gateway: Gateway, service: Service) -> None:
    answer = curl(gateway, f"{service.url}/split", "--http1.1")
    assert (answer.status, answer.rule) == (502, "protocol.malformed")
    assert "evil" not in str(answer.headers)


def test_a_refused_tunnel_leaves_the_connection_usable(gateway: Gateway, plain_service: Service) -> None:
    host = f"localhost:{plain_service.port}"
    with _plain(gateway) as connection:
        connection.sendall(b"CONNECT localhost:22 HTTP/1.1\r\n\r\n")
        refusal = b""
        while b"}" * 2 not in refusal:
            refusal += connection.recv(65536)
        assert refusal.startswith(b"HTTP/1.1 403")
        connection.sendall(f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert b" 200 " in connection.recv(65536)


def test_monitor_mode_passes_an_unlisted_port_and_method_but_dials_nothing_unjudged(
    home: Home, service: Service, plain_service: Service
) -> None:
    policy = "mode: monitor\nallowedDomains: [localhost]\nallowedMethods: [GET]\n"
    home.write_policy(policy)  # neither service's port is listed
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/").status == 200
        assert curl(gateway, f"{plain_service.url}/", "-d", "x").status == 200
        assert gateway.wait_for("flow.verdict", rule="egress.port")["monitored"] is True
        answer = curl(gateway, f"http://127.0.0.1:{plain_service.port}/")
        assert answer.rule == "egress.loopback"


def _plain(gateway: Gateway) -> socket.socket:
    return socket.create_connection(("127.0.0.1", gateway.port), timeout=5)
