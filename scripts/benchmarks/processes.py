"""Child processes of the benchmarks: started with a log, awaited until they listen, always ended.

Only processes started here are ever signalled, by their own handle.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LOOPBACK = "127.0.0.1"
_STOP_S = 5.0
_POLL_S = 0.02
_LISTENING = "0A"  # of /proc/net/tcp, which spells addresses as little-endian hexadecimal numbers


class BenchmarkError(RuntimeError):
    """No honest figure can be given: a process died, a request was refused, a program is missing."""


@contextmanager
def started(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command for the length of the block, its output going to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else {**os.environ, **environment},
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, insist after five seconds."""
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a TCP port of the loopback interface that nothing listens on right now."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])


def await_listening(process: subprocess.Popen[bytes], port: int, log: Path, patience_s: float = 20) -> None:
    """Return as soon as the process listens on loopback.

    Raises:
        BenchmarkError: it ended or did not listen in time; carries the end of its log.
    """
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and process.poll() is None:
        if (LOOPBACK, port) in listeners(process.pid):
            return
        time.sleep(_POLL_S)
    tail = log.read_text(errors="replace")[-2000:]
    state = "not listening" if process.poll() is None else f"ended with code {process.returncode}"
    raise BenchmarkError(f"{process.args!s}: {state} (port {port})\n{tail}")


def listeners(pid: int) -> set[tuple[str, int]]:
    """Return IPv4 address and TCP port of all that listens in the network namespace of a process.

    Connecting to find out would not do: mitmdump binds all addresses before it loads a script, and Aegis binds its
    own only once it is ready.
    """
    found = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        address, _, port = local.partition(":")
        if state == _LISTENING:
            found.add((socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)))
    return found
