"""Three hosts in network namespaces: an agent whose only road is the gateway, the gateway, and the internet.

    agent 10.77.0.2 ─── 10.77.0.1 gateway 93.184.216.1 ─── 93.184.216.34 internet

The gateway forwards no packet. nft hands each TCP connection that the agent opens to the transparent proxy
and refuses the rest. The internet has public addresses, so SSRF rules stay on, and also the addresses that
those rules protect, so that a hole in them would really reach something.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AGENT = "10.77.0.2"
GATEWAY = "10.77.0.1"
GATEWAY_OUTSIDE = "93.184.216.1"
API, EVIL = "93.184.216.34", "93.184.216.66"
PRIVATE, METADATA = "10.0.0.5", "169.254.169.254"
EXPLICIT_PORT, TRANSPARENT_PORT = 4000, 8080

NAMES = {
    "api.example.com": API,
    "evil.example.net": EVIL,
    "internal.example.com": PRIVATE,
}
"""What everybody resolves, the agent included."""

_HOSTS = "127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in NAMES.items())

_GATEWAY_RULES = f"""
table inet aegis {{
  chain hand_over {{
    type nat hook prerouting priority dstnat; policy accept;
    iifname "inside" ip daddr != {GATEWAY} meta l4proto tcp redirect to :{TRANSPARENT_PORT}
  }}
  chain arriving {{
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iifname "lo" accept
    iifname "inside" ct status dnat tcp dport {TRANSPARENT_PORT} accept
    iifname "inside" ip daddr {GATEWAY} tcp dport {EXPLICIT_PORT} accept
    reject
  }}
  chain passing {{
    type filter hook forward priority filter; policy drop;
  }}
}}
"""

_PROBE = "ip link add one type veth peer name two; nft add table inet probe"
"""What has to work in a namespace for the lab to be possible; all else that fails is a failure."""

_INTERNET_RULES = """
table inet lab {
  counter arrived { }
  chain arrivals {
    type filter hook prerouting priority raw; policy accept;
    iifname "outside" counter name "arrived"
  }
}
"""


@dataclass(frozen=True, slots=True)
class Host:
    """One namespace."""

    name: str

    def command(self, *words: str) -> list[str]:
        """Return the command that runs `words` on this host; it keeps its process id."""
        return ["ip", "netns", "exec", self.name, *words]

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, timeout_s: float = 20
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever its exit code."""
        return subprocess.run(
            self.command(*words), env=env, capture_output=True, text=True, timeout=timeout_s, check=False
        )


@dataclass(frozen=True, slots=True)
class Network:
    """The three hosts, connected."""

    agent: Host
    gateway: Host
    internet: Host

    def packets_arrived(self) -> int:
        """Return how many IP packets have reached the internet so far, of whatever protocol."""
        listing = self.internet.run("nft", "-j", "list", "counter", "inet", "lab", "arrived").stdout
        return next(
            int(item["counter"]["packets"]) for item in json.loads(listing)["nftables"] if "counter" in item
        )


def obstacle() -> str | None:
    """Return why the lab cannot run here, or None."""
    return obstacle_to(("ip", "nft", "curl", "sysctl", "unshare"), _PROBE)


def obstacle_to(tools: tuple[str, ...], probe_script: str) -> str | None:
    """Return why these tools, or this shell script in a namespace of its own, do not work here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    probe = subprocess.run(
        ["unshare", "-n", "sh", "-ec", probe_script], capture_output=True, text=True, check=False
    )
    return f"network namespaces are not possible here: {probe.stderr.strip()}" if probe.returncode else None


@contextmanager
def connected() -> Iterator[Network]:
    """Build the network for the length of the block; names are this process's own.

    Raises:
        subprocess.CalledProcessError: the kernel refuses; carries what `ip` or `nft` said.
    """
    with hosts() as (agent, gateway, internet):
        ip(f"link add inside netns {gateway.name} type veth peer name gateway netns {agent.name}")
        bring_up(agent, "gateway", f"{AGENT}/24")
        bring_up(gateway, "inside", f"{GATEWAY}/24")
        ip(f"-n {agent.name} route add default via {GATEWAY}")
        checked(gateway.command("sysctl", "-qw", "net.ipv4.ip_forward=0"))
        checked(gateway.command("nft", "-f", "-"), _GATEWAY_RULES)
        checked(internet.command("nft", "-f", "-"), _INTERNET_RULES)
        yield Network(agent, gateway, internet)


@contextmanager
def hosts() -> Iterator[tuple[Host, Host, Host]]:
    """Make agent, gateway and internet, the last two connected."""
    with ExitStack() as stack:
        agent, gateway, internet = (
            stack.enter_context(_host(f"aegis-{os.getpid()}-{next(_numbers)}{role}")) for role in "agi"
        )
        ip(f"link add outside netns {internet.name} type veth peer name internet netns {gateway.name}")
        bring_up(gateway, "internet", f"{GATEWAY_OUTSIDE}/24")
        bring_up(internet, "outside", f"{API}/24", f"{EVIL}/24", f"{PRIVATE}/32", f"{METADATA}/32")
        ip(f"-n {gateway.name} route add default via {API}")
        yield agent, gateway, internet


_numbers = itertools.count()
"""Tests of two kinds may have a lab each in one process."""


@contextmanager
def _host(name: str) -> Iterator[Host]:
    """Make a namespace with its own `/etc/hosts` and no resolver."""
    files = Path("/etc/netns") / name
    try:
        files.mkdir(parents=True)
        (files / "hosts").write_text(_HOSTS)
        (files / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        ip(f"netns add {name}")
        ip(f"-n {name} link set lo up")
        host = Host(name)
        # nobody speaks IPv6 here, and its neighbor discovery would be counted as traffic
        checked(host.command("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"))
        yield host
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        shutil.rmtree(files, ignore_errors=True)


def bring_up(host: Host, device: str, *addresses: str) -> None:
    """Give a device its addresses and switch it on."""
    for address in addresses:
        ip(f"-n {host.name} address add {address} dev {device}")
    ip(f"-n {host.name} link set {device} up")


def ip(words: str) -> None:
    """Run `ip`; what it refuses is an error."""
    checked(["ip", *words.split()])


def checked(command: list[str], text: str | None = None) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, input=text, capture_output=True, text=True, check=True)
