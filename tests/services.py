"""Services that agents talk to in tests: a TLS server, an attacker's server, and how many bytes reached each."""

from __future__ import annotations

import datetime as dt
import gzip
import http.server
import ipaddress
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceCertificates:
    """A certificate authority for test services and one leaf."""

    ca: Path
    chain: Path
    """Key and certificate of the leaf."""


def make_certificates(directory: Path, *names: str) -> ServiceCertificates:
    """An authority of the tests' own and a leaf for `names`."""
    directory.mkdir(parents=True, exist_ok=True)
    now = dt.datetime.now(dt.UTC)
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "services of the tests")])

    def builder(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
            )
        )

    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    ca = (
        builder(ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives: list[x509.GeneralName] = []
    for name in names:
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            alternatives.append(x509.DNSName(name))
    leaf = (
        builder(leaf_name, leaf_key)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (directory / "ca.pem").write_bytes(ca.public_bytes(pem))
    key = leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "leaf.pem").write_bytes(key + leaf.public_bytes(pem))
    return ServiceCertificates(directory / "ca.pem", directory / "leaf.pem")


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that a test has prepared."""

    body: bytes
    content_type: str = "text/plain"
    coding: str = ""
    chunk_size: int | None = None
    """Sent in chunks of this size; None sends it whole, with its length."""


@dataclass
class Service:
    """A threaded HTTP/1.1 server on loopback that remembers what reached it."""

    name: str = "localhost"
    address: str = "127.0.0.1"
    certificates: ServiceCertificates | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    """(method, path) of each complete request."""
    connections: int = 0
    bodies: list[bytes] = field(default_factory=list)
    canned: dict[str, Canned] = field(default_factory=dict)
    """Path to what it answers."""
    _server: http.server.ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """TCP port it got."""
        assert self._server is not None
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Base URL."""
        return f"{'https' if self.certificates else 'http'}://{self.name}:{self.port}"

    def start(self) -> Service:
        """Begin to serve in a thread."""
        service = self

        class Handler(_Handler):
            owner = service

        self._server = _Server((self.address, 0), Handler)
        if self.certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificates.chain)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving and close the socket."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Peers that break off are part of the tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Service

    def setup(self) -> None:
        super().setup()
        self.owner.connections += 1

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else b""
        self.owner.requests.append((self.command, self.path))
        self.owner.bodies.append(body)
        path = self.path.partition("?")[0]
        if path in self.owner.canned:
            _say(self, self.owner.canned[path])
        else:
            _ANSWERS.get(path, _echo)(self, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Send one complete response."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _say(handler: _Handler, canned: Canned) -> None:
    headers = {"content_type": canned.content_type}
    if canned.coding:
        headers["content_encoding"] = canned.coding
    if canned.chunk_size is None:
        handler.reply(200, canned.body, **headers)
        return
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    for start in range(0, len(canned.body), canned.chunk_size):
        piece = canned.body[start : start + canned.chunk_size]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.flush()
    handler.wfile.write(b"0\r\n\r\n")


def _echo(handler: _Handler, body: bytes) -> None:
    document = {
        "path": handler.path,
        "method": handler.command,
        "size": len(body),
        "headers": {k.lower(): v for k, v in handler.headers.items()},
    }
    handler.reply(200, json.dumps(document).encode(), content_type="application/json")


def _redirect(target: str) -> Callable[[_Handler, bytes], None]:
    def answer(handler: _Handler, _: bytes) -> None:
        handler.reply(302, b"", location=target)

    return answer


def _gzip(handler: _Handler, _: bytes) -> None:
    handler.reply(200, gzip.compress(b'{"ok": true}'), content_encoding="gzip")


def _unknown_encoding(handler: _Handler, _: bytes) -> None:
    handler.reply(200, b"????", content_encoding="x-rot13")


def _switch(handler: _Handler, _: bytes) -> None:
    handler.send_response(101)
    handler.send_header("upgrade", "foo")
    handler.send_header("connection", "upgrade")
    handler.end_headers()
    handler.wfile.write(b"raw bytes after the switch")


def _stream(handler: _Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    for number in range(3):
        event = f"data: {number}\n\n".encode()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        handler.wfile.flush()
        time.sleep(0.2)
    handler.wfile.write(b"0\r\n\r\n")


def _large(handler: _Handler, _: bytes) -> None:
    handler.reply(200, b"x" * (8 * 1024 * 1024))


def _early_hints(handler: _Handler, _: bytes) -> None:
    handler.wfile.write(
        b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    )
    handler.reply(200, b"final")


def _trailers(handler: _Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"4\r\nbody\r\n0\r\nx-sum: 1\r\n\r\n")


def _die(handler: _Handler, _: bytes) -> None:
    handler.close_connection = True


def _flood(handler: _Handler, _: bytes) -> None:
    try:
        for _ in range(20_000):
            handler.wfile.write(b"HTTP/1.1 103 E\r\n\r\n" * 10)
    except OSError:
        pass


def _split(handler: _Handler, _: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: a\rset-cookie: evil=1\r\ncontent-length: 0\r\n\r\n")


def _huge(handler: _Handler, _: bytes) -> None:
    handler.reply(200, b"x" * (40 * 1024 * 1024))


_ANSWERS: dict[str, Callable[[_Handler, bytes], None]] = {
    "/die": _die,
    "/early-hints": _early_hints,
    "/flood": _flood,
    "/gzip": _gzip,
    "/huge": _huge,
    "/split": _split,
    "/trailers": _trailers,
    "/large": _large,
    "/redirect-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "/redirect-loopback": _redirect("http://127.0.0.1:1/"),
    "/stream": _stream,
    "/switch": _switch,
    "/unknown-encoding": _unknown_encoding,
}


def free_port() -> int:
    """A TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
