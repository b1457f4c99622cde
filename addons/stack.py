"""The stack: which addons there are, in which order a flow walks them, and how they are sealed into mitmproxy.

    agent ─► identify ► decode ► egress ► policy ► tools ► prompt ► injection ► data ► gate (with ledger) ─► service
          ◄─ identify ◄ decode ◄──────────────────────────────────────── answers ◄ gate ◄ ledger ◄──────

Secrets are exchanged below the walk, where a flow becomes bytes (`core_injection`): no addon sees one. Around the walk:
options (nothing unsafe), protocols (nothing but HTTP), dns (first of all), denial (what raises is denied), sentinel
(last of all). Invariant: after `seal` returns there is no moment in which a flow is not judged.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import certs as mitm_certs
from mitmproxy import ctx
from mitmproxy.addons.script import Script

from addons import (
    core_bodies,
    core_fastpaths,
    core_injection,
    core_patches,
    core_websockets,
    refusal,
    reload,
    transports,
)
from addons.answers import Answers
from addons.chains import Chains
from addons.data import Data
from addons.decode import Decode
from addons.denial import Denial
from addons.dispatch import Dispatcher
from addons.dns import Dns
from addons.egress import Egress
from addons.errors import GatewayError
from addons.gate import Gate
from addons.gateway import Gateway, body_limit_bytes
from addons.identify import Identify, source_of
from addons.injection import Injection
from addons.known import Known
from addons.ledger import LedgerAddon
from addons.lending import Lender
from addons.lifecycle import READY_FD_VARIABLE, Lifecycle, limit_memory, report_failure
from addons.options import SafeOptions
from addons.policy import PolicyRules
from addons.prompt import Prompt
from addons.protocols import Protocols
from addons.rates import Rates
from addons.records import destination_fields
from addons.redaction import Redaction
from addons.resolution import Resolution
from addons.sentinel import Sentinel
from addons.settings import Settings, SettingsError
from addons.tools import Tools
from addons.uploads import Uploads
from addons.websockets import WebSockets
from certs import authority
from certs.errors import AuthorityError
from ledger.aio import AsyncLedger
from ledger.definitions import DEFINITIONS_FILE, Definitions
from ledger.errors import LedgerBroken, LedgerError
from ledger.verify import verify
from ledger.writer import Writer
from policy import catalog
from policy.errors import PolicyError
from vault import hardening

if TYPE_CHECKING:
    from collections.abc import Callable

    from mitmproxy import http
    from mitmproxy.connection import Client

log = logging.getLogger("aegis.stack")

VERIFIED_VARIABLE = "AEGIS_CHAIN_VERIFIED"
"""Set by the supervisor, which has verified the chain as one of its steps."""
LEAF_CERTIFICATES = 5000
"""Forged leaves kept; a policy rarely names more hosts."""
QUIET_LOGGERS = {
    "mitmproxy": logging.INFO,
    "mitmproxy.proxy": logging.CRITICAL,
    "mitmproxy.addons.disable_h2c": logging.WARNING,
}
"""Least level of each: below it they quote raw traffic, which may hold credentials; the ledger says what matters."""


def seal(script: Path) -> Lifecycle:
    """Build the stack and seal it into the running mitmproxy; end the process if that cannot be done.

    Called from the `load` hook of `aegis_addons.py`, synchronously, so nothing is served meanwhile.

    Args:
        script: absolute path of the script that is being loaded.
    """
    try:
        return _seal(script)
    except (SettingsError, AuthorityError, PolicyError, LedgerError, GatewayError) as error:
        report_failure(str(error), error.hint())
        sys.exit(1)


def _seal(script: Path) -> Lifecycle:
    settings = Settings.load()
    options = SafeOptions()
    policy = reload.load(settings.policy_path)
    _use_own_authority(settings)
    options.seal(ctx.options, body_limit_bytes(policy))
    _quiet()
    writer = _open_ledger(settings)
    loop = asyncio.get_running_loop()
    gateway = Gateway(settings, policy, AsyncLedger(writer, loop, settings.ledger_deadline_s))
    hardening.forbid_dumps()
    lender = gateway.lender = Lender(settings, gateway.post)
    lender.open()
    limit_memory(settings.memory_limit_mb)
    mitm_certs.CertStore.STORE_CAP = LEAF_CERTIFICATES

    resolver = Resolution()
    resolver.install(loop)
    identify = Identify(gateway)
    dns = Dns(gateway, identify, resolver)
    redaction = Redaction()
    definitions = Definitions(settings.database_path.with_name(DEFINITIONS_FILE))
    rates = Rates()
    prompt = Prompt(gateway)
    chains = Chains(gateway)
    gate = Gate(gateway, redaction)
    known = Known(prompt.memory, redaction, rates, definitions, chains)
    sockets = WebSockets(gateway, known)
    sentinel = Sentinel(gateway, gate)
    injection = Injection(gateway, lender)
    judges = (
        Decode(gateway),
        Egress(gateway, resolver),
        PolicyRules(gateway, rates),
        Tools(gateway, rates, definitions),
        prompt,
        injection,
        Data(gateway),
        chains,
    )
    walk = (
        options,
        dns,
        identify,
        Uploads(gateway, tuple(station.request for station in (*judges, gate))),
        Protocols(gateway),
        *judges,
        Answers(gateway, known),
        gate,
        sockets,
        LedgerAddon(gateway),
        reload.Reload(gateway),
    )
    lifecycle = Lifecycle(gateway, writer, (*walk, sentinel))
    manager = ctx.master.addons
    dispatcher = Dispatcher(manager, Denial(gateway, gate).deny, first=dns, last=sentinel)
    dispatcher.install()
    manager.add(*walk, lifecycle, sentinel)
    _freeze_scripts(script)
    core_patches.install(
        lambda: gateway.policy.for_agent("").limits.max_header_bytes,
        _reporter(gateway),
        _taker(gateway),
        _heads(gateway),
    )
    core_bodies.install(gateway.bodies)
    core_websockets.install(sockets, injection.scrubbed_frame)
    core_injection.install(injection)
    core_fastpaths.install(dispatcher, _crash_reporter(gateway))
    # Behind a supervisor the listener waits for us; alone, mitmdump's own option says whether to listen.
    lifecycle.seal(dispatcher, is_serving=ctx.options.server or READY_FD_VARIABLE in os.environ)
    for warning in (*settings.warnings, *policy.warnings):
        log.warning("%s", warning)
    return lifecycle


def _use_own_authority(settings: Settings) -> None:
    authority.check(settings.confdir)
    ctx.options.update(confdir=str(settings.confdir))


def _open_ledger(settings: Settings) -> Writer:
    path = settings.database_path
    writer = Writer(path)
    writer.open()
    if VERIFIED_VARIABLE not in os.environ:
        report = verify(path)
        if not report.is_intact:
            writer.close(1.0)
            raise LedgerBroken(f"entry {report.first_bad_seq}: {report.reason}", path=path)
    return writer


def _freeze_scripts(own: Path) -> None:
    """End the watchers of all scripts: one that is overwritten or deleted stays what it was when it was loaded.

    Scripts named after ours have not been loaded yet, and without their watchers never would be.
    """
    for addon in list(ctx.master.addons.lookup.values()):
        if not isinstance(addon, Script) or addon.reloadtask is None:
            continue
        addon.reloadtask.cancel()
        if addon.ns is None and Path(addon.fullpath).resolve() != own:
            addon.loadscript()


def _quiet() -> None:
    for name, level in QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(level)


def _reporter(gateway: Gateway) -> core_patches.Reporter:
    def report(client: Client, rule: str, reason: str) -> None:
        finding = catalog.finding(rule, reason)
        fields = destination_fields(gateway, client, "", 0, finding)
        gateway.post("flow.verdict", fields | {"source": source_of(client)})

    return report


def _taker(gateway: Gateway) -> core_patches.Taker:
    def take(client: Client) -> http.Response | None:
        caller = gateway.callers.get(client.id)
        if caller is None or caller.core_refusal is None:
            return None
        (verdict, entry), caller.core_refusal = caller.core_refusal, None
        return refusal.respond(verdict, entry)

    return take


def _crash_reporter(gateway: Gateway) -> Callable[[Client], None]:
    def report(client: Client) -> None:
        finding = catalog.finding("engine.core-error", "the proxy's core failed on this connection")
        gateway.post("flow.verdict", destination_fields(gateway, client, "", 0, finding))
        transports.abort(client)

    return report


def _heads(gateway: Gateway) -> Callable[[Client], bool]:
    def is_head(client: Client) -> bool:
        caller = gateway.callers.get(client.id)
        if caller is None or not caller.failed_heads:
            return False
        caller.failed_heads -= 1
        return True

    return is_head
