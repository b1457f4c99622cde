"""A process that appends as fast as it can and prints the number and head of each acknowledged entry."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from ledger.aio import AsyncLedger
from ledger.writer import Writer
from tests.ledger.samples import verdict

IN_FLIGHT = 64


async def load(path: Path) -> None:
    """Append until killed."""
    writer = Writer(path)
    writer.open()
    ledger = AsyncLedger(writer, asyncio.get_running_loop())

    async def append(number: int) -> None:
        while True:
            receipt = await ledger.append(verdict(number))
            os.write(1, b"%d %b\n" % (receipt.seq, receipt.head.hex().encode()))
            ledger.post(verdict(number))

    await asyncio.gather(*(append(number) for number in range(IN_FLIGHT)))


if __name__ == "__main__":
    asyncio.run(load(Path(sys.argv[1])))
