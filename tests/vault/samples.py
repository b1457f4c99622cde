"""Vaults and obviously fake secrets for the tests."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vault.bindings import Binding, Location
from vault.keys.spec import Surroundings, parse
from vault.register import Destination
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.keys.source import KeySource

OPENAI = b"sk-proj-FAKEfakeFAKEfake0123456789-not_a_key"
GITHUB = b"ghp_FAKEfakeFAKEfake9876543210notakey00"
NEWER = b"sk-proj-NEWERfakeNEWERfake0123456789-not_a_key"
PASSPHRASE = b"correct horse battery staple"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_us = 1_800_000_000_000_000

    def __call__(self) -> int:
        return self.now_us

    def pass_(self, seconds: float) -> None:
        self.now_us += int(seconds * 1_000_000)


def around(home: Path, passphrase: bytes = PASSPHRASE) -> Surroundings:
    """What sources need; the passphrase is always the same."""
    return Surroundings(home, dict(os.environ), lambda _: Secret(passphrase))


def source(home: Path, spec: str = "file:vault.key", passphrase: bytes = PASSPHRASE) -> KeySource:
    """A source of keys in a home."""
    return parse(spec, around(home, passphrase))


def binding(
    *hosts: str,
    at: tuple[str, ...] = ("bearer",),
    service: str = "",
    prefix: str = "sk-proj-",
    **more: object,
) -> Binding:
    """A binding; by default that of an OpenAI key."""
    return Binding(
        hosts=hosts or ("api.openai.com",),
        locations=tuple(map(Location.parse, at)),
        service=service,
        prefix=prefix,
        **more,  # type: ignore[arg-type]
    )


FILES = ("vault.db", "vault.db.seen", "vault.key")


@cache
def _pattern() -> dict[str, bytes]:
    """The files of a filled vault, made once: each change waits for the disk several times."""
    with tempfile.TemporaryDirectory() as folder:
        fresh(Path(folder))
        return {name: (Path(folder) / name).read_bytes() for name in FILES}


def filled(home: Path, clock: Clock | None = None) -> Vault:
    """A vault with two secrets and a placeholder of each; all of these are the same vault."""
    for name, content in _pattern().items():
        (home / name).write_bytes(content)
        (home / name).chmod(0o600)
    return reopened(home, clock)


def fresh(home: Path, clock: Clock | None = None) -> Vault:
    """One like it that is a vault of its own."""
    vault = Vault.create(home / "vault.db", source(home), clock=clock or Clock())
    vault.add("OPENAI_API_KEY", Secret(OPENAI), binding())
    vault.add(
        "GITHUB_TOKEN", Secret(GITHUB), binding("api.github.com", at=("bearer", "basic"), prefix="ghp_")
    )
    vault.placeholder("OPENAI_API_KEY", "default")
    vault.placeholder("GITHUB_TOKEN", "default")
    return vault


def reopened(home: Path, clock: Clock | None = None) -> Vault:
    """The vault of a home, opened anew."""
    return Vault.open(home / "vault.db", source(home), clock=clock or Clock())


def value_of(vault: Vault, name: str) -> bytes:
    """A copy of a value in use."""
    with vault.lend(name) as value:
        return bytes(value.buffer)


def going_to(host: str = "api.openai.com", **more: object) -> Destination:
    """A destination; by default one that the OpenAI key is bound to."""
    fields = {
        "scheme": "https",
        "port": 443,
        "method": "POST",
        "path": "/v1/chat/completions",
        "agent": "default",
    }
    return Destination(host=host, **(fields | more))  # type: ignore[arg-type]


@contextmanager
def tampering(home: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody who may write the vault's file and has no key."""
    with closing(sqlite3.connect(home / "vault.db", isolation_level=None)) as connection:
        yield connection
