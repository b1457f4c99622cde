"""Cutting connections for good.

mitmproxy's `flow.kill()` is ignored by its WebSocket and TCP layers, comes too late for streamed requests, and leaves
sockets open while request data is queued. Aborting the transports does none of that: the peer gets a RST at once.
Invariant: the server's side goes first, so that no end-of-message can still reach the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy import ctx

if TYPE_CHECKING:
    from mitmproxy.connection import Client, Connection
    from mitmproxy.proxy.mode_servers import ProxyConnectionHandler


def abort(client: Client, server: Connection | None = None) -> None:
    """Abort `server` (or all servers of the client) and then the client; unknown connections are left alone."""
    handler = _handler_of(client)
    if handler is None:
        return
    servers = [server] if server is not None else [c for c in handler.transports if c is not client]
    for connection in (*servers, client):
        _abort_transport(handler, connection)
    if (io := handler.transports.get(client)) is not None and io.handler is not None:
        handler.close_connection(client)


def abort_server(client: Client, server: Connection) -> None:
    """Abort one server connection and keep the client's."""
    if handler := _handler_of(client):
        _abort_transport(handler, server)


def _handler_of(client: Client) -> ProxyConnectionHandler | None:
    proxyserver = ctx.master.addons.get("proxyserver")
    handler: ProxyConnectionHandler | None = proxyserver.connections.get(client.id) if proxyserver else None
    return handler


def _abort_transport(handler: ProxyConnectionHandler, connection: Connection) -> None:
    if (io := handler.transports.get(connection)) is None:
        return
    transport = getattr(io.writer, "transport", None)
    if transport is not None:
        transport.abort()
