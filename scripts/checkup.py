"""What `aegis doctor` looks at: everything that a start needs, each answered by itself.

A check returns words for what it found, or raises one of our errors, which say how to mend it.
"""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from scripts.failures import Explained
from scripts.printing import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from addons.settings import Settings

RENEWAL = dt.timedelta(days=30)
LEAST_FREE_MB = 512
OLDEST_SQLITE = (3, 38, 0)
"""JSON functions built in, STRICT tables: the ledger's schema needs both."""


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check found."""

    name: str
    state: State
    text: str
    hint: str = ""
    """What the operator should do, where something is to be done."""


class CheckupError(Exception):
    """Something that a start needs is not as it must be."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self._hint = hint

    def hint(self) -> str:
        """Say what the operator should do next."""
        return self._hint


class CheckupWarning(CheckupError):  # noqa: N818 - it is one: a start works
    """Something will need care, although a start works."""


def examine(home: Path | None) -> Iterator[Answer]:
    """Look at everything a start needs."""
    from addons.settings import Settings, SettingsError  # noqa: PLC0415 - see scripts.cli

    yield _ask("python", lambda: f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _ask("mitmproxy", _mitmproxy)
    yield _ask("sqlite", _sqlite)
    try:
        settings = Settings.load(home)
    except SettingsError as error:
        yield Answer("settings", State.FAILED, str(error), error.hint())
        return
    yield _ask("settings", lambda: _settings(settings))
    yield _ask("authority", lambda: _authority(settings))
    yield _ask("confdir", lambda: _confdir(settings.confdir))
    yield _ask("policy", lambda: _policy(settings.policy_path))
    yield _ask("ledger", lambda: _ledger(settings.database_path))
    yield _ask("vault", lambda: _vault(settings))
    yield _ask("space", lambda: _space(settings.database_path))
    yield _ask("port", lambda: _port(settings))


def _vault(settings: Settings) -> str:
    from addons.lending import Lender  # noqa: PLC0415

    lender = Lender(settings, lambda _kind, _fields: None)
    lender.open()
    if not lender.is_there:
        return "none: no secret is kept"
    if lender.fault:
        raise CheckupWarning(
            f"locked: {lender.fault}", "while it is, requests that hold a placeholder are refused"
        )
    return "opens, and all of it is sound"


def _ask(name: str, check: Callable[[], str]) -> Answer:
    try:
        return Answer(name, State.OK, check())
    except CheckupWarning as error:
        return Answer(name, State.WARNING, str(error), error.hint())
    except Exception as error:
        if not isinstance(error, Explained):
            raise
        return Answer(name, State.FAILED, str(error), error.hint())


def _mitmproxy() -> str:
    try:
        return version("mitmproxy")
    except PackageNotFoundError as error:
        raise CheckupError(
            "not installed", "install Aegis again: scripts/start does it in a checkout"
        ) from error


def _sqlite() -> str:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise CheckupError(f"{sqlite3.sqlite_version} is older than {oldest}", "use a newer Python")
    return sqlite3.sqlite_version


def _settings(settings: Settings) -> str:
    if settings.warnings:
        raise CheckupWarning("; ".join(settings.warnings), "correct or remove the line")
    return str(settings.env_file) if settings.env_file.exists() else f"defaults; no {settings.env_file}"


def _authority(settings: Settings) -> str:
    from certs import authority  # noqa: PLC0415

    ca = authority.check(settings.confdir)
    text = f"{ca.key_kind}, valid until {ca.not_after:%Y-%m-%d}, SHA-256 {ca.fingerprint[:16]}..."
    if ca.not_after - dt.datetime.now(dt.UTC) < RENEWAL:
        hint = f"move {settings.confdir} away, run `aegis init` and give agents the new certificate"
        raise CheckupWarning(text, hint)
    return text


def _confdir(confdir: Path) -> str:
    stray = confdir / "config.yaml"
    if stray.exists():
        raise CheckupWarning(
            f"{stray} sets options of mitmproxy", "remove it unless you know that it must be there"
        )
    return str(confdir)


def _policy(path: Path) -> str:
    from scripts.policy_file import load_policy_file  # noqa: PLC0415

    policy = load_policy_file(path)
    if policy.warnings:
        raise CheckupWarning(
            f"{path}: {counted(len(policy.warnings), 'warning', 'warnings')}", "run `aegis policy check`"
        )
    return f"{path}, {policy.digest[:19]}"


def _ledger(path: Path) -> str:
    from scripts.verification import require_intact, verify_with_progress  # noqa: PLC0415

    if not path.exists():
        raise CheckupError(f"there is no ledger at {path}", "run `aegis init`, or correct DATABASE_URL")
    report = verify_with_progress(path)
    require_intact(report)
    return f"{path}, {counted(report.entries, 'entry', 'entries')}, intact"


def _space(path: Path) -> str:
    folder = next(parent for parent in path.parents if parent.exists())
    free_mb = shutil.disk_usage(folder).free // (1024 * 1024)
    if free_mb < LEAST_FREE_MB:
        raise CheckupWarning(
            f"{free_mb} MiB free in {folder}", "free some: a ledger without space refuses all traffic"
        )
    return f"{free_mb:,} MiB free in {folder}"


def _port(settings: Settings) -> str:
    from scripts.policy_in_force import is_gateway_running  # noqa: PLC0415
    from scripts.port import check_port  # noqa: PLC0415

    address = f"{settings.listen_host}:{settings.port}"
    if is_gateway_running(settings.database_path):
        return f"{address}, where a gateway is running"
    check_port(settings.listen_host, settings.port)
    return f"{address} is free"
