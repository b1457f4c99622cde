"""`aegis start`: seven steps to a running gateway, then its supervision."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from typing import TYPE_CHECKING

import click

from scripts import agent_environment
from scripts.failures import ExitCode
from scripts.port import check_port
from scripts.printing import counted
from scripts.steps import StepFailedError, Steps
from scripts.supervisor import GaveUpError, Supervisor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from addons.settings import Settings

STEP_COUNT = 7
MCP_STEP = "offer the tool server"
CONSOLE_STEP = "open the console"
log = logging.getLogger("aegis.supervisor")


class MissingLedgerError(Exception):
    """There is no ledger where the settings say."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no ledger at {path}")

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "run `aegis init`, or correct DATABASE_URL; if there was a ledger, find out who moved it"


@click.command(
    short_help="Start the gateway and keep it running.",
    epilog="""\b
Exit codes:
  0  stopped by SIGTERM or SIGINT
  1  a step failed; nothing listens
  2  wrong usage
  3  the proxy crashed ten times within a minute; nothing listens""",
)
@click.argument("mitmdump_arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- MITMDUMP ARGS]")
@click.pass_context
def start(ctx: click.Context, mitmdump_arguments: tuple[str, ...]) -> None:
    """Start the gateway and keep it running until it is told to stop.

    What follows -- is passed to mitmdump, for instance `aegis start -- --mode transparent`.
    """
    steps = Steps(STEP_COUNT)
    try:
        settings = _prepare(ctx.obj, steps)
        code = asyncio.run(_supervise(settings, steps, mitmdump_arguments))
    except StepFailedError:
        code = ExitCode.NO
    ctx.exit(code)


def _prepare(home: Path | None, steps: Steps) -> Settings:
    """Take the steps that need no process: everything is checked before anything listens."""
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from certs import authority  # noqa: PLC0415
    from ledger.writer import Writer  # noqa: PLC0415
    from scripts.policy_file import load_policy_file  # noqa: PLC0415
    from scripts.verification import require_intact, verify_with_progress  # noqa: PLC0415

    with steps.step("load configuration") as outcome:
        settings = Settings.load(home)
        ca = authority.check(settings.confdir)
        outcome.say(f"{settings.home}, authority valid until {ca.not_after:%Y-%m-%d}")
    for warning in settings.warnings:
        steps.notice(warning)
    with steps.step("open the ledger") as outcome:
        if not settings.database_path.exists():
            raise MissingLedgerError(settings.database_path)
        writer = Writer(settings.database_path)
        writer.open()
        writer.close()
        outcome.say(str(settings.database_path))
    with steps.step("load the policy") as outcome:
        policy = load_policy_file(settings.policy_path)
        outcome.say(f"{settings.policy_path}, {policy.digest[:19]}")
    for warning in policy.warnings:
        steps.notice(str(warning))
    with steps.step("verify the chain") as outcome:
        report = verify_with_progress(settings.database_path)
        require_intact(report)
        outcome.say(f"{counted(report.entries, 'entry', 'entries')}, intact")
    return settings


async def _supervise(settings: Settings, steps: Steps, extra: Sequence[str]) -> ExitCode:
    from scripts import gateway_process  # noqa: PLC0415

    _log_to(settings)
    supervisor: Supervisor | None = None
    try:
        with steps.step("start the proxy") as outcome:
            check_port(settings.listen_host, settings.port)
            supervisor = Supervisor(
                gateway_process.command(settings, extra),
                gateway_process.environment(settings),
                gateway_process.LedgerJournal(settings.database_path),
            )
            _pass_signals_to(supervisor)
            ready = await supervisor.start()
            outcome.say(f"listening on {settings.listen_host}:{ready.port}")
        with steps.step(MCP_STEP) as outcome:
            outcome.say(
                "agents' clients start `aegis mcp serve`; `aegis mcp config` prints the entries for them"
            )
        steps.skip(
            CONSOLE_STEP, "`aegis soc` is not part of this build; `aegis ledger show` prints what happened"
        )
        _tell_agents(settings, ready.port)
        await supervisor.run()
    except StepFailedError:
        return ExitCode.OK if supervisor and supervisor.is_stopping else ExitCode.NO
    except GaveUpError as error:
        log.critical("%s; %s", error, error.hint())
        return ExitCode.GAVE_UP
    print("Aegis has stopped; nothing passes.")
    return ExitCode.OK


def _log_to(settings: Settings) -> None:
    """Send the supervisor's words to stderr and to the gateway's log."""
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings.log_file.touch(mode=0o600)
    for handler in (logging.StreamHandler(), logging.FileHandler(settings.log_file, encoding="utf-8")):
        handler.setFormatter(form)
        log.addHandler(handler)
    log.setLevel(settings.log_level.upper())
    log.propagate = False


def _pass_signals_to(supervisor: Supervisor) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    has_terminal = sys.stdout.isatty()

    def hang_up() -> None:
        """SIGHUP looks at the policy anew; if it came because the terminal is gone, the gateway ends as with Ctrl-C."""
        if has_terminal and not sys.stdout.isatty():
            supervisor.stop()
        else:
            supervisor.send(signal.SIGHUP)

    loop.add_signal_handler(signal.SIGHUP, hang_up)


def _tell_agents(settings: Settings, port: int) -> None:
    values = agent_environment.variables(settings.listen_host, port, settings.ca_certificate)
    print("\nAn agent on this machine needs these lines (`aegis env` prints them again):\n")
    print(agent_environment.render(values, "shell"))
    print(
        f"\nIn a container, install the certificate first: certs/install-ca.sh --ca {settings.ca_certificate}"
    )
    print("Try it with those lines set:\n\n  curl -i https://example.com/\n", flush=True)
