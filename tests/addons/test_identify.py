"""Naming the agent: by its credentials, by its source, by both; never by what it says of itself further in."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.test import tflow, tutils

from addons.identify import CREDENTIALS, Identify, judge, proxy_credentials, resolve, source_of
from policy.load import parse_policy
from tests.addons.test_gateway import Bench, bench

if TYPE_CHECKING:
    from pathlib import Path

    from mitmproxy import http

AGENTS = f"""
allowedDomains: [localhost]
agents:
  - name: builder
    match: {{proxyUser: builder}}
  - name: desk
    match: {{sourceAddresses: [10.1.0.0/16, "fd00::/8"]}}
  - name: guarded
    match: {{proxyUser: guarded, sourceAddresses: [192.168.7.0/24]}}
  - name: keyed
    match: {{proxyUser: keyed, proxyPasswordSha256: {hashlib.sha256(b"right").hexdigest()}}}
  - name: late
    match: {{sourceAddresses: [10.1.2.3/32]}}
"""
SOURCES_ONLY = "agents:\n  - name: desk\n    match: {sourceAddresses: [10.1.0.0/16]}\n"
IDENTITIES = parse_policy(AGENTS, "policy.yaml").agents


def _basic(credentials: str) -> str:
    return "Basic " + base64.b64encode(credentials.encode()).decode()


def _request(value: str | bytes | None) -> http.Request:
    request = tutils.treq()
    if value is not None:
        request.headers[CREDENTIALS] = value  # type: ignore[assignment] - bytes are accepted too
    return request


@pytest.mark.parametrize(
    ("user", "password", "source", "agent", "how"),
    [
        ("builder", "any", "127.0.0.1", "builder", "proxy-credentials"),
        ("builder", "", "10.1.2.3", "builder", "proxy-credentials"),
        ("", "", "10.1.2.3", "desk", "source-address"),
        ("", "", "::ffff:10.1.2.3", "desk", "source-address"),
        ("", "", "fd12::1", "desk", "source-address"),
        ("", "", "fd12::1%eth0", "desk", "source-address"),
        ("guarded", "x", "192.168.7.9", "guarded", "proxy-credentials"),
        ("guarded", "x", "192.168.8.9", "default", "unknown-credentials"),
        ("keyed", "right", "127.0.0.1", "keyed", "proxy-credentials"),
        ("keyed", "wrong", "127.0.0.1", "default", "unknown-credentials"),
        ("keyed", "", "127.0.0.1", "default", "unknown-credentials"),
        ("Builder", "any", "127.0.0.1", "default", "unknown-credentials"),
        ("builder ", "any", "127.0.0.1", "default", "unknown-credentials"),
        ("nobody", "any", "10.1.2.3", "desk", "source-address"),
        ("", "", "127.0.0.1", "default", "default"),
        ("", "", "", "default", "default"),
        ("", "", "::10.1.2.3", "default", "default"),
    ],
)
def test_the_first_agent_of_which_all_holds_is_the_caller(
    user: str, password: str, source: str, agent: str, how: str
) -> None:
    assert resolve(IDENTITIES, (user, password), source) == (agent, how)


def test_credentials_mean_nothing_where_the_policy_names_none() -> None:
    agents = parse_policy(SOURCES_ONLY, "policy.yaml").agents
    assert resolve(agents, ("somebody", "x"), "127.0.0.1") == ("default", "default")
    assert resolve((), ("somebody", "x"), "127.0.0.1") == ("default", "default")


@settings(max_examples=200, deadline=None, database=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_only_the_exact_user_name_is_the_agent(user: str, password: str) -> None:
    agent, how = resolve(IDENTITIES, (user, password), "127.0.0.1")
    assert (agent == "builder") == (user == "builder")
    assert (how == "unknown-credentials") == (user not in {"", "builder"})


@pytest.mark.parametrize(
    ("value", "credentials"),
    [
        (_basic("builder:secret"), ("builder", "secret")),
        (_basic("builder:a:b"), ("builder", "a:b")),
        (_basic("builder"), ("builder", "")),
        (_basic("bücher:x"), ("bücher", "x")),
        ("bAsIc " + _basic("builder:x").split()[1], ("builder", "x")),
        (None, ("", "")),
        ("", ("", "")),
        ("Basic", ("", "")),
        ("Basic !!!!", ("", "")),
        ("Basic YnVpbGRlcg", ("", "")),
        ("Basic " + base64.b64encode(b"\xff\xfe:x").decode(), ("", "")),
        ("Bearer " + _basic("builder:x").split()[1], ("", "")),
        ("Basic\t" + _basic("builder:x").split()[1], ("", "")),
        (_basic("builder:x") + ", " + _basic("desk:x"), ("", "")),
    ],
)
def test_basic_credentials_are_read_and_nothing_else_is(
    value: str | None, credentials: tuple[str, str]
) -> None:
    assert proxy_credentials(_request(value)) == credentials


def test_two_credential_headers_are_none() -> None:
    request = tutils.treq()
    request.headers.set_all(CREDENTIALS, [_basic("builder:x"), _basic("keyed:right")])
    assert proxy_credentials(request) == ("", "")


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.binary(max_size=80)
    | st.binary(max_size=60).map(lambda raw: b"Basic " + raw)
    | st.binary(max_size=60).map(lambda raw: b"Basic " + base64.b64encode(raw))
)
def test_hostile_credentials_name_nobody_and_raise_nothing(value: bytes) -> None:
    credentials = proxy_credentials(_request(value))
    agent, _ = resolve(IDENTITIES, credentials, "127.0.0.1")
    assert agent == "default" or credentials[0] in {"builder", "keyed"}


def test_the_source_of_a_connection_is_its_address_or_nothing() -> None:
    client = tflow.tclient_conn()
    assert source_of(client) == "127.0.0.1"
    client.peername = None
    assert source_of(client) == ""


async def test_a_request_opens_its_walk_and_loses_its_credentials(tmp_path: Path) -> None:
    async with bench(tmp_path, AGENTS) as at:
        flow = tflow.tflow(req=_request(_basic("builder:secret")))
        Identify(at.gateway).requestheaders(flow)
        walk = at.gateway.walks.get(flow)
        assert walk is not None
        assert (walk.agent, walk.identified_by) == ("builder", "proxy-credentials")
        assert walk.policy is at.gateway.policy.for_agent("builder")
        assert not walk.findings
        assert CREDENTIALS not in flow.request.headers


async def test_a_caller_with_unknown_credentials_is_found_at_every_request(tmp_path: Path) -> None:
    async with bench(tmp_path, AGENTS) as at:
        identify = Identify(at.gateway)
        flow = tflow.tflow(req=_request(_basic("stranger:secret")))
        for request in (flow.request, _request(None), _request(_basic("builder:x"))):
            flow.request = request
            identify.requestheaders(flow)
            walk = at.gateway.walks.get(flow)
            assert walk is not None
            assert [found.rule for found in walk.findings] == ["identity.unknown-agent"]
            assert "secret" not in str(walk.findings)


async def test_a_connection_keeps_the_name_of_its_first_request(tmp_path: Path) -> None:
    async with bench(tmp_path, AGENTS) as at:
        flow = tflow.tflow(req=_request(_basic("builder:secret")))
        caller = _connected(at, flow)
        assert (caller.agent, caller.tunnel) == ("builder", ("address", 22))
        for value in (None, _basic("keyed:right"), _basic("stranger:x")):
            inner = tflow.tflow(client_conn=flow.client_conn, req=_request(value))
            Identify(at.gateway).requestheaders(inner)
            walk = at.gateway.walks.get(inner)
            assert walk is not None
            assert walk.agent == "builder"


def _connected(at: Bench, flow: http.HTTPFlow):  # noqa: ANN202 - the caller's type is the addon's own
    identify = Identify(at.gateway)
    identify.http_connect(flow)
    return identify.caller(flow.client_conn)


async def test_a_new_tunnel_counts_its_requests_anew(tmp_path: Path) -> None:
    async with bench(tmp_path, AGENTS) as at:
        flow = tflow.tflow(req=_request(None))
        _connected(at, flow).judged_requests = 5
        assert _connected(at, flow).judged_requests == 0
        assert judge(_connected(at, flow)) == []
