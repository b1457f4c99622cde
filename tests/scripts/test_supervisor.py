"""A gateway that crashes is recorded and started again; one that keeps crashing is given up; none is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from scripts.readiness import NotReadyError, Ready, parse
from scripts.supervisor import Crash, GaveUpError, JournalError, Patience, Supervisor

CHECKOUT = Path(__file__).parents[2]
QUICK = Patience(
    ready_s=5,
    stop_s=0.5,
    first_delay_s=0.01,
    longest_delay_s=0.04,
    crash_limit=4,
    crash_window_s=5,
)
PREAMBLE = """
import json, os, pathlib, signal, sys, time
def say(**message):
    with os.fdopen(int(os.environ["AEGIS_READY_FD"]), "w") as pipe:
        pipe.write(json.dumps(message) + chr(10))
marks = pathlib.Path(os.environ["MARKS"])
number = len(marks.read_text().splitlines()) + 1 if marks.exists() else 1
with marks.open("a") as file:
    file.write(f"{os.getpid()}\\n")
"""


@dataclass
class Notes:
    """A journal that remembers, and checks that no gateway runs while it is written."""

    marks: Path
    crashes: list[Crash] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    is_full: bool = False

    def crashed(self, crash: Crash) -> None:
        assert not any(map(psutil.pid_exists, pids(self.marks)))
        if self.is_full:
            raise JournalError("disk full")
        self.crashes.append(crash)

    def restarted(self, attempt: int) -> None:
        assert not any(map(psutil.pid_exists, pids(self.marks)))
        self.attempts.append(attempt)


def pids(marks: Path) -> list[int]:
    return [int(line) for line in marks.read_text().split()] if marks.exists() else []


class Trial:
    """A supervisor over a child that is a few lines of Python."""

    def __init__(self, home: Path, body: str, patience: Patience = QUICK) -> None:
        self.marks = home / "marks"
        self.notes = Notes(self.marks)
        code = PREAMBLE + textwrap.dedent(body)
        self.supervisor = Supervisor(
            [sys.executable, "-S", "-c", code],
            {"MARKS": str(self.marks), "PATH": os.environ["PATH"]},
            self.notes,
            patience,
        )

    async def run_for(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.supervisor.stop)
        await self.supervisor.run()


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path) -> object:
    yield
    assert not any(map(psutil.pid_exists, pids(tmp_path / "marks")))


SERVE = "say(ready=True, port=4321, pid=os.getpid()); time.sleep(60)"


async def test_a_ready_gateway_tells_its_port_and_ends_when_asked(tmp_path: Path) -> None:
    trial = Trial(tmp_path, SERVE)
    assert await trial.supervisor.start() == Ready(4321)
    await trial.run_for(0.05)
    assert len(pids(trial.marks)) == 1
    assert trial.notes.crashes == []


async def test_a_gateway_that_does_not_end_by_itself_is_killed(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE)
    await trial.supervisor.start()
    began = time.monotonic()
    await trial.run_for(0)
    assert 0.4 < time.monotonic() - began < 3


async def test_asked_twice_it_is_killed_at_once(tmp_path: Path) -> None:
    body = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE
    trial = Trial(tmp_path, body, Patience(stop_s=30))
    await trial.supervisor.start()
    asyncio.get_running_loop().call_later(0.1, trial.supervisor.stop)
    await asyncio.wait_for(trial.run_for(0), 5)


async def test_a_crash_is_recorded_and_the_gateway_started_again(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        say(ready=True, port=1)
        if number == 1: sys.exit(3)
        if number == 2: os.kill(os.getpid(), signal.SIGKILL)
        if number == 3: sys.exit(0)
        time.sleep(60)
        """,
    )
    await trial.supervisor.start()
    await trial.run_for(1.5)
    assert [(crash.exit_code, crash.signal_name) for crash in trial.notes.crashes] == [
        (3, ""),
        (None, "SIGKILL"),
        (0, ""),
    ]
    assert trial.notes.attempts == [1, 2, 3]
    assert [crash.pid for crash in trial.notes.crashes] == pids(trial.marks)[:3]


async def test_a_gateway_that_keeps_crashing_is_given_up(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "say(ready=True, port=1); sys.exit(9)")
    await trial.supervisor.start()
    with pytest.raises(GaveUpError, match=r"4 times within 5 seconds; last: .* code 9") as caught:
        await trial.supervisor.run()
    assert "nothing passes" in caught.value.hint()
    assert len(pids(trial.marks)) == 4


async def test_the_reason_a_restart_fails_is_recorded_with_its_crash(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        if number == 1: say(ready=True, port=1); sys.exit(1)
        if number == 2: say(error="no such policy", hint="write one"); sys.exit(1)
        """
        + SERVE.replace("say", "\n        say"),
    )
    await trial.supervisor.start()
    await trial.run_for(1)
    assert [crash.reason for crash in trial.notes.crashes] == ["", "no such policy"]


async def test_stopped_while_it_waits_to_restart_it_does_not_restart(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "say(ready=True, port=1); sys.exit(9)", Patience(first_delay_s=30))
    await trial.supervisor.start()
    await trial.run_for(0.3)
    assert len(pids(trial.marks)) == 1


async def test_stopped_before_it_is_ready_it_ends(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "time.sleep(60)")
    asyncio.get_running_loop().call_later(0.3, trial.supervisor.stop)
    with pytest.raises(NotReadyError):
        await trial.supervisor.start()


async def test_a_journal_that_cannot_write_does_not_keep_the_gateway_down(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "say(ready=True, port=1)\nif number == 1: sys.exit(1)\ntime.sleep(60)")

    trial.notes.is_full = True
    await trial.supervisor.start()
    await trial.run_for(0.5)
    assert trial.notes.attempts == [1]


NOT_READY = {
    "dies": ("sys.exit(1)", "ended before it was ready"),
    "says why": ('say(error="port taken", hint="take another")', "port taken"),
    "talks nonsense": ('say(hello="world")', "not understood"),
    "takes too long": ("time.sleep(60)", "within 1 seconds"),
}


@pytest.mark.parametrize("name", NOT_READY)
async def test_a_first_start_that_fails_says_why_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    body, words = NOT_READY[name]
    trial = Trial(tmp_path, body, Patience(ready_s=1, stop_s=1))
    with pytest.raises(NotReadyError, match=words) as caught:
        await trial.supervisor.start()
    assert caught.value.hint()


async def test_a_command_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    supervisor = Supervisor([str(tmp_path / "nowhere")], {}, Notes(tmp_path / "marks"))
    with pytest.raises(NotReadyError, match="cannot run"):
        await supervisor.start()


@pytest.mark.parametrize("line", [b"[]", b"7", b"{", b'{"ready": true}', b'{"ready": 1, "port": 1}', b'"x"'])
def test_a_line_that_is_not_the_protocol_is_not_ready(line: bytes) -> None:
    with pytest.raises(NotReadyError, match="not understood"):
        parse(line)


def test_delays_double_up_to_the_longest() -> None:
    assert [Patience().delay_s(crashes) for crashes in range(1, 8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]


ORPHAN = """
import asyncio, os, sys
from scripts.supervisor import Supervisor
async def main():
    supervisor = Supervisor([sys.executable, "-S", "-c", sys.argv[1]], dict(os.environ), None)
    await supervisor.start()
    print("up", flush=True)
    await supervisor.run()
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_a_gateway_dies_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    environment = {**os.environ, "MARKS": str(marks), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", ORPHAN, PREAMBLE + SERVE]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"up\n"
        [child] = pids(marks)
        supervisor.kill()
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    _reap(marks)


def _reap(marks: Path) -> None:
    """Forget a child that only waits for the init of this machine to collect it."""
    marks.unlink()


def test_signals_have_names_in_the_log() -> None:
    crash = Crash(pid=7, exit_code=None, signal_name=signal.SIGSEGV.name, uptime_ms=1500, reason="")
    assert str(crash) == "the proxy (process 7) was ended by SIGSEGV after 1.5 s"
