"""What a check sees of a session: a copy, which later events do not change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policy.sessions.provenance import UNKNOWN, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policy.sessions.act import Act, Kind, Origin
    from policy.sessions.recognition import Carried


@dataclass(frozen=True, slots=True)
class Seen:
    """A flag: the session has seen such a text."""

    source: str
    """The last one, safe to print."""
    first_s: float
    at_s: float
    """When last."""


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done, with what it carried."""

    act: Act
    at_s: float
    """When last."""
    first_s: float
    count: int = 1
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a check sees of a session: a copy, which later events do not change."""

    now_s: float = 0.0
    flags: Mapping[Origin, Seen] = field(default_factory=dict)
    """By single origin, those that have not gone out."""
    done: tuple[Done, ...] = ()
    """Oldest first within a kind."""
    counts: Mapping[Kind, int] = field(default_factory=dict)
    """Acts of a kind, forgotten ones included."""
    known: Mapping[str, Provenance] = field(default_factory=dict)
    """What is known of the targets, hosts and recipients of the acts asked about."""
    wishes: frozenset[str] = frozenset()
    """`run`, `remember`, `send`, `secrets`: what the user's words ask for."""
    web_host: str = ""
    """Host of the page that a browser is at."""

    def provenance(self, name: str) -> Provenance:
        """Return what is known of a target, host or recipient."""
        return self.known.get(name.lower(), UNKNOWN)

    def last(self, *kinds: Kind) -> Done | None:
        """Return the latest act of some kinds."""
        found = [done for done in self.done if done.act.kind in kinds]
        return max(found, key=lambda done: done.at_s, default=None)
