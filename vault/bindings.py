"""Bindings: where a secret may go, and nowhere else.

A binding names hosts, ports, locations in a request, and where needed methods, paths and agents. It is sealed with
the secret: changing it means sealing anew. Operator-supplied; a binding that means nothing, or too much, is refused
when it is made. Whether one admits a request is for `register`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

from vault.errors import SecretRefused
from vault.path_globs import PathGlob
from vault.placeholders import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

HTTPS_PORT: Final = 443
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:\*\.{_LABEL}\.|){_LABEL}(?:\.{_LABEL})*\Z")
_FIELD_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}\Z")
_PARAMETER = re.compile(r"[A-Za-z0-9_.~\[\]-]{1,64}\Z")
_METHOD = re.compile(r"[A-Z]{1,16}\Z")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,63}\Z")
_REGION = re.compile(r"[a-z0-9-]{1,32}\Z")
_MOST_ITEMS: Final = 64


class Spot(StrEnum):
    """A kind of place in a request."""

    BEARER = "bearer"
    """`Authorization: Bearer PLACEHOLDER`."""
    BASIC = "basic"
    """User or password of `Authorization: Basic`."""
    HEADER = "header"
    """A header's whole value, or all of it behind one word (`token PLACEHOLDER`)."""
    QUERY = "query"
    """A whole parameter of the query."""
    COOKIE = "cookie"
    """A whole cookie."""
    PATH = "path"
    """A whole segment of the path, behind a fixed beginning where one is named (`path:bot`)."""
    BODY = "body"
    """Anywhere in the body."""
    SIGV4_ID = "sigv4-id"
    """The access key id in a signature of AWS."""
    SIGV4_KEY = "sigv4-key"
    """The secret key that signs; never in a request."""
    SIGV4_TOKEN = "sigv4-token"  # noqa: S105 - the name of a place
    """The session token beside a signature of AWS."""


NAMED: Final = frozenset({Spot.HEADER, Spot.QUERY, Spot.COOKIE})
"""Spots that need a name."""


@dataclass(frozen=True, slots=True)
class Location:
    """One place in a request."""

    spot: Spot
    name: str = ""
    """Lower case for a header; empty where the spot needs none."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `bearer`, `header:x-api-key`, `query:key`; operator-supplied.

        Raises:
            SecretRefused: It is none.
        """
        word, colon, name = text.partition(":")
        try:
            spot = Spot(word)
        except ValueError:
            raise SecretRefused(f"{text[:40]!r} is no location: expected {_location_forms()}") from None
        is_named = spot in NAMED or (spot is Spot.PATH and bool(colon))
        if is_named != bool(name) or is_named != bool(colon):
            raise SecretRefused(f"{text[:40]!r} is no location: expected {_location_forms()}")
        name = name.lower() if spot is Spot.HEADER else name
        pattern = _FIELD_NAME if spot is Spot.HEADER else _PARAMETER
        if name and not pattern.match(name):
            raise SecretRefused(f"{text[:40]!r} names no {spot}")
        return cls(spot, name)

    def __str__(self) -> str:
        return f"{self.spot}:{self.name}" if self.name else str(self.spot)


def _location_forms() -> str:
    return ", ".join(f"{spot}:NAME" if spot in NAMED else spot.value for spot in Spot)


class Mode(StrEnum):
    """How a secret gets into a request."""

    REPLACE = "replace"
    """In the place of the agent's placeholder."""
    SET = "set"
    """Into its one location, whatever the agent sent there: for clients that send nothing."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a secret may go; an empty tuple of methods, paths, agents or regions means any."""

    hosts: tuple[str, ...]
    """Lower-case A-labels; `*.example.com` for every name below."""
    locations: tuple[Location, ...]
    service: str = ""
    """As the policy names it; secrets of one service belong together (the two halves of a key of AWS)."""
    ports: tuple[int, ...] = (HTTPS_PORT,)
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Globs: `*` within a segment, `**` for whole segments."""
    agents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """For AWS."""
    mode: Mode = Mode.REPLACE
    prefix: str = ""
    """What placeholders begin with, so that the provider's SDKs accept them."""

    def __post_init__(self) -> None:
        _require("host", self.hosts, _HOST, least=1)
        _require("method", self.methods, _METHOD)
        _require("agent", self.agents, _WORD)
        _require("region", self.regions, _REGION)
        _require("service", (self.service,) if self.service else (), _WORD)
        if not self.locations:
            raise SecretRefused("a binding names at least one location")
        if not self.ports or not all(0 < port < 1 << 16 for port in self.ports):
            raise SecretRefused("a port is a number from 1 to 65535")
        if self.mode is Mode.SET and (len(self.locations) != 1 or self.locations[0].spot not in _SETTABLE):
            raise SecretRefused("mode set needs exactly one location, a header, bearer, query or cookie")
        if not PREFIX.match(self.prefix):
            raise SecretRefused("a prefix has at most 48 letters, digits or _.:-")
        for glob in self.paths:
            PathGlob.compile(glob)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote.

        Raises:
            SecretRefused: It is something else.
        """
        try:
            return cls.from_fields(json.loads(text))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise SecretRefused("the binding is not what we write") from error

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """Make one of plain values, as JSON has them."""
        unknown = given.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise SecretRefused("the binding has fields that we do not know")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
        }
        values["locations"] = tuple(Location.parse(text) for text in given["locations"])
        values["mode"] = Mode(given.get("mode", Mode.REPLACE))
        return cls(**values)

    def to_fields(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain |= {name: list(value) for name, value in plain.items() if isinstance(value, tuple)}
        return plain | {"locations": [str(place) for place in self.locations], "mode": str(self.mode)}

    def to_text(self) -> str:
        """Canonical JSON: one binding has one text."""
        return json.dumps(self.to_fields(), sort_keys=True, separators=(",", ":"))


_SETTABLE: Final = frozenset({Spot.HEADER, Spot.BEARER, Spot.QUERY, Spot.COOKIE})


def _require(what: str, values: tuple[str, ...], pattern: re.Pattern[str], least: int = 0) -> None:
    if not least <= len(values) <= _MOST_ITEMS:
        raise SecretRefused(f"a binding names {least} to {_MOST_ITEMS} {what}s, got {len(values)}")
    for value in values:
        if not isinstance(value, str) or not pattern.match(value):
            raise SecretRefused(f"{str(value)[:80]!r} is no {what}")
