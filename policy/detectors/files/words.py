"""The sentence of each rule about paths, for whoever is refused, and how sets of words are written."""

from __future__ import annotations

from typing import Final

REASONS: Final = {
    "private-key": "the path names a private key",
    "gateway": "the path names files of Aegis itself",
    "system-accounts": "the path names a store of the system's password hashes",
    "cloud-credentials": "the path names credentials of a cloud or cluster",
    "service-token": "the path names a mounted secret or a token of a service",
    "password-store": "the path names a store of passwords, cookies or wallets",
    "dotenv": "the path names an environment file, which holds secrets",
    "credentials": "the path names a file of credentials",
    "host-socket": "the path names a socket or store that controls the host's containers",
    "agent-config": "the path names credentials or settings of an agent",
    "process-memory": "the path names the memory, environment or devices under a process",
    "app-secrets": "the path names settings that hold passwords",
    "passwd": "the path names the list of the system's accounts",
    "private-mail": "the path names somebody's mail or messages",
    "history": "the path names a history of commands, which holds what was typed",
    "probe": "the path names a file that is read to prove a traversal",
    "startup": "the path names something that runs at start-up or on a schedule",
    "ssh": "the path names configuration of ssh, which decides who may log in",
    "process": "the path names inner state of the kernel or of a process",
    "system": "the path names an inner file of the operating system",
    "access-log": "the path names an access log, which holds visitors' addresses and tokens",
    "readable": "the path names a file that attackers read first",
    "disguised-traversal": "the path hides that it climbs out of its directory",
    "wrapper": "the path is wrapped in a stream that programs run or decode",
    "traversal": "the path climbs out of its directory",
    "null-byte": "the path holds a NUL, at which programs cut it",
    "remote": "the path leads to a share of another machine",
}


def words(text: str) -> frozenset[str]:
    """Return the set of words that blanks separate."""
    return frozenset(text.split())
