r"""Where a URL goes, read the way every parser that may follow it reads it.

Agent-supplied. `http://a\@b`, `http://a#@b`, `http:\\b` and `http:/b` go to different hosts in different parsers
(CWE-918, CWE-436; WHATWG URL against RFC 3986): each reading is judged, and one that is forbidden forbids the URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}+):")
_IGNORED: Final = re.compile(r"[\x00-\x20\x7f\u00a0\u200b-\u200f\u2028\u2029\u2060\ufeff]++")
_DEFAULT_PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}
_PLAIN_SCHEMES: Final = {"ws": "http", "wss": "https"}
_LONGEST: Final = 4096
_LARGEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Target:
    """One reading of where a URL goes."""

    scheme: str
    """Lower case; `ws` and `wss` are `http` and `https`."""
    host: str
    """As spelled, without brackets; may be empty."""
    port: int
    """0..65535; the scheme's own where none is given, 0 where it cannot be read."""
    path: str
    """With the query; `/` at least."""


def targets(url: str) -> tuple[Target, ...]:
    """Return every reading of a URL, most usual first; nothing for what names no host and has no odd scheme."""
    text = _IGNORED.sub("", url[:_LONGEST])
    match = _SCHEME.match(text)
    if match is None:
        scheme, rest = "http", text.lstrip("/\\")
    else:
        scheme, rest = match[1].lower(), text[match.end() :].lstrip("/\\")
    scheme = _PLAIN_SCHEMES.get(scheme, scheme)
    readings: dict[tuple[str, int], Target] = {}
    for ends in ("/?#\\", "/?#", "/?\\", "/"):
        authority = _until(rest, ends)
        path = rest[len(authority) :] or "/"
        for host in (authority.rpartition("@")[2], _behind_first_at(authority)):
            for spelled in dict.fromkeys((host, unquote(host))):
                name, port = _split_port(spelled, scheme)
                readings.setdefault((name, port), Target(scheme, name, port, path))
    return tuple(readings.values())


def _until(text: str, ends: str) -> str:
    return text[: min((at for end in ends if (at := text.find(end)) >= 0), default=len(text))]


def _behind_first_at(authority: str) -> str:
    first, at, rest = authority.partition("@")
    return rest.partition("@")[0] if at else first


def _split_port(authority: str, scheme: str) -> tuple[str, int]:
    default = _DEFAULT_PORTS.get(scheme, 0)
    if authority.startswith("["):
        name, _, rest = authority[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        name, _, port = authority.partition(":")
    if not port:
        return name, default
    is_number = port.isascii() and port.isdigit() and len(port) <= len(str(_LARGEST_PORT))
    return name, int(port) if is_number and int(port) <= _LARGEST_PORT else 0
