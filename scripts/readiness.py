"""How the gateway tells its supervisor that it listens, or why it does not: one line of JSON on a pipe.

The child finds the pipe's descriptor in `AEGIS_READY_FD` and writes `{"ready": true, "port": 4000, "pid": 1}`
once it listens, or `{"error": "...", "hint": "..."}`. A pipe that ends without a line: the child died first.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass

READY_VARIABLE = "AEGIS_READY_FD"
LINE_LIMIT_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Ready:
    """The gateway listens."""

    port: int
    """The TCP port it got."""


class NotReadyError(Exception):
    """The gateway does not listen; the message is the child's own reason where it gave one."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self._hint = hint

    def hint(self) -> str:
        """Say what the operator should do next."""
        return self._hint or "the lines above say why; `aegis doctor` checks what a start needs"


def parse(line: bytes) -> Ready:
    """Read the child's line.

    Raises:
        NotReadyError: it tells of an error, or is not what a gateway writes.
    """
    if not line.strip():
        raise NotReadyError("the proxy ended before it was ready")
    try:
        message = json.loads(line)
        if message.get("ready") is True:
            return Ready(port=int(message["port"]))
        raise NotReadyError(str(message["error"]), str(message.get("hint", "")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReadyError("the proxy wrote a line about its start that is not understood") from error


async def wait(descriptor: int, timeout_s: float) -> Ready:
    """Wait for the child's line on a pipe's reading end, which is closed in any case.

    Raises:
        NotReadyError: the child failed, died or took longer than `timeout_s`.
    """
    reader = asyncio.StreamReader(limit=LINE_LIMIT_BYTES)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader),
        os.fdopen(descriptor, "rb", buffering=0),
    )
    try:
        async with asyncio.timeout(timeout_s):
            return parse(await reader.readline())
    except TimeoutError as error:
        raise NotReadyError(f"the proxy was not ready within {timeout_s:g} seconds") from error
    finally:
        transport.close()
