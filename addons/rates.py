"""Sliding windows over what each agent does, kept in memory by the library `limits`.

Requests are counted in exact moving windows; bytes in a sliding counter, whose cost does not grow with the number
counted. Invariant: a request counts in every window before any of them is judged.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from policy.exchange import RateReading

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.checks.rate import RateSettings


EXPIRY_S = 2.0
"""How often windows of the past are thrown away."""


class _Storage(MemoryStorage):
    """Memory storage without a thread.

    The library's own starts a timer thread for almost each hit, to throw expired events away 10 ms later; here
    that is done in passing, every `EXPIRY_S`.
    """

    class _NoTimer:
        """Looks alive, so that none is started."""

        def is_alive(self) -> bool:
            return True

    def __init__(self) -> None:
        super().__init__()
        self.timer.cancel()
        self.timer = self._NoTimer()  # type: ignore[assignment]
        self._expire_at = time.monotonic() + EXPIRY_S
        self._expire: Callable[[], None] = getattr(self, "_MemoryStorage__expire_events")  # noqa: B009 - mangled

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """As the library's; expires in passing."""
        if time.monotonic() >= self._expire_at:
            self._expire_at = time.monotonic() + EXPIRY_S
            self._expire()
        return super().acquire_entry(key, limit, expiry, amount)


class Rates:
    """The windows of all agents of this process."""

    def __init__(self) -> None:
        storage = _Storage()
        self._exact = MovingWindowRateLimiter(storage)
        self._rough = SlidingWindowCounterRateLimiter(storage)
        self._items: dict[int, RateLimitItemPerMinute] = {}

    def count(self, agent: str, host: str, size_bytes: int, limits: RateSettings) -> tuple[RateReading, ...]:
        """Count one request of `size_bytes` in every window that `limits` defines and read them."""
        readings = []
        if limits.requests_per_minute:
            readings.append(self._hit(self._exact, "requestsPerMinute", limits.requests_per_minute, agent))
        if limits.per_host:
            readings.append(self._hit(self._exact, "perHost", limits.per_host, agent, host))
        if limits.bytes_per_minute:
            cost = max(size_bytes, 1)
            readings.append(
                self._hit(self._rough, "bytesPerMinute", limits.bytes_per_minute, agent, cost=cost)
            )
        return tuple(readings)

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
        return RateReading(key, limit, is_exceeded=True, retry_after_s=max(1, round(reset_s)))
