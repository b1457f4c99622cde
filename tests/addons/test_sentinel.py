"""The sentinel: what comes to the end of the chain without a mark of the gate goes no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy import dns
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import tflow, tutils

from addons.gate import Gate
from addons.identify import Identify
from addons.sentinel import Sentinel
from addons.walk import Caller, Walk
from policy import catalog
from tests.addons.test_gateway import Bench, bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mitmproxy import http


def _sentinel(at: Bench) -> Sentinel:
    return Sentinel(at.gateway, Gate(at.gateway))


def _nothing(_walk: Walk, _flow: http.HTTPFlow) -> None:
    """A walk that has only begun."""


def _refused_without_answer(walk: Walk, _flow: http.HTTPFlow) -> None:
    walk.is_refused = True


def _answered_without_verdict(_walk: Walk, flow: http.HTTPFlow) -> None:
    flow.response = tutils.tresp()


def _verdict_in_metadata(_walk: Walk, flow: http.HTTPFlow) -> None:
    """As a recorded file of the agent's might bring along."""
    flow.metadata.update({"_aegis_walk": True, "is_released": True, "aegis": "allow"})


@pytest.mark.parametrize("hook", ["request", "response"])
@pytest.mark.parametrize(
    "state", [_nothing, _refused_without_answer, _answered_without_verdict, _verdict_in_metadata]
)
async def test_what_the_gate_has_not_marked_is_refused(
    state: Callable[[Walk, http.HTTPFlow], None], hook: str, tmp_path: Path
) -> None:
    async with bench(tmp_path) as at:
        flow = tflow.tflow(resp=hook == "response")
        Identify(at.gateway).requestheaders(flow)
        walk = at.gateway.walks.get(flow)
        assert walk is not None
        state(walk, flow)
        if hook == "response" and walk.is_refused:
            flow.response = None
        rest = getattr(_sentinel(at), hook)(flow)
        assert rest is not None
        await rest
        assert flow.response is not None
        assert flow.response.status_code == 503
        assert [entry["rule"] for entry in await at.entries()] == ["engine.no-verdict"]


async def test_a_flow_without_a_walk_is_refused(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = tflow.tflow(resp=True)
        rest = _sentinel(at).request(flow)
        assert rest is not None
        await rest
        assert flow.response is not None
        assert flow.response.status_code == 503


async def test_a_copy_of_a_released_flow_is_not_released(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = tflow.tflow()
        Identify(at.gateway).requestheaders(flow)
        walk = at.gateway.walks.get(flow)
        assert walk is not None
        walk.is_released = True
        assert _sentinel(at).request(flow) is None
        rest = _sentinel(at).request(flow.copy())
        assert rest is not None
        await rest


async def test_what_was_released_or_refused_with_an_answer_passes(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        released, refused = tflow.tflow(), tflow.tflow(resp=True)
        for flow in (released, refused):
            Identify(at.gateway).requestheaders(flow)
        walk = at.gateway.walks.get(released)
        assert walk is not None
        walk.is_released = True
        other = at.gateway.walks.get(refused)
        assert other is not None
        other.is_refused = True
        sentinel = _sentinel(at)
        assert sentinel.request(released) is None
        assert sentinel.response(released) is None
        assert sentinel.request(refused) is None
        assert await at.entries() == []


async def test_a_request_is_not_streamed_past_the_verdict(tmp_path: Path) -> None:
    async with bench(tmp_path) as at, at.connection() as connection:
        buffered = tflow.tflow(client_conn=connection.client)
        _sentinel(at).requestheaders(buffered)
        assert not await connection.is_cut()
        streamed = tflow.tflow(client_conn=connection.client)
        streamed.request.stream = True
        _sentinel(at).requestheaders(streamed)
        assert streamed.request.stream is False
        assert await connection.is_cut()


@pytest.mark.parametrize(
    ("address", "is_let"),
    [
        (("example.com", 443), True),
        (("example.com", 443, 0, 0), True),
        (("example.com", 80), False),
        (("other.com", 443), False),
        (None, False),
    ],
)
async def test_only_a_released_destination_is_connected_to(
    address: Any,
    is_let: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        data = ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
        data.server.address = address
        caller = at.gateway.callers[data.client.id] = Caller("default", "default")
        caller.pins["example.com", 443] = ("93.184.216.34",)
        _sentinel(at).server_connect(data)
        assert (data.server.error is None) is is_let


async def test_a_client_nobody_knows_connects_to_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        data = ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
        _sentinel(at).server_connect(data)
        assert data.server.error == "aegis: connect without a verdict"
        data.server.error = "aegis: another reason"
        _sentinel(at).server_connect(data)
        assert data.server.error == "aegis: another reason"


async def test_messages_nobody_judges_are_emptied_and_their_connection_cut(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        sentinel = _sentinel(at)
        websocket, tcp, udp = tflow.twebsocketflow(), tflow.ttcpflow(), tflow.tudpflow()
        for flow, hook in ((websocket, "websocket_message"), (tcp, "tcp_message"), (udp, "udp_message")):
            async with at.connection() as connection:
                flow.client_conn = connection.client
                getattr(sentinel, hook)(flow)
                assert await connection.is_cut()
        assert websocket.websocket is not None
        assert websocket.websocket.messages[-1].dropped
        assert (tcp.messages[-1].content, udp.messages[-1].content) == (b"", b"")


async def test_a_query_nobody_has_answered_is_refused(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        unanswered, answered, failed = tflow.tdnsflow(), tflow.tdnsflow(resp=True), tflow.tdnsflow(err=True)
        for flow in (unanswered, answered, failed):
            _sentinel(at).dns_request(flow)
        assert unanswered.response is not None
        assert unanswered.response.response_code == dns.response_codes.REFUSED
        assert answered.response is not None
        assert len(answered.response.answers) == 2
        assert failed.response is None


async def test_the_sentinels_rule_is_a_fault_of_ours_in_every_mode() -> None:
    rule = catalog.RULES["engine.no-verdict"]
    assert (rule.effect, rule.status) == ("safety", 503)
