"""The service the benchmark talks to: HAProxy answering from memory over TLS, HTTP/1.1 and HTTP/2.

It is C, keeps connections open and does next to no work per request: what is measured is what stands in front of it.
Each answer holds a number of its own, so that nobody measures how well a proxy remembers what it has judged before.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.benchmarks.certificates import Authority
from scripts.benchmarks.processes import LOOPBACK, BenchmarkError, await_listening, free_port, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "localhost"
"""The one name the origin has; loopback, so Aegis admits it only because the policy lists `localhost`."""

SIZES = {"1KB": 1_024, "100KB": 102_400}
"""Name of a body, which is also its path, to its size in bytes."""

_MARK, _UUID, _UUID_CHARACTERS = b"NUMBER-OF-THIS-ANSWER", b"%[uuid()]", 36
"""What stands in a body for a number of its own, how HAProxy writes one, and how long it is then."""

_CONFIGURATION = """\
global
    maxconn 2000
    nbthread 1
    # a reply from memory has to fit one buffer, and the largest body is 100 KB
    tune.bufsize 131072
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend origin
    bind {address}:{port} ssl crt {certificate} alpn h2,http/1.1
{rules}
    http-request return status 404
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """A running origin."""

    port: int
    ca_file: Path
    """Certificate of the authority that signed the origin's, PEM."""


@contextmanager
def running(folder: Path) -> Iterator[Origin]:
    """Serve the bodies of `SIZES` for the length of the block; all files go into `folder`."""
    program = shutil.which("haproxy")
    if program is None:
        raise BenchmarkError(
            "haproxy not found: the origin needs it (Debian, Ubuntu, Alpine: package haproxy)"
        )
    authority = Authority("Aegis benchmark origin")
    ca_file, certificate = folder / "origin-ca.pem", folder / "origin.pem"
    ca_file.write_bytes(authority.certificate())
    certificate.touch(mode=0o600)
    certificate.write_bytes(authority.issue([HOST]))
    port = free_port()
    configuration, log = folder / "haproxy.cfg", folder / "haproxy.log"
    configuration.write_text(
        _CONFIGURATION.format(address=LOOPBACK, port=port, certificate=certificate, rules=_rules(folder))
    )
    with started([program, "-db", "-f", str(configuration)], log) as process:
        await_listening(process, port, log)
        yield Origin(port, ca_file)


def _rules(folder: Path) -> str:
    """Write the bodies and return the lines of configuration that serve them."""
    lines = []
    for name, size_bytes in SIZES.items():
        body = folder / f"{name}.json"
        body.write_bytes(json_body(size_bytes - _UUID_CHARACTERS + len(_MARK)).replace(_MARK, _UUID))
        lines.append(
            "    http-request return status 200 content-type application/json "
            f"lf-file {body} if {{ path /{name} }}"
        )
    return "\n".join(lines)


def json_body(size_bytes: int) -> bytes:
    """Return a JSON document of exactly this size, the mark included, made of records like those an API lists."""
    mark = _MARK.decode()
    records: list[dict[str, object]] = []
    number = 0
    while len(json.dumps({"serial": mark, "items": records, "pad": ""})) < size_bytes:
        number += 1
        records.append({"id": number, "name": f"item {number}", "state": "open", "price": number * 17 % 997})
    records.pop()
    bare = len(json.dumps({"serial": mark, "items": records, "pad": ""}))
    return json.dumps(
        {
            "serial": mark,
            "items": records,
            "pad": ("made of plain words " * (size_bytes // 20 + 1))[: size_bytes - bare],
        }
    ).encode()
