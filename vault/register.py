"""The register: which placeholder stands for which secret, and whether it may be exchanged where it was found.

What requests are asked against: one dictionary look-up per placeholder, whatever the number of secrets. Every
condition of a binding has to hold; the first that does not is given as the reason. Scheme https with verified TLS is
a condition of every binding. Host, port, method, path and agent come from the caller as the gateway judged them: the
host of the verified connection, which Host and :authority equal; the path decoded and normalized (one that still has
dot segments or encoded slashes fits no binding that names paths).

Does not decide whether the agent may talk to the host at all: that is the policy's, which is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from vault.bindings import Binding, Location, Mode, Spot
from vault.path_globs import PathGlob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
