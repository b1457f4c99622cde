"""One resolution for judging and dialling: shared, bounded, kept for a while, and the only one there is."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from addons import resolution
from addons.resolution import MAX_ADDRESSES, Resolution, ResolutionError, pin
from tests.addons.test_egress import PUBLIC, NameServer


def _resolver(server: NameServer, now: list[float] | None = None) -> Resolution:
    resolver = Resolution((lambda: now[0]) if now else (lambda: 0.0))
    resolver._system = server.getaddrinfo
    return resolver


async def test_concurrent_callers_share_one_query() -> None:
    server = NameServer(example_com=(PUBLIC,))
    resolver = _resolver(server)
    answers = await asyncio.gather(*(resolver.resolve("example.com") for _ in range(20)))
    assert set(answers) == {(PUBLIC,)}
    assert server.asked == ["example.com"]


async def test_a_caller_that_is_cancelled_takes_nothing_from_the_others() -> None:
    server = NameServer(example_com=(PUBLIC,))
    resolver = _resolver(server)
    first, second = (asyncio.ensure_future(resolver.resolve("example.com")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == (PUBLIC,)
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_slow_answer_is_an_error_in_time_and_used_when_it_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolution, "TIMEOUT_S", 0.01)
    release = asyncio.Event()
    server = NameServer(example_com=(PUBLIC,))

    async def slow(*arguments: Any, **wanted: Any) -> list[Any]:
        await release.wait()
        return await server.getaddrinfo(*arguments, **wanted)

    resolver = _resolver(server)
    resolver._system = slow
    with pytest.raises(ResolutionError, match="in time"):
        await resolver.resolve("example.com")
    release.set()
    await asyncio.sleep(0.01)
    assert resolver.cached("example.com") == (PUBLIC,)


async def test_slow_names_do_not_pile_up_without_bound() -> None:
    never = asyncio.Event()

    async def stuck(*_: object, **__: object) -> list[Any]:
        await never.wait()
        return []

    resolver = Resolution()
    resolver._system = stuck
    waiting = [
        asyncio.ensure_future(resolver.resolve(f"n{n}.example")) for n in range(resolution.MAX_PENDING)
    ]
    await asyncio.sleep(0)
    with pytest.raises(ResolutionError, match="too many"):
        await resolver.resolve("one-more.example")
    never.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ResolutionError}
    assert not resolver._pending


async def test_addresses_come_once_each_in_order_and_bounded() -> None:
    many = tuple(f"93.184.{n // 250}.{n % 250 + 1}" for n in range(200))
    resolver = _resolver(NameServer(twice=(PUBLIC, "93.184.216.35", PUBLIC), many=many))
    assert await resolver.resolve("twice") == (PUBLIC, "93.184.216.35")
    assert await resolver.resolve("many") == many[:MAX_ADDRESSES]


async def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolution, "MAX_NAMES", 10)
    server = NameServer(**{f"n{n}": (PUBLIC,) for n in range(50)})
    resolver = _resolver(server)
    for n in range(50):
        await resolver.resolve(f"n{n}")
        assert len(resolver._answers) <= 10


async def test_a_name_python_cannot_encode_is_an_error_of_the_name() -> None:
    with pytest.raises(ResolutionError):
        await Resolution().resolve("x" * 64 + ".example")


async def test_the_systems_resolver_is_asked_in_a_thread() -> None:
    assert "127.0.0.1" in await Resolution().resolve("localhost")


async def test_an_installed_resolution_answers_asyncio_from_the_pin_alone() -> None:
    loop = asyncio.get_running_loop()
    resolver = _resolver(NameServer(example_com=("10.0.0.1",)))
    resolver.install(loop)
    try:
        with pytest.raises(OSError, match="no judged address"):
            await asyncio.open_connection("example.com", 443)
        pin((PUBLIC, "2606:2800::1", "fe80::1%eth0"))
        infos = await loop.getaddrinfo("example.com", 443, type=socket.SOCK_STREAM)
        assert [info[0] for info in infos] == [socket.AF_INET, socket.AF_INET6, socket.AF_INET6]
        assert [info[4][:2] for info in infos] == [
            (PUBLIC, 443),
            ("2606:2800::1", 443),
            ("fe80::1%eth0", 443),
        ]
    finally:
        del vars(loop)["getaddrinfo"]
        resolution._pinned.set(None)


async def test_a_pin_holds_for_its_own_task_only() -> None:
    resolver = _resolver(NameServer())

    async def pinning() -> list[Any]:
        pin((PUBLIC,))
        await asyncio.sleep(0)
        return await resolver._getaddrinfo("example.com", 443)

    async def not_pinning() -> list[Any]:
        await asyncio.sleep(0)
        return await resolver._getaddrinfo("example.com", 443)

    outcomes = await asyncio.gather(
        asyncio.create_task(pinning()), asyncio.create_task(not_pinning()), return_exceptions=True
    )
    assert isinstance(outcomes[0], list)
    assert isinstance(outcomes[1], OSError)


async def test_listening_is_resolved_as_ever() -> None:
    infos = await Resolution()._getaddrinfo("127.0.0.1", 0, flags=socket.AI_PASSIVE, type=socket.SOCK_STREAM)
    assert infos[0][4][0] == "127.0.0.1"


async def test_what_is_pinned_says_that_it_is_tcp() -> None:
    """Otherwise asyncio leaves Nagle's algorithm on, and the second of two writes waits for an acknowledgement."""
    resolution.pin(("192.0.2.7", "2001:db8::7"))
    infos = await Resolution()._getaddrinfo("example.com", 443)
    assert {info[2] for info in infos} == {socket.IPPROTO_TCP}
