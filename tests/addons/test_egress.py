"""Where it may go: the name before any resolution, every address after it, the wire at the end."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy import http
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import tflow

from addons import resolution
from addons.decode import Decode
from addons.egress import Egress
from addons.identify import Identify
from addons.resolution import Resolution
from addons.walk import Caller
from tests.addons.test_gateway import Bench, bench

if TYPE_CHECKING:
    from pathlib import Path

    from addons.walk import Walk

PUBLIC = "93.184.216.34"


class NameServer:
    """Stands for the system's resolver."""

    def __init__(self, **names: tuple[str, ...]) -> None:
        self.names = {name.replace("_", "."): addresses for name, addresses in names.items()}
        self.asked: list[str] = []

    async def getaddrinfo(self, host: str, _port: object, **_: object) -> list[tuple[Any, ...]]:
        """As `loop.getaddrinfo`."""
        self.asked.append(host)
        await asyncio.sleep(0)
        if not self.names.get(host):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 0)) for a in self.names[host]]


def _resolver(**names: tuple[str, ...]) -> tuple[Resolution, NameServer]:
    server = NameServer(**names)
    resolver = Resolution()
    resolver._system = server.getaddrinfo
    return resolver, server


async def _walked(at: Bench, resolver: Resolution, flow: http.HTTPFlow) -> Walk:
    Identify(at.gateway).requestheaders(flow)
    assert Decode(at.gateway).request(flow) is None
    if (rest := Egress(at.gateway, resolver).request(flow)) is not None:
        await rest
    walk = at.gateway.walks.get(flow)
    assert walk is not None
    return walk


def _flow(host: str = "example.com") -> http.HTTPFlow:
    request = http.Request.make("GET", f"http://{host}/", b"", {"host": host})
    return tflow.tflow(req=request)


def _rules(walk: Walk) -> list[str]:
    return [found.rule for found in walk.findings]


async def test_an_allowed_name_is_resolved_and_all_its_addresses_are_judged(tmp_path: Path) -> None:
    resolver, server = _resolver(example_com=(PUBLIC, "93.184.216.35"))
    async with bench(tmp_path) as at:
        walk = await _walked(at, resolver, _flow())
        assert not walk.findings
        assert walk.addresses == (PUBLIC, "93.184.216.35")
        assert server.asked == ["example.com"]


async def test_a_cached_name_is_judged_without_waiting(tmp_path: Path) -> None:
    resolver, server = _resolver(example_com=(PUBLIC,))
    async with bench(tmp_path) as at:
        await _walked(at, resolver, _flow())
        flow = _flow()
        Identify(at.gateway).requestheaders(flow)
        Decode(at.gateway).request(flow)
        assert Egress(at.gateway, resolver).request(flow) is None
        walk = at.gateway.walks.get(flow)
        assert walk is not None
        assert walk.addresses == (PUBLIC,)
        assert server.asked == ["example.com"]


@pytest.mark.parametrize("host", ["evil-hacker.com", "exfil.data.evil-hacker.com", "notexample.com"])
async def test_a_refused_name_is_never_resolved(host: str, tmp_path: Path) -> None:
    resolver, server = _resolver()
    async with bench(tmp_path) as at:
        assert _rules(await _walked(at, resolver, _flow(host))) == ["egress.domain"]
        assert server.asked == []


@pytest.mark.parametrize(
    ("addresses", "rule"),
    [
        (("127.0.0.1",), "egress.loopback"),
        ((PUBLIC, "10.0.0.1"), "egress.private-address"),
        (("10.0.0.1", PUBLIC), "egress.private-address"),
        (("169.254.169.254",), "egress.metadata-endpoint"),
        (("::1",), "egress.loopback"),
        (("fe80::1%eth0",), "egress.link-local"),
    ],
)
async def test_one_forbidden_address_refuses_all(
    addresses: tuple[str, ...], rule: str, tmp_path: Path
) -> None:
    resolver, _ = _resolver(example_com=addresses)
    async with bench(tmp_path) as at:
        walk = await _walked(at, resolver, _flow())
        assert rule in _rules(walk)
        assert walk.addresses == addresses


async def test_a_name_without_an_address_is_a_finding(tmp_path: Path) -> None:
    resolver, _ = _resolver()
    async with bench(tmp_path) as at:
        walk = await _walked(at, resolver, _flow())
        assert _rules(walk) == ["egress.unresolvable"]
        assert walk.addresses == ()


async def test_an_address_is_judged_without_a_resolver(tmp_path: Path) -> None:
    resolver, server = _resolver()
    async with bench(tmp_path, f"allowedDomains: ['*', {PUBLIC}]\n") as at:
        assert (await _walked(at, resolver, _flow(PUBLIC))).addresses == (PUBLIC,)
        assert "egress.loopback" in _rules(await _walked(at, resolver, _flow("127.0.0.1")))
        assert server.asked == []


async def test_for_a_recorded_flow_nothing_is_resolved(tmp_path: Path) -> None:
    resolver, server = _resolver()
    async with bench(tmp_path) as at:
        for peer, found in ((("127.0.0.1", 80), ["egress.loopback"]), ((PUBLIC, 80), []), (None, [])):
            flow = _flow()
            flow.live = False
            flow.server_conn.peername = peer
            assert _rules(await _walked(at, resolver, flow)) == found
        assert server.asked == []


async def test_a_replayed_flow_is_resolved_like_a_live_one(tmp_path: Path) -> None:
    resolver, server = _resolver(example_com=("10.0.0.1",))
    async with bench(tmp_path) as at:
        flow = _flow()
        flow.live, flow.is_replay = False, "request"
        assert _rules(await _walked(at, resolver, flow)) == ["egress.private-address"]
        assert server.asked == ["example.com"]


def _connect(at: Bench, *, pinned: bool = True, **server: object) -> ServerConnectionHookData:
    data = ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
    data.server.address = ("example.com", 443)
    data.server.peername = (PUBLIC, 443)
    for name, value in server.items():
        setattr(data.server, name, value)
    caller = at.gateway.callers[data.client.id] = Caller("default", "default")
    if pinned:
        caller.pins["example.com", 443] = (PUBLIC, "2606:2800::1")
    return data


async def test_a_connection_is_handed_the_judged_addresses_and_no_others(tmp_path: Path) -> None:
    resolver, server = _resolver(example_com=("10.0.0.1",))
    async with bench(tmp_path) as at:
        data = _connect(at)
        Egress(at.gateway, resolver).server_connect(data)
        assert not data.server.error
        infos = await resolver._getaddrinfo("example.com", 443, type=socket.SOCK_STREAM)
        assert [info[4][0] for info in infos] == [PUBLIC, "2606:2800::1"]
        assert server.asked == []
        resolution._pinned.set(None)


@pytest.mark.parametrize(
    ("server", "pinned"),
    [
        ({}, False),
        ({"address": ("other.com", 443)}, True),
        ({"address": ("example.com", 80)}, True),
        ({"address": None}, True),
        ({"via": ("http", ("proxy.example", 3128))}, True),
        ({"transport_protocol": "udp"}, True),
    ],
)
async def test_a_connection_nobody_judged_is_not_made(
    server: dict[str, object],
    pinned: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        data = _connect(at, pinned=pinned, **server)
        Egress(at.gateway, Resolution()).server_connect(data)
        assert data.server.error
        assert data.server.error.startswith("aegis: ")


async def test_a_connection_of_an_unknown_client_is_not_made(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        data = _connect(at)
        at.gateway.callers.clear()
        Egress(at.gateway, Resolution()).server_connect(data)
        assert data.server.error == "aegis: connect without a verdict"


@pytest.mark.parametrize("peer", [PUBLIC, "2606:2800::1", "2606:2800:0::1"])
async def test_a_judged_peer_stays_connected(peer: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        data = _connect(at, peername=(peer, 443))
        data.client = connection.client
        at.gateway.callers[data.client.id] = Caller(
            "default", "default", pins={("example.com", 443): (PUBLIC, "2606:2800::1")}
        )
        await Egress(at.gateway, Resolution()).server_connected(data)
        assert await at.entries() == []
        assert not await connection.is_cut()


@pytest.mark.parametrize("peer", [("127.0.0.1", 443), ("::1", 443, 0, 0), None])
async def test_another_peer_than_the_judged_is_cut_off_with_an_entry(
    peer: tuple[str, int] | None, tmp_path: Path
) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        data = _connect(at, peername=peer)
        data.client = connection.client
        at.gateway.callers[data.client.id] = Caller(
            "default", "default", pins={("example.com", 443): (PUBLIC,)}
        )
        await Egress(at.gateway, Resolution()).server_connected(data)
        (entry,) = await at.entries()
        assert (entry["rule"], entry["host"], entry["port"]) == ("egress.peer-mismatch", "example.com", 443)
        assert await connection.is_cut()
