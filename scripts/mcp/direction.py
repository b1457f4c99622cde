"""One direction of the bridge: from a line to what is delivered, and to whom.

A request that is refused is answered with its own id, an answer that is refused is replaced by one that says so, a
notification that is refused is dropped. Fail closed: what cannot be read, judged or recorded does not pass.
Invariants: the order of messages is kept; a message that needs an entry leaves after its entry is durable; the items
of a batch are judged one by one.
Source: JSON-RPC 2.0 (batch); MCP specification 2025-03-26 (batches), 2025-06-18 (without them).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from addons.decoders import rpc
from addons.decoders.rpc_answers import REFUSED
from scripts.mcp import replies, wire
from scripts.mcp.gates import Ruling
from scripts.mcp.pending import Asked
from scripts.mcp.records import VERDICT, Subject, verdict_fields
from scripts.mcp.wire import Envelope, Kind, WireError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ledger.receipt import Receipt
    from policy.verdict import Verdict
    from scripts.mcp.judge import Judge
    from scripts.mcp.ledgers import Book
    from scripts.mcp.lines import Line
    from scripts.mcp.outbox import Outbox
    from scripts.mcp.pending import Pending

    type Entry = Future[Receipt]

log = logging.getLogger("aegis.mcp")

MOST_IN_BATCH: Final = 1000
_QUIET_AFTER: Final = 64
"""Malformed lines that are recorded one by one; of more every 64th is, with their number."""


class Gate(Protocol):
    """Judges the messages of one direction."""

    def rule(self, message: Envelope, text: str, _asked: Asked | None) -> Ruling:
        """Say what becomes of a message; `_asked` is what it answers."""


@dataclass(frozen=True, slots=True)
class Session:
    """What both directions share."""

    judge: Judge
    book: Book
    name: str
    """Prefix of what ties entries together."""


@dataclass(frozen=True, slots=True)
class Side:
    """The client, or the server."""

    outbox: Outbox
    """What it reads."""
    asked: Pending
    """Its requests that wait for the other's answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one message, once its entries are durable."""

    message: Envelope
    text: str
    """What passes on; empty if nothing does."""
    verdict: Verdict
    entry: Entry | None
    others: tuple[Entry, ...] = ()
    """More entries that have to be durable first."""
    asked: Asked | None = None
    code: int = REFUSED


class Direction:
    """Reads, judges and passes on what comes from one side; driven by one thread."""

    def __init__(
        self,
        session: Session,
        gate: Gate,
        source: Side,
        target: Side,
        *,
        is_inward: bool,
    ) -> None:
        """Connect a direction.

        Args:
            session: shared by both.
            gate: judges.
            source: where messages come from.
            target: where they go.
            is_inward: True from the server to the client.
        """
        self._session = session
        self._gate = gate
        self._forward, self._back = target.outbox, source.outbox
        self._own, self._others = source.asked, target.asked
        self._is_inward = is_inward
        self._count = 0
        self._malformed = 0

    def take(self, line: Line) -> None:
        """Judge one line, and put what becomes of it where it belongs."""
        if line.is_too_long:
            error = WireError(
                "the message is larger than may be judged", "decode.body-too-large", wire.INVALID_REQUEST
            )
            self._refuse_line(error, line.content)
            return
        content = wire.clean(line.content)
        if not content:
            return
        try:
            self._take(content)
        except WireError as error:
            self._refuse_line(error, content)

    def _take(self, content: bytes) -> None:
        document = wire.parse(content)
        if not isinstance(document, list):
            outcome = self._judge(wire.read(document), content.decode())
            self._send([outcome] if outcome else [], is_batch=False)
            return
        if not 0 < len(document) <= MOST_IN_BATCH:
            reason = f"a batch holds 1 to {MOST_IN_BATCH} messages"
            raise WireError(reason, "protocol.malformed", wire.INVALID_REQUEST)
        outcomes = (self._judge_item(item) for item in document)
        self._send([outcome for outcome in outcomes if outcome], is_batch=True)

    def _judge_item(self, item: Any) -> Outcome | None:
        try:
            return self._judge(wire.read(item), wire.write(item))
        except WireError as error:
            message_id = item.get("id") if isinstance(item, dict) else None
            is_id = isinstance(message_id, str | int | float) and not isinstance(message_id, bool)
            is_question = isinstance(item, dict) and "method" in item
            return self._malformed_outcome(error, message_id if is_id else None, is_question=is_question)

    def _judge(self, message: Envelope, text: str) -> Outcome | None:
        """Judge one message; None if nothing becomes of it."""
        asked = None
        if message.kind is Kind.ANSWER:
            asked = self._others.pop(message.id)
            if asked is None:
                if message.id is None:  # an error about something that could not be read
                    asked = Asked(None, "", "", self._flow())
                else:
                    self._drop("the answer belongs to no request")
                    return None
        ruling = self._ruling(message, text, asked)
        subject = self._subject(message, asked)
        others = tuple(
            self._record(Subject(subject.flow, offer.kind, offer.name, subject.direction), offer.verdict)
            for offer in ruling.offers
        )
        entry = None
        if ruling.must_record or ruling.verdict.findings:
            entry = self._record(subject, ruling.verdict)
        if ruling.is_refused:
            return Outcome(message, "", ruling.verdict, entry, others, asked)
        if message.kind is Kind.REQUEST:
            self._own.add(Asked(message.id, message.method, subject.name, subject.flow))
        passing = text if ruling.document is None else wire.write(ruling.document)
        return Outcome(message, passing, ruling.verdict, entry, others, asked)

    def _ruling(self, message: Envelope, text: str, asked: Asked | None) -> Ruling:
        """Ask the gate; a guard that fails refuses, and whoever waits is told."""
        try:
            return self._gate.rule(message, text, asked)
        except Exception:  # the fail-closed wrapper of one message
            log.exception("a message could not be judged")
            verdict = self._session.judge.refusal("engine.addon-error", "a guard failed")
            return Ruling(verdict, is_refused=True)

    def _send(self, outcomes: list[Outcome], *, is_batch: bool) -> None:
        if not outcomes:
            return
        size = sum(len(outcome.text) for outcome in outcomes)

        def job() -> bytes:
            onward, backward = self._settle(outcomes)
            if backward:
                answers = _line(backward, is_batch=is_batch)
                self._back.put(lambda: answers, len(answers))
            return _line(onward, is_batch=is_batch) if onward else b""

        if not self._is_inward and not size and all(one.message.kind is Kind.REQUEST for one in outcomes):
            # Nothing goes on: a refusal does not wait for a server that reads nothing.
            self._back.put(lambda: _line(self._settle(outcomes)[1], is_batch=is_batch), size)
        else:
            self._forward.put(job, size)

    def _settle(self, outcomes: list[Outcome]) -> tuple[list[str], list[str]]:
        """Wait for the entries; return what goes on and what goes back."""
        onward, backward = [], []
        for outcome in outcomes:
            text, verdict, number = outcome.text, outcome.verdict, None
            entries = [one for one in (outcome.entry, *outcome.others) if one is not None]
            numbers = [self._session.book.number(one) for one in entries]
            if None in numbers:
                reason = "the ledger cannot record a verdict, so nothing passes"
                text, verdict = "", self._session.judge.refusal("engine.ledger-unavailable", reason)
                if outcome.message.kind is Kind.REQUEST:
                    self._own.pop(outcome.message.id)
            elif outcome.entry is not None:
                number = numbers[0]
            if text:
                onward.append(text)
                continue
            reply = self._reply(outcome, verdict, number)
            if reply and outcome.message.kind is Kind.REQUEST:
                backward.append(wire.write(reply))
            elif reply:
                onward.append(wire.write(reply))
        return onward, backward

    def _reply(self, outcome: Outcome, verdict: Verdict, number: int | None) -> Any:
        """What stands for a refused message; None for a notification."""
        message, ledger = outcome.message, self._session.book.name
        if message.kind is Kind.NOTIFICATION:
            return None
        if message.kind is Kind.REQUEST:
            method, name = message.method, _name_of(message)
        else:
            method = outcome.asked.method if outcome.asked else ""
            name = outcome.asked.subject if outcome.asked else ""
        if rpc.is_call(method) and self._is_inward == (message.kind is Kind.ANSWER):
            return replies.refused_call(message.id, verdict, number, ledger, name)
        return replies.refused(message.id, verdict, number, ledger, outcome.code)

    def _refuse_line(self, error: WireError, content: bytes) -> None:
        message_id, is_question = wire.guess_id(content), wire.is_question(content)
        outcome = self._malformed_outcome(error, message_id, is_question=is_question)
        if outcome:
            self._send([outcome], is_batch=False)

    def _malformed_outcome(
        self, error: WireError, message_id: wire.MessageId, *, is_question: bool
    ) -> Outcome | None:
        """What becomes of a message that cannot be read.

        It is taken for an answer if it does not look like a request and a request with its id waits for one. What else
        comes from the client is answered; what else comes from the server without an id is dropped: some servers print
        words where only messages belong.
        """
        verdict = self._session.judge.refusal(error.rule, str(error))
        asked = None if is_question or message_id is None else self._others.pop(message_id)
        flow = asked.flow if asked else self._flow()
        subject = Subject(flow, asked.method if asked else "", direction=self._side)
        entry = self._record_malformed(subject, verdict)
        if asked is None and self._is_inward and (message_id is None or not is_question):
            return None
        kind = Kind.ANSWER if asked else Kind.REQUEST
        envelope = Envelope(kind, message_id, "", {})
        return Outcome(envelope, "", verdict, entry, (), asked, error.code)

    def _drop(self, reason: str) -> None:
        subject = Subject(self._flow(), "", direction=self._side)
        self._record_malformed(subject, self._session.judge.refusal("protocol.malformed", reason))

    def _record_malformed(self, subject: Subject, verdict: Verdict) -> Entry | None:
        """Record, without letting a flood of garbage fill the disk."""
        self._malformed += 1
        if self._malformed > _QUIET_AFTER and self._malformed % _QUIET_AFTER:
            return None
        return self._record(subject, verdict, malformed_in_all=self._malformed)

    def _record(self, subject: Subject, verdict: Verdict, **more: int) -> Entry:
        judge = self._session.judge
        fields = verdict_fields(judge.agent, judge.server, subject, verdict)
        return self._session.book.append(VERDICT, fields | more)

    def _subject(self, message: Envelope, asked: Asked | None) -> Subject:
        if asked is not None:
            return Subject(asked.flow, asked.method, asked.subject, self._side)
        return Subject(self._flow(), message.method, _name_of(message), self._side)

    def _flow(self) -> str:
        self._count += 1
        return f"{self._session.name}-{'s' if self._is_inward else 'c'}{self._count}"

    @property
    def _side(self) -> str:
        return "response" if self._is_inward else "request"


def _name_of(message: Envelope) -> str:
    """The tool, prompt or resource a request names."""
    parameters = message.parameters
    name = parameters.get("name", parameters.get("uri")) if isinstance(parameters, dict) else None
    return name if isinstance(name, str) else ""


def _line(messages: list[str], *, is_batch: bool) -> bytes:
    joined = f"[{','.join(messages)}]" if is_batch else "".join(messages)
    return joined.encode() + b"\n"
