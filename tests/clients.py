"""A small HTTP/1.1 client that keeps one tunnel open; `curl` starts a process for each request."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING, Self

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
