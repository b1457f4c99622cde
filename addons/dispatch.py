"""The fail-closed dispatcher: every hook of every addon runs through here.

In stock mitmproxy an addon that raises is logged and the flow passes as if the addon did not exist; that is so for
all hooks and for the core's own addons. This dispatcher replaces the addon manager's on the instance: whatever raises,
whichever addon, the event is denied. It also keeps one table per hook of the functions that listen to it, where
stock mitmproxy walks ~36 addons for each event; that is half of its CPU per request.

Invariants: after an exception no later addon can undo the denial; the sentinel is always the last of a table; the
table is rebuilt whenever an addon is added or removed.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import logging
import os
import traceback
import types
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from mitmproxy import exceptions, flow, hooks
from mitmproxy.addonmanager import AddonManager, traverse

if TYPE_CHECKING:
    from mitmproxy.hooks import Hook

log = logging.getLogger("aegis.dispatch")

type Denier = Callable[[str, Any, str], Awaitable[None]]
"""Called with the hook's name, its datum and what failed, when something raised."""

type Table = tuple[tuple[object, Callable[..., Any]], ...]
"""Addons and their functions for one hook, in order."""

OUT_OF_MEMORY_EXIT_CODE = 71

HOUSEKEEPING = frozenset(
    {
        "add_log",
        "client_disconnected",
        "configure",
        "done",
        "error",
        "load",
        "running",
        "server_connect_error",
        "server_disconnected",
        "update",
    },
)
"""Hooks that decide nothing: one addon's failure must not keep the others from cleaning up."""

INERT = frozenset(
    {
        "maplocal",
        "mapremote",
        "modifybody",
        "modifyheaders",
        "onboarding",
        "stickyauth",
        "stickycookie",
        "upstreamauth",
    },
)
"""Addons of mitmproxy whose options `addons.options` refuses: with traffic they have nothing to do but look."""


class Dispatcher:
    """Runs hooks for an `AddonManager`, denying whatever raises."""

    def __init__(self, manager: AddonManager, deny: Denier, first: object, last: object) -> None:
        """Build the dispatcher.

        Args:
            manager: mitmproxy's, whose chain is read.
            deny: carries out the denial of one event.
            first: addon that runs before mitmproxy's own (it must also be in the chain).
            last: the sentinel (it must also be in the chain).
        """
        self._manager = manager
        self._deny = deny
        self._first = first
        self._last = last
        self._tables: dict[str, Table] = {}
        self._fields: dict[type, tuple[str, ...]] = {}
        self.denials = 0
        """Events denied because an addon raised."""

    def install(self) -> None:
        """Take the manager's place on the instance."""
        manager: Any = self._manager
        for name in ("register", "remove", "add", "clear"):
            setattr(manager, name, self._invalidating(getattr(manager, name)))
        manager.trigger_event = self.trigger_event
        manager.handle_lifecycle = self.handle_lifecycle

    async def handle_lifecycle(self, event: Hook) -> None:
        """Run `event`, and the `update` hook that follows events of flows if anybody listens to it."""
        if (rest := self.start(event)) is not None:
            await rest

    async def trigger_event(self, event: Hook) -> None:
        """Run `event` alone."""
        if (rest := self._run(event)) is not None:
            await rest

    def start(self, event: Hook) -> Coroutine[Any, Any, None] | None:
        """Run a lifecycle event as far as it goes without waiting; returns what is left to await."""
        rest = self._run(event)
        if not self._table("update"):
            return rest
        return self._with_update(event, rest)

    async def _with_update(self, event: Hook, rest: Coroutine[Any, Any, None] | None) -> None:
        if rest is not None:
            await rest
        datum = event.args()[0]
        if isinstance(datum, flow.Flow):
            await self.trigger_event(hooks.UpdateHook([datum]))

    def _run(self, event: Hook) -> Coroutine[Any, Any, None] | None:
        """Run the listeners up to the first that waits or raises; the rest of the run is a coroutine."""
        name = event.name
        table = self._table(name)
        if not table:
            return None
        data = self._arguments(event)
        for index, (_, function) in enumerate(table):
            try:
                result = function(*data)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the fail-closed wrapper
                return self._rest(name, data, table[index:], self._raised(error))
            if result is not None and inspect.isawaitable(result):
                return self._rest(name, data, table[index:], result)
        return None

    async def _rest(self, name: str, data: tuple[Any, ...], left: Table, first: Awaitable[None]) -> None:
        """Await what the first listener of `left` began, then run those behind it; an exception denies the event.

        `left` is of the table as it was when the event began: addons that come and go meanwhile change nothing.
        """
        waiting: Awaitable[None] = first
        for index, (addon, _) in enumerate(left):
            try:
                await waiting
            except (Exception, asyncio.CancelledError) as error:  # this is the fail-closed wrapper
                await self._fail(name, data, addon, error)
                if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                    raise
                if name not in HOUSEKEEPING:
                    return
            if index + 1 < len(left):
                waiting = self._call(left[index + 1][1], data)

    async def _call(self, function: Callable[..., Any], data: tuple[Any, ...]) -> None:
        result = function(*data)
        if result is not None and inspect.isawaitable(result):
            await result

    async def _raised(self, error: BaseException) -> None:
        raise error

    async def _fail(self, name: str, data: tuple[Any, ...], addon: object, error: BaseException) -> None:
        end_without_memory(error)
        self.denials += 1
        what = type(error).__name__
        culprit = getattr(addon, "name", type(addon).__name__)
        # The traceback without the exception's message, which may quote agent-supplied text or a secret.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s in hook %s of addon %s: the event is denied\n%s", what, name, culprit, where)
        await self._deny(name, data[0] if data else None, f"{what} in hook {name}")

    def _table(self, name: str) -> Table:
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = tuple(self._listeners(name))
        return table

    def _listeners(self, name: str) -> list[tuple[object, Callable[..., Any]]]:
        chain = [a for a in traverse(self._manager.chain) if a is not self._first and a is not self._last]
        listeners = []
        for addon in (self._first, *chain, self._last):
            function = getattr(addon, name, None)
            if function is None or isinstance(function, types.ModuleType):
                continue
            if getattr(addon, "name", type(addon).__name__.lower()) in INERT and name not in HOUSEKEEPING:
                continue
            if not callable(function):
                raise exceptions.AddonManagerError(f"handler {name} of {addon} is not callable")
            listeners.append((addon, function))
        return listeners

    def _arguments(self, event: Hook) -> tuple[Any, ...]:
        kind = type(event)
        names = self._fields.get(kind)
        if names is None:
            names = self._fields[kind] = tuple(f.name for f in dataclasses.fields(event))  # type: ignore[arg-type]
        return tuple([getattr(event, field) for field in names])

    def _invalidating[**P, R](self, method: Callable[P, R]) -> Callable[P, R]:
        def changed(*args: P.args, **kwargs: P.kwargs) -> R:
            self._tables.clear()
            try:
                return method(*args, **kwargs)
            finally:
                self._tables.clear()

        return changed


def _is_cancelled() -> bool:
    """True if somebody cancels this task; an addon may also raise `CancelledError` by mistake."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def end_without_memory(error: BaseException | None) -> None:
    """End the process if memory has run out: what is left of it cannot be trusted to serve anybody."""
    if isinstance(error, MemoryError):
        os.write(2, b"aegis: out of memory, the gateway ends\n")
        os._exit(OUT_OF_MEMORY_EXIT_CODE)
