"""The faster ways through mitmproxy's core do what the core does, and stand only where the core is the one we know."""

from __future__ import annotations

import asyncio
import types
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.connection import Server
from mitmproxy.optmanager import _Option, unset
from mitmproxy.proxy import commands, events, layer, server
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import HttpRequestHook, HttpResponseHook
from mitmproxy.proxy.server_hooks import ClientConnectedHook
from mitmproxy.test import tflow

from addons import core_fastpaths
from addons.dispatch import Dispatcher
from tests.addons.test_gateway import Bench, bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OWNERS: dict[str, Any] = {
    "server_event": server.ConnectionHandler,
    "__post_init__": http.MessageData,
    "current": _Option,
    "get_all": http.Headers,
}
ORIGINALS: dict[str, Callable[..., Any]] = {name: getattr(owner, name) for name, owner in OWNERS.items()}

SECRET = "sk-test-5647382910"

thorough = settings(max_examples=200, deadline=None, database=None)


@pytest.fixture
def restored() -> Iterator[None]:
    """Put mitmproxy's own functions back after the test."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, owner in OWNERS.items():
            monkeypatch.setattr(owner, name, ORIGINALS[name])
        yield


def _ignore(_client: object) -> None:
    """Nobody is told of a crash."""


def _outcome(function: Callable[..., Any], *arguments: Any) -> object:
    """What a call returns, or the type of what it raises."""
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001 - the originals' exceptions are part of their behaviour
        return type(error)


def test_this_mitmproxy_is_one_that_we_know() -> None:
    for name, original in ORIGINALS.items():
        assert core_fastpaths.digest(original) in core_fastpaths.KNOWN[name], name


@pytest.mark.usefixtures("restored")
async def test_known_functions_are_replaced_and_named(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        assert core_fastpaths.install(_dispatcher(at), _ignore) == []
        assert all(getattr(OWNERS[name], name) is not ORIGINALS[name] for name in OWNERS)


@pytest.mark.usefixtures("restored")
async def test_installing_twice_replaces_nothing_a_second_time(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        dispatcher = _dispatcher(at)
        core_fastpaths.install(dispatcher, _ignore)
        assert core_fastpaths.install(dispatcher, _ignore) == list(OWNERS)


@pytest.mark.usefixtures("restored")
async def test_unknown_functions_are_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(core_fastpaths, "KNOWN", {name: {"another digest"} for name in OWNERS})
    async with bench(tmp_path) as at:
        assert core_fastpaths.install(_dispatcher(at), _ignore) == list(OWNERS)
        assert all(getattr(OWNERS[name], name) is ORIGINALS[name] for name in OWNERS)


@pytest.mark.usefixtures("restored")
async def test_a_function_without_source_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(http.Headers, "get_all", len)
    async with bench(tmp_path) as at:
        assert core_fastpaths.install(_dispatcher(at), _ignore) == ["get_all"]
        assert http.Headers.get_all is len
    assert core_fastpaths.digest(len) == ""


names = st.sampled_from(["host", "Host", "HOST", "cookie", "Set-Cookie", "x\udcff", "", "a b", "\u212a", "k"])
values = st.binary(max_size=12) | st.sampled_from([b"\xff\xfe", "ü".encode(), b""])


@thorough
@given(
    st.lists(st.tuples(names | st.binary(max_size=6), values), max_size=12),
    names | st.binary(max_size=6) | st.text(max_size=6),
)
def test_get_all_finds_what_the_original_finds(fields: list[tuple[Any, bytes]], name: str | bytes) -> None:
    raw = [(k if isinstance(k, bytes) else k.encode("utf-8", "surrogateescape"), v) for k, v in fields]
    headers = http.Headers(raw)
    replacement = core_fastpaths._get_all(ORIGINALS["get_all"])
    assert _comparable(replacement, headers, name) == _comparable(ORIGINALS["get_all"], headers, name)


def _comparable(function: Callable[..., Any], headers: http.Headers, name: str | bytes) -> object:
    outcome = _outcome(function, headers, name)
    return "not a name" if isinstance(outcome, type) else outcome


@thorough
@given(st.lists(st.tuples(names, values), max_size=8), names)
def test_headers_read_alike_with_and_without_the_replacement(
    fields: list[tuple[str, bytes]], name: str
) -> None:
    def read() -> list[object]:
        headers = http.Headers([(k.encode("utf-8", "surrogateescape"), v) for k, v in fields])
        return [
            headers.get(name),
            name in headers,
            _outcome(headers.__getitem__, name),
            headers.get_all(name),
            list(headers),
            list(headers.items(multi=True)),
        ]

    before = read()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(http.Headers, "get_all", core_fastpaths._get_all(ORIGINALS["get_all"]))
        assert read() == before


odd = st.sampled_from([None, 1, 1.5, True, "text", b"bytes", [], (), object, http.Headers()])
REQUEST_FIELDS = {
    "http_version": b"HTTP/1.1",
    "headers": http.Headers(),
    "content": b"",
    "trailers": None,
    "timestamp_start": 1.0,
    "timestamp_end": None,
    "host": "example.com",
    "port": 80,
    "method": b"GET",
    "scheme": b"http",
    "authority": b"",
    "path": b"/",
}


@thorough
@given(st.dictionaries(st.sampled_from(sorted(REQUEST_FIELDS)), odd, max_size=3))
def test_a_messages_fields_are_checked_as_the_original_checks_them(changes: dict[str, object]) -> None:
    def make() -> object:
        return _outcome(lambda: http.RequestData(**(REQUEST_FIELDS | changes)))

    original = make()
    with pytest.MonkeyPatch.context() as monkeypatch:
        replacement = core_fastpaths._post_init(ORIGINALS["__post_init__"])
        monkeypatch.setattr(http.MessageData, "__post_init__", replacement)
        assert make() == original
        assert make() == original  # by its table of exact types now


@thorough
@given(st.dictionaries(st.sampled_from(["status_code", "reason", "content", "headers"]), odd, max_size=3))
def test_a_responses_fields_too(changes: dict[str, object]) -> None:
    fields = {name: REQUEST_FIELDS[name] for name in list(REQUEST_FIELDS)[:6]}
    fields |= {"status_code": 200, "reason": b"OK"} | changes

    def make() -> object:
        return _outcome(lambda: http.ResponseData(**fields))

    original = make()
    with pytest.MonkeyPatch.context() as monkeypatch:
        replacement = core_fastpaths._post_init(ORIGINALS["__post_init__"])
        monkeypatch.setattr(http.MessageData, "__post_init__", replacement)
        assert make() == original


plain = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False)
option_values = plain | st.lists(st.text(max_size=3), max_size=3)


@thorough
@given(default=option_values, value=option_values | st.just(unset))
def test_an_options_value_is_what_the_original_gives(default: object, value: object) -> None:
    option = _Option("name", object, None, "help", None)
    option._default, option.value = default, value
    replacement = core_fastpaths._current(ORIGINALS["current"])
    got, expected = replacement(option), ORIGINALS["current"](option)
    assert (got, type(got)) == (expected, type(expected))
    if isinstance(got, list):
        got.append("changed")
        assert ORIGINALS["current"](option) == expected, "a change of the value reached the option"


class Script(layer.Layer):
    """A layer that carries out a list of commands at the start and writes down all that comes back."""

    def __init__(self, context: Context, orders: list[Any]) -> None:
        super().__init__(context)
        self.orders = orders
        self.seen: list[str] = []

    def _handle_event(self, event: events.Event) -> Iterator[commands.Command]:
        self.seen.append(type(event).__name__)
        if isinstance(event, events.Start):
            for order in self.orders:
                if isinstance(order, Exception):
                    raise order
                result = yield order
                self.seen.append(f"{type(order).__name__} -> {result!r}")


class Listener:
    """Hears the hooks of a script in the way that the test asks for."""

    name = "listener"

    def __init__(self, kind: str, heard: list[str]) -> None:
        self.heard = heard
        self.request = self.response = self.client_connected = getattr(self, f"_{kind}")

    def _plain(self, datum: Any) -> None:
        self.heard.append(type(datum).__name__)

    async def _waiting(self, datum: Any) -> None:
        await asyncio.sleep(0.001)
        self.heard.append(type(datum).__name__)

    def _raising(self, datum: Any) -> None:
        self.heard.append(type(datum).__name__)
        raise RuntimeError

    def _holding(self, datum: Any) -> None:
        self.heard.append(type(datum).__name__)
        if isinstance(datum, http.HTTPFlow):
            datum.intercept()
            asyncio.get_running_loop().call_later(0.01, datum.resume)


class Mute:
    """Stands first or last and says nothing."""

    def __init__(self, name: str) -> None:
        self.name = name


def _dispatcher(at: Bench, kind: str = "plain", heard: list[str] | None = None) -> Dispatcher:
    async def deny(*_: object) -> None:
        if heard is not None:
            heard.append("denied")

    manager = at.tctx.master.addons
    first, last = Mute("first"), Mute("last")
    manager.add(first, Listener(kind, [] if heard is None else heard), last)
    dispatcher = Dispatcher(manager, deny, first, last)
    dispatcher.install()
    return dispatcher


def _orders(client: Any, flow: http.HTTPFlow, *, is_blocking: bool) -> list[commands.Command]:
    hooks: list[commands.StartHook] = [
        HttpRequestHook(flow),
        ClientConnectedHook(client),
        HttpResponseHook(flow),
    ]
    for hook in hooks:
        hook.blocking = is_blocking
    gone = Server(address=("127.0.0.1", 1))
    return [
        commands.Log("begins"),
        commands.SendData(client, b"before "),
        *hooks,
        commands.SendData(gone, b"to nobody"),
        commands.CloseConnection(gone),
        commands.SendData(client, b"after"),
        commands.OpenConnection(Server(address=None)),
        commands.RequestWakeup(0.001),
        commands.CloseTcpConnection(client, half_close=True),
    ]


async def _played(path: Path, kind: str, *, is_replaced: bool, is_blocking: bool) -> dict[str, object]:
    """Everything that can be observed of one script."""
    heard: list[str] = []
    async with bench(path) as at, at.connection() as connection:
        dispatcher = _dispatcher(at, kind, heard)
        handler = connection.handler
        if is_replaced:
            replacement = core_fastpaths._server_event(dispatcher, _ignore)
            handler.server_event = types.MethodType(replacement, handler)  # type: ignore[method-assign]
        flow = tflow.tflow(client_conn=connection.client, resp=True)
        orders = _orders(connection.client, flow, is_blocking=is_blocking)
        script = Script(Context(connection.client, at.tctx.options), orders)
        handler.layer = script
        await handler.server_event(events.Start())
        sent = await asyncio.wait_for(connection.peer.read(), 2)
        await asyncio.sleep(0.05)  # what is left of hooks that nobody waits for
        return {"seen": script.seen, "heard": heard, "sent": sent, "state": connection.client.state}


@pytest.mark.parametrize("is_blocking", [True, False])
@pytest.mark.parametrize("kind", ["plain", "waiting", "raising", "holding"])
async def test_events_go_the_way_they_go_in_the_core(
    kind: str,
    is_blocking: bool,  # noqa: FBT001 - both
    tmp_path: Path,
) -> None:
    played = [
        await _played(tmp_path, kind, is_replaced=is_replaced, is_blocking=is_blocking)
        for is_replaced in (False, True)
    ]
    for what in played:
        what["heard"] = sorted(what["heard"])  # type: ignore[call-overload] - hooks nobody waits for run as they come
    assert played[1] == played[0]
    assert played[0]["sent"] == b"before after"
    assert "OpenConnectionCompleted" not in str(played[0]["seen"])  # it is the answer to the command
    assert "Wakeup" in str(played[0]["seen"])


async def test_a_layer_that_crashes_is_told_of_and_the_log_quotes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Unknown(commands.Command):
        """A command the core does not have."""

    crashed: list[object] = []
    async with bench(tmp_path) as at, at.connection() as connection:
        handler = connection.handler
        replacement = core_fastpaths._server_event(_dispatcher(at), crashed.append)
        handler.server_event = types.MethodType(replacement, handler)  # type: ignore[method-assign]
        context = Context(connection.client, at.tctx.options)
        for bad in (Unknown(), commands.OpenConnection(connection.client), RuntimeError(SECRET)):
            handler.layer = Script(context, [bad])
            await handler.server_event(events.Start())
            assert handler.layer.seen == ["Start"]
        assert crashed == [connection.client] * 3
    assert "in mitmproxy's core: the connection is cut" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.usefixtures("restored")
async def test_a_replayed_flow_comes_to_its_end(tmp_path: Path) -> None:
    from mitmproxy.addons.clientplayback import ReplayHandler  # noqa: PLC0415 - by way of test_gateway's import

    class Answering:
        name = "answering"

        def request(self, flow: http.HTTPFlow) -> None:
            flow.response = http.Response.make(200, b"answer")

    async with bench(tmp_path) as at:
        at.tctx.master.addons.add(Answering())
        core_fastpaths.install(_dispatcher(at), _ignore)
        flow = tflow.tflow(live=False)
        async with asyncio.timeout(1):
            await ReplayHandler(deepcopy(flow), at.tctx.options).replay()
