"""Where mitmproxy has a network stack of its own, what is too much is closed unread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy.proxy import mode_servers, mode_specs, server

from addons import core_streams
from addons.core_streams import DATAGRAM_TIMEOUT_S, Streams
from addons.errors import SelfCheckError

if TYPE_CHECKING:
    from mitmproxy.connection import Client

SERVICE = ("93.184.216.34", 9000)


class Stream:
    """A port for what mitmproxy_rs hands over."""

    def __init__(self, source: str, protocol: str = "udp") -> None:
        self._known = {"transport_protocol": protocol, "peername": (source, 40000), "sockname": SERVICE}
        self.is_closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._known.get(name, default)

    def close(self) -> None:
        self.is_closed = True


class Instance:
    """What a stream is handed to: it takes its time."""

    mode = mode_specs.ProxyMode.parse("tun")

    def __init__(self) -> None:
        self.handled: list[Any] = []
        self.is_over = asyncio.Event()

    async def handle_stream(self, reader: Any, _writer: Any = None) -> None:
        self.handled.append(reader)
        await self.is_over.wait()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test reaches."""
    monkeypatch.setattr(core_streams, "MOST", 4)
    monkeypatch.setattr(core_streams, "MOST_OF_ONE_SOURCE", 2)


class Watched:
    """Streams that are counted, and what was refused of them."""

    def __init__(self) -> None:
        self.refused: list[tuple[str, tuple[str, int]]] = []
        self.instance = Instance()
        self._handle = Streams(self._refuse)._counting(Instance.handle_stream)
        self._tasks: list[asyncio.Task[None]] = []

    def _refuse(self, client: Client, address: tuple[str, int]) -> None:
        self.refused.append((client.peername[0], address))

    async def come(self, *streams: Any, writer: Any = None) -> None:
        for stream in streams:
            self._tasks.append(asyncio.ensure_future(self._handle(self.instance, stream, writer)))
        await asyncio.sleep(0)

    async def end(self) -> None:
        self.instance.is_over.set()
        await asyncio.gather(*self._tasks)
        self.instance = Instance()


@pytest.mark.usefixtures("few")
async def test_one_source_has_a_share_and_all_together_a_limit() -> None:
    watched = Watched()
    streams = [Stream(f"10.77.0.{n // 3}") for n in range(12)]
    await watched.come(*streams)
    assert watched.instance.handled == [streams[0], streams[1], streams[3], streams[4]]
    assert [stream for stream in streams if stream.is_closed] == [streams[2], *streams[5:]]
    assert watched.refused[0] == ("10.77.0.0", SERVICE)
    assert len(watched.refused) == 8
    await watched.end()


@pytest.mark.usefixtures("few")
async def test_what_has_ended_counts_no_more_and_no_source_is_remembered() -> None:
    watched = Watched()
    for _ in range(3):
        await watched.come(*(Stream("10.77.0.2") for _ in range(2)))
        await watched.end()
    assert watched.refused == []


@pytest.mark.usefixtures("few")
async def test_protocols_are_counted_apart_and_the_kernels_connections_not_at_all() -> None:
    watched = Watched()
    await watched.come(*(Stream("10.77.0.2", protocol) for protocol in ("udp", "udp", "tcp", "tcp")))
    await watched.come(*(object() for _ in range(9)), writer=object())
    assert len(watched.instance.handled) == 13
    assert watched.refused == []
    await watched.end()


def test_the_core_is_patched_and_one_that_is_built_differently_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = mode_servers.ServerInstance.handle_stream
    monkeypatch.setattr(mode_servers.ServerInstance, "handle_stream", before)
    monkeypatch.setattr(server, "UDP_TIMEOUT", 20)
    Streams(lambda _client, _address: None).install()
    assert mode_servers.ServerInstance.handle_stream is not before
    assert server.UDP_TIMEOUT == DATAGRAM_TIMEOUT_S
    monkeypatch.delattr(server, "UDP_TIMEOUT")
    with pytest.raises(SelfCheckError, match="UDP_TIMEOUT"):
        Streams(lambda _client, _address: None).install()
