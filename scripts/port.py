"""Whether the proxy's port can be opened, asked before a process is started that would only fail."""

from __future__ import annotations

import socket


class PortTakenError(Exception):
    """The proxy's port cannot be opened."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {error.strerror}")

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "end the program that has the port, or set another PORT in .env"


def check_port(host: str, port: int) -> None:
    """Open the port and close it again.

    Args:
        host: an IP address of this machine.
        port: 0..65535; 0 always succeeds.

    Raises:
        PortTakenError: it cannot be opened.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            raise PortTakenError(host, port, error) from error
