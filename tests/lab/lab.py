"""The lab in operation: Aegis on the gateway, servers on the internet, and commands run as the agent."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.benchmarks.processes import listeners
from scripts.benchmarks.subjects import AEGIS, ROOT
from tests.lab import network as networks
from tests.lab.network import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.lab.network import Host, Network

_PATIENCE_S = 15.0
_POLL_S = 0.05
_QUIET_S = 0.2
_ENTRY_POLLS = 40

POLICY = {
    "allowedDomains": ["api.example.com", "internal.example.com", "*.rebind.example.com"],
    "allowedMethods": ["GET", "POST"],
    "blockedPaths": ["/admin/**"],
    "rateLimits": {"requestsPerMinute": 10_000},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What `curl` got."""

    exit_code: int
    status: int
    """0: no response at all."""
    connect_status: int
    """Of the proxy's answer to CONNECT; 0 without one."""
    version: str
    """`1.1` or `2`: between agent and gateway."""
    headers: dict[str, list[str]]
    """Names in lower case."""
    body: bytes
    error: str

    @property
    def is_nothing(self) -> bool:
        """Neither the service nor the gateway answered."""
        return self.exit_code != 0 and self.status == 0 and not self.body

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Lab:
    """Everything a test needs."""

    network: Network
    folder: Path
    agent_env: dict[str, str] = field(default_factory=dict)
    """What every program of the agent finds in its environment: where the CA is, nothing else."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def agent(
        self, *words: str, explicit: bool = False, timeout_s: float = 20
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as the agent, in explicit mode with the proxy variables set."""
        env = {"PATH": os.environ["PATH"], **self.agent_env}
        if explicit:
            proxy = f"http://{GATEWAY}:{networks.EXPLICIT_PORT}"
            env |= {"HTTPS_PROXY": proxy, "http_proxy": proxy, "HTTP_PROXY": proxy}
        return self.network.agent.run(*words, env=env, timeout_s=timeout_s)

    def curl(self, url: str, *options: str, explicit: bool = False) -> Answer:
        """Fetch a URL as the agent."""
        body = self.folder / "body"
        body.unlink(missing_ok=True)
        report = '{"meta": %{json}, "headers": %{header_json}}'
        done = self.agent(
            *("curl", "-sS", "--max-time", "8", "-o", str(body), "-w", report, *options, url),
            explicit=explicit,
        )
        told = json.loads(done.stdout)
        return Answer(
            exit_code=done.returncode,
            status=told["meta"]["http_code"],
            connect_status=told["meta"]["http_connect"],
            version=told["meta"]["http_version"],
            headers={name.lower(): values for name, values in told["headers"].items()},
            body=body.read_bytes() if body.exists() else b"",
            error=done.stderr,
        )

    def aegis(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command line of Aegis as the operator, outside of the network."""
        return subprocess.run(
            [*AEGIS, "--home", str(self.home), *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def arrivals(self, place: str = "internet") -> list[dict[str, Any]]:
        """Return all that has arrived at the servers of a host so far."""
        lines = (self.folder / f"{place}.jsonl").read_text().splitlines()
        return [seen for seen in map(json.loads, lines) if seen["kind"] != "listening"]

    def entries(self) -> list[dict[str, Any]]:
        """Return all entries of the ledger, in order, as the canonical JSON that is hashed."""
        with closing(
            sqlite3.connect(f"{(self.home / '.aegis' / 'audit.db').as_uri()}?mode=ro", uri=True)
        ) as ledger:
            return [json.loads(body) for (body,) in ledger.execute("SELECT body FROM entry ORDER BY seq")]

    def refusals(self) -> list[dict[str, Any]]:
        """Return the fields of all entries that refuse something."""
        return [entry["fields"] for entry in self.entries() if entry["fields"].get("verdict") == "block"]

    @contextmanager
    def one_refusal(self, rule: str) -> Iterator[None]:
        """Assert that the block adds a refusal by this rule, and none by another, to the ledger."""
        before = len(self.refusals())
        yield
        for _ in range(_ENTRY_POLLS):  # an entry that nobody waits for may follow its refusal
            if len(self.refusals()) > before:
                break
            time.sleep(_POLL_S)
        assert {refusal["rule"] for refusal in self.refusals()[before:]} == {rule}, self.refusals()[before:]

    @contextmanager
    def nothing_arrives(self) -> Iterator[None]:
        """Assert that no server of internet or gateway hears anything during the block."""
        before = [self.arrivals(place) for place in _PLACES]
        yield
        assert [self.arrivals(place) for place in _PLACES] == before

    @contextmanager
    def no_packet_arrives(self) -> Iterator[None]:
        """Assert that not one IP packet reaches the internet during the block."""
        before = self._packets_when_quiet()
        yield
        time.sleep(_QUIET_S)
        assert self.network.packets_arrived() == before

    def _packets_when_quiet(self) -> int:
        """Return the count once the closing of earlier connections no longer moves it."""
        for _ in range(20):
            before = self.network.packets_arrived()
            time.sleep(_QUIET_S)
            if self.network.packets_arrived() == before:
                return before
        raise AssertionError("packets keep arriving at the internet though nobody sends any")

    @property
    def internet_ca(self) -> Path:
        """The authority of the internet's certificates, which only the gateway trusts."""
        return self.folder / "internet-ca.pem"

    def start_gateway(self) -> None:
        """Start Aegis as the README says, in the gateway's namespace; return when it serves both modes."""
        self._start_mitmdump("-s", str(ROOT / "aegis_addons.py"))

    def start_bare_gateway(self) -> None:
        """Start mitmdump without Aegis instead: what the lab must be able to notice."""
        self._start_mitmdump("--set", f"confdir={self.folder / 'bare'}", "--listen-host", GATEWAY)

    def _start_mitmdump(self, *options: str) -> None:
        command = [
            *(str(Path(sys.executable).with_name("mitmdump")), *options),
            *(
                "--mode",
                f"regular@{networks.EXPLICIT_PORT}",
                "--mode",
                f"transparent@{networks.TRANSPARENT_PORT}",
            ),
            *("--set", f"ssl_verify_upstream_trusted_ca={self.internet_ca}"),
        ]
        env = {**os.environ, "AEGIS_HOME": str(self.home), "LISTEN_HOST": GATEWAY}
        process = self.start("mitmdump", self.network.gateway, command, env)
        wanted = {(GATEWAY, networks.EXPLICIT_PORT), (GATEWAY, networks.TRANSPARENT_PORT)}
        self.await_that(process, lambda: wanted <= listeners(process.pid))

    def start_service(self, place: str, host: Host, *words: str) -> None:
        """Start the servers of a host; `words` go to `service.py`."""
        file = self.folder / f"{place}.jsonl"
        file.touch()
        process = self.start(
            place, host, [sys.executable, str(_SERVICE), str(file), *words], dict(os.environ)
        )
        self.await_that(process, lambda: "listening" in file.read_text())

    def start(
        self, name: str, host: Host, command: Sequence[str], env: dict[str, str], keep: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a program on a host; its output goes to `NAME.log`, and it keeps these descriptors."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                host.command(*command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                pass_fds=keep,
            )
        self.processes[name] = process
        return process

    def await_that(self, process: subprocess.Popen[bytes], is_so: Callable[[], bool]) -> None:
        """Wait until it is so, or fail with what the programs wrote."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            if is_so():
                return
            time.sleep(_POLL_S)
        logs = "".join(
            f"\n--- {log.name}\n{log.read_text(errors='replace')}" for log in self.folder.glob("*.log")
        )
        raise AssertionError(f"{process.args!s} did not get ready (exit code {process.poll()}){logs}")

    def kill_gateway(self) -> None:
        """`kill -9`: nothing of it gets to tidy up."""
        process = self.processes.pop("mitmdump")
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End what was started here."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


_SERVICE = Path(__file__).with_name("service.py")
_PLACES = ("internet", "gateway")
