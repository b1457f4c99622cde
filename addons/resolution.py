"""One resolution per destination: what is judged is what is dialled.

A name that is resolved to be judged and resolved again to be dialled can change in between (DNS rebinding, CWE-350).
Here a name is resolved once, all its addresses are judged, and the connection that follows is handed exactly these
addresses: asyncio asks `loop.getaddrinfo` for them, and we answer from the pin. Invariant: once installed, no name
is resolved for a connection but through a pin; IP literals are never resolved at all.
"""

from __future__ import annotations

import asyncio
import contextvars
import ipaddress
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

type AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]

TTL_S = 10.0
"""How long an answer is kept: `getaddrinfo` tells no TTL, and each use is judged again."""
TIMEOUT_S = 5.0
MAX_NAMES = 4096
MAX_QUERIES = 16
MAX_PENDING = 64
"""Names in question at one time; more are refused, so that slow ones cannot pile up."""
MAX_ADDRESSES = 64
"""More answers than any service has; the rest is not looked at and not dialled."""

_pinned: contextvars.ContextVar[tuple[str, ...] | None] = contextvars.ContextVar("pinned", default=None)


class ResolutionError(Exception):
    """A name has no address we can use."""


class Resolution:
    """Resolves names for judging and hands the judged addresses to the connection."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._answers: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._pending: dict[str, asyncio.Future[tuple[str, ...]]] = {}
        self._threads = ThreadPoolExecutor(MAX_QUERIES, thread_name_prefix="resolver")
        self._system: Callable[..., Awaitable[list[Any]]] = self._ask_system

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over `loop.getaddrinfo`."""
        vars(loop)["getaddrinfo"] = self._getaddrinfo  # on the instance: only this loop is taken over

    def cached(self, host: str) -> tuple[str, ...] | None:
        """The addresses of `host` if they are still fresh; never waits."""
        answer = self._answers.get(host)
        if answer is None or answer[0] < self._monotonic():
            return None
        return answer[1]

    async def resolve(self, host: str) -> tuple[str, ...]:
        """All addresses of `host` (a normalized name), as text; concurrent calls share one query.

        Raises:
            ResolutionError: no answer within `TIMEOUT_S`, or none at all.
        """
        if (addresses := self.cached(host)) is not None:
            return addresses
        pending = self._pending.get(host)
        if pending is None and len(self._pending) >= MAX_PENDING:
            raise ResolutionError("too many names are being resolved")
        if pending is None:
            pending = self._pending[host] = asyncio.ensure_future(self._query(host))
            pending.add_done_callback(lambda done: self._forget(host, done))
        try:
            return await asyncio.wait_for(asyncio.shield(pending), TIMEOUT_S)
        except TimeoutError as error:
            raise ResolutionError("no answer in time") from error
        except (OSError, UnicodeError) as error:
            raise ResolutionError("no such name") from error

    def _forget(self, host: str, done: asyncio.Future[tuple[str, ...]]) -> None:
        self._pending.pop(host, None)
        if not done.cancelled():
            done.exception()  # seen: whoever waited got it, and nobody may be left to wait

    async def _ask_system(self, host: Any, port: Any, **wanted: int) -> list[Any]:
        """The system's resolver, in threads of our own: slow names must not hold up anything else."""
        ask = partial(socket.getaddrinfo, host, port, **wanted)
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    async def _query(self, host: str) -> tuple[str, ...]:
        infos = await self._system(host, None, type=socket.SOCK_STREAM)
        addresses = tuple(dict.fromkeys(str(info[4][0]) for info in infos))[:MAX_ADDRESSES]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if len(self._answers) >= MAX_NAMES:
            self._answers.clear()
        self._answers[host] = (self._monotonic() + TTL_S, addresses)
        return addresses

    async def _getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the signature is asyncio's
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddressInfo]:
        if flags & socket.AI_PASSIVE:  # for listening: nothing is dialled
            infos: list[AddressInfo] = await self._system(
                host, port, family=family, type=type, proto=proto, flags=flags
            )
            return infos
        pinned = _pinned.get()
        if pinned is None:
            raise OSError("aegis: no judged address for this connection")
        # asyncio switches Nagle's algorithm off only for sockets that say they are TCP: without it the second of two
        # writes waits 40 ms for an acknowledgement.
        return [
            _info(address, int(port), type or socket.SOCK_STREAM, proto or socket.IPPROTO_TCP)
            for address in pinned
        ]


def pin(addresses: tuple[str, ...]) -> None:
    """Let the connection that the current task opens next go to these addresses and no others."""
    _pinned.set(addresses)


def _info(address: str, port: int, kind: int, proto: int) -> AddressInfo:
    if ipaddress.ip_address(address.partition("%")[0]).version == 6:  # noqa: PLR2004 - IPv6
        return (socket.AF_INET6, kind, proto, "", (address, port, 0, 0))
    return (socket.AF_INET, kind, proto, "", (address, port))
