"""What the addons of one process share: the policy in force, the ledger, callers and walks.

Invariant: `policy` is replaced as a whole, between two hooks, and only by a policy that loaded; so every exchange is
judged from beginning to end by one policy.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx

from addons.core_bodies import Budget
from addons.walk import Caller, Walks
from ledger.errors import LedgerError
from ledger.record import Record

if TYPE_CHECKING:
    from addons.lending import Lender
    from addons.settings import Settings
    from ledger.aio import AsyncLedger
    from policy.compiled import Policy
    from policy.exchange import Watch

log = logging.getLogger("aegis.gateway")

IDLE_MB = 256
"""What a gateway needs before its first request, compiled patterns and libraries included (224 measured)."""
BODY_SHARE = 4
"""Request bodies may take this part of the rest: one is there up to three times while it is judged."""
UNLIMITED_BODY_BUDGET_BYTES = 1 << 30


class Gateway:
    """The state of one gateway process."""

    def __init__(self, settings: Settings, policy: Policy, ledger: AsyncLedger) -> None:
        self.settings = settings
        self.policy = policy
        self.ledger = ledger
        self.walks = Walks()
        self.bodies = Budget(_body_budget_bytes(settings))
        self.callers: dict[str, Caller] = {}
        """By the id of the client connection."""
        self.lender: Lender | None = None
        """The vault."""

    @property
    def watch(self) -> Watch | None:
        """Knows the vault's secrets; None without a vault."""
        return self.lender.watch if self.lender is not None else None

    def adopt(self, policy: Policy) -> None:
        """Put a policy that has loaded whole in force."""
        self.policy = policy
        ctx.options.update(body_size_limit=str(body_limit_bytes(policy)))

    async def record(self, kind: str, fields: dict[str, Any]) -> int | None:
        """Make an entry durable.

        Returns:
            its sequence number, or None if the ledger could not write it: the caller must refuse.
        """
        try:
            receipt = await self.ledger.append(Record(kind, fields))
        except LedgerError as error:
            log.error("the ledger refused an entry: %s", error)  # noqa: TRY400 - the ladder says it all
            return None
        return receipt.seq

    def post(self, kind: str, fields: dict[str, Any]) -> None:
        """Queue an entry on which nothing waits."""
        self.ledger.post(Record(kind, fields))


def body_limit_bytes(policy: Policy) -> int:
    """The largest request body any agent may send; each agent's own limit is checked once its body is there."""
    agents = (policy.base, *policy.by_agent.values())
    return max(agent.limits.max_request_body_bytes for agent in agents)


def _body_budget_bytes(settings: Settings) -> int:
    if not settings.memory_limit_mb:
        return UNLIMITED_BODY_BUDGET_BYTES
    return (settings.memory_limit_mb - IDLE_MB) * (1 << 20) // BODY_SHARE
