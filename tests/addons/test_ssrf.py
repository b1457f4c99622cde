"""Spellings of addresses an agent must not reach, sent as they are: none connects.

The policy here allows every name, so nothing but the address rules stands in the way. Each destination carries the
port of a service that listens on loopback: a spelling that slips through would reach it.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from addons.resolution import Resolution, ResolutionError, pin
from tests.conftest import trusting
from tests.gateways import Gateway, Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Service

SPELLINGS = (
    # loopback
    *("127.0.0.1", "127.1", "127.0.1", "127.0.0.1.", "127.127.127.127", "127.0.0.2", "127.255.255.254"),
    *("2130706433", "2130706433.", "0x7f000001", "0x7F000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1"),
    *(
        "0x7f.1",
        "0177.1",
        "127.0x0.0x0.0x1",
        "0x7f.0x0.0x0.0x1",
        "0177.0000.0000.0001",
        "127.0.0x1",
        "127.00.00.01",
    ),
    *("0000000127.0.0.1", "00000000000177.0.0.1", "0x0000007f.0.0.1", "6425673729", "0x17f000001"),
    *("0", "0.0.0.0", "0.0.0.0.", "00", "0x0", "0.0", "0.1", "000.000.000.000"),
    *(
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::01]",
        "[0000::0001]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ),
    *(
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::1%25lo]",
        "[::1%lo]",
        "[::ffff:0:127.0.0.1]",
    ),
    *("127。0。0。1", "127．0．0．1", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127｡0｡0｡1"),
    *(
        "127%2e0%2e0%2e1",
        "%31%32%37.0.0.1",
        "127.0.0.1%00.example.com",
        "127.0.0.1%20",
        "127.0.0.1#.example.com",
    ),
    # metadata services
    *(
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0xa9.0xfe.0xa9.0xfe",
        "0251.0376.0251.0376",
        "169.254.43518",
    ),
    *("169.16689662", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "169.254.170.2", "169.254.169.254."),
    *("[fd00:ec2::254]", "100.100.100.200", "168.63.129.16", "192.0.0.192", "metadata.google.internal"),
    *("[64:ff9b::169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[2002:7f00:1::]"),
    # private, link-local, shared, special
    *(
        "10.0.0.1",
        "10.1",
        "167772161",
        "0xa000001",
        "012.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
    ),
    *("192.168.1", "3232235521", "0xc0a80001", "100.64.0.1", "100.127.255.254", "169.254.0.1", "198.18.0.1"),
    *(
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "203.0.113.1",
        "198.51.100.1",
    ),
    *(
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[2001::1]",
    ),
    *(
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::1]",
        "[2002:a00:1::]",
        "[::ffff:10.0.0.1]",
        "[100::1]",
        "[3fff::1]",
    ),
    # names for the same
    *("localhost.localdomain", "ip6-localhost", "foo.localhost", "kubernetes.default.svc.cluster.local"),
)


@pytest.fixture(scope="module")
def open_gateway(
    service: Service, plain_service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway whose policy allows every name on the services' ports."""
    ports = f"{service.port}, {plain_service.port}"
    policy = f"allowedDomains: ['*']\nnetwork:\n  allowedPorts: [80, 443, {ports}]\n"
    home = Home(tmp_path_factory.mktemp("open"), policy).make()
    with Gateway(home, trusting(service)) as running:
        yield running


def test_there_are_at_least_eighty_spellings() -> None:
    assert len(set(SPELLINGS)) >= 80


@pytest.mark.parametrize("form", ["absolute", "tunnel", "origin"])
def test_no_spelling_connects(form: str, open_gateway: Gateway, plain_service: Service) -> None:
    before = plain_service.connections
    passed = []
    for spelling in SPELLINGS:
        status = _STATUS[form](open_gateway, f"{spelling}:{plain_service.port}")
        if not (status == 0 or 400 <= status < 600):
            passed.append((spelling, status))
    assert not passed
    assert plain_service.connections == before


def _absolute(gateway: Gateway, authority: str) -> int:
    return _status(gateway, f"GET http://{authority}/ HTTP/1.1\r\nHost: {authority}\r\n\r\n")


def _tunnel(gateway: Gateway, authority: str) -> int:
    """Plain HTTP inside a tunnel: what comes after the CONNECT must be refused too."""
    return _status(
        gateway,
        f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {authority}\r\n\r\n",
    )


def _origin(gateway: Gateway, authority: str) -> int:
    """Origin form to the proxy itself, the destination only in Host."""
    return _status(gateway, f"GET / HTTP/1.1\r\nHost: {authority}\r\n\r\n")


_STATUS = {"absolute": _absolute, "tunnel": _tunnel, "origin": _origin}


def _status(gateway: Gateway, *messages: str) -> int:
    """Status of the last answer; 0 if the connection was closed without one."""
    status = 0
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        for message in messages:
            connection.sendall(message.encode())
            try:
                answer = connection.recv(65536)
            except OSError:
                return 0
            if not answer.startswith(b"HTTP/"):
                return 0
            status = int(answer.split()[1])
            if status >= 400:
                return status
    return status


def test_refusals_of_addresses_are_entries_with_their_rule(
    open_gateway: Gateway, plain_service: Service
) -> None:
    for host, rule in (
        ("169.254.169.254", "egress.metadata-endpoint"),
        ("127.0.0.1", "egress.loopback"),
        ("10.0.0.1", "egress.private-address"),
        ("0x7f.1", "egress.ambiguous-address"),
        ("[2001::1]", "egress.reserved-address"),
    ):
        assert _absolute(open_gateway, f"{host}:{plain_service.port}") == 403
        assert any(e.get("rule") == rule for e in open_gateway.entries()), rule


class FakeResolver:
    """Stands for the system's resolver: gives each answer in turn, like a rebinding name server with TTL 0."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.queries = 0

    async def getaddrinfo(self, _host: str, _port: object, **_: object) -> list[tuple[object, ...]]:
        self.queries += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not answer:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in answer]


async def test_what_was_judged_is_what_is_dialled_whatever_the_name_server_says_later() -> None:
    resolver = FakeResolver(("93.184.216.34",), ("127.0.0.1",))
    resolution = Resolution()
    resolution._system = resolver.getaddrinfo
    judged = await resolution.resolve("rebind.example")
    pin(judged)
    infos = await resolution._getaddrinfo("rebind.example", 443, type=socket.SOCK_STREAM)
    assert [info[4][0] for info in infos] == ["93.184.216.34"]
    assert resolver.queries == 1


async def test_a_connection_without_a_pin_resolves_nothing() -> None:
    resolver = FakeResolver(("93.184.216.34",))
    resolution = Resolution()
    resolution._system = resolver.getaddrinfo
    with pytest.raises(OSError, match="no judged address"):
        await resolution._getaddrinfo("any.example", 443)
    assert resolver.queries == 0


async def test_an_answer_is_asked_for_again_after_its_time() -> None:
    now = [0.0]
    resolver = FakeResolver(("93.184.216.34",), ("127.0.0.1",))
    resolution = Resolution(lambda: now[0])
    resolution._system = resolver.getaddrinfo
    assert await resolution.resolve("x.example") == ("93.184.216.34",)
    assert await resolution.resolve("x.example") == ("93.184.216.34",)
    now[0] = 60.0
    assert resolution.cached("x.example") is None
    assert await resolution.resolve("x.example") == ("127.0.0.1",)


async def test_a_name_without_an_address_is_an_error_and_is_not_remembered() -> None:
    resolution = Resolution()
    resolution._system = FakeResolver(()).getaddrinfo
    with pytest.raises(ResolutionError):
        await resolution.resolve("nowhere.example")
    assert resolution.cached("nowhere.example") is None
