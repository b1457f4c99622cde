"""Sliding windows over what each agent does, kept in memory by the library `limits`.

Requests are counted in exact moving windows; bytes in a sliding counter, whose cost does not grow with the number
counted. Invariant: a request counts in every window before any of them is judged.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from policy.exchange import RateReading

if TYPE_CHECKING:
    from policy.checks.rate import RateSettings


MAX_TOOL_NAME = 128
"""Characters of a tool's name that tell windows apart."""
EXPIRY_S = 5.0
"""How often windows of the past are thrown away."""


class _Storage(MemoryStorage):
    """Memory storage with one thread that forgets.

    The library's own starts a timer thread for almost each hit, and keeps the names of windows for ever; names hold
    hosts, which agents choose.
    """

    class _NoTimer:
        """Looks alive, so that none is started."""

        def is_alive(self) -> bool:
            return True

    def __init__(self) -> None:
        super().__init__()
        self.timer.cancel()
        self.timer = self._NoTimer()  # type: ignore[assignment]
        self._stop = threading.Event()
        threading.Thread(target=self._forget_regularly, name="rate-windows", daemon=True).start()

    def forget(self) -> None:
        """Throw away what has expired, and the names of windows that are empty."""
        getattr(self, "_MemoryStorage__expire_events")()  # noqa: B009 - mangled
        for key in [key for key, events in list(self.events.items()) if not events]:
            with self.locks[key]:
                if not self.events.get(key):
                    self.events.pop(key, None)
            self.locks.pop(key, None)

    def _forget_regularly(self) -> None:
        while not self._stop.wait(EXPIRY_S):
            self.forget()


class Rates:
    """The windows of all agents of this process."""

    def __init__(self) -> None:
        self._storage = storage = _Storage()
        self._exact = MovingWindowRateLimiter(storage)
        self._rough = SlidingWindowCounterRateLimiter(storage)
        self._items: dict[int, RateLimitItemPerMinute] = {}

    def count(
        self, agent: str, host: str | None, size_bytes: int, limits: RateSettings
    ) -> tuple[RateReading, ...]:
        """Count one request of `size_bytes` in every window that `limits` defines and read them.

        Args:
            agent: whose windows.
            host: where it goes; None for a destination that is refused anyway, whose name is not worth a window.
            size_bytes: of its body.
            limits: of that agent.
        """
        readings = []
        if limits.requests_per_minute:
            readings.append(self._hit(self._exact, "requestsPerMinute", limits.requests_per_minute, agent))
        if limits.per_host and host is not None:
            readings.append(self._hit(self._exact, "perHost", limits.per_host, agent, host))
        if limits.bytes_per_minute:
            cost = max(size_bytes, 1)
            readings.append(
                self._hit(self._rough, "bytesPerMinute", limits.bytes_per_minute, agent, cost=cost)
            )
        return tuple(readings)

    def count_tool(self, agent: str, server: str, tool: str, limits: RateSettings) -> tuple[RateReading, ...]:
        """Count one call of a tool.

        Args:
            agent: whose window.
            server: host that serves the tool.
            tool: name as called; long ones share a window.
            limits: of that agent.
        """
        if not limits.per_tool:
            return ()
        name = tool[:MAX_TOOL_NAME].casefold()
        return (self._hit(self._exact, "perTool", limits.per_tool, agent, server, name),)

    def _hit(
        self,
        strategy: MovingWindowRateLimiter | SlidingWindowCounterRateLimiter,
        key: str,
        limit: int,
        *owner: str,
        cost: int = 1,
    ) -> RateReading:
        item = self._items.get(limit)
        if item is None:
            item = self._items[limit] = RateLimitItemPerMinute(limit)
        if strategy.hit(item, key, *owner, cost=cost):
            return RateReading(key, limit, is_exceeded=False, retry_after_s=1)
        reset_s = strategy.get_window_stats(item, key, *owner).reset_time - time.time()
        return RateReading(key, limit, is_exceeded=True, retry_after_s=max(1, math.ceil(reset_s)))
