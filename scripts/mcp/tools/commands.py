"""A tool that runs a command: an argument vector, no shell, and nothing left behind.

The command runs in the sandbox with a small environment that leads its traffic through the gateway. It is judged by
the shell guard before it comes here. What it does with files is not confined by the sandbox: that takes a container.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from scripts.mcp.child import tether
from scripts.mcp.tools.files import Arguments, Path
from scripts.mcp.tools.outcome import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scripts.mcp.tools.sandbox import Sandbox

MOST_OUTPUT_BYTES: Final = 256 * 1024
"""Of each stream; what comes after is read and thrown away."""
LONGEST_S: Final = 300
_CHUNK_BYTES: Final = 1 << 16
_DRAIN_S: Final = 1.0
_TICK_S: Final = 0.02


class RunCommand(Arguments):
    """Run a program in the sandbox and return what it prints.

    No shell: pipes, globs and && are plain words. It can write in the sandbox and in $TMPDIR only, and reach the
    network through the gateway only.
    """

    argv: list[str] = Field(
        min_length=1, max_length=1000, description='Program and arguments, such as ["git", "status"].'
    )
    cwd: Path = "."
    timeout_s: int = Field(60, ge=1, le=LONGEST_S, description="Seconds after which it is ended.")


def run_command(
    sandbox: Sandbox, wanted: RunCommand, environment: Mapping[str, str], confine: Callable[[], None] | None
) -> dict[str, Any]:
    """Run a command to its end, or to the end of its time.

    Args:
        sandbox: where.
        wanted: agent-supplied.
        environment: all variables of the command.
        confine: what the child does before it becomes the command; None if there is nothing to be done.
    """
    if any("\0" in word for word in wanted.argv):
        raise ToolError("an argument holds a NUL")
    with sandbox.directory(wanted.cwd):
        directory = sandbox.root.joinpath(*sandbox.parts(wanted.cwd))
    try:
        process = subprocess.Popen(
            wanted.argv,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
            bufsize=0,
            preexec_fn=_both(tether(os.getpid()), confine),  # noqa: PLW1509 - system calls, looked up before
        )
    except (OSError, ValueError) as error:
        why = os.strerror(error.errno or 0).lower() if isinstance(error, OSError) else "it is no command"
        raise ToolError(f"the command cannot be run: {why}") from error
    with process:
        return _attend(process, wanted.timeout_s)


def _both(*steps: Callable[[], None] | None) -> Callable[[], None]:
    taken = [step for step in steps if step is not None]

    def take() -> None:
        for step in taken:
            step()

    return take


def _attend(process: subprocess.Popen[bytes], timeout_s: int) -> dict[str, Any]:
    """Collect what a process prints until it ends or its time is over; its group is gone when this returns."""
    output = _Output(process)
    deadline = time.monotonic() + timeout_s
    while not (has_ended := _has_ended(process.pid)) and time.monotonic() < deadline:
        output.read(_TICK_S)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # it has not been waited for: the number is still its own
    drained_at = time.monotonic() + _DRAIN_S
    while output.is_open and time.monotonic() < drained_at:
        output.read(_TICK_S)
    code = process.wait()
    return {**output.texts(), "exit_code": code, "is_cut": output.is_cut, "is_over_time": not has_ended}


class _Output:
    """Both streams of a process, kept up to the limit."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._kept = {"stdout": bytearray(), "stderr": bytearray()}
        self._selector = selectors.DefaultSelector()
        for name in self._kept:
            self._selector.register(getattr(process, name), selectors.EVENT_READ, name)
        self.is_cut = False

    @property
    def is_open(self) -> bool:
        """True until both streams have ended."""
        return bool(self._selector.get_map())

    def read(self, timeout_s: float) -> None:
        """Read what there is, waiting for it a moment."""
        if not self.is_open:
            time.sleep(timeout_s)
            return
        for key, _ in self._selector.select(timeout_s):
            chunk = os.read(key.fd, _CHUNK_BYTES)
            if not chunk:
                self._selector.unregister(key.fileobj)
            kept = self._kept[key.data]
            room = MOST_OUTPUT_BYTES - len(kept)
            kept += chunk[:room]
            self.is_cut |= len(chunk) > room

    def texts(self) -> dict[str, str]:
        """What was printed."""
        self._selector.close()
        return {name: bytes(kept).decode("utf-8", "replace") for name, kept in self._kept.items()}


def _has_ended(pid: int) -> bool:
    """Tell whether a child has ended, without giving its number back."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
