"""The dispatcher: who hears what in which order, and what becomes of an event when somebody raises."""

from __future__ import annotations

import asyncio
import logging
import os
import types
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy import exceptions
from mitmproxy.hooks import ConfigureHook, DoneHook, Hook, RunningHook, UpdateHook
from mitmproxy.proxy.layers.http import HttpErrorHook, HttpRequestHook, HttpResponseHook
from mitmproxy.proxy.layers.tls import TlsStartClientHook
from mitmproxy.proxy.server_hooks import (
    ClientConnectedHook,
    ClientDisconnectedHook,
    ServerConnectErrorHook,
    ServerConnectionHookData,
    ServerDisconnectedHook,
)
from mitmproxy.test import tflow
from mitmproxy.tls import TlsData

from addons import dispatch
from addons.dispatch import HOUSEKEEPING, INERT, Dispatcher
from tests.addons.test_gateway import taddons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SECRET = "sk-test-0987654321"

KINDS: dict[str, type[BaseException]] = {
    "a mistake": RuntimeError,
    "a lookup": KeyError,
    "an assertion": AssertionError,
    "mitmproxy's halt": exceptions.AddonHalt,
    "mitmproxy's options": exceptions.OptionsError,
    "mitmproxy's addons": exceptions.AddonManagerError,
    "too deep": RecursionError,
    "end of iteration": StopIteration,
    "end of async iteration": StopAsyncIteration,
    "a timeout": TimeoutError,
    "a cancellation raised by mistake": asyncio.CancelledError,
}


class Named:
    """An addon that writes down what it hears."""

    def __init__(self, name: str, heard: list[str], *names: str) -> None:
        self.name = name
        self.heard = heard
        for hook in names:
            setattr(self, hook, self._hear)

    def _hear(self, *_: object) -> None:
        self.heard.append(self.name)


class Waiting(Named):
    """The same in coroutines."""

    async def _hear(self, *_: object) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        self.heard.append(self.name)


class Raising(Named):
    """Raises after it has heard."""

    kind: type[BaseException] = RuntimeError

    def _hear(self, *_: object) -> None:
        self.heard.append(self.name)
        raise self.kind(SECRET)


class RaisingLater(Named):
    """The same in a coroutine."""

    kind: type[BaseException] = RuntimeError

    async def _hear(self, *_: object) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        self.heard.append(self.name)
        raise self.kind(SECRET)


@dataclass
class Chain:
    """A real addon manager with a dispatcher in its place."""

    manager: Any
    dispatcher: Dispatcher
    heard: list[str]
    denied: list[tuple[str, Any, str]]

    def add(self, name: str, *hooks: str, kind: type[Named] = Named) -> Named:
        """Add one addon before the last."""
        addon = kind(name, self.heard, *(hooks or ("request",)))
        self.manager.add(addon)
        return addon

    async def trigger(self, hook: Hook | None = None) -> list[str]:
        """Run one event as the core does, and return who heard it."""
        self.heard.clear()
        await self.manager.handle_lifecycle(hook or HttpRequestHook(tflow.tflow()))
        return list(self.heard)


ALL_HOOKS = ("request", "response", "error", "client_connected", "client_disconnected", "done", "running")


@asynccontextmanager
async def chain(*, deny: Callable[..., Any] | None = None) -> AsyncIterator[Chain]:
    """A manager with nothing but `first` and `last`."""
    heard: list[str] = []
    denied: list[tuple[str, Any, str]] = []

    async def note(hook: str, datum: Any, why: str) -> None:
        denied.append((hook, datum, why))

    with taddons.context(loadcore=False) as tctx:
        manager = tctx.master.addons
        first, last = Named("first", heard, *ALL_HOOKS), Named("last", heard, *ALL_HOOKS)
        manager.add(last, first)  # their places in the chain are not what counts
        dispatcher = Dispatcher(manager, deny or note, first, last)
        dispatcher.install()
        yield Chain(manager, dispatcher, heard, denied)


async def test_the_first_comes_first_and_the_last_last_whatever_the_chain() -> None:
    async with chain() as at:
        at.add("a")
        at.add("b", kind=Waiting)
        at.add("c")
        assert await at.trigger() == ["first", "a", "b", "c", "last"]
        assert not at.denied


async def test_who_does_not_listen_is_not_asked() -> None:
    async with chain() as at:
        at.add("a", "response")
        assert await at.trigger() == ["first", "last"]
        assert await at.trigger(HttpResponseHook(tflow.tflow())) == ["first", "a", "last"]
        assert await at.trigger(TlsStartClientHook(TlsData(tflow.tclient_conn(), None))) == []  # type: ignore[arg-type]


async def test_sub_addons_are_heard_where_their_parent_stands() -> None:
    async with chain() as at:
        parent = Named("parent", at.heard, "request")
        parent.addons = [Named("child", at.heard, "request")]  # type: ignore[attr-defined]
        at.manager.add(parent)
        at.add("next")
        assert await at.trigger() == ["first", "parent", "child", "next", "last"]


async def test_the_table_is_made_anew_when_an_addon_comes_or_goes() -> None:
    async with chain() as at:
        assert await at.trigger() == ["first", "last"]
        addon = at.add("a")
        assert await at.trigger() == ["first", "a", "last"]
        at.manager.remove(addon)
        assert await at.trigger() == ["first", "last"]
        at.manager.register(Named("registered but in no chain", at.heard, "request"))
        assert await at.trigger() == ["first", "last"]
        at.add("b")
        at.manager.clear()
        assert await at.trigger() == ["first", "last"]  # what was sealed stays


async def test_the_table_is_made_anew_even_if_adding_fails() -> None:
    async with chain() as at:
        at.add("a")
        await at.trigger()
        with pytest.raises(exceptions.AddonManagerError):
            at.add("a")
        assert await at.trigger() == ["first", "a", "last"]


@pytest.mark.parametrize("adding", [Raising, RaisingLater])
@pytest.mark.parametrize("kind", KINDS)
async def test_whatever_is_raised_denies_the_event_and_stops_it(kind: str, adding: type[Named]) -> None:
    raising = type("Culprit", (adding,), {"kind": KINDS[kind]})
    async with chain() as at:
        at.add("before")
        at.add("culprit", kind=raising)
        at.add("after")
        flow = tflow.tflow()
        assert await at.trigger(HttpRequestHook(flow)) == ["first", "before", "culprit"]
        ((hook, datum, why),) = at.denied
        assert (hook, datum) == ("request", flow)
        # Python itself makes a RuntimeError of a StopIteration that leaves a coroutine
        assert why in {f"{KINDS[kind].__name__} in hook request", "RuntimeError in hook request"}
        assert at.dispatcher.denials == 1
        assert await at.trigger() == ["first", "before", "culprit"]
        assert at.dispatcher.denials == 2


@pytest.mark.parametrize("adding", [Raising, RaisingLater])
async def test_a_process_without_memory_ends(adding: type[Named], monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    async with chain() as at:
        at.add("culprit", kind=type("Culprit", (adding,), {"kind": MemoryError}))
        await at.trigger()
    assert codes == [dispatch.OUT_OF_MEMORY_EXIT_CODE]


async def test_an_addon_that_raises_first_of_all_is_denied_too() -> None:
    async with chain() as at:
        at.dispatcher._first.request = Raising("first", at.heard, "request").request  # type: ignore[attr-defined]
        at.add("a")
        assert await at.trigger() == ["first"]
        assert len(at.denied) == 1


@pytest.mark.parametrize("adding", [Raising, RaisingLater])
@pytest.mark.parametrize(
    "hook",
    [
        ClientDisconnectedHook(tflow.tclient_conn()),
        HttpErrorHook(tflow.tflow(err=True)),
        ServerDisconnectedHook(ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())),
        ServerConnectErrorHook(ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())),
    ],
    ids=lambda hook: hook.name,
)
async def test_housekeeping_goes_on_after_an_exception(hook: Hook, adding: type[Named]) -> None:
    assert hook.name in HOUSEKEEPING
    async with chain() as at:
        at.add("a", hook.name, kind=adding)
        at.add("b", hook.name, kind=adding)
        at.add("c", hook.name)
        heard = await at.trigger(hook)
        assert [name for name in heard if name not in {"first", "last"}] == ["a", "b", "c"]
        assert len(at.denied) == 2


async def test_events_without_a_datum_are_dispatched_too() -> None:
    async with chain() as at:
        at.add("a", "running", "done", kind=Raising)
        await at.manager.trigger_event(RunningHook())
        await at.manager.trigger_event(DoneHook())
        assert at.heard == ["first", "a", "last", "first", "a", "last"]
        assert [(hook, datum) for hook, datum, _ in at.denied] == [("running", None), ("done", None)]


async def test_the_log_names_the_addon_and_the_place_but_not_the_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with chain() as at:
        at.add("culprit", kind=Raising)
        with caplog.at_level(logging.ERROR, "aegis.dispatch"):
            await at.trigger()
    assert "RuntimeError in hook request of addon culprit: the event is denied" in caplog.text
    assert "in _hear" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in str(at.denied)


async def test_a_hook_in_which_nobody_waits_is_over_at_once() -> None:
    async with chain() as at:
        at.add("a")
        assert at.dispatcher.start(HttpRequestHook(tflow.tflow())) is None
        assert at.heard == ["first", "a", "last"]


async def test_a_hook_is_run_up_to_the_first_that_waits() -> None:
    async with chain() as at:
        at.add("a")
        at.add("b", kind=Waiting)
        at.add("c")
        rest = at.dispatcher.start(HttpRequestHook(tflow.tflow()))
        assert at.heard == ["first", "a"]
        assert rest is not None
        await rest
        assert at.heard == ["first", "a", "b", "c", "last"]


async def test_a_plain_function_may_leave_something_to_await() -> None:
    async with chain() as at:
        addon = at.add("a")
        done = asyncio.get_running_loop().create_future()
        addon.request = lambda _flow: done  # type: ignore[attr-defined]
        running = asyncio.ensure_future(at.trigger())
        await asyncio.sleep(0)
        assert not running.done()
        done.set_exception(RuntimeError(SECRET))
        assert await running == ["first"]
        assert len(at.denied) == 1


async def test_a_cancelled_task_denies_the_event_and_ends() -> None:
    async with chain() as at:
        forever = asyncio.get_running_loop().create_future()
        addon = at.add("a")
        addon.request = lambda _flow: forever  # type: ignore[attr-defined]
        at.add("b")
        task = asyncio.ensure_future(at.trigger())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert at.heard == ["first"]
        assert [why for _, _, why in at.denied] == ["CancelledError in hook request"]


async def test_a_cancelled_task_ends_in_housekeeping_too() -> None:
    async with chain() as at:
        addon = at.add("a", "client_disconnected")
        forever = asyncio.get_running_loop().create_future()
        addon.client_disconnected = lambda _client: forever  # type: ignore[attr-defined]
        task = asyncio.ensure_future(at.trigger(ClientDisconnectedHook(tflow.tclient_conn())))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(at.denied) == 1


async def test_a_denial_is_awaited_before_the_hook_is_over() -> None:
    order = []

    async def deny(*_: object) -> None:
        await asyncio.sleep(0.01)
        order.append("denied")

    async with chain(deny=deny) as at:
        at.add("a", kind=Raising)
        await at.trigger()
        order.append("over")
    assert order == ["denied", "over"]


async def test_updates_are_sent_for_flows_if_somebody_listens() -> None:
    async with chain() as at:
        flow = tflow.tflow()
        assert await at.trigger(HttpRequestHook(flow)) == ["first", "last"]
        updated: list[Any] = []
        viewer = at.add("viewer", "nothing")
        viewer.update = updated.append  # type: ignore[attr-defined]
        at.add("any change of the chain")
        await at.trigger(HttpRequestHook(flow))
        assert updated == [[flow]]
        await at.trigger(ClientConnectedHook(tflow.tclient_conn()))
        assert updated == [[flow]]
        await at.manager.trigger_event(HttpRequestHook(flow))
        assert updated == [[flow]]


async def test_an_update_that_raises_undoes_nothing() -> None:
    async with chain() as at:
        at.add("viewer", "update", kind=Raising)
        other = at.add("other", "update")
        flow = tflow.tflow()
        assert await at.trigger(HttpRequestHook(flow)) == ["first", "last", "viewer", other.name]
        assert [hook for hook, _, _ in at.denied] == [UpdateHook.name]


@pytest.mark.parametrize("name", sorted(INERT))
async def test_inert_addons_are_kept_from_traffic_but_not_from_their_life(name: str) -> None:
    async with chain() as at:
        at.add(name, "request", "response", "client_connected", "running", "done", "configure")
        assert await at.trigger() == ["first", "last"]
        assert await at.trigger(ClientConnectedHook(tflow.tclient_conn())) == ["first", "last"]
        at.heard.clear()
        await at.manager.trigger_event(RunningHook())
        await at.manager.trigger_event(ConfigureHook({"mode"}))
        assert at.heard == ["first", name, "last", name]


async def test_a_module_named_like_a_hook_is_no_listener() -> None:
    async with chain() as at:
        at.add("a").request = types.ModuleType("request")  # type: ignore[attr-defined]
        assert await at.trigger() == ["first", "last"]


async def test_a_listener_that_cannot_be_called_does_not_let_the_event_pass() -> None:
    async with chain() as at:
        at.add("a").request = "not callable"  # type: ignore[attr-defined]
        with pytest.raises(exceptions.AddonManagerError, match="not callable"):
            await at.trigger()
        assert at.heard == []


async def test_every_housekeeping_hook_is_one_that_mitmproxy_has() -> None:
    known = set(dispatch.hooks.all_hooks)
    assert known >= HOUSEKEEPING
    decisive = {"request", "response", "requestheaders", "next_layer", "server_connect", "client_connected"}
    assert not HOUSEKEEPING & decisive


class Once(Named):
    """Removes itself when it has heard."""

    manager: Any = None

    def _hear(self, *_: object) -> None:
        self.heard.append(self.name)
        self.manager.remove(self)


@pytest.mark.parametrize("leaving", [1, 2])
async def test_addons_that_remove_themselves_let_nobody_be_skipped(leaving: int) -> None:
    async with chain() as at:
        for number in range(leaving):
            at.add(f"once-{number}", kind=type("OnceHere", (Once,), {"manager": at.manager}))
        at.add("waits", kind=Waiting)
        at.add("guard")
        assert (await at.trigger())[-3:] == ["waits", "guard", "last"]


async def test_an_addon_that_leaves_while_a_hook_waits_lets_nobody_be_skipped() -> None:
    async with chain() as at:
        leaving = [at.add(f"leaving-{number}") for number in range(2)]
        at.add("waits", kind=Waiting)
        rest = at.dispatcher.start(HttpRequestHook(tflow.tflow()))
        assert rest is not None
        for addon in leaving:
            at.manager.remove(addon)
        await rest
        assert at.heard[-1] == "last"
