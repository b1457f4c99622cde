"""One spelling per host, and no address in disguise."""

from __future__ import annotations

import socket
import unicodedata
from ipaddress import IPv4Address

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.hosts import _read_address, literal_address, normalize_host


def fullwidth(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


NORMAL = [
    ("Example.COM", "example.com"),
    ("example.com.", "example.com"),
    ("bücher.de", "xn--bcher-kva.de"),
    ("BÜCHER.DE.", "xn--bcher-kva.de"),
    ("XN--BCHER-KVA.de", "xn--bcher-kva.de"),
    ("faß.de", "xn--fa-hia.de"),
    (fullwidth("example") + "。" + fullwidth("com"), "example.com"),
    ("ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "example.com"),
    (".".join(map(fullwidth, ("127", "0", "0", "1"))), "127.0.0.1"),
    ("0X7F.1", "0x7f.1"),
    ("a_b.example.com", "a_b.example.com"),
    ("[::1]", "::1"),
    ("[2606:4700:0:0::1]", "2606:4700::1"),
    ("2606:4700::1", "2606:4700::1"),
    ("a" * 63 + ".com", "a" * 63 + ".com"),
]


@pytest.mark.parametrize(("text", "expected"), NORMAL)
def test_hosts_are_normalized(text: str, expected: str) -> None:
    assert normalize_host(text) == expected


REFUSED = [
    "", ".", "..", "a..b", ".a", "a b", "a\tb", "a\nb", "a\x00b", "a%2eb", "%61", "a/b", "a\\b", "a?b", "a#b", "a@b",
    "a:80", "a[b", "[::1", "::1]", "[::1]x", "[fe80::1%25eth0]", "fe80::1%eth0", "-a.com", "a-.com", "a" * 64,
    "a." * 127 + "com", "x" * 2000, "\u2488com", "a\u0001.com", "\ud800.com", "\u0338.com", "a\u200d.com", "c℀.com",
    "xn--a.é..com", "*.example.com", "!", "ex ample.com", "a,b", "[127.0.0.1]", "[]", ":", "::::",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_malformed_hosts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        normalize_host(text)


@given(st.text(max_size=80) | st.from_regex(r"[a-zA-Z0-9.\-_üß。]{1,40}", fullmatch=True))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    try:
        once = normalize_host(text)
    except ValueError:
        return
    assert normalize_host(once) == once
    assert once.isascii()
    assert once == once.lower()


@given(st.from_regex(r"[0-9a-fA-FxX.]{1,24}", fullmatch=True))
def test_whatever_inet_aton_takes_is_recognized_with_the_same_value(text: str) -> None:
    try:
        expected = IPv4Address(socket.inet_aton(text))
    except OSError:
        return
    assert literal_address(text) == expected


def test_every_character_that_becomes_ascii_is_read_as_that_ascii() -> None:
    """All of Unicode: no digit, letter or dot that UTS #46 maps may slip past the reading of addresses."""
    missed = []
    for code in range(0x80, 0x110000):
        char = chr(code)
        if unicodedata.category(char) in {"Cs", "Cn", "Co"}:
            continue
        try:
            mapped = idna.uts46_remap(char, std3_rules=False, transitional=False)
        except idna.IDNAError:
            continue
        if mapped in {*"0123456789", ""} and literal_address(f"12{char}7.0.0.1") is None:
            missed.append(char)
        if mapped == "." and literal_address(f"127{char}0{char}0{char}1") != IPv4Address("127.0.0.1"):
            missed.append(char)
        if mapped == "x" and literal_address(f"0{char}7f.1") != IPv4Address("127.0.0.1"):
            missed.append(char)
    assert missed == []


def test_long_texts_are_not_kept_in_memory() -> None:
    before = _read_address.cache_info().currsize
    assert literal_address("1" * 100_000) is None
    assert _read_address.cache_info().currsize == before


@pytest.mark.parametrize(
    "text", ["", "example.com", "a.1b", "1.2.3.4.5", "x" * 5000, "::g", "1.2.3.4.com", "deadbeef"]
)
def test_names_are_not_addresses(text: str) -> None:
    assert literal_address(text) is None
