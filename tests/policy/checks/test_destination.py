"""Every spelling of every place an agent may not go is refused by the rule that names it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.addresses import AddressClass, classify
from policy.checks import destination
from policy.exchange import Exchange, State
from policy.hosts import literal_address, normalize_host
from policy.load import parse_policy
from policy.verdict import Effect, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

ANYWHERE = "allowedDomains: ['*', localhost]\nnetwork: {allowedPorts: [80, 443, 8080]}\n"


def judge(host: str, policy: str = ANYWHERE, scheme: str = "https", port: int = 443) -> list[Finding]:
    settings = parse_policy(policy, "policy.yaml").base.destination
    exchange = Exchange("a", scheme, "GET", host, port, "/")
    return destination.check(exchange, settings, State())


def quad(address: str) -> list[int]:
    return [int(part) for part in address.split(".")]


def circled(number: int) -> str:
    return "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(digit)] for digit in str(number))


def fullwidth(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


def dword(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda a: a,
    "trailing dot": lambda a: a + ".",
    "trailing dots": lambda a: a + "..",
    "bracketed": lambda a: f"[{a}]",
    "dword": lambda a: str(dword(a)),
    "dword, overflowing": lambda a: str(dword(a) + (1 << 32)),
    "dword, padded": lambda a: f"00000{dword(a):o}",
    "hex dword": lambda a: hex(dword(a)),
    "hex dword, upper": lambda a: hex(dword(a)).upper(),
    "octal dword": lambda a: f"0{dword(a):o}",
    "octal": lambda a: ".".join(f"0{n:o}" for n in quad(a)),
    "octal, padded": lambda a: ".".join(f"0000{n:o}" for n in quad(a)),
    "hex": lambda a: ".".join(hex(n) for n in quad(a)),
    "hex, padded": lambda a: ".".join(f"0x0000{n:02X}" for n in quad(a)),
    "mixed": lambda a: "{:#x}.{}.0{:o}.{}".format(*quad(a)),
    "two parts": lambda a: f"{quad(a)[0]}.{dword(a) & 0xFFFFFF}",
    "two parts, hex": lambda a: f"{quad(a)[0]:#x}.{dword(a) & 0xFFFFFF:#x}",
    "three parts": lambda a: f"{quad(a)[0]}.{quad(a)[1]}.{dword(a) & 0xFFFF}",
    "overflowing parts": lambda a: ".".join(str(n + 256) for n in quad(a)),
    "full-width": lambda a: ".".join(fullwidth(str(n)) for n in quad(a)),
    "full-width dots": lambda a: a.replace(".", fullwidth(".")),
    "ideographic dots": lambda a: a.replace(".", "。"),
    "half-width dots": lambda a: a.replace(".", "｡"),
    "circled": lambda a: "。".join(circled(n) for n in quad(a)),
    "mathematical": lambda a: "".join(chr(0x1D7CE + int(c)) if c.isdigit() else c for c in a),
    "superscript": lambda a: a.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    "arabic digits": lambda a: a.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "soft hyphen": lambda a: a.replace(".", "\u00ad.", 1),
    "zero-width space": lambda a: a.replace(".", ".\u200b", 1),
    "variation selector": lambda a: a.replace(".", "\ufe0f.", 1),
    "percent": lambda a: f"%{ord(a[0]):02x}{a[1:]}",
    "percent dots": lambda a: a.replace(".", "%2e"),
    "double percent": lambda a: f"%25{ord(a[0]):02x}{a[1:]}",
    "full-width percent-encoded": lambda a: a.replace(".", "%E3%80%82"),
    "mapped": lambda a: f"::ffff:{a}",
    "mapped, bracketed": lambda a: f"[::ffff:{a}]",
    "mapped, hex": lambda a: f"[::ffff:{dword(a) >> 16:x}:{dword(a) & 0xFFFF:x}]",
    "mapped, long": lambda a: f"[0:0:0:0:0:ffff:{a}]",
    "mapped, upper": lambda a: f"[0000:0000:0000:0000:0000:FFFF:{a}]",
    "mapped with zone": lambda a: f"[::ffff:{a}%25eth0]",
    "compatible": lambda a: f"[::{a}]",
    "translated (NAT64)": lambda a: f"[64:ff9b::{a}]",
    "translated, hex": lambda a: f"[64:ff9b::{dword(a) >> 16:x}:{dword(a) & 0xFFFF:x}]",
    "SIIT": lambda a: f"[::ffff:0:{a}]",
    "6to4": lambda a: f"[2002:{dword(a) >> 16:x}:{dword(a) & 0xFFFF:x}::1]",
    "Teredo": lambda a: f"[2001:0:4136:e378:8000:63bf:{~dword(a) >> 16 & 0xFFFF:x}:{~dword(a) & 0xFFFF:x}]",
    "ISATAP": lambda a: f"[2a00::5efe:{a}]",
    "local NAT64": lambda a: (
        f"[64:ff9b:1:{dword(a) >> 16:x}:{dword(a) >> 8 & 0xFF:x}:{(dword(a) & 0xFF) << 8:x}::]"
    ),
    "nip.io": lambda a: f"{a}.nip.io",
    "nip.io, prefixed": lambda a: f"www.bank.com.{a}.nip.io",
    "sslip.io": lambda a: a.replace(".", "-") + ".sslip.io",
    "nip.io, hex": lambda a: f"{dword(a):08x}.nip.io",
}

PLACES = {
    "127.0.0.1": "egress.loopback",
    "10.0.0.5": "egress.private-address",
    "192.168.1.1": "egress.private-address",
    "169.254.169.254": "egress.metadata-endpoint",
    "100.64.0.1": "egress.cgnat",
    "0.0.0.0": "egress.loopback",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("place", PLACES)
def test_a_non_public_address_is_refused_in_every_spelling(place: str, spelling: str) -> None:
    host = SPELLINGS[spelling](place)
    findings = judge(host)
    if place == "0.0.0.0" and spelling == "compatible":
        assert [found.rule for found in findings] == ["egress.loopback"]  # ::0.0.0.0 is ::
        return
    assert [(found.rule, found.effect) for found in findings] == [(PLACES[place], Effect.SAFETY)], host


OTHERS = [
    ("unspecified v6", "[::]", "egress.loopback"),
    ("loopback v6", "[::1]", "egress.loopback"),
    ("loopback v6, long", "[0000:0000:0000:0000:0000:0000:0000:0001]", "egress.loopback"),
    ("loopback v6, circled", "[::①]", "egress.loopback"),
    ("one number", "0", "egress.loopback"),
    ("hex zero", "0x", "egress.loopback"),
    ("last loopback", "127.255.255.255", "egress.loopback"),
    ("private 172", "172.31.255.254", "egress.private-address"),
    ("unique local", "[fd12:3456::1]", "egress.private-address"),
    ("site local", "[fec0::1]", "egress.private-address"),
    ("link-local", "169.254.1.1", "egress.link-local"),
    ("link-local v6", "[fe80::1]", "egress.link-local"),
    ("link-local v6 with zone", "[fe80::1%25eth0]", "egress.link-local"),
    ("AWS ECS", "169.254.170.2", "egress.metadata-endpoint"),
    ("AWS v6", "[fd00:ec2::254]", "egress.metadata-endpoint"),
    ("Google v6", "[fd20:ce::254]", "egress.metadata-endpoint"),
    ("Azure wire server", "168.63.129.16", "egress.metadata-endpoint"),
    ("Azure wire server, NAT64", "[64:ff9b::a83f:8110]", "egress.metadata-endpoint"),
    ("Alibaba", "100.100.100.200", "egress.metadata-endpoint"),
    ("Oracle", "192.0.0.192", "egress.metadata-endpoint"),
    ("Tencent", "169.254.0.23", "egress.metadata-endpoint"),
    ("multicast", "224.0.0.251", "egress.multicast"),
    ("multicast v6", "[ff02::1]", "egress.multicast"),
    ("documentation 1", "192.0.2.1", "egress.reserved-address"),
    ("documentation 2", "198.51.100.7", "egress.reserved-address"),
    ("documentation 3", "203.0.113.9", "egress.reserved-address"),
    ("documentation v6", "[2001:db8::1]", "egress.reserved-address"),
    ("benchmarking", "198.18.0.1", "egress.reserved-address"),
    ("this network", "0.1.2.3", "egress.reserved-address"),
    ("future use", "240.0.0.1", "egress.reserved-address"),
    ("broadcast", "255.255.255.255", "egress.reserved-address"),
    ("6to4 relay", "192.88.99.1", "egress.reserved-address"),
    ("discard", "[100::1]", "egress.reserved-address"),
    ("unassigned v6", "[4000::1]", "egress.reserved-address"),
    ("public in 6to4", "[2002:808:808::1]", "egress.embedded-address"),
    ("public in compatible", "[::8.8.8.8]", "egress.embedded-address"),
    ("public in ISATAP", "[2a00::200:5efe:808:808]", "egress.embedded-address"),
    ("local NAT64 /96", "[64:ff9b:1::10.0.0.1]", "egress.private-address"),
    ("metadata by name", "metadata.google.internal", "egress.metadata-endpoint"),
    ("metadata by name, dot", "metadata.google.internal.", "egress.metadata-endpoint"),
    ("metadata by name, upper", "METADATA.Google.Internal", "egress.metadata-endpoint"),
    ("metadata short name", "metadata", "egress.metadata-endpoint"),
    ("single label", "redis", "egress.internal-name"),
    ("internal suffix", "db.internal", "egress.internal-name"),
    ("mDNS", "printer.local", "egress.internal-name"),
    ("cluster", "api.default.svc", "egress.internal-name"),
    ("below localhost", "foo.localhost", "egress.internal-name"),
    ("loopback service", "app.lvh.me", "egress.internal-name"),
    ("rebinder", "7f000001.c0a80001.rbndr.us", "egress.internal-name"),
    ("empty", "", "egress.malformed-host"),
    ("empty label", "a..example.com", "egress.malformed-host"),
    ("leading dot", ".example.com", "egress.malformed-host"),
    ("space", "api.example.com evil.com", "egress.malformed-host"),
    ("line break", "api.example.com\r\nX: y", "egress.malformed-host"),
    ("nul", "127.0.0.1\x00.example.com", "egress.malformed-host"),
    ("encoded nul", "127.0.0.1%00.example.com", "egress.malformed-host"),
    ("user info", "api.example.com@127.0.0.1", "egress.malformed-host"),
    ("port inside", "127.0.0.1:80", "egress.malformed-host"),
    ("fragment", "api.example.com#.evil.com", "egress.malformed-host"),
    ("backslash", "api.example.com\\.evil.com", "egress.malformed-host"),
    ("percent name", "api%2eexample%2ecom", "egress.malformed-host"),
    ("five parts", "1.2.3.4.5", "egress.malformed-host"),
    ("numeric last label", "example.123", "egress.malformed-host"),
    ("hex last label", "example.0x7f", "egress.malformed-host"),
    ("enclosed letters", "ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "egress.malformed-host"),
    ("ideographic dot in a name", "api。example.com", "egress.malformed-host"),
    ("soft hyphen in a name", "api.exam\u00adple.com", "egress.malformed-host"),
    ("account-of sign", "evil.c℀.example.com", "egress.malformed-host"),
    ("long label", "a" * 64 + ".com", "egress.malformed-host"),
    ("long name", "a." * 127 + "com", "egress.malformed-host"),
    ("bad brackets", "[::1", "egress.loopback"),
    ("no address in brackets", "[example.com]", "egress.malformed-host"),
]


@pytest.mark.parametrize(("host", "rule"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_other_hosts_that_are_refused_in_every_mode(host: str, rule: str) -> None:
    findings = judge(host)
    assert [(found.rule, found.effect) for found in findings] == [(rule, Effect.SAFETY)]
    assert findings[0].severity >= 70
    assert findings[0].reason.isprintable()
    assert findings[0].reason.isascii()


PASSES = [
    "example.com",
    "EXAMPLE.com",
    "example.com.",
    "docs.python.org",
    "bücher.de",
    "xn--bcher-kva.de",
    "r3---sn-abc.googlevideo.com",
    "my_bucket.s3.amazonaws.com",
    "1password.com",
    "8.8.8.8.nip.io",
    "0x7f.example.com",
    "127.0.0.1.example.com",
    "999.nip.io",
    "localhost",
]


@pytest.mark.parametrize("host", PASSES)
def test_ordinary_names_pass_where_anything_is_allowed(host: str) -> None:
    assert judge(host) == []


PUBLIC_ADDRESSES = [
    ("not listed", "8.8.8.8", ANYWHERE, "egress.domain"),
    ("listed", "8.8.8.8", "allowedDomains: [8.8.8.8]", None),
    ("listed, other spelling", "134744072", "allowedDomains: [8.8.8.8]", "egress.ambiguous-address"),
    ("listed, octal", "010.8.8.8", "allowedDomains: [8.8.8.8]", "egress.ambiguous-address"),
    ("listed, trailing dot", "8.8.8.8.", "allowedDomains: [8.8.8.8]", "egress.ambiguous-address"),
    (
        "listed, full-width",
        fullwidth("8") + ".8.8.8",
        "allowedDomains: [8.8.8.8]",
        "egress.ambiguous-address",
    ),
    ("listed, mapped", "[::ffff:8.8.8.8]", "allowedDomains: [8.8.8.8]", "egress.ambiguous-address"),
    ("v6 listed", "[2606:4700::1111]", "allowedDomains: ['2606:4700::1111']", None),
    ("v6 listed, long", "2606:4700:0:0:0:0:0:1111", "allowedDomains: ['2606:4700::1111']", None),
    ("v6 not listed", "[2606:4700::1111]", ANYWHERE, "egress.domain"),
    ("blocked", "8.8.8.8", "allowedDomains: [8.8.8.8]\nblockedDomains: [8.8.8.8]", "egress.blocked-domain"),
    (
        "blocked subnet",
        "8.8.8.8",
        "allowedDomains: [8.8.8.8]\nnetwork: {blockedSubnets: [8.8.0.0/16]}",
        "egress.blocked-subnet",
    ),
    ("private although listed", "10.0.0.5", "allowedDomains: [10.0.0.5]", "egress.private-address"),
]


@pytest.mark.parametrize(
    ("host", "policy", "rule"), [case[1:] for case in PUBLIC_ADDRESSES], ids=[c[0] for c in PUBLIC_ADDRESSES]
)
def test_a_public_address_passes_only_if_listed_and_canonical(
    host: str, policy: str, rule: str | None
) -> None:
    assert [found.rule for found in judge(host, policy)] == ([rule] if rule else [])


LISTED = (
    "allowedDomains: [api.example.com, '*.wild.example', redis, db.internal, '*.corp.internal', bücher.de]\n"
)
NAMES = [
    ("exact", "api.example.com", LISTED, None),
    ("below exact", "x.api.example.com", LISTED, "egress.domain"),
    ("above exact", "example.com", LISTED, "egress.domain"),
    ("look-alike ending", "evilapi.example.com", LISTED, "egress.domain"),
    ("listed as prefix", "api.example.com.evil.net", LISTED, "egress.domain"),
    ("one below", "a.wild.example", LISTED, None),
    ("three below", "a.b.c.wild.example", LISTED, None),
    ("apex", "wild.example", LISTED, "egress.domain"),
    ("look-alike suffix", "evilwild.example", LISTED, "egress.domain"),
    ("single label listed", "redis", LISTED, None),
    ("internal listed", "db.internal", LISTED, None),
    ("internal wildcard", "a.corp.internal", LISTED, None),
    ("other internal", "other.internal", LISTED, "egress.internal-name"),
    ("A-label of a listed name", "xn--bcher-kva.de", LISTED, None),
    ("U-label of a listed name", "BÜCHER.de", LISTED, None),
    ("nothing listed", "example.com", "mode: enforce", "egress.domain"),
    ("metadata although listed", "metadata.google.internal", "allowedDomains: [metadata.google.internal]",
     "egress.metadata-endpoint"),
    ("blocked wins", "a.example.com", "allowedDomains: ['*']\nblockedDomains: ['*.example.com']",
     "egress.blocked-domain"),
    ("blocked wins over exact", "a.example.com", "allowedDomains: [a.example.com]\nblockedDomains: ['*']",
     "egress.blocked-domain"),
    ("blocked with other case and dot", "A.Example.COM.", "allowedDomains: ['*']\nblockedDomains: [a.example.com]",
     "egress.blocked-domain"),
    ("localhost listed", "localhost", "allowedDomains: [localhost]", None),
    ("localhost not listed", "localhost", "allowedDomains: ['*']", "egress.internal-name"),
    ("loopback by address with localhost listed", "127.0.0.1", "allowedDomains: [localhost]", "egress.loopback"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "policy", "rule"), [c[1:] for c in NAMES], ids=[c[0] for c in NAMES])
def test_names_follow_the_lists(host: str, policy: str, rule: str | None) -> None:
    assert [found.rule for found in judge(host, policy)] == ([rule] if rule else [])


@pytest.mark.parametrize("scheme", ["ftp", "gopher", "file", "ws", "HTTP", "", "javascript\n"])
def test_only_http_and_https_are_schemes(scheme: str) -> None:
    assert [found.rule for found in judge("example.com", scheme=scheme)] == ["egress.scheme"]


def test_ports_outside_the_list_are_refused_with_the_line_that_lists_them() -> None:
    (found,) = judge("example.com", ANYWHERE, port=22)
    assert (found.rule, found.policy_line) == ("egress.port", 2)
    assert "80, 443, 8080" in found.reason


def test_the_domain_finding_names_the_line_of_the_list() -> None:
    (found,) = judge("evil.com", "mode: enforce\n\nallowedDomains:\n- a.example.com\n")
    assert (found.rule, found.severity, found.policy_line) == ("egress.domain", 80, 3)


octets = st.tuples(*[st.integers(0, 255)] * 4)
bases = st.sampled_from(["{}", "{:#x}", "0{:o}", "0x{:04X}", "000{:o}"])


@given(octets, st.tuples(bases, bases, bases, bases), st.integers(1, 4), st.sampled_from(["", "."]))
def test_every_generated_spelling_is_read_as_its_address(
    numbers: tuple[int, ...], formats: tuple[str, ...], parts: int, tail: str
) -> None:
    last = int.from_bytes(bytes(numbers[parts - 1 :]))
    shown = [*numbers[: parts - 1], last]
    host = ".".join(form.format(number) for form, number in zip(formats, shown, strict=False)) + tail
    address = ipaddress.IPv4Address(bytes(numbers))
    assert literal_address(host) == address
    findings = judge(host)
    assert findings, "an address is never admitted by `*`"
    if classify(address) is not AddressClass.PUBLIC:
        assert [found.effect for found in findings] == [Effect.SAFETY]


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-fx.:%\[\]-]{1,30}", fullmatch=True))
def test_what_passes_is_a_plain_name_that_no_resolver_takes_for_an_address(host: str) -> None:
    if not judge(host):
        name = normalize_host(host)
        assert name.isascii()
        assert literal_address(host) is None
        assert literal_address(name) is None
