"""Each hazard of mitmproxy provoked for real: the result is a block, and an entry says so."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import trusting
from tests.gateways import CHECKOUT, Gateway, Home, curl
from tests.lab import network as networks
from tests.lab import tun
from tests.lab.programs import QUIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.tun import TunLab
    from tests.services import Service

RAISING = Path(__file__).with_name("raising.py")
SECRET_IN_EXCEPTION = "sk-test-1234567890"

BEFORE_THE_SERVICE = [
    "client_connected",
    "next_layer",
    "http_connect",
    "http_connected",
    "tls_clienthello",
    "tls_start_client",
    "tls_established_client",
    "requestheaders",
    "request",
    "request:options",
    "request:halt",
    "request:cancelled",
    "server_connect",
    "server_connected",
    "tls_start_server",
    "tls_established_server",
]
AFTER_THE_SERVICE = ["responseheaders", "response"]


@pytest.mark.parametrize("hook", [*BEFORE_THE_SERVICE, *AFTER_THE_SERVICE])
def test_an_addon_that_raises_denies_its_event(hook: str, home: Home, service: Service) -> None:
    gateway = Gateway(home, ("-s", str(RAISING), *trusting(service)), {"AEGIS_TEST_RAISE": hook})
    before = len(service.requests)
    with gateway:
        answer = curl(gateway, f"{service.url}/secret-answer")
        assert answer.status != 200
        assert b"secret-answer" not in answer.body
        gateway.wait_for("flow.verdict", rule="engine.addon-error")
        if hook in BEFORE_THE_SERVICE:
            assert len(service.requests) == before, "the service was reached"
        assert SECRET_IN_EXCEPTION not in gateway.log


def test_a_request_hook_that_raises_answers_503_in_problem_form(home: Home, service: Service) -> None:
    arguments = ("-s", str(RAISING), *trusting(service))
    with Gateway(home, arguments, {"AEGIS_TEST_RAISE": "request"}) as gateway:
        answer = curl(gateway, f"{service.url}/")
        assert answer.status == 503
        assert answer.rule == "engine.addon-error"


@pytest.mark.parametrize("damage", ["overwritten", "truncated", "deleted"])
def test_damaging_the_script_changes_nothing(
    damage: str, home: Home, service: Service, tmp_path: Path
) -> None:
    script = _copy_of_the_script(tmp_path)
    with Gateway(home, trusting(service), script=script) as gateway:
        assert curl(gateway, "https://evil-hacker.com/").rule == "egress.domain"
        if damage == "deleted":
            script.unlink()
        else:
            script.write_text("syntax error(" if damage == "overwritten" else "")
            os.utime(script, (time.time() + 5, time.time() + 5))
        time.sleep(2.5)  # mitmproxy looks every second
        assert curl(gateway, "https://evil-hacker.com/").rule == "egress.domain"
        assert curl(gateway, f"{service.url}/").status == 200


def _copy_of_the_script(directory: Path) -> Path:
    checkout = directory / "checkout"
    checkout.mkdir()
    for package in ("addons", "policy", "ledger", "vault", "certs"):
        (checkout / package).symlink_to(CHECKOUT / package)
    return Path(shutil.copy(CHECKOUT / "aegis_addons.py", checkout / "aegis_addons.py"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [("syntax error(", "a script that does not parse"), ("import nothing_like_this\n", "a failing import")],
)
def test_a_script_that_does_not_load_leaves_nothing_listening(
    content: str, reason: str, home: Home, tmp_path: Path
) -> None:
    script = tmp_path / "broken.py"
    script.write_text(content)
    gateway = Gateway(home, script=script).start()
    assert not gateway.port, reason
    assert gateway.process is not None
    assert gateway.process.returncode not in {0, None}


def test_an_unjudged_request_is_refused_by_the_sentinel(home: Home, service: Service, tmp_path: Path) -> None:
    forgetful = tmp_path / "forgetful.py"
    forgetful.write_text(
        "from addons import gate\nasync def skip(self, flow): ...\ngate.Gate.request = skip\n"
    )
    before = len(service.requests)
    with Gateway(home, ("-s", str(forgetful), *trusting(service))) as gateway:
        answer = curl(gateway, f"{service.url}/")
        assert answer.status == 503
        assert answer.rule == "engine.no-verdict"
        gateway.wait_for("flow.verdict", rule="engine.no-verdict")
    assert len(service.requests) == before


@pytest.mark.parametrize(
    "option",
    [
        "ignore_hosts=.*",
        "allow_hosts=nobody",
        "tcp_hosts=.*",
        "udp_hosts=.*",
        "ssl_insecure=true",
        "map_remote=|localhost|evil-hacker.com",
        "map_local=|localhost|/etc",
        "modify_body=/a/b",
        "modify_headers=/a/b",
        "stream_large_bodies=1m",
        "validate_inbound_headers=false",
        "proxy_debug=true",
        "stickyauth=.*",
        "mode=upstream:http://localhost:1",
        "mode=socks5",
        "mode=wireguard",
        "mode=local",
        "mode=reverse:http://localhost:1",
    ],
)
def test_an_unsafe_option_keeps_the_gateway_from_starting(option: str, home: Home) -> None:
    gateway = Gateway(home, ("--set", option)).start()
    assert not gateway.port
    assert gateway.process is not None
    assert gateway.process.returncode not in {0, None}
    assert option.partition("=")[0] in str(gateway.failure) + gateway.log


def test_an_unsafe_option_in_a_stray_config_file_is_found(home: Home) -> None:
    (home.path / ".aegis" / "ca" / "config.yaml").write_text("ignore_hosts: ['.*']\n")
    gateway = Gateway(home).start()
    assert not gateway.port
    assert "ignore_hosts" in str(gateway.failure)


def test_an_option_that_mitmproxy_does_not_know_keeps_the_gateway_from_starting(home: Home) -> None:
    gateway = Gateway(home, ("--set", "ssl_verify_upstream_trustd_ca=/nowhere")).start()
    assert not gateway.port
    assert "ssl_verify_upstream_trustd_ca" in gateway.failure["error"]


def test_a_broken_policy_leaves_nothing_listening(home: Home) -> None:
    home.write_policy("alowedDomains: [localhost]\n")
    gateway = Gateway(home).start()
    assert not gateway.port
    assert "did you mean 'allowedDomains'" in gateway.failure["error"]
    assert gateway.failure["hint"]


# One gateway for all that follows: these are things an agent does.


def test_bytes_that_are_not_http_are_refused_at_the_proxy(gateway: Gateway) -> None:
    for greeting in (
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"\x00\x01\x02\x03binary",
        b"EHLO me\r\n",
        b"\x16\x03garbage",
    ):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(greeting)
            if not greeting.startswith(b"\x16"):
                assert b"200" not in _until_closed(connection)
    gateway.wait_for("flow.verdict", rule="protocol.not-http")


def test_bytes_that_are_not_http_are_refused_inside_a_tunnel(gateway: Gateway, service: Service) -> None:
    before = service.connections
    for greeting in (b"SSH-2.0-OpenSSH_9.2p1\r\n", b"\x05\x01\x00", b"* OK imap\r\n"):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(f"CONNECT localhost:{service.port} HTTP/1.1\r\n\r\n".encode())
            assert b" 200 " in connection.recv(4096)
            connection.sendall(greeting)
            assert _until_closed(connection) == b""
    assert service.connections == before


def test_a_tunnel_to_another_port_is_refused_at_once(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(b"CONNECT localhost:22 HTTP/1.1\r\n\r\n")
        assert b"HTTP/1.1 403 Forbidden by egress.port: port 22 is not allowed" in connection.recv(4096)
    assert gateway.wait_for("flow.verdict", rule="egress.port", port=22)["host"] == "localhost"


def test_a_request_for_another_name_than_the_tunnel_is_421(gateway: Gateway, service: Service) -> None:
    for version in ("--http1.1", "--http2"):
        answer = curl(gateway, f"{service.url}/", "-H", "Host: evil-hacker.com", version)
        assert (answer.status, answer.rule) == (421, "names.mismatch")
    assert curl(gateway, f"{service.url}/", "-H", "Host: localhost:1").rule == "names.mismatch"


def test_two_host_headers_are_refused(gateway: Gateway, plain_service: Service) -> None:
    before = len(plain_service.requests)
    host = f"localhost:{plain_service.port}"
    request = f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\nHost: evil-hacker.com\r\n\r\n"
    assert b" 421 " in _raw(gateway, request.encode()).partition(b"\r\n")[0]
    assert len(plain_service.requests) == before
    gateway.wait_for("flow.verdict", rule="names.duplicate-host")


def test_smuggled_and_malformed_requests_are_refused_with_an_entry(
    gateway: Gateway, plain_service: Service
) -> None:
    before = len(plain_service.requests)
    host = f"localhost:{plain_service.port}"
    head = f"POST http://{host}/ HTTP/1.1\r\nHost: {host}\r\n"
    for rest in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "X Y: z\r\n\r\n",
    ):
        first_line = _raw(gateway, (head + rest).encode()).partition(b"\r\n")[0]
        assert b" 4" in first_line or first_line == b"", rest
    assert len(plain_service.requests) == before
    gateway.wait_for("flow.verdict", rule="protocol.malformed")


def test_a_header_block_without_end_is_cut_off(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(b"GET http://localhost/ HTTP/1.1\r\n")
        try:
            for _ in range(64):
                connection.sendall(b"X-Filler: " + b"a" * 65_000 + b"\r\n")
        except OSError:
            pass  # cut off while we sent
        assert b" 200 " not in _until_closed(connection)
    gateway.wait_for("flow.verdict", rule="decode.headers-too-large")


def test_upgrades_are_refused_and_an_unasked_switch_is_withheld(gateway: Gateway, service: Service) -> None:
    upgrade = ("-H", "Connection: upgrade", "--http1.1")
    before = len(service.requests)
    answer = curl(
        gateway,
        f"{service.url}/",
        "-H",
        "Upgrade: websocket",
        "-H",
        "Sec-WebSocket-Version: 12",
        "-H",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *upgrade,
    )
    assert answer.rule == "protocol.upgrade"
    assert curl(gateway, f"{service.url}/", "-H", "Upgrade: foo", *upgrade).rule == "protocol.upgrade"
    assert len(service.requests) == before
    switched = curl(gateway, f"{service.url}/switch", "--http1.1")
    assert switched.status != 101
    assert b"raw bytes" not in switched.body
    assert curl(gateway, f"{service.url}/", "--http1.1").status == 200


def test_bodies_that_cannot_be_judged_are_refused(gateway: Gateway, service: Service, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    bomb.write_bytes(gzip.compress(b"\0" * 200_000_000, 6))
    before = len(service.requests)

    def post(path: Path, encoding: str) -> str:
        header = f"Content-Encoding: {encoding}"
        return curl(gateway, f"{service.url}/", "--data-binary", f"@{path}", "-H", header).rule

    assert post(bomb, "gzip") == "decode.body-too-large"
    assert post(bomb, "x-rot13") == "decode.unknown-encoding"
    assert post(bomb, "gzip, gzip, gzip") == "decode.unknown-encoding"
    assert post(bomb, "br") == "decode.invalid-body"
    assert post(bomb, "zstd") == "decode.invalid-body"
    assert len(service.requests) == before


def test_a_body_over_the_limit_is_413_with_an_entry_declared_or_chunked(
    gateway: Gateway, service: Service, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    before = len(service.requests)
    for more in ((), ("-H", "Transfer-Encoding: chunked")):
        answer = curl(
            gateway, f"{service.url}/", "--http1.1", "-X", "POST", "-T", str(large), "-H", "Expect:", *more
        )
        assert answer.status in {0, 413}, answer
        if answer.status:
            entry = gateway.wait_for("flow.verdict", seq=answer.problem["aegis"]["entry"])
            assert entry["rule"] == "decode.body-too-large"
    assert len(service.requests) == before
    gateway.wait_for("flow.verdict", rule="decode.body-too-large")


def test_a_malformed_tls_name_is_refused_in_the_handshake(gateway: Gateway, service: Service) -> None:
    context = ssl.create_default_context(cafile=str(gateway.home.ca))
    context.check_hostname = False
    for name in ("localhost.", "LOCALHOST."):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(f"CONNECT localhost:{service.port} HTTP/1.1\r\n\r\n".encode())
            assert b" 200 " in connection.recv(4096)
            with pytest.raises(OSError, match=r".*"):
                context.wrap_socket(connection, server_hostname=name)
    gateway.wait_for("flow.verdict", rule="egress.malformed-host")


def test_h2c_is_not_spoken_and_a_connection_preface_is_refused(
    gateway: Gateway, plain_service: Service
) -> None:
    upgraded = curl(gateway, f"{plain_service.url}/", "--http2")
    assert upgraded.status == 200  # the offer is taken out, the request goes as HTTP/1.1
    assert b"h2c" not in upgraded.body
    assert b" 200 " not in _raw(gateway, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


# A gateway at the end of a tunnel: what no proxy port ever gets. `tests/lab/test_tun.py` tries much more.


@pytest.fixture(scope="module")
def tunnel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TunLab]:
    """An agent whose only device is the gateway's, and an internet that writes down all it hears."""
    if reason := tun.obstacle():
        pytest.skip(reason)
    with tun.running(tmp_path_factory.mktemp("tunnel")) as lab:
        yield lab


@pytest.mark.lab
@pytest.mark.parametrize(
    "content", [b"secret", b"", b"\x16\xfe\xfd" + b"\0" * 100], ids=["plain", "empty", "dtls"]
)
def test_udp_is_refused_with_an_entry_and_not_relayed(tunnel: TunLab, content: bytes) -> None:
    port = 9000 + len(content)
    with tunnel.nothing_arrives(), tunnel.no_packet_arrives(), tunnel.one_refusal("protocol.udp"):
        assert tun.datagrams(tunnel, (networks.API, port, content)) == [None]
    entry = tunnel.refusals()[-1]
    assert (entry["agent"], entry["source"]) == (tun.CREW, networks.AGENT)
    assert (entry["host"], entry["port"], entry["verdict"]) == (networks.API, port, "block")


@pytest.mark.lab
def test_quic_is_refused_with_an_entry_and_not_relayed(tunnel: TunLab) -> None:
    with tunnel.nothing_arrives(), tunnel.no_packet_arrives(), tunnel.one_refusal("protocol.quic"):
        done = tunnel.agent(sys.executable, "-c", QUIC, networks.API)
    assert "connected" not in done.stdout
    entry = tunnel.refusals()[-1]
    assert (entry["agent"], entry["host"], entry["port"]) == (tun.CREW, networks.API, 443)


@pytest.mark.lab
def test_what_is_no_dns_is_refused_on_its_port_with_an_entry_and_not_relayed(tunnel: TunLab) -> None:
    with tunnel.nothing_arrives(), tunnel.no_packet_arrives(), tunnel.one_refusal("protocol.malformed"):
        assert tun.datagrams(tunnel, (networks.API, 53, b"secret")) == [None]
    assert tunnel.refusals()[-1]["host"] == networks.API


def _raw(gateway: Gateway, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(request)
        return _until_closed(connection, idle_s=1.0)


def _until_closed(connection: socket.socket, idle_s: float = 5.0) -> bytes:
    """Everything up to the end of the connection, or until it has been idle."""
    received = b""
    connection.settimeout(idle_s)
    try:
        while part := connection.recv(65536):
            received += part
    except (ConnectionError, TimeoutError):
        pass
    return received
