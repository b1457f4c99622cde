"""`aegis mcp wrap`: everything a session needs, in the order that leaves no server running unjudged."""

from __future__ import annotations

import logging
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from addons.settings import Settings
from ledger.definitions import DEFINITIONS_FILE, Definitions
from scripts import agent_environment
from scripts.mcp.bridge import Bridge, Patience, ended_fields, started_fields
from scripts.mcp.child import Child
from scripts.mcp.judge import Judge
from scripts.mcp.ledgers import open_book
from scripts.mcp.policy_watch import PolicyWatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

log = logging.getLogger("aegis.mcp")

DEFAULT_AGENT: Final = "default"
_LAUNCHERS: Final = frozenset(
    {
        "npx",
        "bunx",
        "pnpx",
        "uvx",
        "uv",
        "pipx",
        "node",
        "bun",
        "deno",
        "docker",
        "podman",
        "sh",
        "bash",
        "env",
    }
)
"""Programs whose name says nothing about the server."""
_PYTHON: Final = re.compile(r"python[0-9.]*\Z")
_SUBCOMMANDS: Final = frozenset({"run", "exec", "tool", "dlx", "x"})
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 64


class NotRecordedError(Exception):
    """The session cannot be entered into its ledger."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "nothing runs that is not recorded: see to the disk that holds .aegis/ledgers"


def wrap_server(
    home: Path | None,
    command: list[str],
    *,
    agent: str,
    server: str | None,
    grace_s: float,
    is_proxied: bool,
) -> int:
    """Run a server behind the bridge until its session ends.

    Args:
        home: directory of settings, policy and ledgers; None for the default.
        command: the server's, operator-supplied.
        agent: whose policy applies.
        server: its name in policy and ledger; None to take it from the command.
        grace_s: how long it may go on after its client has gone.
        is_proxied: lead its own traffic through the gateway.

    Returns:
        the exit code.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="aegis mcp: %(message)s")
    settings = settings_without_environment(home)
    name = server or name_of(command)
    with Definitions(settings.database_path.with_name(DEFINITIONS_FILE)) as definitions:
        judge = Judge(PolicyWatch(settings.policy_path, agent), agent, name, definitions=definitions)
        environment = {**os.environ, **_proxied(settings)} if is_proxied else os.environ
        return run_session(Running(settings, judge, command, environment, grace_s))


def _proxied(settings: Settings) -> dict[str, str]:
    return agent_environment.variables(settings.listen_host, settings.port, settings.ca_certificate)


@dataclass(frozen=True, slots=True)
class Running:
    """A session that is about to begin."""

    settings: Settings
    judge: Judge
    command: list[str]
    environment: Mapping[str, str]
    """Of the server."""
    grace_s: float


def run_session(running: Running) -> int:
    """Open the ledger, start the server, carry messages until the end; return the exit code.

    Raises:
        NoServerError: the server cannot be started.
        NotRecordedError: the ledger takes no entry.
        LedgerError: there is none.
    """
    judge, settings = running.judge, running.settings
    known = judge.watch.policy.by_agent
    if judge.agent != DEFAULT_AGENT and known and judge.agent not in known:
        log.warning("the policy has no agent %s; what holds for all agents applies", judge.agent)
    book = open_book(settings.state_dir, judge.server, settings.ledger_deadline_s)
    try:
        opened = book.append("mcp.started", started_fields(judge, running.command))
        if book.number(opened) is None:
            raise NotRecordedError(f"{book.path} does not take an entry")
        child = Child(running.command, running.environment)
        code = Bridge(judge, book, child, Patience(input_closed_s=running.grace_s)).run()
        book.append("mcp.ended", ended_fields(judge, code))
    finally:
        book.close()
    return code


def settings_without_environment(home: Path | None) -> Settings:
    """Read the settings from `.env` alone: the environment is the server's, and its PORT or DATABASE_URL not ours.

    Raises:
        SettingsError: they cannot be used.
    """
    names = [name.upper() for name in Settings.model_fields if name not in {"home", "warnings"}]
    with _hidden(names):
        return Settings.load(home)


@contextmanager
def _hidden(names: Sequence[str]) -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def name_of(command: Sequence[str]) -> str:
    """A server's name from its command line: that of the package or program behind the launcher."""
    program, *rest = command
    name = PurePath(program).name
    if name in _LAUNCHERS or _PYTHON.match(name):
        name = next((word for word in rest if not word.startswith("-") and word not in _SUBCOMMANDS), name)
    base = PurePath(name.rstrip("/")).name.partition("@")[0] or PurePath(name).name
    stem = base.rpartition(".")[0] if base.endswith((".py", ".js", ".mjs", ".ts", ".sh")) else base
    return _UNFIT.sub("-", stem).strip("-.")[:_LONGEST_NAME] or "server"
