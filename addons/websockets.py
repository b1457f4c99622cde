"""WebSockets: every message judged in both directions before it goes on, with what came just before it.

The handshake is judged like any request; its offers to compress are taken out, so that messages are read as they are
and a small frame cannot become a huge one. A message of the agent is judged like a request's body, one of the service
like an answer; calls of tools in it are judged event by event. What offends closes both sides with code 1008 and the
reason. Agent- and service-supplied.

Invariant: a message goes on only after this addon marked it as judged, and `websocket_message` of the sentinel drops
every other one.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from addons import asides, readable
from addons.answer_judge import AnswerJudge
from addons.decoders import requests
from addons.decoders.answer_documents import AnswerDocuments, may_act
from addons.decoders.tool_streams import HeldTooMuchError, ToolStream, UnreadableError
from addons.records import verdict_fields
from policy import catalog, engine
from policy.channel import Channel
from policy.exchange import Message, State, Text
from policy.verdict import Decision

if TYPE_CHECKING:
    from mitmproxy import http
    from mitmproxy.websocket import WebSocketMessage

    from addons.gateway import Gateway
    from addons.known import Known
    from addons.walk import Walk
    from policy.checks.pii import Personal
    from policy.detection import Match
    from policy.exchange import Exchange
    from policy.verdict import Finding, Verdict

LOCATION: Final = "websocket"
WINDOW_CHARACTERS: Final = 512
"""Of earlier messages that are read again with the next one."""
KEPT_MESSAGES: Final = 4
"""mitmproxy keeps all; a connection may live for days."""


@dataclass(slots=True)
class _Socket:
    """One connection."""

    walk: Walk
    exchange: Exchange
    tools: ToolStream
    refusal: str = ""
    sent: str = ""
    """The end of what the agent has said."""
    received: str = ""
    """The end of what the service has said."""
    is_acting: bool = False
    """A call has begun in the service's messages."""
    released: list[bytes] = field(default_factory=list)
    """Messages that were held, and go on now."""
    expected: list[bytes] = field(default_factory=list)
    """Messages that this addon has put in, and that come by once more."""
    entries: list[dict[str, Any]] = field(default_factory=list)


class WebSockets:
    """Judges messages."""

    name = "aegis-websockets"

    def __init__(self, gateway: Gateway, known: Known) -> None:
        self._gateway = gateway
        self._known = known
        self._sockets: dict[str, _Socket] = {}
        """By the id of the client's and of the server's connection."""

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Begin to judge a connection whose handshake was released."""
        walk = self._gateway.walks.get(flow)
        if walk is None or walk.exchange is None or not walk.is_released:
            return  # its messages are dropped by the sentinel
        entries: list[dict[str, Any]] = []
        judge = AnswerJudge(walk, self._known, entries.append)
        documents = AnswerDocuments(judge.call, judge.tool, judge.text)
        socket = _Socket(walk, walk.exchange, ToolStream(documents), entries=entries)
        self._sockets[flow.client_conn.id] = self._sockets[flow.server_conn.id] = socket

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Forget a connection."""
        for connection in (flow.client_conn, flow.server_conn):
            self._sockets.pop(connection.id, None)

    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Judge the message that has just come."""
        socket = self._sockets.get(flow.client_conn.id)
        data = flow.websocket
        if socket is None or data is None or not data.messages:
            return
        message = data.messages[-1]
        del data.messages[:-KEPT_MESSAGES]
        if socket.refusal:
            message.drop()
        elif socket.expected and not message.from_client and message.content == socket.expected[0]:
            del socket.expected[0]
            socket.walk.judged_message = message
        elif message.from_client:
            await self._sent(socket, message)
        else:
            await self._received(socket, message)

    # What the core does not show: see `addons.core_websockets`.

    def control(self, connection_id: str, payload: bytes) -> None:
        """Judge the payload of a ping, a pong or a close."""
        socket = self._sockets.get(connection_id)
        if socket is None or not payload:
            return
        text = socket.sent + payload.decode("latin-1")
        socket.sent = text[-WINDOW_CHARACTERS:]
        exchange = replace(socket.exchange, texts=(Text(f"{LOCATION}:control", text),), messages=(), calls=())
        found = engine.content(exchange, socket.walk.policy, State(watch=self._gateway.watch)).findings
        verdict = engine.decide(found, socket.walk.policy)
        if verdict.decision is not Decision.ALLOW:
            self._gateway.post("flow.verdict", self._fields(socket, verdict, is_answer=False))
            self._refuse(socket, verdict)

    def released(self, connection_id: str) -> list[bytes]:
        """Hand over the messages that take the place of the one judged last; they come by once more."""
        socket = self._sockets.get(connection_id)
        if socket is None or not socket.released:
            return []
        released, socket.released = socket.released, []
        socket.expected += released
        return released

    def refusal(self, connection_id: str) -> str:
        """Say why a connection is refused."""
        socket = self._sockets.get(connection_id)
        return socket.refusal if socket else ""

    # The agent's messages

    async def _sent(self, socket: _Socket, message: WebSocketMessage) -> None:
        def judge() -> tuple[list[Finding], Personal, str]:
            return self._judge_sent(socket, message.content)

        large = len(message.content) > asides.INLINE_BYTES
        found, personal, text = await asyncio.to_thread(judge) if large else judge()
        verdict = engine.decide(found, socket.walk.policy)
        if not await self._enter(socket, verdict, is_answer=False):
            message.drop()
            return
        if verdict.decision is Decision.REDACT:
            window = len(socket.sent)
            text = self._redacted(socket, text, personal.redactions.get(LOCATION, ()), window)
            message.content = text.encode("utf-8", "surrogateescape")
        socket.sent = (socket.sent + text)[-WINDOW_CHARACTERS:]
        socket.walk.judged_message = message

    def _judge_sent(self, socket: _Socket, content: bytes) -> tuple[list[Finding], Personal, str]:
        walk = socket.walk
        text = content.decode("utf-8", "surrogateescape")
        bare = replace(socket.exchange, headers=(), target="/", body=content, texts=(), messages=(), calls=())
        exchange, found = requests.unpack(bare)
        window = Text(LOCATION, socket.sent + text)
        exchange = replace(exchange, target=socket.exchange.target, texts=(window,))
        readings = tuple(
            reading
            for call in exchange.calls
            for reading in self._known.rates.count_tool(walk.agent, call.server, call.tool, walk.policy.rates)
        )
        found += engine.tools(exchange, walk.policy, State(rates=readings))
        found += engine.prompts(exchange.messages, walk.policy, self._known.memory)
        personal = engine.content(exchange, walk.policy, State(watch=self._gateway.watch))
        return found + personal.findings, personal, text

    # The service's messages

    async def _received(self, socket: _Socket, message: WebSocketMessage) -> None:
        def judge() -> tuple[list[Finding], list[str], tuple[Match, ...]]:
            return self._judge_received(socket, message.content)

        large = len(message.content) > asides.INLINE_BYTES
        found, pieces, matches = await asyncio.to_thread(judge) if large else judge()
        entries, socket.entries[:] = list(socket.entries), []
        for fields in entries:
            if await self._gateway.record("flow.verdict", fields | {"protocol": "websocket"}) is None:
                self._refuse(socket, engine.decide([_no_ledger()], socket.walk.policy))
        verdict = engine.decide(found, socket.walk.policy)
        if socket.refusal or not await self._enter(socket, verdict, is_answer=True):
            message.drop()
            return
        window = len(socket.received)
        text = "".join(pieces)
        if verdict.decision is Decision.REDACT:
            redacted = []
            for piece in pieces:
                redacted.append(self._redacted(socket, piece, matches, window))
                window += len(piece)
            pieces = redacted
        socket.received = (socket.received + text)[-WINDOW_CHARACTERS:]
        self._pass(socket, message, pieces)

    def _judge_received(
        self, socket: _Socket, content: bytes
    ) -> tuple[list[Finding], list[str], tuple[Match, ...]]:
        text = content.decode("utf-8", "surrogateescape")
        pieces = [text]
        socket.is_acting |= may_act(text)
        if socket.is_acting:
            try:
                passed = socket.tools.event(text, is_line=True)
            except (HeldTooMuchError, UnreadableError) as error:
                return [catalog.finding("tools.unjudgeable-answer", str(error), location=LOCATION)], [], ()
            if passed != text:
                pieces = [line for line in _documents(passed) if line]
        said = readable.text(socket.received + "".join(pieces))
        personal = engine.answer([Text(LOCATION, said)], socket.walk.policy)
        messages = [] if socket.is_acting else [Message(Channel.TOOL, LOCATION, said)]
        found = personal.findings + engine.prompts(messages, socket.walk.policy, self._known.memory)
        return found, pieces, personal.redactions.get(LOCATION, ())

    @staticmethod
    def _pass(socket: _Socket, message: WebSocketMessage, pieces: list[str]) -> None:
        """Let one message go on, hold it, or put others in its place, in order."""
        if len(pieces) == 1:
            content = pieces[0].encode("utf-8", "surrogateescape")
            if content != message.content:
                message.content = content
            socket.walk.judged_message = message
            return
        message.drop()
        socket.released = [piece.encode("utf-8", "surrogateescape") for piece in pieces]

    # Both

    async def _enter(self, socket: _Socket, verdict: Verdict, *, is_answer: bool) -> bool:
        """Record what was found, if anything was; say whether the message may go on."""
        if verdict.findings:
            fields = self._fields(socket, verdict, is_answer=is_answer)
            if await self._gateway.record("flow.verdict", fields) is None:
                self._refuse(socket, engine.decide([_no_ledger()], socket.walk.policy))
                return False
        if verdict.decision in {Decision.ALLOW, Decision.REDACT}:
            return True
        self._refuse(socket, verdict)
        return False

    @staticmethod
    def _fields(socket: _Socket, verdict: Verdict, *, is_answer: bool) -> dict[str, Any]:
        direction = "response" if is_answer else "request"
        more = {"direction": direction, "protocol": "websocket", "verdict_entry": socket.walk.entry}
        return verdict_fields(socket.walk, verdict) | more

    @staticmethod
    def _refuse(socket: _Socket, verdict: Verdict) -> None:
        socket.refusal = f"aegis: {verdict.rule}: {verdict.findings[0].reason}"

    def _redacted(self, socket: _Socket, text: str, matches: tuple[Match, ...], window: int) -> str:
        """Redact what of the matches lies in this message: what came before has gone on.

        Args:
            socket: whose redactor.
            text: the message, or a part of it.
            matches: in the text with what came before it.
            window: characters before it.
        """
        moved = tuple(
            replace(match, start=max(0, match.start - window), end=min(len(text), match.end - window))
            for match in matches
            if window < match.end and match.start < window + len(text)
        )
        return self._known.redaction.of(socket.walk).redact(text, moved)


def _no_ledger() -> Finding:
    return catalog.finding(
        "engine.ledger-unavailable", "the ledger cannot record a verdict, so nothing passes"
    )


def _documents(passed: str) -> list[str]:
    """The messages that a tool stream has released: one JSON document after another."""
    decoder = json.JSONDecoder()
    found = []
    at = 0
    while at < len(passed):
        if passed[at].isspace():
            at += 1
            continue
        try:
            end = decoder.raw_decode(passed, at)[1]
        except ValueError:
            end = len(passed)
        found.append(passed[at:end])
        at = end
    return found
