"""A real gateway process for tests: `mitmdump -s aegis_addons.py` in a home of its own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from certs import authority

if TYPE_CHECKING:
    from types import TracebackType

CHECKOUT = Path(__file__).resolve().parent.parent
MITMDUMP = Path(sys.executable).with_name("mitmdump")
DEADLINE_S = 30.0


@dataclass
class Home:
    """A directory as `aegis init` makes it, with a policy of the test's own."""

    path: Path
    policy: str

    def make(self) -> Home:
        """Write it."""
        state = self.path / ".aegis"
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (state / "ca").exists():
            authority.create(state / "ca")
        self.write_policy(self.policy)
        return self

    def write_policy(self, text: str) -> None:
        """Replace the policy as an editor does: a new file under the old name."""
        temporary = self.path / "policy.yaml.new"
        temporary.write_text(textwrap.dedent(text))
        temporary.replace(self.path / "policy.yaml")

    @property
    def ca(self) -> Path:
        """What agents trust."""
        return self.path / ".aegis" / "ca" / "mitmproxy-ca-cert.pem"

    @property
    def database(self) -> Path:
        """The ledger."""
        return self.path / ".aegis" / "audit.db"


@dataclass
class Gateway:
    """One running process; use as a context manager."""

    home: Home
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    script: Path = CHECKOUT / "aegis_addons.py"
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    failure: dict[str, Any] = field(default_factory=dict)
    log_path: Path = Path()

    def start(self) -> Self:
        """Start and wait until it listens or has said why not."""
        reader, writer = os.pipe()
        self.log_path = self.home.path / f"gateway-{time.monotonic_ns()}.log"
        command = [
            sys.executable,
            str(MITMDUMP),
            "-s",
            str(self.script),
            "--set",
            "server=false",
            "--set",
            f"confdir={self.home.path / '.aegis' / 'ca'}",
            "--listen-port",
            "0",
            *self.arguments,
        ]
        environment = {
            **os.environ,
            "AEGIS_HOME": str(self.home.path),
            "AEGIS_READY_FD": str(writer),
            **self.environment,
        }
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.home.path,
                env=environment,
                pass_fds=(writer,),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        os.close(writer)
        with os.fdopen(reader) as pipe:
            line = pipe.readline()
        message = json.loads(line) if line.strip() else {"error": "ended without a word"}
        if message.get("ready"):
            self.port = int(message["port"])
        else:
            self.failure = message
            self.process.wait(DEADLINE_S)
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(DEADLINE_S)

    def __enter__(self) -> Self:
        self.start()
        if not self.port:
            raise RuntimeError(f"the gateway did not start: {self.failure}\n{self.log}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What goes into HTTPS_PROXY."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the process printed."""
        return self.log_path.read_text(errors="replace")

    def entries(self, kind: str = "flow.verdict") -> list[dict[str, Any]]:
        """Bodies of all entries of one type, oldest first."""
        with closing(sqlite3.connect(f"file:{self.home.database}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM entry WHERE type = ? ORDER BY seq", (kind,)).fetchall()
        bodies = [json.loads(row[0]) for row in rows]
        return [{**body.pop("fields"), **body} for body in bodies]

    def wait_for(self, kind: str, timeout_s: float = 5.0, **fields: object) -> dict[str, Any]:
        """Wait for an entry with these fields."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for entry in reversed(self.entries(kind)):
                if all(entry.get(name) == value for name, value in fields.items()):
                    return entry
            time.sleep(0.05)
        raise AssertionError(f"no {kind} with {fields} in {self.entries(kind)[-5:]}\n{self.log[-3000:]}")


@dataclass(frozen=True)
class Answer:
    """What `curl` got."""

    status: int
    """0 if there was no response."""
    headers: dict[str, str]
    body: bytes
    exit_code: int
    error: str

    @property
    def problem(self) -> dict[str, Any]:
        """The body as problem details."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def rule(self) -> str:
        """The rule that refused, or the empty string."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(self.problem["aegis"].get("rule", ""))


def curl(gateway: Gateway | None, url: str, *arguments: str, timeout_s: int = 15) -> Answer:
    """One request with the real `curl`, through the gateway if there is one."""
    proxy = ["--proxy", gateway.url, "--noproxy", "", "--cacert", str(gateway.home.ca)] if gateway else []
    command = ["curl", "-sS", "-i", "--max-time", str(timeout_s), "--suppress-connect-headers"]
    run = subprocess.run(
        [*command, *proxy, *arguments, url], capture_output=True, timeout=timeout_s + 10, check=False
    )
    return _parse(run)


def _parse(run: subprocess.CompletedProcess[bytes]) -> Answer:
    rest = run.stdout
    status, headers = 0, {}
    while rest.startswith(b"HTTP/"):
        head, _, rest = rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split()[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(status, headers, rest, run.returncode, run.stderr.decode(errors="replace"))
