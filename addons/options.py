"""Which of mitmproxy's options are set by us, and which are refused because they let traffic pass unjudged.

A stray `config.yaml` in the confdir can set any option, so defaults are no protection. Measured on mitmproxy 12.2:
see `tests/addons/test_options.py` for one case each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mitmproxy import ctx, exceptions
from mitmproxy.proxy import mode_specs

from addons.errors import UnsafeOptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mitmproxy.options import Options

FORCED: dict[str, Any] = {
    "connection_strategy": "lazy",  # eager dials the target before any verdict
    "rawtcp": False,  # an upgrade or an unknown protocol would become a raw tunnel
    "onboarding": False,  # mitm.it answers before the stack is asked
    "flow_detail": 0,  # the dumper prints URLs, and URLs hold secrets
    "store_streamed_bodies": False,
}
"""Set whatever the operator says: there is no safe other value."""


DEFAULTS: dict[str, tuple[Any, Any]] = {
    "tcp_timeout": (600, 2 * 60 * 60),  # a session of events may say nothing for a long time
}
"""Option to mitmproxy's default and ours, which holds unless the operator says something else."""


def _non_empty(value: Any) -> bool:
    return bool(value)


UNSAFE: dict[str, tuple[Callable[[Any], bool], str]] = {
    "ignore_hosts": (_non_empty, "connections to these hosts would be relayed unread"),
    "allow_hosts": (_non_empty, "connections to all other hosts would be relayed unread"),
    "tcp_hosts": (_non_empty, "connections to these hosts would be raw TCP"),
    "udp_hosts": (_non_empty, "connections to these hosts would be raw UDP"),
    "show_ignored_hosts": (_non_empty, "nothing is ignored"),
    "ssl_insecure": (_non_empty, "a forged service could answer"),
    "emudhra": (_non_empty, "leaves would be signed with a published key"),
    "emudhra_old": (_non_empty, "leaves would be signed with a published key"),
    "map_remote": (_non_empty, "the destination would change after it was judged"),
    "map_local": (_non_empty, "answers would not come from the service that was judged"),
    "modify_body": (_non_empty, "bodies would change after they were judged"),
    "modify_headers": (_non_empty, "headers would change after they were judged"),
    "stickyauth": (_non_empty, "one agent's credentials would be sent for another"),
    "stickycookie": (_non_empty, "one agent's cookies would be sent for another"),
    "upstream_auth": (_non_empty, "credentials belong into the vault"),
    "stream_large_bodies": (_non_empty, "request bodies would leave before the verdict"),
    "keep_host_header": (_non_empty, "the name sent would not be the name judged"),
    "proxy_debug": (_non_empty, "the log would hold raw traffic"),
    "validate_inbound_headers": (lambda value: not value, "smuggled requests would be accepted"),
}
"""Option to (is it unsafe?, why). Options this mitmproxy does not have are skipped."""

SAFE_MODES = ("regular", "transparent", "dns", "tun")
"""Proxy modes in which the name decides where a connection goes. `tun` carries UDP and QUIC too: `addons.protocols`
refuses them, and `tests/lab/test_tun.py` shows it. `upstream` lets another proxy resolve, `reverse` has no name of the
agent's, `local` goes on unguarded when its redirector dies, `socks5` carries raw TCP; `wireguard` has one key for all
agents, so a source address would be what any of them says it is."""


class SafeOptions:
    """Keeps the options safe at start and at every change."""

    name = "aegis-options"

    def __init__(self) -> None:
        self._is_sealed = False

    def seal(self, options: Options, body_limit_bytes: int) -> None:
        """Set what has no other safe value, and hold it from now on.

        Args:
            options: mitmproxy's.
            body_limit_bytes: the largest request body that is buffered for judging.
        """
        check(options, set(options.keys()))
        self._is_sealed = False
        present = {name: value for name, value in FORCED.items() if name in options}
        for name, (stock, ours) in DEFAULTS.items():
            if name in options and getattr(options, name) == stock:
                present[name] = ours
        options.update(**present, body_size_limit=str(body_limit_bytes))
        self._is_sealed = True

    def configure(self, updated: set[str]) -> None:
        """Refuse unsafe values; at start that ends the process, later the change is rolled back."""
        try:
            check(ctx.options, updated)
            if self._is_sealed:
                check_forced(ctx.options, updated)
        except UnsafeOptionError as error:
            if self._is_sealed:
                _restore(ctx.options)
            raise exceptions.OptionsError(f"aegis: {error}; {error.hint()}") from error


def check(options: Options, names: set[str]) -> None:
    """Check the options in `names`.

    Raises:
        UnsafeOptionError: for the first that is unsafe.
    """
    for name in sorted(names & UNSAFE.keys()):
        is_unsafe, why = UNSAFE[name]
        if name in options and is_unsafe(getattr(options, name)):
            raise UnsafeOptionError(name, why)
    if "mode" in names:
        for mode in options.mode:
            _check_mode(mode)


def check_forced(options: Options, names: set[str]) -> None:
    """Check that what was forced has not been changed since.

    Raises:
        UnsafeOptionError: for the first that has.
    """
    for name in sorted(names & FORCED.keys()):
        if name in options and getattr(options, name) != FORCED[name]:
            raise UnsafeOptionError(name, f"it must stay {FORCED[name]!r}")
    if "body_size_limit" in names and not options.body_size_limit:
        raise UnsafeOptionError("body_size_limit", "bodies without a limit exhaust the memory")


def _restore(options: Options) -> None:
    """Undo what was forced and changed: a rollback would do it too, but a reset has none."""
    for name in options.keys() & FORCED.keys():
        vars(options)["_options"][name].set(FORCED[name])


def _check_mode(mode: str) -> None:
    try:
        kind = mode_specs.ProxyMode.parse(mode).type_name
    except ValueError as error:
        raise UnsafeOptionError(f"mode={mode}", "it is not understood") from error
    if kind not in SAFE_MODES:
        raise UnsafeOptionError(f"mode={mode}", f"expected one of {', '.join(SAFE_MODES)}")
