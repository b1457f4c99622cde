"""Eighth of the stack, on the way back: what an answer does, says and holds.

A small answer of known length is judged whole, when it is complete; the gate then passes, redacts or withholds it.
A large or live one is judged as it streams. In both, calls of tools and messages of tool servers are judged one by
one and replaced in their own grammar (`addons.answer_judge`); what else offends ends the exchange, with an entry of
its own. What holds no text (pictures, sound) is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addons import answer_stream, asides, bodies, inflating, readable, streams, transports
from addons.answer_judge import AnswerJudge
from addons.decoders import documents, json_document, requests
from addons.decoders.answer_documents import AnswerDocuments
from addons.records import late_fields
from policy import catalog, engine
from policy.channel import Channel
from policy.checks import pii
from policy.exchange import Message, Text
from policy.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mitmproxy import http

    from addons.gateway import Gateway
    from addons.known import Known
    from addons.walk import Walk
    from policy.detection import Match
    from policy.verdict import Finding

LOCATION: Final = "response:body"


class Answers:
    """Asks `policy` about responses."""

    name = "aegis-answers"

    def __init__(self, gateway: Gateway, known: Known) -> None:
        self._gateway = gateway
        self._known = known

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Put a judge into a response that will be streamed."""
        walk = self._gateway.walks.get(flow)
        response = flow.response
        if walk is None or response is None or walk.is_refused or walk.late_findings:
            return
        if response.stream is not True or (
            _is_picture(response) and not _is_model(walk) and not _is_rpc(walk)
        ):
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
        if not response.raw_content or (_is_picture(response) and not _is_model(walk) and not _is_rpc(walk)):
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
        with walk.step("answer"):
            acted = self._acted(walk, body, response.headers.get("content-type", ""))
            if acted is None:
                return
            self._judge_text(walk, response, acted, is_changed=acted is not body)

    def _acted(self, walk: Walk, body: bytes, content_type: str) -> bytes | None:
        """Judge what acts in a whole answer; None if it cannot be judged."""
        acts = self._documents(walk, walk.late_entries.append)
        try:
            if json_document.looks_like_json(body):
                rewritten = acts.rewrite_text(json_document.text_of(body))
                return body if rewritten is None else rewritten.encode("utf-8", "surrogatepass")
            text = body.decode("utf-8", "surrogateescape")
            stream = answer_stream.AnswerStream(acts, content_type, is_model=_is_model(walk))
            changed = stream.feed(text, is_end=True)
            return body if changed == text else changed.encode("utf-8", "surrogateescape")
        except (json_document.JsonError, answer_stream.UnjudgeableError) as error:
            if isinstance(error, json_document.JsonError) and not error.is_ambiguous:
                return body  # is no JSON to anybody
            finding = catalog.finding("tools.unjudgeable-answer", str(error), location=LOCATION)
            walk.late_findings.append(finding)
            return None

    def _judge_text(self, walk: Walk, response: http.Response, body: bytes, *, is_changed: bool) -> None:
        content_type = response.headers.get("content-type", "").encode("latin-1", "replace")
        if is_changed:
            walk.answer = body
        if not _is_text_read(walk):
            return
        text = documents.body_text(body, content_type)
        found, matches = self._findings(walk, text)
        walk.late_findings += found
        if _is_page(walk, response):
            self._known.chains.page(walk, readable.text(text))
        redactor = self._known.redaction.of(walk) if walk.policy.guards.pii.is_enabled else None
        if redactor is None or not (matches or redactor.is_reversible):
            return
        verdict = engine.decide(walk.late_findings, walk.policy)
        if verdict.decision is Decision.REDACT or not matches:
            walk.answer = documents.rewrite_body(
                body, content_type, lambda whole: redactor.restore(redactor.redact(whole, matches))
            )

    def _findings(self, walk: Walk, text: str) -> tuple[list[Finding], tuple[Match, ...]]:
        text = readable.text(text)
        personal = engine.answer([Text(LOCATION, text)], walk.policy)
        messages = [] if _is_model(walk) else [Message(Channel.TOOL, LOCATION, text)]
        found = personal.findings + engine.prompts(messages, walk.policy, self._known.memory)
        return found, personal.redactions.get(LOCATION, ())

    def _documents(self, walk: Walk, report: Callable[[dict[str, Any]], None]) -> AnswerDocuments:
        judge = AnswerJudge(walk, self._known, report)
        return AnswerDocuments(judge.call, judge.tool, judge.text)

    def _judged_stream(
        self, flow: http.HTTPFlow, walk: Walk, response: http.Response
    ) -> streams.JudgedStream:
        coding = response.headers.get("content-encoding", "")
        decoder = inflating.Inflating(coding) if bodies.codings(coding) else None
        response.headers.pop("content-encoding", None)
        if response.headers.pop("content-length", None) is not None and flow.client_conn.alpn != b"h2":
            response.headers["transfer-encoding"] = "chunked"
        redactor = self._known.redaction.of(walk)
        return streams.JudgedStream(
            self._text_judge(walk) if _is_text_read(walk) else _pass,
            lambda text, matches: redactor.restore(redactor.redact(text, matches)),
            lambda: transports.abort(flow.client_conn, flow.server_conn),
            inflating=decoder,
            live_ends=streams.live_ends(response.headers.get("content-type", "")),
            acting=self._acting(walk, response),
        )

    def _text_judge(self, walk: Walk) -> streams.Judge:
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

        return judge

    def _acting(self, walk: Walk, response: http.Response) -> streams.Acting:
        acts = self._documents(walk, lambda fields: self._gateway.post("flow.verdict", fields))
        content_type = response.headers.get("content-type", "")
        stream = answer_stream.AnswerStream(acts, content_type, is_model=_is_model(walk))

        def act(text: str, is_end: bool) -> str | None:  # noqa: FBT001 - the stream's
            try:
                return stream.feed(text, is_end=is_end)
            except answer_stream.UnjudgeableError as error:
                finding = catalog.finding("tools.unjudgeable-answer", str(error), location=LOCATION)
                verdict = engine.decide([finding], walk.policy)
                self._gateway.post("flow.verdict", late_fields(walk, verdict))
                return None

        return act


def _pass(_text: str) -> tuple[tuple[Match, ...], bool]:
    return (), True


def _is_picture(response: http.Response) -> bool:
    return documents.is_picture(requests.header(response.headers.fields, b"content-type"))


def _is_page(walk: Walk, response: http.Response) -> bool:
    """True for what a person would read: it may tell an agent what to do later."""
    kind = answer_stream.media_type(response.headers.get("content-type", ""))
    return kind.startswith("text/") and kind not in answer_stream.EVENTS and not _is_model(walk)


def _is_text_read(walk: Walk) -> bool:
    """True if some guard reads the text of this response."""
    guards = walk.policy.guards
    reads_pii = guards.pii.is_enabled and pii.RESPONSE in guards.pii.directions
    return reads_pii or (guards.prompt.is_enabled and not _is_model(walk))


def _is_model(walk: Walk) -> bool:
    """True if what answers is a model: its words are not instructions of a stranger."""
    return walk.exchange is not None and bool(walk.exchange.messages)


def _is_rpc(walk: Walk) -> bool:
    """True if what answers is a tool server: its answer is no picture, whatever it calls itself."""
    return walk.exchange is not None and b'"jsonrpc"' in walk.exchange.body[:65536]
