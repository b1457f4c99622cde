"""When the gateway is gone the agent has no way out, and the ledger has lost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab import network as networks
from tests.lab.programs import DATAGRAMS, PROBE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.lab import Lab

pytestmark = pytest.mark.lab

MODES = pytest.mark.parametrize("explicit", [False, True], ids=["transparent", "explicit"])


def assert_intact(lab: Lab) -> None:
    verified = lab.aegis("verify-ledger")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "INTACT" in verified.stdout


@pytest.fixture
def outage(lab: Lab) -> Iterator[Lab]:
    """The lab with its gateway killed in the middle of its work; it is started again afterwards."""
    assert lab.curl("https://api.example.com/last-words").status == 200
    lab.kill_gateway()
    yield lab
    lab.start_gateway()


@MODES
def test_a_killed_gateway_leaves_no_way_out_for_http(outage: Lab, *, explicit: bool) -> None:
    with outage.no_packet_arrives():
        for url in ("https://api.example.com/", "http://api.example.com/", f"http://{networks.API}/"):
            assert outage.curl(url, explicit=explicit).is_nothing


def test_a_killed_gateway_leaves_no_way_out_for_anything_else(outage: Lab, python: str) -> None:
    with outage.no_packet_arrives():
        for port in ("22", "443", "9000"):
            done = outage.agent(python, "-c", PROBE, networks.API, port, "hello")
            assert "Error" in done.stdout
        outage.agent(python, "-c", DATAGRAMS, networks.API)


def test_a_killed_gateway_leaves_the_ledger_intact_with_its_last_entry(outage: Lab) -> None:
    assert_intact(outage)
    assert any(entry["fields"].get("path") == "/last-words" for entry in outage.entries())


def test_after_a_restart_the_chain_goes_on(lab: Lab) -> None:
    before = len(lab.entries())
    lab.kill_gateway()
    lab.start_gateway()
    assert lab.curl("https://api.example.com/again").status == 200
    assert len(lab.entries()) > before
    assert_intact(lab)
