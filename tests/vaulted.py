"""What tests of injection need: services that check credentials, a home with a vault, and a search for secrets."""

from __future__ import annotations

import base64
import http.server
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events
from botocore.auth import S3SigV4Auth, SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials  # type: ignore[import-untyped]

from tests.vault.samples import binding, source
from vault.encodings import all_forms
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateways import Home
    from tests.services import ServiceCertificates

VALUES = {
    "OPENAI_API_KEY": b"sk-proj-FAKEfakeFAKEfake0123456789-not_a_key",
    "ANTHROPIC_API_KEY": b"sk-ant-api03-FAKE9fake8FAKE7fake6-not_a_key_either",
    "AWS_ACCESS_KEY_ID": b"AKIAFAKEFAKEFAKE7777",
    "AWS_SECRET_ACCESS_KEY": b"FAKE/fake+FAKE/fake+FAKE/fake+notakey+77",
    "GIT_TOKEN": b"ghp_FAKEfakeFAKEfake9876543210notakey00",
    "QUERY_KEY": b"qk_FAKE&fake=FAKE/fake?1234567890 not",
    "BOT_TOKEN": b"8000000001:AAFAKEfakeFAKEfakeFAKEfake_notakey",
    "BODY_KEY": b'bk-"FAKE"\\fake-FAKE-fake-1234567890',
    "GZIP_BODY_KEY": b"gk-FAKEfake5555FAKEfake-1234567890",
    "OTHERS_KEY": b"ok-FAKEfake3333FAKEfake-1234567890",
    "COOKIE_KEY": b"ck-FAKEfake2222FAKEfake-1234567890",
    "HEADER_KEY": b"hk-FAKEfake1111FAKEfake-1234567890",
    "PATHED_KEY": b"pk-FAKEfake4444FAKEfake-1234567890",
}
"""Obvious fakes; what agents must never see."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it reached the service."""

    method: str
    target: str
    headers: dict[str, str]
    """Lower-case names."""
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: dict[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] | None = None
    """Sent chunked, one by one, instead of the body."""


class Credentialed:
    """A TLS server on loopback that remembers what reached it and answers as it is told."""

    def __init__(self, certificates: ServiceCertificates) -> None:
        self.seen: list[Seen] = []
        self.answers: dict[str, Callable[[Seen], Reply]] = {}
        """By the beginning of a path; the longest wins."""
        self.certificates = certificates
        owner = self

        class Handler(_Handler):
            service = owner

        self._server = _Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def name(self) -> str:
        return "localhost"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, seen: Seen) -> Reply:
        fitting = [start for start in self.answers if seen.path.startswith(start)]
        return self.answers[max(fitting, key=len)](seen) if fitting else Reply()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Peers that break off are part of the tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024
    service: Credentialed

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body)
        self.service.seen.append(seen)
        reply = self.service.answer(seen)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.pieces is None:
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body if self.command != "HEAD" else b"")
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in reply.pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            time.sleep(0.01)
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve  # noqa: N815


class Http2Service:
    """A TLS service that speaks HTTP/2 and remembers the fields and bodies of its requests."""

    def __init__(self, certificates: ServiceCertificates) -> None:
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.chain)
        self._context.set_alpn_protocols(["h2"])
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.name, self.port = "localhost", int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()
            except OSError:
                return

    def _talk(self, peer: Any) -> None:
        try:
            with self._context.wrap_socket(peer, server_side=True) as tls:
                self._answer(tls)
        except OSError:
            return

    def _answer(self, tls: ssl.SSLSocket) -> None:
        http2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )
        http2.initiate_connection()
        tls.sendall(http2.data_to_send())
        body: dict[int, bytes] = {}
        heads: dict[int, dict[str, str]] = {}
        while data := tls.recv(65536):
            for event in http2.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    heads[event.stream_id] = dict(event.headers)  # type: ignore[arg-type]
                    body[event.stream_id] = b""
                elif isinstance(event, h2.events.DataReceived):
                    body[event.stream_id] += event.data
                    http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    stream = event.stream_id
                    self.heads.append(heads[stream])
                    self.bodies.append(body[stream])
                    echo = heads[stream].get("authorization", "").encode()
                    http2.send_headers(stream, [(":status", "200"), ("x-echo", echo.decode())])
                    http2.send_data(stream, b"echo " + echo, end_stream=True)
            tls.sendall(http2.data_to_send())

    def stop(self) -> None:
        self._socket.close()


def is_basic(seen: Seen, user: str, value: bytes) -> bool:
    """Whether a request has these Basic credentials."""
    kind, _, encoded = seen.headers.get("authorization", "").partition(" ")
    return kind == "Basic" and base64.b64decode(encoded) == user.encode() + b":" + value


def is_signed(seen: Seen, url: str) -> bool:
    """Whether a request is signed with the real key of AWS, by botocore's own calculation."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request, *"
        r"SignedHeaders=([^,]+), *Signature=(\w+)",
        seen.headers.get("authorization", ""),
    )
    if found is None or found[1].encode() != VALUES["AWS_ACCESS_KEY_ID"]:
        return False
    credentials = Credentials(found[1], VALUES["AWS_SECRET_ACCESS_KEY"].decode())
    kind = S3SigV4Auth if found[3] == "s3" else SigV4Auth
    signer = kind(credentials, found[3], found[2])
    headers = {name: seen.headers[name] for name in found[4].split(";")}
    request = AWSRequest(
        seen.method, urlsplit(url)._replace(path="").geturl() + seen.target, headers, seen.body
    )
    request.context["timestamp"] = seen.headers["x-amz-date"]
    canonical = signer.canonical_request(request)
    return bool(signer.signature(signer.string_to_sign(request, canonical), request) == found[5])


def make_vault(home: Home, port: int) -> Vault:
    """A vault in a home, with everything in `VALUES` bound to the service on a port."""
    vault = Vault.create(home.path / ".aegis" / "vault.db", source(home.path, "file:.aegis/vault.key"))
    git = ("bearer", "basic", "header:authorization")
    for name, at, prefix, more in (
        ("OPENAI_API_KEY", ("bearer",), "sk-proj-", {}),
        ("ANTHROPIC_API_KEY", ("header:x-api-key", "bearer"), "sk-ant-api03-", {}),
        ("AWS_ACCESS_KEY_ID", ("sigv4-id",), "AKIA", {"service": "aws"}),
        ("AWS_SECRET_ACCESS_KEY", ("sigv4-key",), "", {"service": "aws"}),
        ("GIT_TOKEN", git, "ghp_", {}),
        ("QUERY_KEY", ("query:key",), "", {}),
        ("BOT_TOKEN", ("path:bot",), "1000000000:AA", {}),
        ("BODY_KEY", ("body",), "", {}),
        ("GZIP_BODY_KEY", ("body",), "", {}),
        ("OTHERS_KEY", ("bearer",), "", {"agents": ("other",)}),
        ("COOKIE_KEY", ("cookie:session",), "", {}),
        ("HEADER_KEY", ("header:x-key",), "", {}),
        ("PATHED_KEY", ("bearer",), "", {"paths": ("/v1/**",), "methods": ("GET",)}),
    ):
        bound = binding("localhost", at=at, prefix=prefix, ports=(port,), **more)
        vault.add(name, Secret(VALUES[name]), bound)
    return vault


def placeholders(vault: Vault) -> dict[str, str]:
    """What the default agent holds; one secret is another's."""
    return {
        row.name: vault.placeholder(row.name, "other" if row.name == "OTHERS_KEY" else "default")
        for row in vault.contents.secrets
    }


@dataclass(frozen=True, slots=True)
class Traces:
    """Looks for values in any of their forms."""

    forms: dict[bytes, str] = field(
        default_factory=lambda: {
            form: name for name, value in VALUES.items() for form in all_forms(value) if len(form) >= 16
        }
    )

    def within(self, data: bytes) -> set[str]:
        """Names of the values that some bytes hold."""
        return {name for form, name in self.forms.items() if form in data}

    def in_files(self, folder: Path) -> dict[str, set[str]]:
        """Names of the values that files hold, by path."""
        found = {
            str(path.relative_to(folder)): self.within(path.read_bytes())
            for path in folder.rglob("*")
            if path.is_file()
        }
        return {path: names for path, names in found.items() if names}

    def in_memory(self, pid: int) -> set[str]:
        """Names of the values in the memory of a process; needs root or the same user."""
        found: set[str] = set()
        with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                span, mode = line.split()[:2]
                if not mode.startswith("rw") or line.endswith(("[vvar]", "[vsyscall]")):
                    continue
                start, end = (int(part, 16) for part in span.split("-"))
                try:
                    memory.seek(start)
                    found |= self.within(memory.read(end - start))
                except OSError:
                    continue
        return found


def git_backend(root: Path, user: str, value: bytes) -> Callable[[Seen], Reply]:
    """Git over HTTPS for whoever has the credentials: `git http-backend`, as web servers run it."""

    def answer(seen: Seen) -> Reply:
        if not is_basic(seen, user, value):
            return Reply(401, b"who is there?", {"www-authenticate": 'Basic realm="git"'})
        path, _, query = seen.target.removeprefix("/git").partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": seen.method,
            "CONTENT_TYPE": seen.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(seen.body)),
            "HTTP_CONTENT_ENCODING": seen.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": seen.headers.get("git-protocol", ""),
            "REMOTE_USER": user,
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=seen.body, env=environment, capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(fields.pop("Status", "200").split()[0])
        return Reply(status, body, fields)

    return answer
