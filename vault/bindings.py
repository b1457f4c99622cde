"""Bindings: where a secret may go, and nowhere else.

A binding names hosts, ports, locations in a request, and where needed methods, paths and agents. It is sealed with
the secret: changing it means sealing anew. `Register` is what requests are asked against: one dictionary look-up
per placeholder, whatever the number of secrets.

Every condition has to hold; the first that does not is given as the reason. Scheme https with verified TLS is a
condition of every binding. Host, port, method, path and agent come from the caller as the gateway judged them: the
host of the verified connection, which Host and :authority equal; the path decoded and normalized (one that still has
dot segments or encoded slashes fits no binding that names paths).

Does not decide whether the agent may talk to the host at all: that is the policy's, which is asked first.
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
    from collections.abc import Iterable, Mapping

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
        if (spot in NAMED) != bool(name) and not (spot is Spot.PATH and bool(colon) == bool(name)):
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
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
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


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a request goes, as the gateway judged it."""

    scheme: str
    host: str
    port: int
    method: str
    path: str
    """Decoded and normalized, without the query."""
    agent: str
    is_verified: bool = True
    """Whether the certificate of the host was checked (or will be, before anything is sent)."""


class Reason(StrEnum):
    """Why a placeholder is not exchanged."""

    UNKNOWN = "the placeholder was never issued here"
    MALFORMED = "the placeholder is cut, edited or made up"
    RETIRED = "the placeholder is no longer valid"
    PREFIX = "the beginning of the placeholder was changed"
    AGENT = "the placeholder belongs to another agent"
    SCHEME = "secrets travel over verified https only"
    HOST = "the secret is not bound to this host"
    PORT = "the secret is not bound to this port"
    METHOD = "the secret is not bound to this method"
    PATH = "the secret is not bound to this path"
    LOCATION = "the secret is not bound to this place in the request"
    VALUE = "the secret cannot stand there unescaped"
    SIGNATURE = "the signature cannot be made anew"


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding, ready to be asked."""

    binding: Binding
    _hosts: frozenset[str]
    _suffixes: tuple[str, ...]
    _paths: tuple[PathGlob, ...]
    _locations: frozenset[Location]

    @classmethod
    def compile(cls, binding: Binding) -> Self:
        """Prepare a binding."""
        return cls(
            binding,
            frozenset(host for host in binding.hosts if not host.startswith("*")),
            tuple(host[1:] for host in binding.hosts if host.startswith("*")),
            tuple(PathGlob.compile(glob) for glob in binding.paths),
            frozenset(binding.locations),
        )

    def objection(self, to: Destination, location: Location) -> Reason | None:
        """Why the secret may not go there; None if it may."""
        return self._objection_to_target(to) or self._objection_to_request(to, location)

    def _objection_to_target(self, to: Destination) -> Reason | None:
        if to.scheme != "https" or not to.is_verified:
            return Reason.SCHEME
        if not self.covers_host(to.host):
            return Reason.HOST
        return None if to.port in self.binding.ports else Reason.PORT

    def _objection_to_request(self, to: Destination, location: Location) -> Reason | None:
        binding = self.binding
        if binding.agents and to.agent not in binding.agents:
            return Reason.AGENT
        if binding.methods and to.method not in binding.methods:
            return Reason.METHOD
        if self._paths and not any(glob.matches(to.path) for glob in self._paths):
            return Reason.PATH
        return None if location in self._locations else Reason.LOCATION

    def covers_host(self, host: str) -> bool:
        """Whether the binding names a host, or one of the names above it with a star."""
        return host in self._hosts or bool(self._suffixes and host.endswith(self._suffixes))


@dataclass(frozen=True, slots=True)
class Issued:
    """One placeholder of one agent."""

    token: bytes
    prefix: bytes
    """What stands before the core."""
    secret: str
    agent: str
    bound: Bound
    retires_us: int | None = None

    def objection(self, to: Destination, location: Location, now_us: int) -> Reason | None:
        """Why the placeholder is not exchanged there; None if it is."""
        if self.retires_us is not None and now_us >= self.retires_us:
            return Reason.RETIRED
        if to.agent != self.agent:
            return Reason.AGENT
        return self.bound.objection(to, location)


class Register:
    """All placeholders and bindings of a vault, by what requests show of them; immutable."""

    def __init__(self, issued: Mapping[bytes, Issued], bound: Mapping[str, Bound]) -> None:
        self.issued = issued
        """By core."""
        self.bound = bound
        """By the name of the secret."""
        self._set: dict[str, list[tuple[str, Bound]]] = {}
        self._set_below: list[tuple[str, Bound]] = []
        self._services: dict[tuple[str, Spot], str] = {}
        self._tokens = {
            (item.secret, item.agent): item.token for item in issued.values() if not item.retires_us
        }
        for name, item in bound.items():
            self._index(name, item)

    def to_set(self, to: Destination) -> list[tuple[str, Location]]:
        """Secrets that are put into a request whatever the agent sent, with the place of each."""
        if not self._set and not self._set_below:
            return []
        candidates: Iterable[tuple[str, Bound]] = (*self._set.get(to.host, ()), *self._set_below)
        return [
            (name, item.binding.locations[0])
            for name, item in candidates
            if item.objection(to, item.binding.locations[0]) is None
        ]

    def partner(self, service: str, spot: Spot) -> str | None:
        """The name of the secret of a service that stands in some spot: what signs for an access key id."""
        return self._services.get((service, spot))

    def token(self, secret: str, agent: str) -> bytes | None:
        """The placeholder in use of an agent for a secret."""
        return self._tokens.get((secret, agent))

    def _index(self, name: str, item: Bound) -> None:
        binding = item.binding
        for location in binding.locations:
            self._services.setdefault((binding.service, location.spot), name)
        if binding.mode is not Mode.SET:
            return
        for host in binding.hosts:
            if host.startswith("*"):
                self._set_below.append((name, item))
            else:
                self._set.setdefault(host, []).append((name, item))
