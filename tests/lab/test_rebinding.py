"""A name server that changes its mind between judging and dialling, against the real gateway."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab import network as networks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.lab import Lab

pytestmark = pytest.mark.lab

REBINDER = Path(__file__).with_name("rebinder.py")
PAST_ITS_TTL_S = 10.5


@contextmanager
def rebinder(lab: Lab, *answers: str) -> Iterator[None]:
    """The gateway's own resolver, lying."""
    command = lab.network.gateway.command(sys.executable, str(REBINDER), *answers)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize("inside", ["127.0.0.1", networks.PRIVATE, networks.METADATA])
def test_a_name_that_is_rebound_after_it_was_judged_is_dialled_where_it_was_judged(
    lab: Lab, inside: str
) -> None:
    name = f"first-{inside.replace('.', '-')}.rebind.example.com"
    with rebinder(lab, networks.API, inside):
        before = len(lab.arrivals("gateway"))
        answer = lab.curl(f"http://{name}/rebound", "--noproxy", "", explicit=True)
        assert answer.status == 200
        assert lab.arrivals()[-1]["path"] == "/rebound"
        assert len(lab.arrivals("gateway")) == before
        time.sleep(PAST_ITS_TTL_S)  # the judged answer is forgotten; the name is asked for, and judged, anew
        with lab.nothing_arrives():
            answer = lab.curl(f"http://{name}/rebound", "--noproxy", "", explicit=True)
        assert answer.status == 403
        assert len(lab.arrivals("gateway")) == before


def test_one_inside_address_among_public_ones_refuses_all(lab: Lab) -> None:
    with rebinder(lab, f"{networks.API},127.0.0.1"), lab.nothing_arrives():
        answer = lab.curl("http://mixed.rebind.example.com/", "--noproxy", "", explicit=True)
    assert answer.status == 403
