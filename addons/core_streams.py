"""How much may be under way where mitmproxy has a network stack of its own: the modes `tun`, `wireguard` and `dns`.

No kernel bounds it there. Each datagram from a new port is a "connection" with a task of its own for 20 seconds, each
TCP connection has 128 KB of buffers and no file descriptor. Measured in a `tun` with 2 GB: 160,000 datagrams per second
or 1,900 idle connections ended the gateway, and all its agents with it (CWE-770). So what is over a limit is closed
unread before a task is made, datagrams time out early, and the C library keeps few arenas, each of which would take
64 MB of address space. Datagrams then no longer end the gateway. Connections can,
at 5,000 or more: the stack keeps the buffers of what we close until the agent closes too, and offers no reset. Then
nothing passes. Invariant: what is closed here is refused, with an entry or in a count of `addons.repeats`.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from mitmproxy.connection import Client
from mitmproxy.proxy import mode_servers, server

from addons.errors import SelfCheckError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import mitmproxy_rs

MOST = 1024
"""Under way at one time, of TCP and of UDP each."""
MOST_OF_ONE_SOURCE = 512
DATAGRAM_TIMEOUT_S = 1
"""Idle time. Only DNS is answered, and hooks that still run suspend it."""
_ARENAS = 2
_M_ARENA_MAX = -8
"""`mallopt(3)` of the GNU C library."""

type Refuse = Callable[[Client, tuple[str, int]], None]
"""Called with a client that is closed unread and with the destination it asked for."""


class Streams:
    """Counts what is under way and closes what is too much."""

    def __init__(self, refuse: Refuse) -> None:
        self._refuse = refuse
        self._open: Counter[tuple[str, str]] = Counter()
        """By protocol, and by protocol and source."""

    def install(self) -> None:
        """Patch the core.

        Raises:
            SelfCheckError: if this mitmproxy is built differently.
        """
        instance: Any = mode_servers.ServerInstance
        core: Any = server
        if not callable(getattr(instance, "handle_stream", None)):
            raise SelfCheckError("mitmproxy has no ServerInstance.handle_stream")
        if not hasattr(core, "UDP_TIMEOUT"):
            raise SelfCheckError("mitmproxy has no UDP_TIMEOUT")
        core.UDP_TIMEOUT = DATAGRAM_TIMEOUT_S
        instance.handle_stream = self._counting(instance.handle_stream)
        _keep_few_arenas()

    def _counting(self, handle_stream: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def handle(instance: Any, reader: Any, writer: Any = None) -> None:
            if writer is not None:  # the kernel's own
                await handle_stream(instance, reader, writer)
                return
            protocol = reader.get_extra_info("transport_protocol")
            keys = ((protocol, ""), (protocol, str(reader.get_extra_info("peername")[0])))
            if self._open[keys[0]] >= MOST or self._open[keys[1]] >= MOST_OF_ONE_SOURCE:
                self._refuse(*_described(reader, instance.mode))
                reader.close()
                return
            self._open.update(keys)
            try:
                await handle_stream(instance, reader)
            finally:
                self._open.subtract(keys)
                if self._open[keys[1]] <= 0:  # sources are the agent's choice: none is remembered
                    del self._open[keys[1]]

        return handle


def _described(stream: mitmproxy_rs.Stream, mode: Any) -> tuple[Client, tuple[str, int]]:
    sockname = stream.get_extra_info("sockname")
    client = Client(
        transport_protocol=stream.get_extra_info("transport_protocol"),
        peername=stream.get_extra_info("peername"),
        sockname=sockname,
        timestamp_start=time.time(),
        proxy_mode=mode,
    )
    return client, stream.get_extra_info("remote_endpoint", sockname)[:2]


def _keep_few_arenas() -> None:
    """Threads that allocate make arenas of their own; other C libraries than GNU's have none."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
