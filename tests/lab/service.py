"""The other end: a real HTTPS server (HTTP/1.1 and HTTP/2), plus ears on the ports nothing may ever reach.

Run as a program inside a namespace: `service.py WITNESS HOST [CERTIFICATE]`. Whatever arrives is written to the
file WITNESS, one JSON object a line, before it is answered: what is not in there did not arrive.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

HTTP_PORT, HTTPS_PORT, SSH_PORT, RAW_PORT = 80, 443, 22, 9000
UDP_PORTS = (53, HTTPS_PORT, RAW_PORT)


class Witness:
    """The record of everything that arrived."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, kind: str, **seen: Any) -> None:
        """Append one line: whole, and there as soon as this returns."""
        with self._file.open("a") as lines:
            lines.write(json.dumps({"kind": kind, **seen}) + "\n")


def answer(seen: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers and body: `/redirect?to=URL` redirects, all else echoes what was seen."""
    url = urlsplit(seen["path"])
    body = json.dumps(seen).encode()
    fields = [("content-type", "application/json"), ("content-length", str(len(body)))]
    if url.path == "/redirect":
        return 302, [("location", parse_qs(url.query)["to"][0]), *fields], body
    return 200, fields, body


class HttpServer:
    """Answers HTTP/1.1, and HTTP/2 where ALPN chose it."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve one connection to its end."""
        tls = writer.get_extra_info("ssl_object")
        speak = self._http2 if tls is not None and tls.selected_alpn_protocol() == "h2" else self._http1
        with suppress(OSError, EOFError):
            await speak(reader, writer)
        writer.close()

    async def _http1(self, reader: StreamReader, writer: StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            fields = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
            }
            await reader.readexactly(int(fields.get("content-length", 0)))
            seen = self._see("1.1", method, fields.get("host", ""), path, writer)
            status, headers, body = answer(seen)
            lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in headers), "", ""]
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()

    async def _http2(self, reader: StreamReader, writer: StreamWriter) -> None:
        http2 = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        http2.initiate_connection()
        writer.write(http2.data_to_send())
        while chunk := await reader.read(65536):
            for event in http2.receive_data(chunk):
                if isinstance(event, RequestReceived):
                    fields = {name.decode(): value.decode() for name, value in event.headers}
                    seen = self._see("2", fields[":method"], fields[":authority"], fields[":path"], writer)
                    status, headers, body = answer(seen)
                    http2.send_headers(event.stream_id, [(":status", str(status)), *headers])
                    http2.send_data(event.stream_id, body, end_stream=True)
            writer.write(http2.data_to_send())
            await writer.drain()

    def _see(self, version: str, method: str, host: str, path: str, writer: StreamWriter) -> dict[str, Any]:
        address = writer.get_extra_info("sockname")[0]
        seen = {"version": version, "method": method, "host": host, "path": path, "address": address}
        self._witness.write("http", **seen)
        return seen


class Datagrams(asyncio.DatagramProtocol):
    """An ear on one UDP port."""

    def __init__(self, witness: Witness, port: int) -> None:
        self._witness = witness
        self._port = port

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._witness.write("udp", port=self._port, size=len(data), peer=addr[0])


async def serve(witness: Witness, host: str, certificate: Path | None) -> None:
    """Listen until ended; with a certificate, as the whole internet, without, as a plain HTTP server."""
    http = HttpServer(witness)

    async def banner(_: StreamReader, writer: StreamWriter) -> None:
        witness.write("tcp", port=writer.get_extra_info("sockname")[1])
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        writer.close()

    await asyncio.start_server(http.serve, host, HTTP_PORT)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        await asyncio.start_server(banner, host, SSH_PORT)
        await asyncio.start_server(banner, host, RAW_PORT)
        for port in UDP_PORTS:
            await asyncio.get_running_loop().create_datagram_endpoint(
                lambda port=port: Datagrams(witness, port),  # type: ignore[misc]
                (host, port),
            )
        await asyncio.start_server(http.serve, host, HTTPS_PORT, ssl=context)
    witness.write("listening")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Witness(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]) if sys.argv[3:] else None))
