"""The `dns` mode: a real gateway asked by a small client of our own; only judged answers, nothing forwarded."""

from __future__ import annotations

import ipaddress
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from mitmproxy import dns
from mitmproxy.net.dns import classes, op_codes, types
from mitmproxy.test import tflow, tutils

from addons.dns import REFUSED, Dns
from addons.identify import Identify
from addons.resolution import Resolution
from tests.addons.test_egress import PUBLIC, NameServer
from tests.addons.test_gateway import POLICY, Bench, bench
from tests.gateways import Gateway, Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = struct.Struct("!6H")
A, TXT, AAAA, HTTPS, ANY = 1, 16, 28, 65, 255
INTERNET, CHAOS = 1, 3
SLOW_S, QUIET_S = 5.0, 0.4


@dataclass(frozen=True)
class Reply:
    """What a query got."""

    number: int
    code: int
    questions: int
    addresses: tuple[str, ...]


def _question(name: str, kind: int, class_: int = INTERNET) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return labels + b"\0" + struct.pack("!2H", kind, class_)


def _query(name: str, kind: int, *, number: int = 7, flags: int = 0x0100, class_: int = INTERNET) -> bytes:
    return HEADER.pack(number, flags, 1, 0, 0, 0) + _question(name, kind, class_)


def _parse(message: bytes, question: bytes) -> Reply:
    number, flags, questions, answers, _, _ = HEADER.unpack_from(message)
    at = HEADER.size + len(question)
    addresses = []
    for _ in range(answers):
        at = message.index(b"\0", at) + 1 if message[at] < 0xC0 else at + 2
        _, _, _, length = struct.unpack_from("!2HIH", message, at)
        at += 10
        addresses.append(str(ipaddress.ip_address(message[at : at + length])))
        at += length
    return Reply(number, flags & 0xF, questions, tuple(addresses))


@dataclass
class Asked:
    """A gateway with a port for queries."""

    gateway: Gateway
    port: int

    def udp(self, message: bytes, timeout_s: float = SLOW_S) -> bytes | None:
        """The answer to one datagram, or None."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(timeout_s)
            client.sendto(message, ("127.0.0.1", self.port))
            try:
                return client.recv(65535)
            except TimeoutError:
                return None

    def ask(self, name: str, kind: int, **more: int) -> Reply:
        """The answer to one query."""
        message = _query(name, kind, **more)
        answer = self.udp(message)
        assert answer is not None, self.gateway.log
        return _parse(answer, message[HEADER.size :])


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A gateway in dns mode on a free port, with a policy that admits `localhost`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    policy = "allowedDomains: [localhost, '*.invalid']\nblockedDomains: [blocked.invalid]\n"
    home = Home(tmp_path_factory.mktemp("dns"), policy).make()
    with Gateway(home, ("--mode", "regular", "--mode", f"dns@127.0.0.1:{port}")) as gateway:
        yield Asked(gateway, port)


def test_an_allowed_name_is_answered_from_the_judged_resolution(asked: Asked) -> None:
    reply = asked.ask("localhost", A, number=4711)
    assert (reply.number, reply.code, reply.questions) == (4711, 0, 1)
    assert reply.addresses == ("127.0.0.1",)
    entry = asked.gateway.wait_for("flow.verdict", method="DNS", host="localhost")
    assert (entry["verdict"], entry["port"]) == ("allow", 53)


def test_a_question_for_the_other_family_gets_addresses_of_that_family_only(asked: Asked) -> None:
    reply = asked.ask("LOCALHOST", AAAA)
    assert reply.code == 0
    assert set(reply.addresses) <= {"::1"}


def test_a_forbidden_name_is_refused_with_an_entry(asked: Asked) -> None:
    reply = asked.ask("stolen-data.evil-hacker.com", A)
    assert (reply.code, reply.addresses) == (REFUSED, ())
    entry = asked.gateway.wait_for("flow.verdict", host="stolen-data.evil-hacker.com")
    assert (entry["rule"], entry["verdict"], entry["source"]) == ("egress.domain", "block", "127.0.0.1")
    assert asked.ask("blocked.invalid", A).code == REFUSED
    asked.gateway.wait_for("flow.verdict", host="blocked.invalid", rule="egress.blocked-domain")


def test_an_allowed_name_that_does_not_exist_is_refused(asked: Asked) -> None:
    assert asked.ask("nowhere.invalid", A).code == REFUSED
    asked.gateway.wait_for("flow.verdict", host="nowhere.invalid", rule="egress.unresolvable")


@pytest.mark.parametrize("kind", [TXT, ANY, HTTPS, 2, 5, 10, 12, 15, 33, 251, 252, 65280])
def test_records_that_carry_data_are_refused_even_for_allowed_names(kind: int, asked: Asked) -> None:
    reply = asked.ask("localhost", kind)
    assert (reply.code, reply.addresses) == (REFUSED, ())
    asked.gateway.wait_for("flow.verdict", rule="dns.query-type")


@pytest.mark.parametrize(
    ("flags", "class_"), [(0x0100, CHAOS), (0x0100, 255), (0x2900, 1), (0x1000, 1), (0x8100, 1)]
)
def test_other_classes_and_operations_are_refused(flags: int, class_: int, asked: Asked) -> None:
    assert asked.ask("localhost", A, flags=flags, class_=class_).code == REFUSED


def test_two_questions_at_once_are_refused(asked: Asked) -> None:
    questions = _question("localhost", A) + _question("evil-hacker.com", A)
    answer = asked.udp(HEADER.pack(1, 0x0100, 2, 0, 0, 0) + questions)
    assert answer is not None
    assert _parse(answer, questions).code == REFUSED


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"\0" * 11,
        HEADER.pack(1, 0x0100, 1, 0, 0, 0),
        HEADER.pack(1, 0x0100, 9, 0, 0, 0) + _question("localhost", A),
        _query("localhost", A) + b"more",
        HEADER.pack(1, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1",  # a name that points at itself
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_malformed_datagrams_get_no_answer_but_an_entry_and_the_next_query_is_answered(
    datagram: bytes, asked: Asked
) -> None:
    answer = asked.udp(datagram, QUIET_S)
    assert answer is None or answer[3] & 0xF == REFUSED
    assert asked.ask("localhost", A).code == 0
    if answer is None:
        entry = asked.gateway.wait_for("flow.verdict", rule="protocol.malformed")
        assert (entry["source"], entry["port"], entry["verdict"]) == ("127.0.0.1", 53, "block")


@pytest.mark.parametrize("message", [b"\0\x07garbage", b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff", b"\0\0"])
def test_what_is_no_query_over_tcp_is_cut_off(message: bytes, asked: Asked) -> None:
    with socket.create_connection(("127.0.0.1", asked.port), timeout=SLOW_S) as client:
        client.sendall(message)
        assert client.recv(512) == b""
    asked.gateway.wait_for("flow.verdict", rule="protocol.malformed")


def test_malformed_datagrams_without_number_are_counted(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Home(tmp_path, "allowedDomains: [localhost]\n").make()
    with Gateway(home, ("--mode", "regular", "--mode", f"dns@127.0.0.1:{port}")) as gateway:
        for datagram in (b"garbage", b"") * 100:
            Asked(gateway, port).udp(datagram, 0.001)
        assert Asked(gateway, port).ask("localhost", A).code == 0
    entries = [entry for entry in gateway.entries() if entry.get("rule") == "protocol.malformed"]
    assert 190 < sum(entry.get("repeats", 1) for entry in entries) <= 200  # ports may come twice
    assert len(entries) == 2


@pytest.mark.parametrize("name", ["-bad-.localhost", "a b.localhost", "127.0.0.1", "x" * 63 + ".evil.com"])
def test_odd_names_are_refused_with_an_entry(name: str, asked: Asked) -> None:
    before = len(asked.gateway.entries())
    assert asked.ask(name, A).code == REFUSED
    fresh = asked.gateway.entries()[before:]  # an entry of the test before may still have been on its way
    assert fresh
    assert fresh[-1]["verdict"] == "block"


def test_queries_over_tcp_are_judged_alike(asked: Asked) -> None:
    with socket.create_connection(("127.0.0.1", asked.port), timeout=SLOW_S) as client:
        codes = []
        for name, kind in (("localhost", A), ("evil-hacker.com", A), ("localhost", TXT)):
            message = _query(name, kind)
            client.sendall(struct.pack("!H", len(message)) + message)
            (length,) = struct.unpack("!H", client.recv(2, socket.MSG_WAITALL))
            codes.append(_parse(client.recv(length, socket.MSG_WAITALL), message[HEADER.size :]).code)
    assert codes == [0, REFUSED, REFUSED]


# What follows needs answers that no resolver of this machine gives.


async def _answered(at: Bench, name: str, kind: int, **names: tuple[str, ...]) -> dns.DNSMessage:
    resolver = Resolution()
    resolver._system = NameServer(**names).getaddrinfo
    question = dns.Question(name, kind, classes.IN)
    flow = tflow.tdnsflow(req=tutils.tdnsreq(questions=[question], op_code=op_codes.QUERY))
    await Dns(at.gateway, Identify(at.gateway), resolver).dns_request(flow)
    assert flow.response is not None
    return flow.response


async def test_answers_hold_only_addresses_of_the_family_asked_for(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        both = (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
        four = await _answered(at, "example.com", types.A, example_com=both)
        six = await _answered(at, "example.com", types.AAAA, example_com=both)
        assert [str(ipaddress.ip_address(r.data)) for r in four.answers] == [both[0]]
        assert [str(ipaddress.ip_address(r.data)) for r in six.answers] == [both[1]]
        assert four.answers[0].ttl <= 10


async def test_a_name_with_any_forbidden_address_is_refused_whole(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        answer = await _answered(at, "example.com", types.A, example_com=(PUBLIC, "169.254.169.254"))
        assert (answer.response_code, answer.answers) == (REFUSED, [])
        assert [entry["rule"] for entry in await at.entries()] == ["egress.metadata-endpoint"]


async def test_without_a_ledger_nothing_is_answered(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.writer.close()
        assert (await _answered(at, "example.com", types.A, example_com=(PUBLIC,))).response_code == REFUSED


async def test_monitor_mode_answers_for_names_that_are_not_listed(tmp_path: Path) -> None:
    async with bench(tmp_path, POLICY + "mode: monitor\n") as at:
        answer = await _answered(at, "other.com", types.A, other_com=(PUBLIC,))
        assert answer.response_code == 0


async def test_more_queries_than_an_agent_may_ask_are_refused_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.dns.MOST_QUERIES", 3)
    async with bench(tmp_path) as at:
        resolver = Resolution()
        resolver._system = NameServer(example_com=(PUBLIC,)).getaddrinfo
        answering = Dns(at.gateway, Identify(at.gateway), resolver)
        codes = []
        for _ in range(6):
            question = dns.Question("example.com", types.A, classes.IN)
            flow = tflow.tdnsflow(req=tutils.tdnsreq(questions=[question], op_code=op_codes.QUERY))
            await answering.dns_request(flow)
            assert flow.response is not None
            codes.append(flow.response.response_code)
        assert codes == [0, 0, 0, REFUSED, REFUSED, REFUSED]
        answering.done()
        told = [(entry.get("rule"), entry.get("repeats")) for entry in await at.entries()]
        assert told == [(None, None)] * 3 + [("engine.overload", None), ("engine.overload", 2)]


async def test_a_refused_query_names_the_agent_of_its_source(tmp_path: Path) -> None:
    agents = "agents:\n  - name: desk\n    match: {sourceAddresses: [127.0.0.1/32]}\n"
    async with bench(tmp_path, agents) as at:
        await _answered(at, "localhost", types.TXT)
        (entry,) = await at.entries()
        assert entry["agent"] == "desk"
