"""Keeps one gateway process running, and lets nothing of it outlive its supervisor.

A gateway that ends without having been asked is a crash: it is logged, recorded in the ledger and started
again after a delay that doubles from 0.2 to 10 seconds with each crash of the last minute; the tenth within a
minute ends it for good. While no gateway runs nothing listens, so nothing passes. The ledger has one writer:
the journal writes only while the child is dead.

On Linux the kernel kills the child with the supervisor (`PR_SET_PDEATHSIG`, prctl(2)), even after `kill -9`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from scripts import readiness
from scripts.readiness import NotReadyError, Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

log = logging.getLogger("aegis.supervisor")

PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the supervisor waits for what; the defaults are those of the gateway."""

    ready_s: float = 30.0
    """For a child to listen."""
    stop_s: float = 10.0
    """For a child to end after SIGTERM, before SIGKILL."""
    first_delay_s: float = 0.2
    longest_delay_s: float = 10.0
    crash_limit: int = 10
    """That many crashes ..."""
    crash_window_s: float = 60.0
    """... within this time, and the supervisor gives up."""

    def delay_s(self, crashes: int) -> float:
        """Return how long to wait after the nth crash within the window, counted from 1."""
        return float(min(self.longest_delay_s, self.first_delay_s * 2 ** (crashes - 1)))


@dataclass(frozen=True, slots=True)
class Crash:
    """A gateway process ended without having been asked."""

    pid: int
    exit_code: int | None
    """None where a signal ended it."""
    signal_name: str
    """`SIGKILL` and the like; empty where it exited."""
    uptime_ms: int
    reason: str = ""
    """What the child said before it was ready, if it did."""

    def __str__(self) -> str:
        how = f"was ended by {self.signal_name}" if self.signal_name else f"exited with code {self.exit_code}"
        return f"the proxy (process {self.pid}) {how} after {self.uptime_ms / 1000:.1f} s" + (
            f": {self.reason}" if self.reason else ""
        )


class Journal(Protocol):
    """Where crashes and restarts are recorded; called only while no child runs."""

    def crashed(self, crash: Crash) -> None:
        """Record that the gateway ended without having been asked."""

    def restarted(self, attempt: int) -> None:
        """Record that the gateway is started again, for the nth time in this supervisor's life."""


class GaveUpError(Exception):
    """The gateway crashed too often; nothing listens."""

    def __init__(self, patience: Patience, last: Crash) -> None:
        super().__init__(
            f"the proxy crashed {patience.crash_limit} times within {patience.crash_window_s:g} seconds; "
            f"last: {last}",
        )
        self.last = last

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "nothing passes until it is started again; `aegis doctor` checks what a start needs"


class Supervisor:
    """Runs a command as the gateway. `start` once, then `run` until `stop` is called."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        journal: Journal,
        patience: Patience | None = None,
    ) -> None:
        self._command = command
        self._environment = environment
        self._journal = journal
        self._patience = patience or Patience()
        self._child: asyncio.subprocess.Process | None = None
        self._born_at = 0.0
        self._stopping = asyncio.Event()
        self._is_forced = False

    @property
    def is_stopping(self) -> bool:
        """True once `stop` has been called."""
        return self._stopping.is_set()

    async def start(self) -> Ready:
        """Start the gateway and wait until it listens.

        Raises:
            NotReadyError: it does not, and its process is gone.
        """
        reading, writing = os.pipe()
        try:
            self._child = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                env={**self._environment, readiness.READY_VARIABLE: str(writing)},
                pass_fds=(writing,),
                process_group=0,  # Ctrl-C reaches the supervisor alone, which passes it on once
                preexec_fn=_tether(os.getpid()),
            )
        except OSError as error:
            os.close(reading)
            raise NotReadyError(f"cannot run {self._command[0]}: {error.strerror}") from error
        finally:
            os.close(writing)
        self._born_at = time.monotonic()
        try:
            if self.is_stopping:  # asked while the process was being made
                self.send(signal.SIGTERM)
            return await readiness.wait(reading, self._patience.ready_s)
        except NotReadyError:
            self.send(signal.SIGTERM)
            await self._see_child_end()
            raise

    async def run(self) -> None:
        """Keep the started gateway running until `stop`.

        Raises:
            GaveUpError: it crashed too often.
        """
        crash_times: deque[float] = deque(maxlen=self._patience.crash_limit)
        attempt = 0
        reason = ""
        while not await self._wait_for_child():
            crash = self._describe(reason)
            log.error("%s", crash)
            self._record(partial(self._journal.crashed, crash))
            crash_times.append(time.monotonic())
            delay_s = self._next_delay_s(crash_times, crash)
            log.warning("nothing passes; starting it again in %.1f s", delay_s)
            if await self._is_stopped_within(delay_s):
                return
            attempt += 1
            self._record(partial(self._journal.restarted, attempt))
            reason = ""
            try:
                ready = await self.start()
            except NotReadyError as error:
                reason = str(error)
            else:
                log.info("the proxy listens again on port %d", ready.port)

    def stop(self) -> None:
        """End the gateway and let `run` return; called a second time, without waiting for it."""
        self._is_forced = self.is_stopping
        self._stopping.set()
        self.send(signal.SIGKILL if self._is_forced else signal.SIGTERM)

    def send(self, signal_number: signal.Signals) -> None:
        """Pass a signal on to the gateway, if one runs."""
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.send_signal(signal_number)

    async def _wait_for_child(self) -> bool:
        """Wait until the child is dead; return whether that was asked for."""
        child = self._running_child()
        stopping = asyncio.create_task(self._stopping.wait())
        dying = asyncio.create_task(child.wait())
        await asyncio.wait({stopping, dying}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self.is_stopping:
            await self._see_child_end()
        await dying
        return self.is_stopping

    async def _see_child_end(self) -> None:
        """Wait for a child that has been asked to end, and kill it where it does not."""
        child = self._running_child()
        try:
            async with asyncio.timeout(self._patience.stop_s):
                await child.wait()
        except TimeoutError:
            log.warning("the proxy does not end by itself; killing it")
            self.send(signal.SIGKILL)
            await child.wait()

    async def _is_stopped_within(self, delay_s: float) -> bool:
        try:
            async with asyncio.timeout(delay_s):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    def _running_child(self) -> asyncio.subprocess.Process:
        if self._child is None:
            raise RuntimeError("start() has not been called")
        return self._child

    def _describe(self, reason: str) -> Crash:
        child = self._running_child()
        code = child.returncode or 0
        return Crash(
            pid=child.pid,
            exit_code=code if code >= 0 else None,
            signal_name=signal.Signals(-code).name if code < 0 else "",
            uptime_ms=round((time.monotonic() - self._born_at) * 1000),
            reason=reason,
        )

    def _next_delay_s(self, crash_times: deque[float], last: Crash) -> float:
        recent = [at for at in crash_times if at > crash_times[-1] - self._patience.crash_window_s]
        if len(recent) >= self._patience.crash_limit:
            raise GaveUpError(self._patience, last)
        return self._patience.delay_s(len(recent))

    @staticmethod
    def _record(write: Callable[[], None]) -> None:
        """Record through the journal; a ledger that cannot be written must not keep the gateway down.

        The gateway itself refuses all traffic then, and says why.
        """
        try:
            write()
        except JournalError as error:
            log.error("not recorded in the ledger: %s", error)  # noqa: TRY400 - the message says it all


class JournalError(Exception):
    """A crash or a restart could not be recorded."""


def _tether(supervisor_pid: int) -> Callable[[], None] | None:
    """Return what a child does before it becomes the gateway, so that it dies with its supervisor."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork: loading is unsafe after it

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != supervisor_pid:  # it died between fork and prctl
            os._exit(1)

    return bind
