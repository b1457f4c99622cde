"""The lab itself: without Aegis all that the other tests see refused does arrive, so they would notice a hole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab import network as networks
from tests.lab.programs import PROBE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.lab import Lab

pytestmark = pytest.mark.lab


@pytest.fixture
def unguarded(lab: Lab) -> Iterator[Lab]:
    """The lab with bare mitmdump in the place of Aegis."""
    lab.kill_gateway()
    lab.start_bare_gateway()
    yield lab
    lab.kill_gateway()
    lab.start_gateway()


def test_without_aegis_everything_arrives(unguarded: Lab, python: str) -> None:
    before = len(unguarded.arrivals())
    unguarded.curl("https://evil.example.net/", "--insecure")
    unguarded.curl("https://internal.example.com/", "--insecure")
    unguarded.curl(f"http://{networks.METADATA}/latest/")
    unguarded.curl("https://api.example.com/", "--insecure", "-H", "Host: evil.example.net")
    heard = unguarded.agent(python, "-c", PROBE, networks.API, "22")
    arrived = [(seen.get("address"), seen.get("host")) for seen in unguarded.arrivals()[before:]]
    assert arrived == [
        (networks.EVIL, "evil.example.net"),
        (networks.PRIVATE, "internal.example.com"),
        (networks.METADATA, networks.METADATA),
        (networks.API, "evil.example.net"),
        (None, None),  # the SSH server
    ]
    assert "SSH-2.0" in heard.stdout
