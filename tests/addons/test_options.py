"""Options of mitmproxy that would let traffic pass unjudged are refused, at the start and while it runs."""

from __future__ import annotations

import asyncio
import warnings
from contextlib import suppress
from typing import Any

import pytest
from mitmproxy import exceptions
from mitmproxy.options import Options

from addons.dispatch import INERT
from addons.errors import UnsafeOptionError
from addons.options import FORCED, SAFE_MODES, UNSAFE, SafeOptions, check, check_forced

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of pyasn1, by way of mitmproxy's addons
    from mitmproxy.addons import default_addons
    from mitmproxy.tools.dump import DumpMaster

LIMIT_BYTES = 1024 * 1024

UNSAFE_VALUES: dict[str, Any] = {
    "allow_hosts": ["example.com"],
    "ignore_hosts": [".*"],
    "keep_host_header": True,
    "map_local": ["|example.com|/etc"],
    "map_remote": ["|example.com|evil.example"],
    "modify_body": ["/a/b"],
    "modify_headers": ["/a/b"],
    "proxy_debug": True,
    "show_ignored_hosts": True,
    "ssl_insecure": True,
    "stickyauth": ".*",
    "stickycookie": ".*",
    "stream_large_bodies": "1m",
    "tcp_hosts": [".*"],
    "udp_hosts": [".*"],
    "upstream_auth": "user:password",
    "validate_inbound_headers": False,
}
UNKNOWN_HERE = {"emudhra", "emudhra_old"}
"""Refused where another build of mitmproxy has them."""
CHANGED_FORCED: dict[str, Any] = {
    "connection_strategy": "eager",
    "flow_detail": 3,
    "onboarding": True,
    "rawtcp": True,
    "store_streamed_bodies": True,
}


@pytest.fixture
async def options() -> Options:
    """All options that `mitmdump` has, as it makes them."""
    return DumpMaster(Options(), asyncio.get_running_loop(), with_termlog=False).options


async def _sealed() -> tuple[DumpMaster, SafeOptions]:
    master = DumpMaster(Options(), asyncio.get_running_loop(), with_termlog=False)
    safe = SafeOptions()
    master.addons.add(safe)
    safe.seal(master.options, LIMIT_BYTES)
    return master, safe


def test_each_option_we_refuse_has_a_case_here() -> None:
    assert UNSAFE_VALUES.keys() | UNKNOWN_HERE == UNSAFE.keys()
    assert CHANGED_FORCED.keys() == FORCED.keys()


async def test_the_defaults_of_mitmdump_are_safe(options: Options) -> None:
    check(options, set(options.keys()))
    assert (UNSAFE_VALUES.keys() | FORCED.keys()) <= set(options.keys())


@pytest.mark.parametrize("name", UNSAFE_VALUES)
async def test_an_unsafe_value_is_refused_by_name_and_reason(name: str, options: Options) -> None:
    options.update(**{name: UNSAFE_VALUES[name]})
    with pytest.raises(UnsafeOptionError, match=name) as caught:
        SafeOptions().seal(options, LIMIT_BYTES)
    assert caught.value.option == name
    assert UNSAFE[name][1] in str(caught.value)
    assert name in caught.value.hint()


@pytest.mark.parametrize("name", UNSAFE_VALUES)
async def test_an_unsafe_change_while_running_is_rolled_back(name: str) -> None:
    master, _ = await _sealed()
    before = getattr(master.options, name)
    with pytest.raises(exceptions.OptionsError, match=f"aegis: option {name} is refused"):
        master.options.update(**{name: UNSAFE_VALUES[name]})
    assert getattr(master.options, name) == before


@pytest.mark.parametrize("name", FORCED)
async def test_what_was_forced_cannot_be_changed_after_sealing(name: str) -> None:
    master, _ = await _sealed()
    assert getattr(master.options, name) == FORCED[name]
    with pytest.raises(exceptions.OptionsError, match=name):
        master.options.update(**{name: CHANGED_FORCED[name]})
    assert getattr(master.options, name) == FORCED[name]


@pytest.mark.parametrize("name", FORCED)
async def test_what_an_operator_set_before_sealing_is_overridden(name: str, options: Options) -> None:
    options.update(**{name: CHANGED_FORCED[name]})
    with pytest.raises(UnsafeOptionError, match=name):
        check_forced(options, {name})
    SafeOptions().seal(options, LIMIT_BYTES)
    assert getattr(options, name) == FORCED[name]
    assert options.body_size_limit == str(LIMIT_BYTES)


@pytest.mark.parametrize("value", [None, ""])
async def test_the_body_limit_cannot_be_taken_away(value: str | None) -> None:
    master, _ = await _sealed()
    with pytest.raises(exceptions.OptionsError, match="body_size_limit"):
        master.options.update(body_size_limit=value)
    assert master.options.body_size_limit == str(LIMIT_BYTES)


async def test_resetting_all_options_is_rolled_back() -> None:
    master, _ = await _sealed()
    with suppress(exceptions.OptionsError):
        master.options.reset()
    assert master.options.connection_strategy == "lazy"
    assert master.options.rawtcp is False


async def test_a_safe_change_while_running_is_accepted() -> None:
    master, _ = await _sealed()
    master.options.update(anticache=True, body_size_limit="2m", listen_port=0)
    assert master.options.anticache is True
    assert master.options.body_size_limit == "2m"


@pytest.mark.parametrize(
    "mode",
    [
        "upstream:http://127.0.0.1:3128",
        "reverse:https://example.com",
        "reverse:tcp://example.com:22",
        "reverse:dns://9.9.9.9",
        "socks5",
        "socks5@1080",
        "local",
        "local:curl",
    ],
)
def test_a_mode_in_which_no_name_decides_is_refused(mode: str) -> None:
    for modes in ([mode], ["regular", mode]):
        options = Options()
        options.update(mode=modes)
        with pytest.raises(UnsafeOptionError, match="mode=") as caught:
            check(options, {"mode"})
        assert "expected one of" in str(caught.value)


@pytest.mark.parametrize("mode", [*SAFE_MODES, "regular@127.0.0.1:0", "transparent@8081", "dns@5353"])
def test_a_mode_in_which_the_name_decides_is_accepted(mode: str) -> None:
    options = Options()
    options.update(mode=[mode])
    check(options, {"mode"})
    assert options.mode == [mode]


def test_a_mode_nobody_understands_is_refused() -> None:
    options = Options()
    options.update(mode=["carrier-pigeon"])
    with pytest.raises(UnsafeOptionError, match="not understood"):
        check(options, {"mode"})


async def test_only_what_changed_is_looked_at(options: Options) -> None:
    options.update(ssl_insecure=True)
    check(options, {"anticache", "no_such_option"})
    with pytest.raises(UnsafeOptionError):
        check(options, {"ssl_insecure"})


async def test_an_inert_addon_has_no_option_that_is_not_refused() -> None:
    declared = {}
    for addon in default_addons():
        name = getattr(addon, "name", type(addon).__name__.lower())
        if name in INERT and hasattr(addon, "load"):
            loader = _Declarations()
            addon.load(loader)
            declared[name] = loader.names
    assert declared.keys() == INERT
    harmless = {"onboarding_host"}  # without the addon nobody answers there
    assert set().union(*declared.values()) - harmless <= UNSAFE.keys() | FORCED.keys()


class _Declarations:
    """Stands for mitmproxy's loader and writes down which options an addon declares."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def add_option(self, name: str, *_: object) -> None:
        """As `Loader.add_option`."""
        self.names.add(name)


def test_idle_connections_live_longer_than_mitmproxys_default_unless_the_operator_says_otherwise() -> None:
    for given, expected in ((600, 7200), (30, 30)):
        options = Options(tcp_timeout=given)
        options.add_option("body_size_limit", str, "", "")
        SafeOptions().seal(options, 1 << 20)
        assert options.tcp_timeout == expected
