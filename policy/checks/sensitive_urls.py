"""Files named in URLs: `GET /.env` asks a server for what it should never have published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from policy.checks.found import findings
from policy.detectors.files import detector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.checks.filesystem import FilesystemSettings
    from policy.exchange import Exchange
    from policy.verdict import Finding

MAX_PARAMETERS: Final = 64
_LONGEST: Final = 2048
_TELLING: Final = frozenset("./\\~%")
"""A parameter without any of these names no file that matters."""


def check(exchange: Exchange, settings: FilesystemSettings) -> list[Finding]:
    """Stop the fetching of keys and credentials, and traversal, through a URL (CWE-22, CWE-538, T1552.001).

    Does not catch: a file whose name says nothing; a path in a body that is no tool call.
    """
    found = []
    for location, named in _paths(exchange.target):
        detection = detector.detect(named)
        found += findings(detection.matches, location, settings.line)
    return found


def _paths(target: str) -> Iterator[tuple[str, str]]:
    path, _, query = target.partition("?")
    if path != "/":
        yield "path", path[:_LONGEST]
    for pair in query.split("&")[:MAX_PARAMETERS] if query else ():
        value = pair.partition("=")[2]
        if _TELLING.intersection(value):
            yield "query", unquote_plus(value[:_LONGEST])
