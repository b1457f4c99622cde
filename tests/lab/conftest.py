"""One lab for the whole session: building it takes seconds, and its tests do not disturb each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scripts.benchmarks.certificates import Authority
from scripts.benchmarks.subjects import ROOT, initialize
from tests.lab import network as networks
from tests.lab.lab import POLICY, Lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.network import Network


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Three connected hosts, or a skip with its reason."""
    if reason := networks.obstacle():
        pytest.skip(reason)
    with networks.connected() as network:
        yield network


@pytest.fixture(scope="session")
def lab(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Aegis between an agent and an internet, running."""
    folder = tmp_path_factory.mktemp("lab")
    authority = Authority("The internet of the lab")
    lab = Lab(network, folder)
    lab.internet_ca.write_bytes(authority.certificate())
    certificate = folder / "internet.pem"
    certificate.write_bytes(authority.issue(list(networks.NAMES)))
    try:
        initialize(lab.home, json.dumps(POLICY))
        lab.agent_env |= _trusting(folder, lab.home / ".aegis" / "ca" / "mitmproxy-ca-cert.pem")
        lab.start_service("internet", network.internet, "0.0.0.0", str(certificate))
        lab.start_service("gateway", network.gateway, "127.0.0.1")
        lab.start_gateway()
        yield lab
    finally:
        lab.stop()


def _trusting(folder: Path, ca_file: Path) -> dict[str, str]:
    """Install the CA of Aegis, and no other, into a root of the agent's own; return the agent's variables."""
    root = folder / "agent-root"
    script = ["sh", str(ROOT / "certs" / "install-ca.sh")]
    env = {**os.environ, "AEGIS_ROOT": str(root)}
    subprocess.run([*script, "--ca", str(ca_file)], env=env, check=True, capture_output=True)
    printed = subprocess.run([*script, "--print-env"], env=env, check=True, capture_output=True, text=True)
    pairs = (line.split("=", 1) for line in printed.stdout.splitlines())
    return {name: f"{root}{path}" for name, path in pairs}


@pytest.fixture
def python() -> str:
    """The interpreter of the agent's Python programs."""
    return sys.executable
