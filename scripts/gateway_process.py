"""The command, the environment and the journal of the gateway that `aegis start` supervises."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.record import Record
from ledger.writer import Writer
from scripts.supervisor import JournalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addons.settings import Settings
    from scripts.supervisor import Crash

RECORD_DEADLINE_S = 5.0
VERBOSITY = {"debug": "debug", "info": "info", "warning": "warn", "error": "error"}
"""Our levels in mitmproxy's words."""


class IncompleteInstallationError(Exception):
    """A part of the installation is missing."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "install Aegis again: scripts/start does it in a checkout"


def command(settings: Settings, extra: Sequence[str]) -> list[str]:
    """Return mitmdump's command line; `extra` comes last, so what the operator says wins.

    The addons open the listener themselves once their self-check has passed, hence `server=false`.

    Raises:
        IncompleteInstallationError: mitmdump or the addons are not there.
    """
    mitmdump = Path(sys.executable).with_name("mitmdump")
    if not mitmdump.exists():
        raise IncompleteInstallationError(f"there is no mitmdump beside {sys.executable}")
    script = importlib.util.find_spec("aegis_addons")
    if script is None or script.origin is None:
        raise IncompleteInstallationError("aegis_addons.py is not installed")
    return [
        sys.executable,
        str(mitmdump),
        "--scripts",
        script.origin,
        "--listen-host",
        settings.listen_host,
        "--listen-port",
        str(settings.port),
        "--set",
        f"confdir={settings.confdir}",
        "--set",
        f"termlog_verbosity={VERBOSITY[settings.log_level]}",
        "--set",
        "server=false",
        *extra,
    ]


def environment(settings: Settings) -> dict[str, str]:
    """Return what the gateway runs in: ours, the home whose settings it reads, and that the chain is verified.

    That holds for restarts too: to walk a long chain again would only prolong the outage.
    """
    return {**os.environ, "AEGIS_HOME": str(settings.home), "AEGIS_CHAIN_VERIFIED": "1"}


class LedgerJournal:
    """Records crashes and restarts in the ledger, which is opened for each entry and closed again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def crashed(self, crash: Crash) -> None:
        """Record a crash."""
        self._append(
            "gateway.crashed",
            {
                "pid": crash.pid,
                "exit_code": crash.exit_code,
                "signal": crash.signal_name,
                "uptime_ms": crash.uptime_ms,
                "reason": crash.reason,
            },
        )

    def restarted(self, attempt: int) -> None:
        """Record a restart."""
        self._append("gateway.restarted", {"attempt": attempt})

    def _append(self, kind: str, fields: Mapping[str, str | int | None]) -> None:
        writer = Writer(self._path)
        try:
            writer.open()
            try:
                writer.append(Record(kind, fields)).result(RECORD_DEADLINE_S)
            finally:
                writer.close()
        except (LedgerError, TimeoutError) as error:
            raise JournalError(str(error) or "the disk did not answer in time") from error
