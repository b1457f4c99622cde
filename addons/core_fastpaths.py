"""Faster ways through mitmproxy's core that do exactly what it does, used only where the core is the one we know.

- A hook whose listeners do not wait runs at once: the core starts a task for each of the five hooks of a request.
- Types of a message's fields are compared by identity first; the core walks `typing` unions for each of 12 fields.
- A header is looked for without building the list of all its values first.
- Options of immutable types are not deep-copied at each look.

Together about a quarter of mitmproxy's CPU per request (`scripts/bench proxy`). Invariant: a function is replaced only
if its source is, to the letter, one that was read and measured; otherwise the core's own stays, slower and right.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import logging
import traceback
import typing
from collections import deque
from typing import TYPE_CHECKING, Any

from mitmproxy import flow, http
from mitmproxy.optmanager import _Option
from mitmproxy.proxy import commands, events, mode_servers, server
from mitmproxy.utils import asyncio_utils

from addons.dispatch import end_without_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mitmproxy.connection import Client

    from addons.dispatch import Dispatcher

log = logging.getLogger("aegis.core")

KNOWN = {
    "server_event": {"a2b42657ebe8bf6de9b9064d7b3dde2403a744bb8f75df03691a5c0e735544d7"},
    "__post_init__": {"f65088e210cd9cc1dc277086ee4c7f5701d433b02e6f1d81a2ac22f94c484414"},
    "current": {"6859c2d9c826806ed06b7b034ef608de3f655c67390e4badd26d70ec75811adb"},
    "get_all": {"367b3317bc2ba45c0a5af45ea8f710a80c38234f8dc3c3030ce23a19b0cfa24e"},
}
"""SHA-256 of the sources that the replacements stand for; mitmproxy 12.2.3 and 12.3.1."""

type Crashed = Callable[[Client], None]

_IMMUTABLE = frozenset({str, int, float, bool, bytes, type(None)})


def install(dispatcher: Dispatcher, crashed: Crashed) -> list[str]:
    """Replace what is known; returns the names of what was left alone.

    Args:
        dispatcher: runs the hooks.
        crashed: told of the client on whose connection the core failed; the core only logs it, and hangs.
    """
    handler: Any = server.ConnectionHandler
    message: Any = http.MessageData
    option: Any = _Option
    headers: Any = http.Headers
    left = []
    for owner, name, make in (
        (handler, "server_event", lambda _: _server_event(dispatcher, crashed)),
        (message, "__post_init__", _post_init),
        (option, "current", _current),
        (headers, "get_all", _get_all),
    ):
        original = getattr(owner, name, None)
        if original is None or digest(original) not in KNOWN[name]:
            left.append(name)
            continue
        setattr(owner, name, make(original))
    if left:
        log.info("this mitmproxy differs; its own functions stay: %s", ", ".join(left))
    return left


def digest(function: Callable[..., Any]) -> str:
    """SHA-256 of a function's source, or the empty string if there is none."""
    try:
        return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()
    except (OSError, TypeError):
        return ""


def _server_event(dispatcher: Dispatcher, crashed: Crashed) -> Callable[..., Coroutine[Any, Any, None]]:
    """`ConnectionHandler.server_event`, but hooks that need not wait complete within the same event."""
    start = dispatcher.start

    async def server_event(self: server.ConnectionHandler, event: events.Event) -> None:
        async with self._server_event_lock:
            self.timeout_watchdog.register_activity()
            pending = deque([event])
            try:
                while pending:
                    for command in self.layer.handle_event(pending.popleft()):
                        if isinstance(command, commands.StartHook) and not _is_plain(self):
                            _spawn(self, self.hook_task(command), f"handle_hook({command.name})")
                        elif isinstance(command, commands.StartHook):
                            rest = start(command)
                            if rest is not None or _is_intercepted(command):
                                _spawn(self, _finish(self, command, rest), f"handle_hook({command.name})")
                            elif command.blocking:
                                pending.append(events.HookCompleted(command))
                        else:
                            _carry_out(self, command)
            except Exception as error:  # noqa: BLE001 - nothing of this connection passes any more
                end_without_memory(error)
                where = "".join(traceback.format_tb(error.__traceback__))
                log.error("%s in mitmproxy's core: the connection is cut\n%s", type(error).__name__, where)  # noqa: TRY400
                crashed(self.client)

    return server_event


def _carry_out(self: server.ConnectionHandler, command: commands.Command) -> None:
    """What the core does with each command that is not a hook."""
    if isinstance(command, commands.OpenConnection | commands.RequestWakeup):
        _begin(self, command)
    elif isinstance(command, commands.ConnectionCommand) and command.connection not in self.transports:
        pass  # closed already
    elif isinstance(command, commands.SendData):
        writer = self.transports[command.connection].writer
        if writer is None:
            raise AssertionError("no writer")
        if not writer.is_closing():
            writer.write(command.data)
    elif isinstance(command, commands.CloseTcpConnection):
        self.close_connection(command.connection, command.half_close)
    elif isinstance(command, commands.CloseConnection):
        self.close_connection(command.connection, half_close=False)
    elif isinstance(command, commands.Log):
        self.log(command.message, command.level)
    else:
        raise RuntimeError(f"unexpected command: {type(command).__name__}")


def _begin(self: server.ConnectionHandler, command: commands.OpenConnection | commands.RequestWakeup) -> None:
    """Commands that run in a task of their own."""
    if isinstance(command, commands.RequestWakeup):
        name = f"wakeup timer ({command.delay:.1f}s)"
        self.wakeup_timer.add(_spawn(self, self.wakeup(command), name, keep=False))
        return
    if command.connection in self.transports:
        raise AssertionError("connection is open already")
    name = f"server connection handler {command.connection.address}"
    handler = _spawn(self, self.open_connection(command), name, keep=False)
    self.transports[command.connection] = server.ConnectionIO(handler=handler)


def _spawn(
    self: server.ConnectionHandler, work: Coroutine[Any, Any, None], name: str, *, keep: bool = True
) -> Any:
    return asyncio_utils.create_task(work, name=name, keep_ref=keep, client=self.client.peername)


async def _finish(
    self: server.ConnectionHandler, hook: commands.StartHook, rest: Coroutine[Any, Any, None] | None
) -> None:
    """The part of a hook that waits, then the event it completes with."""
    with self.timeout_watchdog.disarm():
        if rest is not None:
            await rest
        (data,) = hook.args()
        if isinstance(data, flow.Flow):
            await data.wait_for_resume()
    if hook.blocking:
        await self.server_event(events.HookCompleted(hook))


def _is_plain(self: server.ConnectionHandler) -> bool:
    """True unless a subclass handles hooks in its own way, as client replay does."""
    return type(self).handle_hook is mode_servers.ProxyConnectionHandler.handle_hook


def _is_intercepted(hook: commands.StartHook) -> bool:
    data = hook.args()[0]
    return isinstance(data, flow.Flow) and data.intercepted


def _post_init(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """`MessageData.__post_init__`, but values of exactly a declared type need no closer look."""
    tables: dict[type, tuple[tuple[str, frozenset[type]], ...]] = {}

    def post_init(self: Any) -> None:
        kind = type(self)
        table = tables.get(kind)
        if table is None:
            fields = dataclasses.fields(kind)
            table = tables[kind] = tuple((f.name, _exact_types(f.type)) for f in fields)
        values = self.__dict__
        for name, types in table:
            if type(values[name]) not in types:
                original(self)
                return

    return post_init


def _exact_types(declared: Any) -> frozenset[type]:
    return frozenset(t for t in (typing.get_args(declared) or (declared,)) if isinstance(t, type))


def _current(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`_Option.current`, but what cannot be changed is not copied."""
    unset = inspect.getmodule(original).unset  # type: ignore[union-attr]

    def current(self: Any) -> Any:
        value = self.value
        if value is unset:
            value = self._default
        return value if type(value) in _IMMUTABLE else original(self)

    return current


def _get_all(original: Callable[[Any, str], list[str]]) -> Callable[[Any, str | bytes], list[str]]:
    """`Headers.get_all`, without a call per field; header lookups are a tenth of HTTP/1's CPU."""
    del original

    def get_all(self: Any, name: str | bytes) -> list[str]:
        wanted = (name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")).lower()
        return [
            value.decode("utf-8", "surrogateescape") for key, value in self.fields if key.lower() == wanted
        ]

    return get_all
