"""Sixth of the stack, and last on the wire: placeholders are judged before the verdict and exchanged after it.

Before the gate every token with the vault's marker is tried, without decrypting anything: one that may be exchanged
where it stands is noted for the entry, any other refuses the request. After the gate has released the request, its
entry is durable and the connection to the service stands, `prepare` makes the request that goes out
(`addons.core_injection`), from the flow as it is then and by the vault as it is then. Agent-supplied.

Invariant: a value is only lent to a request whose connection goes, verified, to the host that was judged.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from mitmproxy import http

from addons.core_injection import Sent
from addons.records import late_fields, verdict_fields
from addons.scrubbing import ScrubbedAnswer
from policy import catalog, engine
from policy.evidence import safe
from vault.errors import VaultError
from vault.placeholders import CORE_BYTES, MARKER
from vault.register import Destination, Reason
from vault.requests import Injected, Outgoing, Refused
from vault.scrubbing import ScrubbedStream

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy.connection import Server

    from addons.gateway import Gateway
    from addons.lending import Lender, Loan
    from addons.walk import Walk
    from policy.verdict import Finding
    from vault.scrubbing import Scrubber

log = logging.getLogger("aegis.vault")

INTERVAL_S: Final = 0.4
_RULES: Final = {
    Reason.UNKNOWN: "vault.unknown-placeholder",
    Reason.MALFORMED: "vault.malformed-placeholder",
    Reason.PREFIX: "vault.malformed-placeholder",
    Reason.RETIRED: "vault.retired-placeholder",
    Reason.VALUE: "vault.unusable",
    Reason.SIGNATURE: "vault.unusable",
}
"""Rule for each reason; a canary for all others."""
_UNREADABLE: Final = ("%2f", "%2e", "%5c", "%25", "%00", "\\")
REFUSED: Final = "aegis-vault: the secret cannot be put into the request"


class Injection:
    """Asks the vault about placeholders, and puts secrets in their place."""

    name = "aegis-vault"

    def __init__(self, gateway: Gateway, lender: Lender) -> None:
        self._gateway = gateway
        self._lender = lender
        self._frames: dict[str, tuple[Scrubber, ScrubbedStream]] = {}
        """Of WebSockets, by the id of the connection to the service."""
        self._task: asyncio.Task[None] | None = None

    def running(self) -> None:
        """Begin to watch the vault's file."""
        self._task = asyncio.get_running_loop().create_task(self._watch(), name="vault watcher")

    def done(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            await self._lender.look()

    # Before the verdict

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge the placeholders of a request. Waits only where the vault has changed."""
        if not self._lender.is_there:
            return None
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or walk.is_settled:
            return None
        outgoing = _outgoing(flow.request, walk, is_verified=True)
        with walk.step("vault"):
            tried = self._lender.admit(outgoing)
        if tried is not None and self._lender.is_stale():
            return self._judge_again(walk, outgoing)
        self._note(walk, tried)
        return None

    async def _judge_again(self, walk: Walk, outgoing: Outgoing) -> None:
        """A placeholder may have been issued, or retired, a moment ago."""
        await self._lender.look()
        self._note(walk, self._lender.admit(outgoing))

    def _note(self, walk: Walk, tried: Injected | Refused | None) -> None:
        if isinstance(tried, Refused):
            walk.findings.append(self._finding(tried))
            return
        uses = tried.uses if tried is not None else ()
        walk.placeholders = frozenset(use.token[-CORE_BYTES:].decode("ascii") for use in uses)
        walk.lent = tuple(f"{use.secret} {use.location}" for use in uses)

    def _finding(self, refused: Refused) -> Finding:
        if self._lender.fault:
            reason = "the vault is locked, and the request holds a placeholder"
            return catalog.finding("vault.unavailable", reason, location=safe(refused.location))
        rule = _RULES.get(refused.reason, "vault.canary")
        which = f" ({refused.secret})" if refused.secret else ""
        detail = f": {refused.detail}" if refused.detail else ""
        return catalog.finding(rule, f"{refused.reason}{which}{detail}", location=safe(refused.location))

    # When it is sent

    def prepare(self, flow: http.HTTPFlow, server: Server) -> Sent | str | None:
        """Make what is sent over the connection that stands; None if the flow's request is sent as it is."""
        if not self._lender.is_there:
            return None
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or not walk.is_released:
            return REFUSED
        outgoing = _outgoing(flow.request, walk, is_verified=_is_verified(flow.request, server))
        try:
            lent = self._lender.exchange(outgoing)
        except VaultError as error:
            log.error("nothing is lent: %s", error)  # noqa: TRY400 - the ladder says it all
            return self._refuse(
                walk, catalog.finding("vault.unavailable", "the vault cannot lend the secret")
            )
        if lent is None:
            return None
        if isinstance(lent, Refused):
            return self._refuse(walk, self._finding(lent))
        injected, loan = lent
        walk.loan = loan
        return _sent(flow, injected, self._answer(flow, walk, loan))

    def _refuse(self, walk: Walk, finding: Finding) -> str:
        """Tell of a request that was released, and is not sent: the vault or the request has changed since."""
        walk.lent = ()
        verdict = engine.decide([finding], walk.policy)
        self._gateway.post("flow.verdict", verdict_fields(walk, verdict) | {"verdict_entry": walk.entry})
        return REFUSED

    def _answer(self, flow: http.HTTPFlow, walk: Walk, loan: Loan) -> ScrubbedAnswer:
        return ScrubbedAnswer(
            loan,
            lambda: self._tell_of_echo(walk),
            is_head=flow.request.data.method == b"HEAD",
            is_http1=flow.client_conn.alpn != b"h2",
        )

    def _tell_of_echo(self, walk: Walk) -> None:
        names = ", ".join(item.partition(" ")[0] for item in walk.lent)
        finding = catalog.finding("vault.echo", f"the answer held the value of {names}", location="response")
        verdict = engine.decide([finding], walk.policy)
        self._gateway.post("flow.verdict", late_fields(walk, verdict))

    # WebSockets

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Look for what was put into the handshake in everything that follows."""
        walk = self._gateway.walks.get(flow)
        if walk is not None and walk.loan is not None:
            scrubber = walk.loan.scrubber()
            self._frames[flow.server_conn.id] = scrubber, ScrubbedStream(scrubber)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Forget a connection."""
        self._frames.pop(flow.server_conn.id, None)

    def scrubbed_frame(self, connection_id: str, data: bytes, is_end: bool | None) -> bytes:  # noqa: FBT001 - Scrub's
        """Return what of a frame goes on; at the end of a message all that was held back does."""
        known = self._frames.get(connection_id)
        if known is None:
            return data
        scrubber, message = known
        if is_end is None:
            return scrubber.scrub(data)
        passed = message.feed(data)
        return passed + message.finish() if is_end else passed


def _outgoing(request: http.Request, walk: Walk, *, is_verified: bool) -> Outgoing:
    target = request.data.path
    to = Destination(
        scheme=request.data.scheme.decode("latin-1"),
        host=request.host,
        port=request.port,
        method=request.data.method.decode("latin-1"),
        path=_path(target),
        agent=walk.agent,
        is_verified=is_verified,
    )
    body = request.raw_content
    if body and "content-encoding" in request.headers and walk.exchange is not None:
        # Signatures are over the body as it is sent, placeholders are only found in what it decodes to.
        body = walk.exchange.body if MARKER in walk.exchange.body else body
    return Outgoing(to, target, request.headers.fields, body)


def _path(target: bytes) -> str:
    """The path as bindings compare it: decoded if every server decodes it the same way."""
    path = target.partition(b"?")[0].decode("latin-1")
    if "%" not in path or any(part in path.lower() for part in _UNREADABLE):
        return path
    return unquote(path, errors="surrogateescape")


def _is_verified(request: http.Request, server: Server) -> bool:
    """Whether a connection is TLS with the checked certificate of the host that the request is for."""
    if not server.tls_established or not server.certificate_list or server.via:
        return False
    if server.address is None or server.address[:2] != (request.host, request.port):
        return False
    return server.sni == request.host or (not server.sni and _is_address(request.host))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _sent(flow: http.HTTPFlow, injected: Injected, answer: ScrubbedAnswer) -> Sent:
    request = flow.request
    headers = http.Headers(injected.headers)
    body = injected.body
    is_own_body = (
        body is None
        or body == request.raw_content
        or not any(str(use.location) == "body" for use in injected.uses)
    )
    if not is_own_body and body is not None:
        headers.pop("content-encoding", None)
        headers["content-length"] = str(len(body))
    fields: dict[str, Any] = {
        "host": request.data.host,
        "port": request.data.port,
        "method": request.data.method,
        "scheme": request.data.scheme,
        "authority": request.data.authority,
        "path": injected.target,
        "http_version": request.data.http_version,
        "headers": headers,
        "content": None,
        "trailers": None,
        "timestamp_start": request.data.timestamp_start,
        "timestamp_end": request.data.timestamp_end,
    }
    return Sent(http.Request(**fields), None if is_own_body else body, answer)
