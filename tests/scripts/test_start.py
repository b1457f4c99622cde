"""`aegis start` for real: seven steps, a proxy that listens only if all went well, and comes back when it crashes."""

from __future__ import annotations

import os
import pty
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from click.testing import CliRunner

from ledger import query
from ledger.verify import verify
from scripts.cli import aegis
from tests.scripts.test_settings import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHECKOUT = Path(__file__).parents[2]
DEADLINE_S = 20


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert CliRunner().invoke(aegis, ["--home", str(tmp_path), "init"]).exit_code == 0
    (tmp_path / ".env").write_text(f"PORT={free_port()}\n")
    return tmp_path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_of(home: Path) -> int:
    return int((home / ".env").read_text().removeprefix("PORT="))


def is_listening(home: Path) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port_of(home)), timeout=1):
            return True
    except OSError:
        return False


def wait_for(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + DEADLINE_S
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
    return result


def command(home: Path, *arguments: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        "from scripts.cli import main; main()",
        "--home",
        str(home),
        "start",
        *arguments,
    ]


@contextmanager
def started(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `aegis start` until the block ends; its output is in the file `out`."""
    with (home / "out").open("w") as out:
        process = subprocess.Popen(command(home, *arguments), stdout=out, stderr=out, text=True, cwd="/")
    try:
        wait_for(lambda: "Try it" in output(home) or process.poll() is not None)
        assert process.poll() is None, output(home)
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def output(home: Path) -> str:
    return (home / "out").read_text()


def child_of(process: subprocess.Popen[str]) -> psutil.Process:
    [child] = psutil.Process(process.pid).children()
    return child


def types(home: Path) -> list[str]:
    return [entry.type for entry in query.tail(home / ".aegis/audit.db")]


def test_seven_steps_then_the_lines_an_agent_needs_then_a_clean_end(home: Path) -> None:
    with started(home) as process:
        assert is_listening(home)
        process.terminate()
        assert process.wait(DEADLINE_S) == 0
    lines = output(home).splitlines()
    steps = [line for line in lines if line[2:5].endswith("/7") or "/7 " in line[:6]]
    assert [line[:5] for line in steps] == [
        f"{'✓' if number < 7 else '-'} {number}/7" for number in range(1, 8)
    ]
    assert all(line.endswith(" ms)") for line in steps[:6])
    assert "aegis mcp config" in steps[5]
    assert "not part of this build" in steps[6]
    assert f"export HTTPS_PROXY=http://127.0.0.1:{port_of(home)}" in lines
    printed_again = CliRunner().invoke(aegis, ["--home", str(home), "env"]).output.splitlines()
    assert set(printed_again) <= set(lines)
    assert f"export SSL_CERT_FILE={home}/.aegis/ca/mitmproxy-ca-cert.pem" in lines
    assert lines[-1] == "Aegis has stopped; nothing passes."
    assert not is_listening(home)
    assert types(home) == ["ledger.created", "gateway.started", "gateway.stopped"]


def test_a_killed_proxy_is_recorded_and_back_with_its_chain_intact(home: Path) -> None:
    with started(home) as process:
        first = child_of(process)
        first.kill()
        wait_for(lambda: types(home).count("gateway.started") == 2)
        wait_for(lambda: is_listening(home))
        assert child_of(process).pid != first.pid
        assert "was ended by SIGKILL" in (home / ".aegis/aegis.log").read_text()
    crash = query.latest(home / ".aegis/audit.db", query.Filter(type="gateway.crashed"))[0]
    assert (crash.fields["signal"], crash.fields["pid"]) == ("SIGKILL", first.pid)
    assert types(home)[2:5] == ["gateway.crashed", "gateway.restarted", "gateway.started"]
    assert verify(home / ".aegis/audit.db").is_intact


def test_a_killed_supervisor_leaves_no_proxy_behind(home: Path) -> None:
    with started(home) as process:
        process.kill()
        wait_for(lambda: not is_listening(home))


def test_what_follows_two_dashes_reaches_mitmdump(home: Path) -> None:
    port = free_port()
    with started(home, "--", "--listen-port", str(port)):
        assert f"listening on 127.0.0.1:{port}" in output(home)
        assert "--listen-port" in " ".join(psutil.Process().children(recursive=True)[-1].cmdline())


def test_policy_check_tells_what_a_running_gateway_makes_of_the_file(home: Path) -> None:
    def check() -> str:
        return CliRunner().invoke(aegis, ["--home", str(home), "policy", "check"]).output

    good = (home / "policy.yaml").read_text()
    with started(home):
        assert "running gateway" not in check()
        (home / "policy.yaml").write_text("nonsense: 1\n")
        wait_for(lambda: "policy.rejected" in types(home))
        assert "in force; it rejected the file on disk" in check()
        (home / "policy.yaml").write_text(good + "\n# changed\n")
        wait_for(lambda: "policy.loaded" in types(home))
        assert "running gateway" not in check()


def test_two_gateways_do_not_share_a_ledger(home: Path) -> None:
    with started(home):
        done = subprocess.run(command(home), capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        assert done.returncode == 1
        assert "✗ 2/7 open the ledger: another gateway" in done.stderr
        assert is_listening(home)


def _break_chain(home: Path) -> None:
    with closing(sqlite3.connect(home / ".aegis/audit.db")) as database, database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE entry SET body = replace(body, 'aegis init', 'somebody')")


FAILING: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "settings": (
        lambda home: (home / ".env").write_text("PORT=4x"),
        "1/7 load configuration",
        "correct the line",
    ),
    "authority": (
        lambda home: (home / ".aegis/ca/mitmproxy-ca.pem").chmod(0o644),
        "1/7 load configuration",
        "chmod 600",
    ),
    "no ledger": (lambda home: (home / ".aegis/audit.db").unlink(), "2/7 open the ledger", "aegis init"),
    "ledger is no database": (
        lambda home: (home / ".aegis/audit.db").write_text("nonsense" * 999),
        "2/7 open the ledger",
        "DATABASE_URL",
    ),
    "policy": (
        lambda home: (home / "policy.yaml").write_text("mod: monitor"),
        "3/7 load the policy: policy.yaml:1:1: unknown key 'mod'",
        "did you mean 'mode'",
    ),
    "no policy": (lambda home: (home / "policy.yaml").unlink(), "3/7 load the policy", "aegis init"),
    "chain": (_break_chain, "", "evidence"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_step_names_itself_says_how_to_mend_it_and_nothing_listens(name: str, home: Path) -> None:
    spoil, step, hint = FAILING[name]
    port = port_of(home)
    spoil(home)
    done = subprocess.run(command(home), capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 1
    assert f"✗ {step}" in done.stderr
    assert hint in done.stderr
    assert "nothing listens" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_taken_port_is_found_before_a_process_is_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", port_of(home))):
        done = subprocess.run(command(home), capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 1
    assert "✗ 5/7 start the proxy: cannot listen on 127.0.0.1:" in done.stderr
    assert "another PORT" in done.stderr


def test_an_option_that_lets_traffic_pass_unjudged_is_refused_with_its_reason(home: Path) -> None:
    done = subprocess.run(
        command(home, "--", "--set", "ssl_insecure=true"),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert "✗ 5/7 start the proxy: option ssl_insecure is refused" in done.stderr
    assert not is_listening(home)


def test_ctrl_c_while_it_starts_ends_it_without_complaint(home: Path) -> None:
    with (home / "out").open("w") as out:
        process = subprocess.Popen(command(home), stdout=out, stderr=out)
    wait_for(lambda: "✓ 4/7" in output(home))
    wait_for(lambda: psutil.Process(process.pid).children())
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(DEADLINE_S) == 0
    assert "Traceback" not in output(home)
    assert not is_listening(home)


def test_closing_the_terminal_ends_the_gateway_and_is_not_a_crash(home: Path) -> None:
    supervisor, terminal = pty.fork()
    if supervisor == 0:
        os.chdir("/")
        os.execv(sys.executable, command(home))  # noqa: S606 - in a terminal of its own
    process = psutil.Process(supervisor)
    seen = b""
    while b"Try it" not in seen:
        seen += os.read(terminal, 4096)
    assert is_listening(home)
    os.close(terminal)
    os.waitpid(supervisor, 0)
    assert not process.is_running()
    assert not is_listening(home)
    assert "gateway.crashed" not in types(home)


def test_hangup_without_a_terminal_reloads_and_is_not_a_crash(home: Path) -> None:
    with started(home) as process:
        child = child_of(process)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert child_of(process).pid == child.pid
        assert is_listening(home)
    assert "gateway.crashed" not in types(home)
