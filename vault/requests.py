"""A request on its last step out: what goes in, what comes out, and why it may not.

Values for what crosses the border of the vault. What comes out holds secrets in the clear, so it is never printed,
logged or recorded; its `repr` has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.bindings import Location
    from vault.register import Destination, Reason

type Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that passed every check and is about to be sent; all of it agent-supplied."""

    to: Destination
    target: bytes
    """Path and query as sent."""
    headers: Headers
    body: bytes | None
    """Without content coding; None where it is streamed and was looked through elsewhere."""


@dataclass(frozen=True, slots=True)
class Use:
    """One exchange."""

    secret: str
    location: Location
    token: bytes
    """What the agent holds; empty where it holds nothing (mode `set`)."""


@dataclass(frozen=True, slots=True)
class Injected:
    """The request to send; its parts hold values in the clear."""

    target: bytes
    headers: Headers
    body: bytes | None
    uses: tuple[Use, ...]

    def __repr__(self) -> str:
        return f"<injected {[use.secret for use in self.uses]}>"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the request is not sent."""

    reason: Reason
    location: str
    """Where the token stood: `header:authorization`, `query:key`, `body`; agent-supplied names included."""
    secret: str | None = None
    """The secret the placeholder stands for, if it is known."""
    detail: str = ""


class RefusedError(Exception):
    """Carries a refusal out of the depth; never leaves the package."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused
