"""A flow has one name, or it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.checks.names import FlowNames, check, flow_name

TLS = FlowNames(
    connect=("example.com", 443),
    sni="example.com",
    is_tls=True,
    authorities=("example.com",),
    scheme="https",
    request_host="example.com",
    request_port=443,
)
PLAIN = FlowNames(None, None, False, ("example.com",), "http", "example.com", 80)  # noqa: FBT003
TRANSPARENT = replace(TLS, connect=None, request_host="", request_port=443)

AGREE = [
    ("TLS through CONNECT", TLS, "example.com"),
    ("plain", PLAIN, "example.com"),
    ("transparent TLS", TRANSPARENT, "example.com"),
    ("transparent plain", replace(PLAIN, request_host=""), "example.com"),
    ("case and trailing dots", replace(TLS, sni="EXAMPLE.com.", authorities=("Example.Com",)), "example.com"),
    ("explicit default port", replace(TLS, authorities=("example.com:443",)), "example.com"),
    ("empty port", replace(PLAIN, authorities=("example.com",)), "example.com"),
    ("other port everywhere", replace(TLS, connect=("example.com", 8443), authorities=("example.com:8443",),
     request_port=8443), "example.com"),
    (":authority in place of Host", replace(TLS, authorities=(), authority="example.com"), "example.com"),
    (":authority and Host", replace(TLS, authority="example.com"), "example.com"),
    ("address without SNI", replace(TLS, connect=("8.8.8.8", 443), sni=None, authorities=("8.8.8.8",),
     request_host="8.8.8.8"), "8.8.8.8"),
    ("IPv6 in two spellings", replace(TLS, connect=("2606:4700:0::1", 443), sni=None,
     authorities=("[2606:4700::1]",), request_host="2606:4700::1"), "2606:4700::1"),
    ("internationalized", replace(PLAIN, authorities=("bücher.de",), request_host="xn--bcher-kva.de"),
     "xn--bcher-kva.de"),
]  # fmt: skip

DISAGREE = [
    ("fronting", replace(TLS, authorities=("evil.com",)), "names.mismatch"),
    ("SNI differs", replace(TLS, sni="evil.com"), "names.mismatch"),
    ("CONNECT differs", replace(TLS, connect=("evil.com", 443)), "names.mismatch"),
    ("target differs", replace(TLS, request_host="evil.com"), "names.mismatch"),
    (":authority differs", replace(TLS, authority="evil.com"), "names.mismatch"),
    ("port of CONNECT differs", replace(TLS, connect=("example.com", 8443)), "names.mismatch"),
    ("port zero in CONNECT", replace(TLS, connect=("example.com", 0)), "names.mismatch"),
    ("port of Host differs", replace(TLS, authorities=("example.com:8443",)), "names.mismatch"),
    ("port of target differs", replace(TLS, request_port=8443), "names.mismatch"),
    ("port of transparent target differs", replace(TRANSPARENT, request_port=22), "names.mismatch"),
    ("default port of the other scheme", replace(PLAIN, authorities=("example.com:443",)), "names.mismatch"),
    ("subdomain", replace(TLS, authorities=("x.example.com",)), "names.mismatch"),
    ("numeric spelling of the same address", replace(TLS, connect=("8.8.8.8", 443), sni=None,
     authorities=("134744072",), request_host="8.8.8.8"), "names.mismatch"),
    ("two Hosts", replace(TLS, authorities=("example.com", "evil.com")), "names.duplicate-host"),
    ("two equal Hosts", replace(TLS, authorities=("example.com", "example.com")), "names.duplicate-host"),
    ("two Hosts in one", replace(TLS, authorities=("example.com, evil.com",)), "names.mismatch"),
    ("user info in Host", replace(TLS, authorities=("evil.com@example.com",)), "names.mismatch"),
    ("path in Host", replace(TLS, authorities=("example.com/x",)), "names.mismatch"),
    ("empty Host", replace(TLS, authorities=("",)), "names.mismatch"),
    ("only a port", replace(TLS, authorities=(":443",)), "names.mismatch"),
    ("port zero", replace(TLS, authorities=("example.com:0",)), "names.mismatch"),
    ("port too large", replace(TLS, authorities=("example.com:65536",)), "names.mismatch"),
    ("other digits in the port", replace(TLS, authorities=("example.com:٤٤٣",)), "names.mismatch"),
    ("line break in Host", replace(TLS, authorities=("example.com\n",)), "names.mismatch"),
    ("space before Host", replace(TLS, authorities=(" example.com",)), "names.mismatch"),
    ("nul in SNI", replace(TLS, sni="example.com\x00"), "names.mismatch"),
    ("IPv6 without brackets", replace(PLAIN, authorities=("::1",), request_host="::1"), "names.mismatch"),
    ("no Host", replace(PLAIN, authorities=()), "names.missing"),
    ("no SNI", replace(TLS, sni=None), "names.missing"),
    ("empty SNI", replace(TLS, sni=""), "names.missing"),
]  # fmt: skip


@pytest.mark.parametrize(("names", "host"), [case[1:] for case in AGREE], ids=[case[0] for case in AGREE])
def test_names_that_agree_give_the_one_name(names: FlowNames, host: str) -> None:
    assert check(names) == []
    assert flow_name(names) == host


@pytest.mark.parametrize(("names", "rule"), [c[1:] for c in DISAGREE], ids=[c[0] for c in DISAGREE])
def test_names_that_disagree_are_refused(names: FlowNames, rule: str) -> None:
    (found,) = check(names)
    assert found.rule == rule
    assert found.reason.isprintable()
    assert flow_name(names) is None
