"""A name server that lies: it answers each A query of a name with the next address of its list, TTL 0."""

from __future__ import annotations

import socket
import struct
import sys

A = 1
HEADER_BYTES = 12
MOST_QUERIES = 1000


def main(*answers: str) -> None:
    """Serve on the loopback of this namespace, port 53; a query's answer is `a,b,...`, all its addresses."""
    asked = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        for _ in range(MOST_QUERIES):
            query, client = server.recvfrom(512)
            end = query.index(b"\0", HEADER_BYTES) + 5
            (kind,) = struct.unpack("!H", query[end - 4 : end - 2])
            addresses: list[str] = []
            if kind == A:
                addresses = answers[min(asked, len(answers) - 1)].split(",")
                asked += 1
                print(f"asked {asked}", flush=True)  # noqa: T201
            records = b"".join(
                struct.pack("!HHHIH", 0xC00C, A, 1, 0, 4) + socket.inet_aton(address) for address in addresses
            )
            header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, len(addresses), 0, 0)
            server.sendto(header + query[HEADER_BYTES:end] + records, client)


if __name__ == "__main__":
    main(*sys.argv[1:])
