"""Every other way out that an agent may try: none of them reaches anything, and each leaves its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab import network as networks
from tests.lab.programs import DATAGRAMS, PROBE, QUIC
from tests.lab.refusals import assert_refused

if TYPE_CHECKING:
    from tests.lab.lab import Lab

pytestmark = pytest.mark.lab

MODES = pytest.mark.parametrize("explicit", [False, True], ids=["transparent", "explicit"])


@MODES
def test_a_redirect_into_the_metadata_service_is_refused_at_its_second_request(
    lab: Lab, *, explicit: bool
) -> None:
    url = f"https://api.example.com/redirect?to=http://{networks.METADATA}/latest/meta-data/"
    with lab.one_refusal("egress.metadata-endpoint"):
        answer = lab.curl(url, "-L", explicit=explicit)
    assert_refused(lab, answer, "egress.metadata-endpoint")
    assert lab.arrivals()[-1]["path"].startswith("/redirect")


def test_a_redirect_to_the_gateways_own_loopback_is_refused(lab: Lab) -> None:
    with lab.one_refusal("egress.loopback"):
        answer = lab.curl(
            "https://api.example.com/redirect?to=http://127.0.0.1/secret",
            "-L",
            "--noproxy",
            "",
            explicit=True,
        )
    assert_refused(lab, answer, "egress.loopback")
    assert lab.arrivals("gateway") == []


@MODES
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_allowed_name_with_a_private_address_is_refused(lab: Lab, scheme: str, *, explicit: bool) -> None:
    with lab.nothing_arrives(), lab.one_refusal("egress.private-address"):
        answer = lab.curl(f"{scheme}://internal.example.com/", explicit=explicit)
    assert_refused(lab, answer, "egress.private-address")


@MODES
@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_one_name_in_the_handshake_and_another_in_the_request_is_a_421(
    lab: Lab, option: str, *, explicit: bool
) -> None:
    with lab.nothing_arrives(), lab.one_refusal("names.mismatch"):
        answer = lab.curl(
            "https://api.example.com/", option, "-H", "Host: evil.example.net", explicit=explicit
        )
    assert_refused(lab, answer, "names.mismatch", status=421)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_of_the_agents_choice_does_not_decide_where_an_allowed_name_leads(
    lab: Lab, scheme: str
) -> None:
    port = {"http": 80, "https": 443}[scheme]
    answer = lab.curl(
        f"{scheme}://api.example.com/pinned", "--resolve", f"api.example.com:{port}:{networks.EVIL}"
    )
    assert answer.status == 200, answer
    assert answer.json()["address"] == networks.API


@pytest.mark.parametrize(
    ("port", "text", "rule"),
    [
        (443, r"SSH-2.0-OpenSSH_9.6\r\n", "protocol.not-http"),
        (22, r"SSH-2.0-OpenSSH_9.6\r\n", "protocol.not-http"),
        (9000, r"\x00\x01secret", "protocol.not-http"),
    ],
)
def test_raw_tcp_goes_nowhere(lab: Lab, python: str, port: int, text: str, rule: str) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal(rule):
        done = lab.agent(python, "-c", PROBE, networks.API, str(port), text)
    assert "SSH-2.0" not in done.stdout


def test_a_service_that_speaks_first_is_never_heard(lab: Lab, python: str) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives():
        done = lab.agent(python, "-c", PROBE, networks.API, "22")
    assert "SSH" not in done.stdout


def test_a_tunnel_to_another_port_is_refused_at_its_connect(lab: Lab) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("egress.port"):
        answer = lab.curl("https://api.example.com:22/", explicit=True)
    assert answer.connect_status == 403, answer


def test_ssh_inside_a_tunnel_to_an_allowed_host_goes_nowhere(lab: Lab, python: str) -> None:
    connect = r"CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n"
    with lab.nothing_arrives(), lab.no_packet_arrives(), lab.one_refusal("protocol.not-http"):
        done = lab.agent(
            *(python, "-c", PROBE, networks.GATEWAY, str(networks.EXPLICIT_PORT), connect, r"SSH-2.0-x\r\n")
        )
    assert "SSH-2.0" not in done.stdout


@pytest.mark.parametrize("program", [DATAGRAMS, QUIC], ids=["udp", "quic"])
def test_no_datagram_leaves(lab: Lab, python: str, program: str) -> None:
    with lab.nothing_arrives(), lab.no_packet_arrives():
        done = lab.agent(python, "-c", program, networks.API)
    assert done.returncode == 0, done.stderr
    assert "connected" not in done.stdout


def test_the_gateways_other_ports_are_closed_to_the_agent(lab: Lab) -> None:
    answer = lab.curl(f"http://{networks.GATEWAY}:{networks.TRANSPARENT_PORT}/")
    assert answer.is_nothing
