"""The ledger of one MCP server: a chain of its own beside the gateway's.

A ledger has one writer, and the gateway holds it as long as it runs. Sharing would mean either that each entry waits
for another process (and nothing works while it is down), or two writers on one chain, each of which breaks the
other's appends. So every wrapped server writes its own chain, with the same code, lock, durability and verification:
`.aegis/ledgers/mcp-NAME.db`. A second process for the same server takes the next free number, `mcp-NAME-2.db`; a
chain is taken up again by the next process that finds it free, so their number is that of servers running at once.
"""

from __future__ import annotations

import re
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import LedgerBroken, LedgerBusy, LedgerError
from ledger.record import Record
from ledger.verify import verify
from ledger.writer import Writer, WriterSettings

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.receipt import Receipt

DIRECTORY: Final = "ledgers"
"""Below the state directory."""
MOST_AT_ONCE: Final = 64
"""Processes of one server at the same time."""
_UNFIT: Final = re.compile(r"[^a-z0-9._-]+")
_LONGEST_NAME: Final = 64


class NoHomeError(Exception):
    """There is no state directory where the settings say."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not there")

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "run `aegis init`, or name the directory that holds .aegis/ with --home (or AEGIS_HOME)"


class Book:
    """An open ledger, as the bridge writes to it; used by any number of threads."""

    def __init__(self, writer: Writer, deadline_s: float) -> None:
        self._writer = writer
        self._deadline_s = deadline_s

    @property
    def path(self) -> Path:
        """The file."""
        return self._writer.path

    @property
    def name(self) -> str:
        """What a refusal calls it."""
        return self._writer.path.stem

    def append(self, kind: str, fields: dict[str, Any]) -> Future[Receipt]:
        """Queue an entry; the future fails if it is not recorded."""
        try:
            return self._writer.append(Record(kind, fields))
        except LedgerError as error:
            failed: Future[Receipt] = Future()
            failed.set_exception(error)
            return failed

    def number(self, entry: Future[Receipt]) -> int | None:
        """Wait until an entry is durable; None if it is not recorded in time."""
        try:
            return entry.result(self._deadline_s).seq
        except (LedgerError, TimeoutError):
            return None

    def close(self) -> None:
        """Write what waits, then close."""
        self._writer.close()


def open_book(state_dir: Path, server: str, deadline_s: float) -> Book:
    """Open the first free ledger of a server, making it if there is none, and verify its chain.

    Args:
        state_dir: `.aegis`.
        server: name of the server, operator-supplied.
        deadline_s: how long a message waits for its entry.

    Raises:
        NoHomeError: `state_dir` is not there.
        LedgerError: it cannot be written, or its chain is broken.
    """
    if not state_dir.is_dir():
        raise NoHomeError(state_dir)
    directory = state_dir / DIRECTORY
    directory.mkdir(mode=0o700, exist_ok=True)
    stem = f"mcp-{file_name(server)}"
    settings = WriterSettings(lock_patience_s=0.0)
    for number in range(1, MOST_AT_ONCE + 1):
        path = directory / (f"{stem}.db" if number == 1 else f"{stem}-{number}.db")
        writer = Writer(path, settings=settings)
        try:
            writer.open()
        except LedgerBusy:
            continue
        _require_intact(writer)
        return Book(writer, deadline_s)
    raise LedgerBusy(f"{MOST_AT_ONCE} processes of this server write already", path=directory, pid=None)


def file_name(server: str) -> str:
    """A server's name as part of a file's."""
    return _UNFIT.sub("-", server.lower()).strip("-.")[:_LONGEST_NAME] or "server"


def _require_intact(writer: Writer) -> None:
    try:
        report = verify(writer.path)
        if not report.is_intact:
            why = f"entry {report.first_bad_seq}: {report.reason}"
            raise LedgerBroken(why, path=writer.path)  # noqa: TRY301 - the writer is closed below
    except BaseException:
        writer.close(1.0)
        raise
