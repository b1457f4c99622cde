"""What no range admits is not public, whatever the standard library says."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.addresses import AddressClass, classify, embedded

CASES = [
    ("8.8.8.8", AddressClass.PUBLIC),
    ("1.1.1.1", AddressClass.PUBLIC),
    ("9.255.255.255", AddressClass.PUBLIC),
    ("10.0.0.0", AddressClass.PRIVATE),
    ("11.0.0.0", AddressClass.PUBLIC),
    ("100.63.255.255", AddressClass.PUBLIC),
    ("100.64.0.0", AddressClass.CGNAT),
    ("100.127.255.255", AddressClass.CGNAT),
    ("100.128.0.0", AddressClass.PUBLIC),
    ("126.255.255.255", AddressClass.PUBLIC),
    ("127.0.0.0", AddressClass.LOOPBACK),
    ("128.0.0.0", AddressClass.PUBLIC),
    ("169.253.255.255", AddressClass.PUBLIC),
    ("169.254.0.0", AddressClass.LINK_LOCAL),
    ("169.255.0.0", AddressClass.PUBLIC),
    ("172.15.255.255", AddressClass.PUBLIC),
    ("172.16.0.0", AddressClass.PRIVATE),
    ("172.32.0.0", AddressClass.PUBLIC),
    ("192.0.0.1", AddressClass.RESERVED),
    ("192.167.255.255", AddressClass.PUBLIC),
    ("192.169.0.0", AddressClass.PUBLIC),
    ("198.17.255.255", AddressClass.PUBLIC),
    ("198.19.255.255", AddressClass.RESERVED),
    ("198.20.0.0", AddressClass.PUBLIC),
    ("223.255.255.255", AddressClass.PUBLIC),
    ("239.255.255.255", AddressClass.MULTICAST),
    ("168.63.129.15", AddressClass.PUBLIC),
    ("168.63.129.16", AddressClass.METADATA),
    ("2606:4700::1", AddressClass.PUBLIC),
    ("2001:4860:4860::8888", AddressClass.PUBLIC),
    ("::ffff:8.8.8.8", AddressClass.PUBLIC),
    ("::ffff:10.0.0.1", AddressClass.PRIVATE),
    ("64:ff9b::8.8.8.8", AddressClass.PUBLIC),
    ("64:ff9b::10.0.0.1", AddressClass.PRIVATE),
    ("64:ff9b:1::8.8.8.8", AddressClass.EMBEDDED),
    ("64:ff9b:1:a00:0:100::", AddressClass.PRIVATE),
    ("2002:7f00:1::", AddressClass.LOOPBACK),
    ("2002:808:808::", AddressClass.EMBEDDED),
    ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", AddressClass.EMBEDDED),
    ("2001:0:4136:e378:8000:63bf:80ff:fffe", AddressClass.LOOPBACK),
    ("2001:10::1", AddressClass.RESERVED),
    ("2001:20::1", AddressClass.RESERVED),
    ("::2", AddressClass.RESERVED),
    ("fe80::1%eth0", AddressClass.LINK_LOCAL),
    ("fe80::5efe:10.0.0.1", AddressClass.PRIVATE),
    ("0:0:0:0:0:0:0:1", AddressClass.LOOPBACK),
    ("8000::1", AddressClass.RESERVED),
]


@pytest.mark.parametrize(("text", "kind"), CASES)
def test_classes(text: str, kind: AddressClass) -> None:
    assert classify(ip_address(text)) is kind


@given(st.ip_addresses())
def test_what_the_standard_library_calls_unsafe_is_never_public(address: IPv4Address | IPv6Address) -> None:
    is_unsafe = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    is_carrier = isinstance(address, IPv6Address) and embedded(address) is not None
    if is_unsafe and not is_carrier:
        assert classify(address) is not AddressClass.PUBLIC


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "64:ff9b::{}", "::{}", "::ffff:0:{}"]))
def test_an_address_inside_another_is_found_and_judged(inner: IPv4Address, form: str) -> None:
    outer = IPv6Address(form.format(inner))
    if int(outer) > 1:
        assert embedded(outer) == inner
        if classify(inner) is not AddressClass.PUBLIC:
            assert classify(outer) is classify(inner)
