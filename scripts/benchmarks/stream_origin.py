"""The service of `scripts/bench streams`: events of a model one by one, a large download, a place for an upload.

Run as a process of its own: `python -m scripts.benchmarks.stream_origin PORT CERTIFICATE`.
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from scripts.benchmarks.processes import LOOPBACK

EVENTS: Final = 12
GAP_S: Final = 0.003
_PIECE_BYTES: Final = 1 << 20


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer a question in events, or swallow an upload."""
        left = int(self.headers["content-length"])
        while left > 0:
            left -= len(self.rfile.read(min(_PIECE_BYTES, left)))
        if self.path == "/upload":
            self._head("text/plain", ("content-length", "2"))
            self.wfile.write(b"ok")
        else:
            self._events()

    def do_GET(self) -> None:
        """Send as many bytes as the path says: `/download/BYTES`."""
        size = int(self.path.rpartition("/")[2])
        self._head("application/octet-stream", ("content-length", str(size)))
        piece = random.Random(7).randbytes(_PIECE_BYTES)  # noqa: S311 - noise, not a secret
        while size > 0:
            self.wfile.write(piece[:size])
            size -= len(piece)

    def _events(self) -> None:
        self._head("text/event-stream", ("transfer-encoding", "chunked"))
        for number in range(EVENTS):
            delta = {"content": f"word {number} "}
            chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
            event = f"data: {json.dumps(chunk)}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            time.sleep(GAP_S)
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, content_type: str, length: tuple[str, str]) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header(*length)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Send small pieces at once."""
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().finish_request(request, client_address)


def main() -> None:
    """Serve until the end."""
    port, certificate = int(sys.argv[1]), sys.argv[2]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = _Server((LOOPBACK, port), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main()
