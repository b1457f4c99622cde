"""What the addons of one process share; `bench` is such a process made of real parts, for the tests beside this one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import warnings
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

from addons.gateway import Gateway
from addons.settings import Settings
from ledger.aio import AsyncLedger
from ledger.writer import Writer, WriterSettings
from policy.load import parse_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mitmproxy.connection import Client

with warnings.catch_warnings():
    # mitmproxy's addons import ldap3, which asks pyasn1 for names by which it no longer likes to be called
    warnings.simplefilter("ignore", DeprecationWarning)
    from mitmproxy.addons.proxyserver import Proxyserver
    from mitmproxy.test import taddons

POLICY = "allowedDomains: [localhost, example.com, '*.example.com']\nblockedPaths: [/admin/**]\n"


@dataclass
class Bench:
    """A gateway inside the test's own process: real mitmproxy, real ledger, nothing listening."""

    tctx: taddons.context
    gateway: Gateway
    writer: Writer

    async def entries(self, kind: str = "flow.verdict") -> list[dict[str, Any]]:
        """Fields of all entries of one type, oldest first; waits for what is only queued."""
        await self.gateway.record("test.mark", {})
        with closing(sqlite3.connect(f"file:{self.writer.path}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM entry WHERE type = ? ORDER BY seq", (kind,)).fetchall()
        return [json.loads(row[0])["fields"] for row in rows]

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A client connection over a real socket, known to mitmproxy's proxyserver."""
        accepted: asyncio.Future[ProxyConnectionHandler] = asyncio.get_running_loop().create_future()
        master = self.tctx.master

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            mode = ProxyMode.parse("regular")
            accepted.set_result(ProxyConnectionHandler(master, reader, writer, master.options, mode))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        handler = await accepted
        server.close()
        proxyserver = master.addons.get("proxyserver")
        own = handler.transports[handler.client].writer
        handler.transports[handler.client].handler = asyncio.create_task(asyncio.Event().wait())
        try:
            with proxyserver.register_connection(handler.client.id, handler):
                yield Connection(handler, reader)
        finally:
            for end in (own, writer):
                end.transport.abort()
            await asyncio.sleep(0)


@dataclass
class Connection:
    """One client of the bench, and what the peer at the other end of its socket sees."""

    handler: ProxyConnectionHandler
    peer: asyncio.StreamReader

    @property
    def client(self) -> Client:
        """Mitmproxy's side."""
        return self.handler.client

    async def is_cut(self) -> bool:
        """Whether the peer got a reset: nothing more can reach it."""
        try:
            return await asyncio.wait_for(self.peer.read(), 0.2) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


@asynccontextmanager
async def bench(path: Path, policy: str = POLICY) -> AsyncIterator[Bench]:
    """Open a bench whose ledger is in `path`."""
    writer = Writer(path / "audit.db", settings=WriterSettings(busy_timeout_s=0.05))
    writer.open()
    try:
        with taddons.context(Proxyserver()) as tctx:
            settings = Settings(home=path)
            ledger = AsyncLedger(writer, asyncio.get_running_loop(), 2.0)
            yield Bench(tctx, Gateway(settings, parse_policy(policy, "policy.yaml"), ledger), writer)
    finally:
        writer.close()


async def test_a_recorded_entry_is_durable_when_its_number_is_known(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        seq = await at.gateway.record("test.kind", {"host": "example.com"})
        with closing(sqlite3.connect(at.writer.path)) as database:
            (body,) = database.execute("SELECT body FROM entry WHERE seq = ?", (seq,)).fetchone()
    assert json.loads(body)["fields"] == {"host": "example.com"}


async def test_an_entry_that_cannot_be_written_has_no_number(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        assert await at.gateway.record("test.kind", {"score": "not a number"}) is None
        at.writer.close()
        assert await at.gateway.record("test.kind", {}) is None


async def test_a_posted_entry_arrives_and_a_refused_one_raises_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        at.gateway.post("test.posted", {"n": 1})
        at.gateway.post("test.posted", {"n": 0.5})
        assert await at.entries("test.posted") == [{"n": 1}]


async def test_an_adopted_policy_brings_its_body_limit(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        stricter = parse_policy(POLICY + "limits: {maxRequestBodyBytes: 12345}\n", "policy.yaml")
        at.gateway.adopt(stricter)
        assert at.gateway.policy is stricter
        assert ctx.options.body_size_limit == "12345"
