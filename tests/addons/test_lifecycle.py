"""Birth and death of a gateway: it serves only when everything is in place, and not a moment longer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from addons import lifecycle
from addons.dispatch import Dispatcher
from addons.lifecycle import Lifecycle
from ledger.writer import Writer
from tests.addons.test_gateway import Bench, bench
from tests.conftest import trusting
from tests.gateways import CHECKOUT, Gateway, Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.services import Service


class Guard:
    """An addon of the stack."""

    def __init__(self, name: str) -> None:
        self.name = name

    def request(self, _flow: object) -> None:
        """Listens."""


class Deaf:
    """An addon that listens to nothing."""

    name = "deaf"


async def _deny(*_: object) -> None:
    """Nothing is denied here."""


def _sealed(at: Bench, *own: object) -> Lifecycle:
    manager = at.tctx.master.addons
    manager.add(*own)
    dispatcher = Dispatcher(manager, _deny, own[0], own[-1])
    dispatcher.install()
    sealed = Lifecycle(at.gateway, at.writer, own)
    sealed.seal(dispatcher, is_serving=False)
    return sealed


def _another_dispatcher(at: Bench, _own: Lifecycle) -> None:
    at.tctx.master.addons.trigger_event = _deny


def _a_guard_removed(at: Bench, _own: Lifecycle) -> None:
    at.tctx.master.addons.remove(at.tctx.master.addons.get("guard"))


def _ledger_closed(at: Bench, _own: Lifecycle) -> None:
    at.writer.close()


def _not_sealed(_at: Bench, sealed: Lifecycle) -> None:
    sealed._dispatcher = None


async def test_a_gateway_that_is_in_order_records_its_start(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        sealed = _sealed(at, Guard("first"), Guard("last"))
        await sealed.running()
        (entry,) = await at.entries("gateway.started")
        assert (entry["pid"], entry["policy"]) == (os.getpid(), at.gateway.policy.digest)
        assert not sealed.is_exiting


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_another_dispatcher, "another dispatcher"),
        (_a_guard_removed, "not in the chain: guard"),
        (_ledger_closed, "the ledger is not healthy"),
        (_not_sealed, "the stack is not sealed"),
    ],
)
async def test_a_gateway_that_is_not_in_order_ends_and_says_why(
    damage: Callable[[Bench, Lifecycle], None],
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, writer = os.pipe()
    monkeypatch.setenv(lifecycle.READY_FD_VARIABLE, str(writer))
    async with bench(tmp_path) as at:
        sealed = _sealed(at, Guard("first"), Guard("guard"), Guard("last"))
        damage(at, sealed)
        with pytest.raises(SystemExit) as ended:
            await sealed.running()
    assert ended.value.code == 1
    assert sealed.is_exiting
    assert reason in capsys.readouterr().err
    with os.fdopen(reader) as pipe:
        assert reason in json.loads(pipe.readline())["error"]


async def test_a_stack_that_hears_nothing_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bench(tmp_path) as at:
        sealed = _sealed(at, Deaf())
        with pytest.raises(SystemExit):
            await sealed.running()
    assert "no addon listens" in capsys.readouterr().err


async def test_the_end_is_the_last_entry_and_closes_the_ledger(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        _sealed(at, Guard("only")).done()
        assert not at.writer.is_healthy
    reopened = Writer(tmp_path / "audit.db")
    reopened.open()
    reopened.close()
    async with bench(tmp_path) as at:
        assert len(await at.entries("gateway.stopped")) == 1


async def test_unloading_ends_the_process_unless_it_is_ending_anyway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    async with bench(tmp_path) as at:
        sealed = _sealed(at, Guard("only"))
        sealed.unloaded()
        assert codes == [lifecycle.UNLOADED_EXIT_CODE]
        sealed.is_exiting = True
        sealed.unloaded()
        sealed.is_exiting = False
        at.tctx.master.should_exit.set()
        sealed.unloaded()
        assert codes == [lifecycle.UNLOADED_EXIT_CODE]


def test_a_script_that_takes_the_stack_out_ends_the_process(
    home: Home, service: Service, tmp_path: Path
) -> None:
    taking_out = tmp_path / "taking_out.py"
    taking_out.write_text(
        "import asyncio\nfrom mitmproxy import ctx\n"
        "def running():\n"
        "    asyncio.get_running_loop().call_later(0.3, lambda: ctx.options.update(scripts=[]))\n"
    )
    with Gateway(home, ("-s", str(taking_out), *trusting(service))) as gateway:
        assert gateway.process is not None
        assert gateway.process.wait(10) == lifecycle.UNLOADED_EXIT_CODE
        assert "the stack was unloaded" in gateway.log


def test_a_port_that_is_taken_is_said_in_the_words_of_the_system(home: Home, plain_service: Service) -> None:
    gateway = Gateway(home, ("--listen-port", str(plain_service.port))).start()
    assert not gateway.port
    assert "cannot listen" in str(gateway.failure)
    assert gateway.process is not None
    assert gateway.process.returncode not in {0, None}


@pytest.mark.parametrize("value", ["", "nonsense", "-1"])
def test_without_a_supervisor_nothing_is_reported(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(lifecycle.READY_FD_VARIABLE, value)
    lifecycle.report_ready({"ready": True})
    assert lifecycle.READY_FD_VARIABLE not in os.environ


def test_a_supervisor_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setenv(lifecycle.READY_FD_VARIABLE, str(writer))
    lifecycle.report_ready({"ready": True, "port": 4000})
    lifecycle.report_ready({"ready": False})
    with os.fdopen(reader) as pipe:
        assert [json.loads(line) for line in pipe] == [{"ready": True, "port": 4000}]


def test_a_supervisor_that_has_gone_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    monkeypatch.setenv(lifecycle.READY_FD_VARIABLE, str(writer))
    lifecycle.report_ready({"ready": True})
    assert "no longer listens" in caplog.text


def _limited(limit_mb: int) -> Any:
    program = (
        "import resource; from addons.lifecycle import limit_memory\n"
        f"limit_memory({limit_mb}); print(resource.getrlimit(resource.RLIMIT_DATA)[0])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    return int(run.stdout)


@pytest.mark.parametrize(("limit_mb", "expected"), [(2048, 2048 * 1024 * 1024), (0, -1), (-5, -1)])
def test_memory_is_limited_for_the_process_if_at_all(limit_mb: int, expected: int) -> None:
    assert _limited(limit_mb) == expected
