"""How a flood of refused datagrams is recorded: the first of a kind at once, the rest as a count.

A datagram costs its sender nothing, and a refusal is an entry: unbounded, an agent could fill the ledger, and a ledger
without space refuses everybody's traffic (CWE-770). So each agent has windows of `WINDOW_S`. The first refusal by a
rule of a destination gets its entry at once; those like it are counted, and when the window ends one entry with
`repeats` tells how many there were. Only the first `DESTINATIONS` of a window are told apart; all others are counted
by rule, without host and port. Invariant: an agent makes at most `2 * DESTINATIONS` entries and one per rule in a
window, and every refusal is in an entry or in a count, unless the process is killed before its window ends.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from addons.gateway import Gateway

WINDOW_S = 10.0
DESTINATIONS = 16

type Kind = tuple[str, str, int]
"""Rule, host and port."""


@dataclass(slots=True)
class _Count:
    """What there is still to tell of one kind."""

    fields: dict[str, Any]
    """Of the latest."""
    repeats: int = 0


class Repeats:
    """Records refusals that an agent can repeat at will."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._windows: dict[str, dict[Kind, _Count]] = {}
        """By agent: names are the policy's, so there are only so many."""

    async def record(self, fields: dict[str, Any]) -> None:
        """Make an entry of a refusal, durable on return, or count it.

        Args:
            fields: of a `flow.verdict` entry: `agent`, `rule`, `host` and `port` among them.
        """
        if self._is_first(fields):
            await self._gateway.record("flow.verdict", fields)

    def post(self, fields: dict[str, Any]) -> None:
        """As `record`, for callers that cannot wait."""
        if self._is_first(fields):
            self._gateway.post("flow.verdict", fields)

    def tell_all(self) -> None:
        """End all windows: the process ends."""
        for agent in list(self._windows):
            self._tell(agent)

    def _is_first(self, fields: dict[str, Any]) -> bool:
        agent = str(fields["agent"])
        window = self._windows.get(agent)
        if window is None:
            window = self._windows[agent] = {}
            asyncio.get_running_loop().call_later(WINDOW_S, self._tell, agent)
        kind = (str(fields["rule"]), str(fields["host"]), int(fields["port"]))
        if kind not in window and len(window) < DESTINATIONS:
            window[kind] = _Count(fields)
            return True
        if kind not in window:
            kind, fields = (kind[0], "", 0), fields | {"host": "", "port": 0}
        count = window.setdefault(kind, _Count(fields))
        count.fields, count.repeats = fields, count.repeats + 1
        return False

    def _tell(self, agent: str) -> None:
        for count in self._windows.pop(agent, {}).values():
            if count.repeats:
                self._gateway.post("flow.verdict", count.fields | {"repeats": count.repeats})
