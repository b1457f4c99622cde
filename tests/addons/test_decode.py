"""Building the exchange: what is read, what cannot be read by everyone alike, what is streamed."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from mitmproxy import http
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import tflow

from addons.decode import BUFFERED_RESPONSE_BYTES, Decode
from addons.identify import Identify
from policy import catalog
from tests.addons.test_gateway import Bench, bench

if TYPE_CHECKING:
    from pathlib import Path

    from addons.walk import Walk

SMALL = "allowedDomains: [example.com]\nlimits: {maxRequestBodyBytes: 200000}\n"


def _flow(url: str = "http://example.com/path?k=v", body: bytes = b"", **headers: str) -> http.HTTPFlow:
    flow = tflow.tflow(req=http.Request.make("POST", url, body, {"host": "example.com"}))
    flow.request.headers.update(headers)  # only now, or mitmproxy would encode the body itself
    flow.client_conn.sni = flow.request.host if flow.request.scheme == "https" else None
    return flow


async def _decoded(at: Bench, flow: http.HTTPFlow) -> Walk:
    Identify(at.gateway).requestheaders(flow)
    if (rest := Decode(at.gateway).request(flow)) is not None:
        await rest
    walk = at.gateway.walks.get(flow)
    assert walk is not None
    return walk


def _rules(walk: Walk) -> list[str]:
    return [found.rule for found in walk.findings]


async def test_the_exchange_says_what_was_asked(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow(body=b"12345", accept="*/*")
        walk = await _decoded(at, flow)
        exchange = walk.exchange
        assert exchange is not None
        assert (exchange.scheme, exchange.method, exchange.host, exchange.port) == (
            "http",
            "POST",
            "example.com",
            80,
        )
        assert (exchange.target, exchange.body, exchange.http_version) == ("/path?k=v", b"12345", "HTTP/1.1")
        assert (b"accept", b"*/*") in exchange.headers
        assert not exchange.is_websocket
        assert not walk.findings


async def test_a_plain_body_is_read_without_waiting(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow(body=b"x")
        Identify(at.gateway).requestheaders(flow)
        assert Decode(at.gateway).request(flow) is None


@pytest.mark.parametrize("size_bytes", [5, 150_000])
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_a_compressed_body_is_judged_decoded_and_sent_as_it_was(
    size_bytes: int, coding: str, tmp_path: Path
) -> None:
    body = bytes(n * n % 251 for n in range(size_bytes))
    encoded = gzip.compress(body, 0) if coding == "gzip" else zstandard.compress(body, 1)
    async with bench(tmp_path) as at:
        flow = _flow(body=encoded, **{"content-encoding": coding})
        walk = await _decoded(at, flow)
        assert walk.exchange is not None
        assert walk.exchange.body == body
        assert flow.request.raw_content == encoded
        assert not walk.findings


@pytest.mark.parametrize(
    ("body", "coding", "rule"),
    [
        (gzip.compress(b"\0" * 300_000), "gzip", "decode.body-too-large"),
        (gzip.compress(b"\0" * 200_001), "gzip", "decode.body-too-large"),
        (gzip.compress(bytes(range(256)) * 390, 9) * 3, "gzip", "decode.body-too-large"),
        (b"x" * (100_000), "gzip", "decode.invalid-body"),
        (b"not gzip", "gzip", "decode.invalid-body"),
        (b"x", "x-rot13", "decode.unknown-encoding"),
        (b"", "x-rot13", "decode.unknown-encoding"),
        (b"x", "gzip, gzip, gzip", "decode.unknown-encoding"),
    ],
)
async def test_a_body_that_cannot_be_judged_is_a_finding_and_no_body(
    body: bytes, coding: str, rule: str, tmp_path: Path
) -> None:
    async with bench(tmp_path, SMALL) as at:
        walk = await _decoded(at, _flow(body=body, **{"content-encoding": coding}))
        assert _rules(walk) == [rule]
        assert walk.exchange is not None
        assert walk.exchange.body == b""


async def test_services_are_asked_only_for_codings_we_can_read(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow(**{"accept-encoding": "gzip;q=0.9, compress, exotic, *"})
        await _decoded(at, flow)
        assert flow.request.headers["accept-encoding"] == "gzip;q=0.9"
        silent = _flow()
        await _decoded(at, silent)
        assert "accept-encoding" not in silent.request.headers


@pytest.mark.parametrize("upgrade", ["websocket", "WebSocket", "foo", "h2c, websocket", "TLS/1.0", "h3"])
async def test_an_upgrade_to_what_nobody_judges_is_a_finding(upgrade: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        walk = await _decoded(at, _flow(upgrade=upgrade, connection="upgrade"))
        assert _rules(walk) == ["protocol.upgrade"]
        assert walk.exchange is not None
        assert walk.exchange.is_websocket == ("websocket" in upgrade.lower())


async def test_an_offer_of_h2c_is_taken_out(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow(
            upgrade=" H2C ", connection="Upgrade, HTTP2-Settings", **{"http2-settings": "AAMAAABkAAQAAP__"}
        )
        walk = await _decoded(at, flow)
        assert not walk.findings
        assert not {"upgrade", "connection", "http2-settings"} & set(flow.request.headers)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda f: f.request.headers.set_all("host", ["example.com", "other.com"]), "names.duplicate-host"),
        (lambda f: f.request.headers.set_all("host", ["example.com", "example.com"]), "names.duplicate-host"),
        (lambda f: f.request.headers.pop("host"), "names.missing"),
        (lambda f: f.request.headers.update({"host": "other.com"}), "names.mismatch"),
        (lambda f: f.request.headers.update({"host": "example.com:81"}), "names.mismatch"),
        (lambda f: f.request.headers.update({"host": "user@example.com"}), "names.mismatch"),
        (lambda f: setattr(f.request.data, "authority", b"other.com"), "names.mismatch"),
        (lambda f: setattr(f.request.data, "host", "other.com"), "names.mismatch"),
    ],
)
async def test_two_names_for_one_destination_are_a_finding(change: Any, rule: str, tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow()
        change(flow)
        walk = await _decoded(at, flow)
        assert _rules(walk) == [rule]
        assert walk.exchange is not None


@pytest.mark.parametrize(("sni", "rule"), [("other.com", "names.mismatch"), (None, "names.missing")])
async def test_a_tls_name_that_is_not_the_host_is_a_finding(
    sni: str | None, rule: str, tmp_path: Path
) -> None:
    async with bench(tmp_path) as at:
        flow = _flow("https://example.com/")
        flow.client_conn.sni = sni
        assert _rules(await _decoded(at, flow)) == [rule]


async def test_a_tunnel_to_another_name_than_the_requests_is_a_finding(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        connect = tflow.tflow(req=http.Request.make("CONNECT", "http://other.com:443/"))
        connect.request.data.host, connect.request.data.port = "other.com", 443
        Identify(at.gateway).http_connect(connect)
        flow = _flow("https://example.com/")
        flow.client_conn = connect.client_conn
        flow.client_conn.sni = "example.com"
        assert _rules(await _decoded(at, flow)) == ["names.mismatch"]


async def test_in_transparent_mode_the_name_takes_the_place_of_the_agents_address(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow()
        flow.client_conn.proxy_mode = ProxyMode.parse("transparent")
        flow.request.data.host = "203.0.113.9"
        walk = await _decoded(at, flow)
        assert walk.exchange is not None
        assert (walk.exchange.host, flow.request.host) == ("example.com", "example.com")
        assert flow.request.headers["host"] == "example.com"


async def test_in_transparent_mode_a_request_without_a_name_goes_nowhere(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        flow = _flow()
        flow.client_conn.proxy_mode = ProxyMode.parse("transparent")
        flow.request.data.host = "203.0.113.9"
        del flow.request.headers["host"]
        assert _rules(await _decoded(at, flow)) == ["names.missing"]


async def test_an_unknown_or_refused_flow_is_left_alone(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        decode = Decode(at.gateway)
        unknown = _flow()
        assert decode.request(unknown) is None
        decode.responseheaders(unknown)
        refused = _flow()
        Identify(at.gateway).requestheaders(refused)
        walk = at.gateway.walks.get(refused)
        assert walk is not None
        walk.is_refused = True
        assert decode.request(refused) is None
        assert walk.exchange is None


@pytest.mark.parametrize(
    ("length", "is_streamed"),
    [
        (None, True),
        ("0", False),
        (str(BUFFERED_RESPONSE_BYTES), False),
        (str(BUFFERED_RESPONSE_BYTES + 1), True),
        ("five", True),
        ("-1", True),
        ("\u0665", True),
    ],
)
async def test_what_is_large_or_live_is_streamed(
    length: str | None,
    is_streamed: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as at:
        flow = _flow()
        await _decoded(at, flow)
        flow.response = http.Response.make(200, b"", {})
        flow.response.headers.pop("content-length", None)
        if length is not None:
            flow.response.headers["content-length"] = length
        Decode(at.gateway).responseheaders(flow)
        assert flow.response.stream is is_streamed


@pytest.mark.parametrize(
    ("status", "header", "rule"),
    [
        (101, {"upgrade": "foo"}, "protocol.upgrade"),
        (200, {"content-encoding": "x-rot13"}, "decode.unknown-encoding"),
        (200, {"content-encoding": "br,br,br"}, "decode.unknown-encoding"),
    ],
)
async def test_a_response_nobody_can_read_is_held_for_the_gate(
    status: int, header: dict[str, str], rule: str, tmp_path: Path
) -> None:
    async with bench(tmp_path) as at:
        flow = _flow()
        walk = await _decoded(at, flow)
        flow.response = http.Response.make(status, b"x")
        flow.response.headers.update(header)
        flow.response.stream = True
        Decode(at.gateway).responseheaders(flow)
        assert [found.rule for found in walk.late_findings] == [rule]
        assert flow.response.stream is False
        assert rule in catalog.RULES


async def test_each_agent_has_its_own_limit_of_a_body(tmp_path: Path) -> None:
    async with bench(tmp_path, SMALL) as at:
        assert _rules(await _decoded(at, _flow(body=b"x" * 200_000))) == []
        assert _rules(await _decoded(at, _flow(body=b"x" * 200_001))) == ["decode.body-too-large"]
