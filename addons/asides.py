"""Where a judgment runs: small exchanges on the spot, large ones in a thread, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

INLINE_BYTES: Final = 8 * 1024
"""What is larger is read in a thread."""
JUDGES: Final = 4
"""Threads that judge: more of them would only take the interpreter from each other and from the loop."""
_JUDGES: Final = ThreadPoolExecutor(JUDGES, "aegis-judge")


def run(judge: Callable[[], None], size_bytes: int) -> Awaitable[None] | None:
    """Run `judge` now, or return what has to be awaited."""
    if size_bytes <= INLINE_BYTES:
        judge()
        return None
    return asyncio.get_running_loop().run_in_executor(_JUDGES, judge)
