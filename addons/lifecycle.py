"""Birth and death of a gateway process: when it may listen, what it says when it does, what it records.

The listening socket opens only after the self-check has passed and the entry `gateway.started` is durable. If the
stack is unloaded while the process goes on, the process ends: a proxy without its stack would be an open one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import mitmproxy.version
from mitmproxy import ctx, hooks

from addons.dispatch import end_without_memory
from addons.errors import SelfCheckError
from ledger.record import Record
from policy import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addons.dispatch import Dispatcher
    from addons.gateway import Gateway
    from ledger.writer import Writer

log = logging.getLogger("aegis.lifecycle")

READY_FD_VARIABLE = "AEGIS_READY_FD"
UNLOADED_EXIT_CODE = 70
LISTEN_TIMEOUT_S = 15.0
CLOSE_TIMEOUT_S = 5.0


SWITCH_INTERVAL_S = 0.001
"""A thread that judges hands the interpreter over this often: at the default of 5 ms the event loop waits up to 19."""


class Lifecycle:
    """Opens the listener when everything else is in place, and closes the ledger last."""

    name = "aegis-lifecycle"

    def __init__(self, gateway: Gateway, writer: Writer, own: Sequence[object]) -> None:
        self._gateway = gateway
        self._writer = writer
        self._own = own
        self._dispatcher: Dispatcher | None = None
        self._is_serving = True
        self.is_exiting = False

    def seal(self, dispatcher: Dispatcher, *, is_serving: bool) -> None:
        """Say what runs the hooks, and whether this process is to listen at all."""
        self._dispatcher = dispatcher
        self._is_serving = is_serving

    async def running(self) -> None:
        """Check, record, listen, report; any failure ends the process."""
        try:
            self._self_check()
            _watch_memory(asyncio.get_running_loop())
            await self._record_start()
            sys.setswitchinterval(SWITCH_INTERVAL_S)
            if self._is_serving:
                await self._listen()
            threading.Thread(target=_warm, name="aegis-warm", daemon=True).start()
        except SelfCheckError as error:
            self.is_exiting = True
            report_failure(str(error), error.hint())
            sys.exit(1)

    def done(self) -> None:
        """The process ends: last entry, then the ledger closes."""
        self.is_exiting = True
        self._writer.append(
            Record("gateway.stopped", {"pid": os.getpid(), "policy": self._gateway.policy.digest})
        )
        self._writer.close(CLOSE_TIMEOUT_S)

    def unloaded(self) -> None:
        """The script was unloaded; unless the process is ending anyway, it ends now."""
        if self.is_exiting or ctx.master.should_exit.is_set():
            return
        log.critical("the stack was unloaded while the proxy runs: the process ends")
        os._exit(UNLOADED_EXIT_CODE)

    def _self_check(self) -> None:
        if self._dispatcher is None:
            raise SelfCheckError("the stack is not sealed")
        manager: Any = ctx.master.addons
        if manager.trigger_event != self._dispatcher.trigger_event:
            raise SelfCheckError("another dispatcher took the place of the fail-closed one")
        missing = [a for a in self._own if a not in manager.chain]
        if missing:
            raise SelfCheckError(
                f"not in the chain: {', '.join(str(getattr(a, 'name', a)) for a in missing)}"
            )
        heard = set().union(*(vars(type(addon)) for addon in self._own))
        if not heard & set(hooks.all_hooks):
            raise SelfCheckError("no addon listens to any hook")
        if unknown := sorted(ctx.options.deferred):
            raise SelfCheckError(f"mitmproxy has no option {', '.join(unknown)}")
        if not self._writer.is_healthy:
            raise SelfCheckError("the ledger is not healthy")

    async def _record_start(self) -> None:
        gateway = self._gateway
        entry = await gateway.record(
            "gateway.started",
            {
                "pid": os.getpid(),
                "policy": gateway.policy.digest,
                "mitmproxy": mitmproxy.version.VERSION,
                "python": sys.version.partition(" ")[0],
                "modes": list(ctx.options.mode),
            },
        )
        if entry is None:
            raise SelfCheckError("the ledger cannot record that the gateway started")

    async def _listen(self) -> None:
        servers = ctx.master.addons.get("proxyserver").servers
        if len(servers):  # bound by mitmdump before the script was loaded: bind anew with our settings
            ctx.options.update(server=False)
            await _until(lambda: not servers.is_updating and not len(servers))
        settings = self._gateway.settings
        changes: dict[str, Any] = {"server": True}
        if ctx.options.listen_port is None:
            changes["listen_port"] = settings.port
        if not ctx.options.listen_host:
            changes["listen_host"] = settings.listen_host
        ctx.options.update(**changes)
        await _until(lambda: not servers.is_updating and len(servers) > 0)
        failed = [server for server in servers if not server.is_running]
        if failed:
            reason = failed[0].last_exception
            raise SelfCheckError(
                f"cannot listen: {reason.strerror if isinstance(reason, OSError) else reason}"
            )
        addresses = [address for server in servers for address in server.listen_addrs]
        for address in addresses:
            log.info("listening on %s:%d", *address[:2])
        report_ready({"ready": True, "pid": os.getpid(), "port": addresses[0][1] if addresses else 0})


def _warm() -> None:
    """Prepare the guards while nothing waits for them, behind whatever else wants to run."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
    engine.warm()


def limit_memory(limit_mb: int) -> None:
    """Cap the memory that holds data, so that what slips through a size limit ends one process and not the machine.

    The address space would be the wrong measure: half of it is reserved by libraries that never touch it.
    """
    if limit_mb <= 0:
        return
    limit_bytes = limit_mb * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit_bytes = min(limit_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, hard))


def report_ready(message: dict[str, Any]) -> None:
    """Tell the supervisor, if there is one, on the pipe it gave us."""
    descriptor = os.environ.pop(READY_FD_VARIABLE, "")
    if not descriptor.isdigit():
        return
    try:
        with os.fdopen(int(descriptor), "w") as pipe:
            pipe.write(json.dumps(message) + "\n")
    except OSError:
        log.warning("the supervisor no longer listens")


def report_failure(error: str, hint: str) -> None:
    """Say why the gateway does not start, to the supervisor and on standard error."""
    print(f"aegis: {error}\n  next: {hint}", file=sys.stderr)  # noqa: T201 - the last words of a process
    report_ready({"error": error, "hint": hint})


async def _until(condition: Any) -> None:
    deadline = asyncio.get_running_loop().time() + LISTEN_TIMEOUT_S
    await asyncio.sleep(0)
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise SelfCheckError("the listener did not come up in time")
        await asyncio.sleep(0.005)


def _watch_memory(loop: asyncio.AbstractEventLoop) -> None:
    """End the process when a task outside any hook runs out of memory; it would never answer again."""
    handle = loop.get_exception_handler()

    def handler(running: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        end_without_memory(context.get("exception"))
        if handle is not None:
            handle(running, context)
        else:
            running.default_exception_handler(context)

    loop.set_exception_handler(handler)
