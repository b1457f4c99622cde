"""What an append becomes: a receipt, and the ticket somebody holds until there is one.

A ticket names the desk it is settled at. The writer settles all tickets of a batch with one call for each
desk, so that waking an event loop costs once a commit and not once an entry. Invariant: a settled ticket
has a receipt or an error, never both, and a receipt exists only for what is durable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ledger.errors import LedgerError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from concurrent.futures import Future


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof to the caller that its entry is durable."""

    seq: int
    """The entry's number in its chain: 1, 2, ..."""
    head: bytes
    """The chain's head after it; 32 bytes."""


type Waiter = asyncio.Future[Receipt] | Future[Receipt]


class Ticket:
    """One append under way: who waits, where they are told, and what became of it."""

    __slots__ = ("desk", "outcome", "waiter")

    def __init__(self, desk: Desk, waiter: Waiter) -> None:
        self.desk = desk
        self.waiter = waiter
        self.outcome: Receipt | LedgerError | None = None

    def settle(self) -> None:
        """Give the outcome to who waits; in the thread that the waiter belongs to."""
        if isinstance(self.outcome, Receipt):
            self.waiter.set_result(self.outcome)
        else:
            self.waiter.set_exception(self.outcome or LedgerError("a ticket was settled without an outcome"))


class Desk(Protocol):
    """Where tickets are settled."""

    def settle(self, tickets: Sequence[Ticket]) -> None:
        """Tell all who wait; called in the writer's thread, must neither block nor raise."""


class ThreadDesk:
    """Settles the tickets of threads that wait for a `concurrent.futures.Future`."""

    def settle(self, tickets: Sequence[Ticket]) -> None:
        """Resolve the futures where we are."""
        for ticket in tickets:
            ticket.settle()


def settle_all(tickets: Sequence[Ticket]) -> None:
    """Settle each desk's tickets with one call, in the order they were taken."""
    desks: dict[Desk, list[Ticket]] = {}
    for ticket in tickets:
        desks.setdefault(ticket.desk, []).append(ticket)
    for desk, queue in desks.items():
        desk.settle(queue)
