"""The server's process: started, ended in good time, and never outlived by what it started.

It leads a process group of its own, so that a launcher (`npx`, `uvx`, a shell) and the server behind it end together;
on Linux the kernel kills it with us, even after `kill -9` (prctl(2), PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PR_SET_PDEATHSIG: Final = 1
_BY_SIGNAL: Final = 128
"""A shell's exit code for a process that a signal ended is this and the signal's number."""


class NoServerError(Exception):
    """The server cannot be started."""

    def __init__(self, command: str, why: str) -> None:
        super().__init__(f"cannot run {command}: {why}")

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "what follows -- is the server's own command line, for instance: -- npx -y some-mcp-server"


class Child:
    """One server process."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], stderr: int | None = None
    ) -> None:
        """Start it.

        Args:
            command: operator-supplied; no shell reads it.
            environment: all of its variables.
            stderr: descriptor for its words; None: our own.

        Raises:
            NoServerError: it cannot be started.
        """
        found = shutil.which(command[0], path=environment.get("PATH"))
        if found is None:
            raise NoServerError(command[0], "there is no such program")
        try:
            self._process = subprocess.Popen(
                [command[0], *command[1:]],
                executable=found,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=dict(environment),
                bufsize=0,
                process_group=0,
                preexec_fn=tether(os.getpid()),  # noqa: PLW1509 - one call of prctl, looked up before
            )
        except OSError as error:
            raise NoServerError(command[0], error.strerror or type(error).__name__) from error
        if self._process.stdin is None or self._process.stdout is None:
            raise NoServerError(command[0], "it has no pipes")
        # The descriptors are ours from here on: each is closed by the thread that uses it.
        self.stdin = os.dup(self._process.stdin.fileno())
        self.stdout = os.dup(self._process.stdout.fileno())
        self._process.stdin.close()
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server and to what it has started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def wait(self) -> int:
        """Wait for the end; return the exit code as a shell would.

        What the server leaves behind is killed before its number is given back, so that nobody else's is hit.
        """
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        return code if code >= 0 else _BY_SIGNAL - code


def tether(parent_pid: int) -> Callable[[], None] | None:
    """Return what a child does before it becomes another program, so that it dies with us; None if nothing."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork: loading is unsafe after it

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent_pid:  # it died between fork and prctl
            os._exit(1)

    return bind
