"""Names check: holds a flow to one name, whatever layers it arrived in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policy.catalog import finding
from policy.evidence import safe
from policy.hosts import literal_address, normalize_host

if TYPE_CHECKING:
    from policy.verdict import Finding

_DEFAULT_PORT: Final = {"http": 80, "https": 443}
_AUTHORITY: Final = re.compile(r"(\[[^\[\]]*\]|[^:\[\]@/?#\\\s,]*)(?::([0-9]{1,5}))?\Z")
_LARGEST_PORT: Final = 65535
_LONGEST_REMEMBERED: Final = 1024
"""Characters; agent-supplied names must not fill the memory."""


@dataclass(frozen=True, slots=True)
class FlowNames:
    """Every name a flow carries, as sent; all of it agent-supplied."""

    connect: tuple[str, int] | None
    """Authority of the CONNECT request, or None where there was none."""
    sni: str | None
    """Server name of the TLS ClientHello."""
    is_tls: bool
    authorities: tuple[str, ...]
    """Raw values of all `Host` headers in order; a lone `:authority` may stand here too."""
    scheme: str
    """`http` or `https`."""
    request_host: str
    """Host the proxy would connect to; empty if that is a mere address, as in transparent mode."""
    request_port: int
    """Port the proxy would connect to; 0 if unknown."""
    authority: str | None = None
    """`:authority` of HTTP/2 or the authority of an absolute-form target, apart from the `Host` headers."""


def check(names: FlowNames) -> list[Finding]:
    """Stop domain fronting, smuggling by Host and cross-host reuse (CWE-444, T1090.004, RFC 9110 §7.2).

    The authority of CONNECT, SNI, every `Host` header, `:authority` and the host that would be dialled must
    be one name, and the ports must be one port; a missing port is the scheme's. More than one `Host` header
    is refused even if they agree. A request without any is refused. TLS to a name needs SNI; TLS to an
    address has none (RFC 6066).

    Does not catch: a server that serves other tenants under an allowed name (the inner name must be in clear
    here).
    """
    if len(names.authorities) > 1:
        shown = safe(", ".join(names.authorities[:3]))
        reason = f"the request has {len(names.authorities)} Host headers"
        return [finding("names.duplicate-host", reason, location="header:host", evidence=shown)]
    if not names.authorities and names.authority is None:
        return [finding("names.missing", "the request has no Host header", location="header:host")]
    try:
        claims = _claims(names)
    except ValueError as error:
        return [finding("names.mismatch", f"a name of the flow is malformed: {error}", location="host")]
    return _compare(claims, names)


def flow_name(names: FlowNames) -> str | None:
    """Return the one normalized host all names agree on, or None if `check` finds anything."""
    return reconcile(names)[1]


def reconcile(names: FlowNames) -> tuple[tuple[Finding, ...], str | None]:
    """Return what `check` finds, and the one normalized host if that is nothing.

    A connection sends the same names with each request, so short ones are remembered.
    """
    size = sum(map(len, names.authorities)) + len(names.authority or "") + len(names.request_host)
    return _remembered(names) if size <= _LONGEST_REMEMBERED else _reconcile(names)


def _reconcile(names: FlowNames) -> tuple[tuple[Finding, ...], str | None]:
    if findings := check(names):
        return tuple(findings), None
    raw = names.authority if names.authority is not None else names.authorities[0]
    return (), _split_authority(raw, names.scheme)[0]


_remembered = lru_cache(maxsize=2048)(_reconcile)


def _claims(names: FlowNames) -> list[tuple[str, str, int]]:
    """Return (where, normalized host, port) of each place that names the destination; port 0 says nothing."""
    claims = [("Host", *_split_authority(raw, names.scheme)) for raw in names.authorities]
    if names.authority is not None:
        claims.append((":authority", *_split_authority(names.authority, names.scheme)))
    if names.connect is not None:
        if not 0 < names.connect[1] <= _LARGEST_PORT:
            raise ValueError("expected a port from 1 to 65535")
        claims.append(("CONNECT", normalize_host(names.connect[0]), names.connect[1]))
    if names.sni:
        claims.append(("SNI", normalize_host(names.sni), 0))
    if names.request_host:
        claims.append(("target", normalize_host(names.request_host), names.request_port))
    elif names.request_port:
        claims.append(("target", claims[0][1], names.request_port))
    return claims


def _compare(claims: list[tuple[str, str, int]], names: FlowNames) -> list[Finding]:
    first_where, host, port = claims[0]
    for where, other, other_port in claims[1:]:
        if other != host or other_port not in {port, 0}:
            shown_port = f":{other_port}" if other_port else ""
            reason = f"{first_where} names {safe(host)}:{port}, but {where} names {safe(other)}{shown_port}"
            return [finding("names.mismatch", reason, location="host", evidence=safe(other))]
    if names.is_tls and not names.sni and literal_address(host) is None:
        return [finding("names.missing", "the TLS handshake names no host (SNI)", location="sni")]
    return []


def _split_authority(raw: str, scheme: str) -> tuple[str, int]:
    match = _AUTHORITY.match(raw)
    if match is None or not match[1]:
        raise ValueError("expected host or host:port")
    port = int(match[2]) if match[2] else _DEFAULT_PORT.get(scheme, 0)
    if not 0 < port <= _LARGEST_PORT:
        raise ValueError("expected a port from 1 to 65535")
    return normalize_host(match[1]), port
