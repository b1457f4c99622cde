"""The load: a closed loop of keep-alive HTTPS connections, run in a process of its own.

`python -m scripts.benchmarks.load` reads one job as JSON from standard input and writes one result as JSON to
standard output. Each connection has one request in flight; nothing is pipelined. A response that is not a
complete 200 ends the job with exit code 1 and the reason on standard error.

The measured process's CPU time is read here, at both ends of the measured window: warm-up is not in it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import ssl
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

import psutil
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes, Settings

from scripts.benchmarks.origin import HOST
from scripts.benchmarks.processes import LOOPBACK

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

_WINDOW_BYTES = 1 << 24  # what browsers and curl announce: 100 KB arrives without waiting for window updates
_READ_BYTES = 1 << 16
_PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Job:
    """One measurement."""

    protocol: str
    """`h1` or `h2`, offered alone by ALPN."""
    path: str
    size_bytes: int
    """Expected size of every response body."""
    connections: int
    origin_port: int
    proxy_port: int | None
    """None: straight to the origin."""
    ca_file: str
    """The only certificates trusted."""
    measured_pid: int | None
    """Process whose CPU time is read."""
    warmup_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What one measurement gave."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None
    """CPU time of the measured process per request; None where there is none."""


class LoadError(RuntimeError):
    """A request was refused, cut short or answered with something unexpected."""


class Session(Protocol):
    """One open connection."""

    async def get(self) -> None:
        """Fetch the job's path once.

        Raises:
            LoadError: anything but a complete 200.
        """


async def connect(job: Job) -> tuple[StreamReader, StreamWriter]:
    """Open a TLS connection to the origin, through the proxy's CONNECT if there is one."""
    context = ssl.create_default_context(cafile=job.ca_file)
    context.set_alpn_protocols(["h2" if job.protocol == "h2" else "http/1.1"])
    if job.proxy_port is None:
        return await asyncio.open_connection(LOOPBACK, job.origin_port, ssl=context, server_hostname=HOST)
    reader, writer = await asyncio.open_connection(LOOPBACK, job.proxy_port)
    authority = f"{HOST}:{job.origin_port}"
    writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise LoadError(f"CONNECT refused: {head + await reader.read(2000)!r}")
    await writer.start_tls(context, server_hostname=HOST)
    return reader, writer


class Http1Session:
    """A raw HTTP/1.1 connection that parses no more than it needs."""

    def __init__(self, job: Job, reader: StreamReader, writer: StreamWriter) -> None:
        self._size_bytes = job.size_bytes
        self._reader = reader
        self._writer = writer
        self._request = (
            f"GET {job.path} HTTP/1.1\r\nHost: {HOST}:{job.origin_port}\r\n"
            "User-Agent: aegis-bench\r\nAccept: application/json\r\n\r\n"
        ).encode()

    async def get(self) -> None:
        """Fetch the job's path once."""
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200 "):
            raise LoadError(f"expected 200, got {head + await self._reader.read(2000)!r}")
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or -1)
        if length != self._size_bytes:
            raise LoadError(f"expected {self._size_bytes} bytes, got content-length {length}")
        await self._reader.readexactly(length)


class Http2Session:
    """An HTTP/2 connection with one stream at a time."""

    def __init__(self, job: Job, reader: StreamReader, writer: StreamWriter) -> None:
        self._size_bytes = job.size_bytes
        self._reader = reader
        self._writer = writer
        self._http2 = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._headers = [
            (b":method", b"GET"),
            (b":scheme", b"https"),
            (b":authority", f"{HOST}:{job.origin_port}".encode()),
            (b":path", job.path.encode()),
            (b"user-agent", b"aegis-bench"),
            (b"accept", b"application/json"),
        ]
        # before the preface is sent settings can only be replaced as a whole
        self._http2.local_settings = Settings(
            client=True,
            initial_values={SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES, SettingCodes.ENABLE_PUSH: 0},
        )
        self._http2.initiate_connection()
        self._http2.increment_flow_control_window(_WINDOW_BYTES)

    async def get(self) -> None:
        """Fetch the job's path once."""
        stream = self._http2.get_next_available_stream_id()
        self._http2.send_headers(stream, self._headers, end_stream=True)
        received, is_done = b"", False
        while not is_done:
            self._writer.write(self._http2.data_to_send())
            chunk = await self._reader.read(_READ_BYTES)
            if not chunk:
                raise LoadError(f"connection closed after {len(received)} bytes")
            body, is_done = self._digest(chunk)
            received += body
        if len(received) != self._size_bytes:
            raise LoadError(f"expected 200 and {self._size_bytes} bytes, got {received[:2000]!r}")

    def _digest(self, chunk: bytes) -> tuple[bytes, bool]:
        """Feed what arrived; return the body bytes in it and whether the stream has ended."""
        body, is_done = b"", False
        for event in self._http2.receive_data(chunk):
            match event:
                case DataReceived():
                    body += event.data
                    self._http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case ResponseReceived() if (b":status", b"200") not in event.headers:
                    raise LoadError(f"expected 200, got {event.headers!r}")
                case StreamEnded():
                    is_done = True
                case StreamReset() | ConnectionTerminated():
                    raise LoadError(f"the other side gave up: {event!r}")
        return body, is_done


@dataclass(slots=True)
class Window:
    """The measured stretch of time, and what finished inside it."""

    opened_at: float = float("inf")
    """On the `time.perf_counter` clock, like `closed_at`; infinite until it happens."""
    closed_at: float = float("inf")
    latencies_s: list[float] = field(default_factory=list)

    async def repeat(self, session: Session) -> None:
        """Keep one request in flight until the window closes."""
        while self.closed_at == float("inf"):
            began_at = time.perf_counter()
            await session.get()
            ended_at = time.perf_counter()
            if self.opened_at <= ended_at <= self.closed_at:
                self.latencies_s.append(ended_at - began_at)

    async def measure(self, job: Job) -> float | None:
        """Open and close the window; return the CPU seconds the measured process used in it."""
        await asyncio.sleep(job.warmup_s)
        before_s = _cpu_s(job.measured_pid)
        self.opened_at = time.perf_counter()
        await asyncio.sleep(job.seconds)
        self.closed_at = time.perf_counter()
        after_s = _cpu_s(job.measured_pid)
        return None if before_s is None or after_s is None else after_s - before_s


def _cpu_s(pid: int | None) -> float | None:
    """Return user and system time of a process and its living children, all threads, in seconds."""
    if pid is None:
        return None
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


async def run(job: Job) -> Sample:
    """Put the load on and return what was measured."""
    kind = Http2Session if job.protocol == "h2" else Http1Session
    async with asyncio.timeout(_PATIENCE_S):
        opened = [await connect(job) for _ in range(job.connections)]
    sessions: list[Session] = [kind(job, *streams) for streams in opened]
    window = Window()
    gc.freeze()
    async with asyncio.timeout(job.warmup_s + job.seconds + _PATIENCE_S), asyncio.TaskGroup() as tasks:
        for session in sessions:
            tasks.create_task(window.repeat(session))
        measuring = tasks.create_task(window.measure(job))
    for _, writer in opened:
        writer.transport.abort()
    return _summed_up(window, measuring.result())


def _summed_up(window: Window, cpu_s: float | None) -> Sample:
    latencies_ms = sorted(1000 * latency_s for latency_s in window.latencies_s)
    count = len(latencies_ms)
    if count == 0:
        raise LoadError("no request finished inside the measured window")
    return Sample(
        requests=count,
        per_second=count / (window.closed_at - window.opened_at),
        p50_ms=latencies_ms[count // 2],
        p99_ms=latencies_ms[min(count - 1, count * 99 // 100)],
        cpu_ms=None if cpu_s is None else 1000 * cpu_s / count,
    )


def main() -> int:
    """Do the job on standard input."""
    job = Job(**json.load(sys.stdin))
    try:
        sample = asyncio.run(run(job))
    except (ExceptionGroup, LoadError, OSError, EOFError) as error:
        causes = error.exceptions if isinstance(error, ExceptionGroup) else [error]
        print(job, *map(repr, causes), sep="\n", file=sys.stderr)
        return 1
    json.dump(asdict(sample), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
