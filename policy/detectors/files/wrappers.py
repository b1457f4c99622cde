"""Paths inside URLs and stream wrappers: `file://`, `php://filter/...`, `zip://archive#entry`.

Owns which scheme holds a path where, and which of them nobody puts before an ordinary path (CWE-98, CWE-73). Linear,
never raises. Sources: PHP "Supported Protocols and Wrappers", Java's `jar:` and `netdoc:` URLs, RFC 8089.
"""

from __future__ import annotations

import re
from typing import Final

DEEPEST: Final = 4
"""Wrappers around each other that are taken off."""

_WRAPPER: Final = re.compile(
    r"\s*+(?:(?:url|jar|view-source|netdoc|local_file|file|glob|zip|phar|rar|ogg|expect|data|php|zlib|bzip2"
    r"|compress\.zlib|compress\.bzip2|ssh2\.[a-z]{3,5}|https?|ftps?|wss?|gopher|dict|smb|sftp|vscode-file):)",
    re.IGNORECASE,
)
_SCHEME_ONLY: Final = frozenset({"http", "https", "ftp", "ftps", "ws", "wss", "sftp", "vscode-file"})
_LOUD: Final = frozenset({"php", "expect", "phar", "netdoc", "local_file", "ogg", "rar", "gopher", "dict"})
_LOUD_WITH_SLASHES: Final = frozenset({"zip", "glob", "data", "zlib", "bzip2"})
_RESOURCE: Final = re.compile(r"resource=", re.IGNORECASE)


def unwrap(text: str) -> tuple[list[str], str]:
    """Take a path out of URLs and stream wrappers.

    Returns:
        What may be meant, most likely first, and the names of the wrappers.
    """
    names: list[str] = []
    inner = [text]
    while len(names) < DEEPEST and (match := _WRAPPER.match(inner[0])):
        name = match[0].strip()[:-1].lower()
        rest = inner[0][match.end() :]
        names.append(name + "//" if name in _LOUD_WITH_SLASHES and rest.startswith("//") else name)
        inner = _inside(name, rest)
    return inner, ">".join(names)


def _inside(name: str, rest: str) -> list[str]:
    resource = _RESOURCE.split(rest, maxsplit=1)
    if name == "php" and len(resource) > 1:
        return [resource[1]]
    if name in {"zip", "jar", "phar"}:
        archive, _, entry = rest.replace("!/", "#", 1).partition("#")
        return [archive.removeprefix("//"), entry] if entry else [archive.removeprefix("//")]
    if not rest.startswith("//"):
        return [rest]
    host, _, tail = rest[2:].partition("/")
    if name in _SCHEME_ONLY:
        return ["/" + tail]
    if host in {"", "localhost", "127.0.0.1", "."}:
        return ["/" + tail]
    # `file://etc/passwd` names the host `etc`, which lax readers take for the first directory.
    return ["/" + rest[2:], rest] if name == "file" else [rest[2:]]


def is_loud(wrapper: str) -> bool:
    """Tell whether wrappers are of a kind that nobody puts before an ordinary path."""
    return any(name in _LOUD or "." in name or name.endswith("//") for name in wrapper.split(">"))
