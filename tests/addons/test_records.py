"""What goes into the ledger: enough to know what was tried, and nothing an agent may have hidden in it."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import flow as mitm_flow
from mitmproxy.test import tflow, tutils

from addons import records
from addons.walk import Walk
from ledger.record import spell_fields
from policy import catalog, engine
from policy.exchange import Exchange
from policy.load import parse_policy
from policy.verdict import Effect, Finding

POLICY = parse_policy("allowedDomains: [example.com]\nblockedPaths: [/admin/**]\n", "policy.yaml")
GATEWAY = SimpleNamespace(callers={}, policy=POLICY)
"""A process without callers; the records need no more of it."""
SECRET = "Zq7xW2pL9vR4tK8mN1sD"

thorough = settings(max_examples=150, deadline=None, database=None)
hostile = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("\0\x1b\n\u202e/?&=%#\ud800\udcff"), max_size=600
)


def _walk(**fields: object) -> Walk:
    exchange = {
        "agent": "default",
        "scheme": "https",
        "method": "GET",
        "host": "example.com",
        "port": 443,
        "target": "/",
    }
    walk = Walk("flow-1", "default", "default", POLICY.base)
    walk.exchange = Exchange(**(exchange | fields))  # type: ignore[arg-type]
    return walk


def _verdict_fields(walk: Walk, *findings: Finding) -> dict[str, object]:
    return records.verdict_fields(walk, engine.decide(list(findings), walk.policy))


@pytest.mark.parametrize(
    ("target", "recorded"),
    [
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/", "/"),
        ("", ""),
        ("/search?q=secret", "/search"),
        (f"/reset/{SECRET}", "/reset/[masked:20]"),
        (f"/reset/{SECRET}/confirm", "/reset/[masked:20]/confirm"),
        (
            "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage",
            "/[masked:47]/sendMessage",
        ),
        ("/file/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/a.jpg", "/file/[masked:47]/a.jpg"),
        (
            "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXX1",
            "/services/T00000000/B00000000/[masked:24]",
        ),
        ("/hooks/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "/hooks/[masked:41]"),
        (
            "/users/123e4567-e89b-12d3-a456-426614174000/posts",
            "/users/123e4567-e89b-12d3-a456-426614174000/posts",
        ),
        ("/a%2Bb%3D1234567890abcdef", "/[masked:24]"),
        ("/12345678901234567890123", "/12345678901234567890123"),
        ("/a-long-but-plain-english-segment", "/a-long-but-plain-english-segment"),
        ("/short1token", "/short1token"),
    ],
)
def test_paths_are_kept_and_what_looks_like_a_token_is_masked(target: str, recorded: str) -> None:
    assert records.masked_path(target) == recorded


def test_a_token_is_masked_before_the_path_is_cut() -> None:
    padding = "/x" * (records.MAX_TEXT // 2 - 5)
    recorded = records.masked_path(f"{padding}/{SECRET}")
    assert SECRET[:8] not in recorded
    assert len(recorded) <= records.MAX_TEXT


@thorough
@given(hostile)
def test_a_recorded_path_is_bounded_and_has_no_query(target: str) -> None:
    recorded = records.masked_path(target)
    assert "?" not in recorded
    assert len(recorded) <= records.MAX_TEXT


@pytest.mark.parametrize("segment", ["a", "!", "a!", "1!"])
def test_masking_the_longest_path_does_not_stall_the_loop(segment: str) -> None:
    longest = "/" + segment * (64_000 // len(segment))  # headers may have 64 KiB
    started = time.perf_counter()
    records.masked_path(longest)
    assert time.perf_counter() - started < 0.02


@thorough
@given(st.lists(st.tuples(st.text("abcxyz_", max_size=8), st.booleans()), max_size=50))
def test_no_query_value_is_recorded(keys: list[tuple[str, bool]]) -> None:
    query = "&".join(f"{key}={SECRET}{'%20' if is_coded else ''}" for key, is_coded in keys)
    walk = _walk(target=f"/path?{query}")
    recorded = _verdict_fields(walk, catalog.finding("egress.domain", "not listed"))
    assert SECRET not in json.dumps(recorded)


@pytest.mark.parametrize(
    "query",
    [
        f"key={SECRET}",
        f"key={SECRET}&key={SECRET}",
        f"a=1&b={SECRET}#{SECRET}",
        f"key=={SECRET}",
        f"key={SECRET}?{SECRET}",
        f"{SECRET}",
        f"{SECRET}=1",
        f"key;{SECRET}=1",
        "x" * 4090 + f"&k={SECRET}",
    ],
)
def test_no_part_of_a_query_that_looks_like_a_token_is_recorded(query: str) -> None:
    fields = _verdict_fields(_walk(target=f"/?{query}"))
    assert SECRET not in json.dumps(fields)


def test_names_of_query_keys_are_recorded_bounded_in_number_and_length() -> None:
    query = "&".join(f"key-{'k' * 100}-{'abc'[n % 3]}={n}" for n in range(100))
    keys = _verdict_fields(_walk(target=f"/?a=1&{query}"))["query_keys"]
    assert isinstance(keys, list)
    assert keys[0] == "a"
    assert len(keys) == records.MAX_KEYS
    assert all(len(key) <= 64 for key in keys)


@thorough
@given(target=hostile, host=hostile, method=hostile)
def test_the_ledger_accepts_the_record_of_any_request(target: str, host: str, method: str) -> None:
    walk = _walk(target=target, host=host, method=method)
    finding = catalog.finding("egress.domain", "not listed", evidence="x", location="host", policy_line=3)
    assert spell_fields(_verdict_fields(walk, finding))


@thorough
@given(path=st.binary(max_size=600), host=hostile, method=st.binary(max_size=600))
def test_the_ledger_accepts_the_record_of_a_request_that_was_never_decoded(
    path: bytes, host: str, method: bytes
) -> None:
    request = tutils.treq(path=path, method=method)
    request.data.host = host
    fields = records.request_fields(request)
    assert spell_fields(fields)
    assert len(fields["path"]) <= records.MAX_TEXT


@thorough
@given(host=hostile, port=st.integers(0, 65535))
def test_the_ledger_accepts_the_record_of_a_destination(host: str, port: int) -> None:
    client = tflow.tclient_conn()
    fields = records.destination_fields(
        GATEWAY,  # type: ignore[arg-type]
        client,
        host,
        port,
        catalog.finding("egress.malformed-host", "malformed"),
    )
    assert spell_fields(fields)
    assert fields["source"] == "127.0.0.1"
    assert len(fields["host"]) <= records.MAX_TEXT


@pytest.mark.parametrize("name", ["target", "host", "method"])
@pytest.mark.parametrize("character", ["\0", "\udcff", "\u20ac", '"'])
def test_the_longest_request_makes_a_short_record(name: str, character: str) -> None:
    fields = _verdict_fields(_walk(**{name: "/" + character * 65_000}))
    assert len(spell_fields(fields)) < 16 * 1024


@pytest.mark.parametrize("name", ["scheme", "http_version"])
def test_no_agent_supplied_field_can_make_a_record_too_long_for_the_ledger(name: str) -> None:
    fields = _verdict_fields(_walk(**{name: '"' * 40_000}))
    assert len(spell_fields(fields)) < 16 * 1024


def test_a_verdict_is_recorded_with_everything_that_decided_it() -> None:
    walk = _walk(target="/admin/users", body=b"12345")
    walk.addresses = ("93.184.216.34",)
    finding = catalog.finding("policy.path", "the path is blocked", evidence="/admin", policy_line=7)
    fields = _verdict_fields(walk, finding)
    assert fields["verdict"] == "block"
    assert (fields["score"], fields["band"], fields["rule"]) == (75, "HIGH", "policy.path")
    assert (fields["request_bytes"], fields["addresses"]) == (5, ["93.184.216.34"])
    assert fields["policy"] == POLICY.digest
    assert fields["findings"] == [
        {
            "rule": "policy.path",
            "severity": 75,
            "reason": "the path is blocked",
            "evidence": "/admin",
            "policy_line": 7,
        }
    ]


def test_what_monitor_mode_let_pass_says_so() -> None:
    monitoring = parse_policy("mode: monitor\n", "policy.yaml").base
    walk = _walk()
    walk.policy = monitoring
    fields = _verdict_fields(walk, catalog.finding("egress.domain", "not listed"))
    assert (fields["verdict"], fields["monitored"], fields["rule"]) == ("allow", True, "egress.domain")


def test_an_allowed_request_has_no_rule() -> None:
    fields = _verdict_fields(_walk())
    assert fields["verdict"] == "allow"
    assert "rule" not in fields
    assert "query_keys" not in fields


def test_headers_and_bodies_are_in_no_record() -> None:
    walk = _walk(body=SECRET.encode(), headers=((b"authorization", SECRET.encode()),))
    flow = tflow.tflow(req=tutils.treq(content=SECRET.encode(), path=f"/?k={SECRET}".encode()), resp=True)
    flow.request.headers["cookie"] = flow.response.headers["set-cookie"] = SECRET
    flow.response.content = SECRET.encode()
    flow.error = mitm_flow.Error(f"peer said {SECRET}")
    everything = [
        _verdict_fields(walk, catalog.finding("egress.domain", "not listed")),
        records.request_fields(flow.request),
        records.end_fields(walk, flow, 5),
    ]
    assert SECRET not in json.dumps(everything)


def test_the_end_of_a_flow_is_recorded_with_status_size_peer_and_time() -> None:
    walk = _walk()
    walk.entry = 12
    flow = tflow.tflow(resp=True)
    assert records.end_fields(walk, flow, 1500) == {
        "flow": "flow-1",
        "agent": "default",
        "verdict_entry": 12,
        "elapsed_us": 1500,
        "status": 200,
        "response_bytes": 7,
        "peer": "192.168.0.1",
    }


def test_the_end_of_a_streamed_or_broken_flow_has_no_size_but_a_reason() -> None:
    flow = tflow.tflow(resp=True, err=True)
    flow.response.data.content = None
    fields = records.end_fields(_walk(), flow, 1)
    assert "response_bytes" not in fields
    assert fields["error"]
    assert spell_fields(fields)


def test_scores_of_findings_keep_the_ledgers_range() -> None:
    custom = Finding("rule.custom", "rule", 100, Effect.DENY, "a rule of the operator's")
    fields = _verdict_fields(_walk(), custom)
    assert fields["score"] == 100
    assert spell_fields(fields)
