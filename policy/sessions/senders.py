"""Programs that carry what they are given to another machine, and where their words say it goes.

Owns the table of senders: copiers, sockets, resolvers, mailers, clouds, forges. Agent-supplied words. Web clients are
`programs`' business. Does not catch: a destination that stands in a configuration file or a variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policy.sessions.references import split_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Words = tuple[str, ...]

_CONNECTORS: Final = frozenset(
    {"sftp", "ssh", "nc", "ncat", "netcat", "socat", "telnet", "ftp", "lftp", "tftp"}
)
_NAMES: Final = frozenset(
    {"dig", "nslookup", "host", "ping", "whois", "drill", "kdig", "resolvectl", "traceroute"}
)
_POSTING: Final = frozenset({"create", "comment", "edit", "review"})
_MAILERS: Final = frozenset({"mail", "mailx", "sendmail", "mutt", "swaks", "msmtp"})
_CLOUDS: Final = frozenset({"aws", "gsutil", "gcloud", "az", "rclone", "s3cmd", "mc", "b2"})
_REMOTE: Final = re.compile(r"(?:[\w.-]{1,64}@)?([\w.-]{1,253}\.[A-Za-z]{2,24}):", re.ASCII)
HOST: Final = re.compile(r"(?:[\w-]{1,253}\.){1,32}[A-Za-z][\w-]{1,62}\.?\Z", re.ASCII)


def places(name: str, words: Words) -> Iterator[Place]:
    """Return where a program sends, if it is one that does.

    Args:
        name: of the program, lower case.
        words: after it.
    """
    sender = next((sender for programs, sender in _SENDERS if name in programs), None)
    return iter(()) if sender is None else sender(words)


class Place(NamedTuple):
    """Where a program sends."""

    target: str
    host: str
    method: str
    service: str


def _copied(words: Words) -> Iterator[Place]:
    for word in words:
        if match := _REMOTE.match(word):
            yield Place(match[1], match[1], "copy", "shell")


def _connected(words: Words) -> Iterator[Place]:
    yield from _copied(words)
    for word in words:
        if HOST.match(host := word.rpartition("@")[2]):
            yield Place(host, host, "copy", "shell")


def _resolved(words: Words) -> Iterator[Place]:
    for word in words:
        if not word.startswith("-") and HOST.match(name := word.lstrip("@").rstrip(".").lower()):
            yield Place(name, name, "resolve", "shell")


def _mailed(words: Words) -> Iterator[Place]:
    return (Place(word, "", "send", "mail") for word in words if "@" in word and " " not in word)


def _uploaded(words: Words) -> Iterator[Place]:
    for word in words:
        scheme, mark, rest = word.partition("://")
        if mark and not scheme.startswith("http"):
            yield Place(rest.partition("/")[0], "", "upload", "storage")


def _posted(words: Words) -> Iterator[Place]:
    if len(words) > 1 and words[1] in _POSTING:
        named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in {"-R", "--repo"}]
        target = "public" if words[0] == "gist" else named[0] if named else "repository"
        yield Place(target, "", words[0], "forge")


def _pushed(words: Words) -> Iterator[Place]:
    for word in words if "push" in words[:3] else ():
        if "://" in word:
            yield Place(word, split_url(word)[0], "push", "forge")
        elif match := _REMOTE.match(word):
            yield Place(word, match[1], "push", "forge")


_SENDERS: Final[tuple[tuple[frozenset[str], Callable[[Words], Iterator[Place]]], ...]] = (
    (frozenset({"scp", "rsync"}), _copied),
    (_CONNECTORS, _connected),
    (_NAMES, _resolved),
    (_MAILERS, _mailed),
    (_CLOUDS, _uploaded),
    (frozenset({"gh", "glab", "hub"}), _posted),
    (frozenset({"git"}), _pushed),
)
