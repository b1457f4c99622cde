"""A small HTTP/1.1 client that keeps one tunnel open; `curl` starts a process for each request."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING, Self

import h2.config
import h2.connection
import h2.events

if TYPE_CHECKING:
    from tests.gateways import Gateway
    from tests.services import Service


class Tunnel:
    """Requests to one service through one CONNECT; errors of the connection are `OSError`."""

    def __init__(self, gateway: Gateway, service: Service) -> None:
        context = ssl.create_default_context(cafile=str(gateway.home.ca))
        self._connection = http.client.HTTPSConnection("127.0.0.1", gateway.port, context=context, timeout=10)
        self._connection.set_tunnel(service.name, service.port)

    def request(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of one request."""
        try:
            self._connection.request(method, path, body)
            response = self._connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


class RawTunnel:
    """Bytes through one CONNECT and TLS, for messages no HTTP library would send."""

    def __init__(self, gateway: Gateway, service: Service, alpn: str = "http/1.1") -> None:
        self._socket = socket.create_connection(("127.0.0.1", gateway.port), timeout=5)
        self._socket.sendall(f"CONNECT {service.name}:{service.port} HTTP/1.1\r\n\r\n".encode())
        if b" 200 " not in self._socket.recv(4096):
            raise ConnectionError("the tunnel was refused")
        context = ssl.create_default_context(cafile=str(gateway.home.ca))
        context.set_alpn_protocols([alpn])
        self.tls = context.wrap_socket(self._socket, server_hostname=service.name)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.tls.sendall(data)

    def receive(self, idle_s: float = 0.5) -> bytes:
        """Everything until the connection is closed or idle."""
        received = b""
        self.tls.settimeout(idle_s)
        try:
            while part := self.tls.recv(65536):
                received += part
        except (TimeoutError, OSError):
            pass
        return received

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tls.close()
        self._socket.close()


class Http2Tunnel(RawTunnel):
    """Single requests over HTTP/2, with headers as the test says."""

    def __init__(self, gateway: Gateway, service: Service) -> None:
        super().__init__(gateway, service, "h2")
        self._authority = f"{service.name}:{service.port}"
        configuration = h2.config.H2Configuration(
            validate_outbound_headers=False, normalize_outbound_headers=False, header_encoding="utf-8"
        )
        self._http2 = h2.connection.H2Connection(configuration)
        self._http2.initiate_connection()
        self.send(self._http2.data_to_send())

    def request(
        self,
        path: str,
        body: bytes = b"",
        method: str = "GET",
        headers: tuple[tuple[str, str], ...] = (),
        trailers: tuple[tuple[str, str], ...] = (),
    ) -> int:
        """Status of one request; 0 if the connection or stream ended without one."""
        stream = self._http2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", self._authority), (":path", path)]
        self._http2.send_headers(stream, [*head, *headers], end_stream=not body and not trailers)
        if body:
            self._http2.send_data(stream, body, end_stream=not trailers)
        if trailers:
            self._http2.send_headers(stream, trailers, end_stream=True)
        self.send(self._http2.data_to_send())
        return self._status(stream)

    def _status(self, stream: int) -> int:
        self.tls.settimeout(5)
        while True:
            try:
                data = self.tls.recv(65536)
            except OSError:
                return 0
            if not data:
                return 0
            for event in self._http2.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived) and event.stream_id == stream:
                    return int(dict(event.headers)[":status"])
                if isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
                    return 0
