"""The same lab with another road: the agent's only device is the end of a tunnel, and Aegis holds the other end.

    agent 10.77.0.2 ═══ mtun0 ═══ mitmdump --mode tun:mtun0 ─── 93.184.216.1 ─── 93.184.216.34 internet

Whatever the agent sends, IPv4 or IPv6, of whatever protocol, is read by the gateway process itself: there is no
forwarding, no rule of a packet filter and no other route. When the process ends the device is gone, and with it every
way out. The gateway makes the device, then the operator hands it over: `ip link set mtun0 netns AGENT`.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.benchmarks.certificates import Authority
from scripts.benchmarks.subjects import ROOT, initialize
from tests.lab import network as networks
from tests.lab.lab import POLICY, Lab
from tests.lab.network import AGENT, NAMES, Network, checked, ip

if TYPE_CHECKING:
    from collections.abc import Iterator

DEVICE = "mtun0"
AGENT6 = "fd00:77::2"
NAME_SERVER = "10.77.0.53"
"""Nobody is there: the gateway answers for every address that is asked."""
ONLY_BY_DNS = "dns.example.com"
"""A name that the agent does not have in its hosts file."""
PUBLIC6 = "2606:2800:21f:cb07::34"
CREW = "crew"
"""What the policy calls the agent."""

_NODE = Path("/dev/net/tun")
_NODE_NUMBERS = (10, 200)
_PROBE = "ip tuntap add dev probe mode tun"
_POLICY = POLICY | {
    "allowedDomains": [*POLICY["allowedDomains"], ONLY_BY_DNS],  # type: ignore[misc]
    "agents": [{"name": CREW, "match": {"sourceAddresses": [f"{AGENT}/32", f"{AGENT6}/128"]}}],
}


def obstacle() -> str | None:
    """Return why this lab cannot run here, or None."""
    if os.geteuid() == 0 and not _NODE.exists():
        try:
            _NODE.parent.mkdir(exist_ok=True)
            os.mknod(_NODE, 0o600 | stat.S_IFCHR, os.makedev(*_NODE_NUMBERS))
        except OSError as error:
            return f"there is no {_NODE}, and it cannot be made: {error.strerror}"
    return networks.obstacle_to(("ip", "curl", "sysctl", "unshare"), _PROBE)


class TunNetwork(Network):
    """Three hosts of which the agent is connected to nothing until a gateway runs."""

    def packets_arrived(self) -> int:
        """Return how many IPv4 packets have reached the internet so far; nobody speaks IPv6 there."""
        lines = self.internet.run("cat", "/proc/net/snmp").stdout.splitlines()
        names, values = (line.split() for line in lines if line.startswith("Ip:"))
        return int(values[names.index("InReceives")])


@dataclass(slots=True)
class TunLab(Lab):
    """The lab in operation, by tunnel."""

    def start_gateway(self) -> None:
        """Start Aegis as its supervisor does, and hand the device over once it is ready."""
        reading, writing = os.pipe()
        env = {
            **os.environ,
            "AEGIS_HOME": str(self.home),
            "AEGIS_READY_FD": str(writing),
        }
        command = self._mitmdump("-s", str(ROOT / "aegis_addons.py"), "--set", "server=false")
        self.start("mitmdump", self.network.gateway, command, env, keep=(writing,))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.readline()
        assert said.startswith('{"ready": true'), said + (self.folder / "mitmdump.log").read_text()
        self._hand_over()

    def start_bare_gateway(self) -> None:
        """Start mitmdump without Aegis instead: what the lab must be able to notice."""
        command = self._mitmdump("--set", f"confdir={self.folder / 'bare'}")
        process = self.start("mitmdump", self.network.gateway, command, dict(os.environ))
        self.await_that(process, lambda: self.has_device(self.network.gateway))
        self._hand_over()

    def has_device(self, host: networks.Host) -> bool:
        """Tell whether the tunnel ends on this host."""
        return host.run("ip", "link", "show", DEVICE).returncode == 0

    def stop_gateway(self) -> None:
        """End the gateway as a service manager does."""
        process = self.processes.pop("mitmdump")
        process.terminate()
        process.wait(15)

    def _mitmdump(self, *options: str) -> list[str]:
        trust = f"ssl_verify_upstream_trusted_ca={self.internet_ca}"
        mitmdump = str(Path(sys.executable).with_name("mitmdump"))
        return [mitmdump, "--mode", f"tun:{DEVICE}", "--set", trust, *options]

    def _hand_over(self) -> None:
        agent = self.network.agent.name
        ip(f"-n {self.network.gateway.name} link set {DEVICE} netns {agent}")
        ip(f"-n {agent} address add {AGENT}/32 dev {DEVICE}")
        ip(f"-n {agent} address add {AGENT6}/128 dev {DEVICE} nodad")
        ip(f"-n {agent} link set {DEVICE} up")
        ip(f"-n {agent} route add default dev {DEVICE}")
        ip(f"-n {agent} -6 route add default dev {DEVICE}")


@contextmanager
def running(folder: Path) -> Iterator[TunLab]:
    """Build the lab in a folder and run it for the length of the block."""
    with networks.hosts() as (agent, gateway, internet):
        checked(agent.command("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0"))
        Path("/etc/netns", agent.name, "resolv.conf").write_text(
            f"nameserver {NAME_SERVER}\noptions timeout:2 attempts:1\n"
        )
        with Path("/etc/netns", agent.name, "hosts").open("a") as hosts:
            hosts.write(f"127.0.1.1 {socket.gethostname()}\n")  # curl asks for it
        with Path("/etc/netns", gateway.name, "hosts").open("a") as hosts:
            hosts.write(f"{networks.API} {ONLY_BY_DNS}\n")
        lab = TunLab(TunNetwork(agent, gateway, internet), folder)
        authority = Authority("The internet of the lab")
        lab.internet_ca.write_bytes(authority.certificate())
        certificate = folder / "internet.pem"
        certificate.write_bytes(authority.issue([*NAMES, ONLY_BY_DNS]))
        try:
            initialize(lab.home, json.dumps(_POLICY))
            lab.agent_env["CURL_CA_BUNDLE"] = str(lab.home / ".aegis" / "ca" / "mitmproxy-ca-cert.pem")
            lab.start_service("internet", internet, "0.0.0.0", str(certificate))
            lab.start_service("gateway", gateway, "127.0.0.1")
            lab.start_gateway()
            yield lab
        finally:
            lab.stop()


def datagrams(lab: Lab, *sent: tuple[str, int, bytes], new_ports: bool = False) -> list[bytes | None]:
    """Send datagrams as the agent, one after the other, and return the answer to each.

    Args:
        lab: whose agent.
        sent: address, port and content of each.
        new_ports: send all at once, each from a port of its own, and wait for no answer.
    """
    program = _SEND_ALL if new_ports else _SEND
    words = json.dumps([(host, port, content.hex()) for host, port, content in sent])
    done = subprocess.run(
        lab.network.agent.command(sys.executable, "-c", program),
        input=words,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [None if answer is None else bytes.fromhex(answer) for answer in json.loads(done.stdout)]


_SEND = """
import json, socket, sys
answers = []
for host, port, content in json.load(sys.stdin):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(0.7)
        one.sendto(bytes.fromhex(content), (host, port))
        try:
            answers.append(one.recv(65535).hex())
        except OSError:
            answers.append(None)
print(json.dumps(answers))
"""

_SEND_ALL = """
import json, socket, sys, time
for host, port, content in json.load(sys.stdin):
    time.sleep(0.001)  # the device keeps 500 packets that nobody has read yet, and drops the rest
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(bytes.fromhex(content), (host, port))
print("[]")
"""

PING = """
import socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as one:
    one.settimeout(1)
    words = struct.pack("!HHH", 0x0800, 7, 7) + b"secret"
    total = sum(struct.unpack("!6H", words))
    check = ~((total >> 16) + (total & 0xFFFF)) & 0xFFFF
    one.sendto(struct.pack("!HHHH", 0x0800, check, 7, 7) + b"secret", (sys.argv[1], 0))
    print(one.recv(100)[-6:].decode())
for protocol in (47, 50, 132):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) as one:
        one.sendto(b"secret" * 8, (sys.argv[1], 0))
"""
"""Sends an ICMP echo request and packets of GRE, ESP and SCTP, and prints what the echo brings back."""
