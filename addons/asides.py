"""Where a judgment runs: small exchanges on the spot, large ones in a thread, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

INLINE_BYTES: Final = 8 * 1024
"""What is larger is read in a thread."""


def run(judge: Callable[[], None], size_bytes: int) -> Awaitable[None] | None:
    """Run `judge` now, or return what has to be awaited."""
    if size_bytes <= INLINE_BYTES:
        judge()
        return None
    return asyncio.to_thread(judge)
