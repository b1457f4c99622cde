"""Eighth of the stack, on the way back: personal data and hidden instructions in what a service answers.

A small answer of known length is judged whole, when it is complete; the gate then passes, redacts or withholds it.
A large or live one is judged as it streams (`addons.streams`): what offends ends the exchange, with an entry of its
own. What holds no text (pictures, sound) is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from addons import asides, bodies, inflating, streams, transports
from addons.decoders import documents, requests
from addons.records import late_fields
from policy import engine
from policy.channel import Channel
from policy.checks import pii
from policy.exchange import Message, Text
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.redaction import Redaction
    from addons.walk import Walk
    from policy.detection import Match
    from policy.memory import Memory
    from policy.verdict import Finding

LOCATION: Final = "response:body"


class Answers:
    """Asks `policy` about responses."""

    name = "aegis-answers"

    def __init__(self, gateway: Gateway, memory: Memory, redaction: Redaction) -> None:
        self._gateway = gateway
        self._memory = memory
        self._redaction = redaction

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Put a judge into a response that will be streamed."""
        walk = self._gateway.walks.get(flow)
        response = flow.response
        if walk is None or response is None or walk.is_refused or walk.late_findings:
            return
        if response.stream is not True or not _is_wanted(walk, response):
            return
        try:
            response.stream = self._judged_stream(flow, walk, response)
        except bodies.UnknownEncodingError as error:
            response.stream = False
            walk.late_findings.append(bodies.finding(error))

    def response(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Judge a response that is there as a whole."""
        walk = self._gateway.walks.get(flow)
        response = flow.response
        if walk is None or response is None or walk.is_refused or response.stream:
            return None
        if not response.raw_content or not _is_wanted(walk, response):
            return None
        size = len(response.raw_content)
        coding = response.headers.get("content-encoding", "")
        return asides.run(lambda: self._judge(walk, response, coding), size_bytes=size * (4 if coding else 1))

    def _judge(self, walk: Walk, response: http.Response, coding: str) -> None:
        try:
            body = bodies.decode(response.raw_content or b"", coding, bodies.ANSWER_CAP_BYTES)
        except bodies.BodyError as error:
            walk.late_findings.append(bodies.finding(error))
            return
        content_type = response.headers.get("content-type", "").encode("latin-1", "replace")
        text = documents.body_text(body, content_type)
        with walk.step("answer"):
            found, matches = self._findings(walk, text)
        walk.late_findings += found
        redactor = self._redaction.of(walk) if walk.policy.guards.pii.is_enabled else None
        if redactor is None or not (matches or redactor.is_reversible):
            return
        verdict = engine.decide(walk.late_findings, walk.policy)
        if verdict.decision is Decision.REDACT or not matches:
            walk.answer = documents.rewrite_body(
                body, content_type, lambda whole: redactor.restore(redactor.redact(whole, matches))
            )

    def _findings(self, walk: Walk, text: str) -> tuple[list[Finding], tuple[Match, ...]]:
        personal = engine.answer([Text(LOCATION, text)], walk.policy)
        messages = [] if _is_model(walk) else [Message(Channel.TOOL, LOCATION, text)]
        found = personal.findings + engine.prompts(messages, walk.policy, self._memory)
        return found, personal.redactions.get(LOCATION, ())

    def _judged_stream(
        self, flow: http.HTTPFlow, walk: Walk, response: http.Response
    ) -> streams.JudgedStream:
        coding = response.headers.get("content-encoding", "")
        decoder = inflating.Inflating(coding) if bodies.codings(coding) else None
        if decoder is not None or walk.policy.guards.pii.is_enabled:
            response.headers.pop("content-encoding", None)
            if response.headers.pop("content-length", None) is not None and flow.client_conn.alpn != b"h2":
                response.headers["transfer-encoding"] = "chunked"
        redactor = self._redaction.of(walk)
        known: set[tuple[str, str]] = set()

        def judge(text: str) -> tuple[tuple[Match, ...], bool]:
            found, matches = self._findings(walk, text)
            fresh = [one for one in found if (one.rule, one.kind) not in known]
            known.update((one.rule, one.kind) for one in fresh)
            if not fresh:
                return matches, True
            verdict = engine.decide(found, walk.policy)
            self._gateway.post("flow.verdict", late_fields(walk, verdict))
            return matches, verdict.decision in {Decision.ALLOW, Decision.REDACT}

        return streams.JudgedStream(
            judge,
            lambda text, matches: redactor.restore(redactor.redact(text, matches)),
            lambda: transports.abort(flow.client_conn, flow.server_conn),
            inflating=decoder,
            live_ends=streams.live_ends(response.headers.get("content-type", "")),
        )


def _is_wanted(walk: Walk, response: http.Response) -> bool:
    """True if some guard reads this response."""
    guards = walk.policy.guards
    reads_pii = guards.pii.is_enabled and pii.RESPONSE in guards.pii.directions
    if not reads_pii and (not guards.prompt.is_enabled or _is_model(walk)):
        return False
    return not documents.is_picture(requests.header(response.headers.fields, b"content-type"))


def _is_model(walk: Walk) -> bool:
    """True if what answers is a model: its words are not instructions of a stranger."""
    return walk.exchange is not None and bool(walk.exchange.messages)
