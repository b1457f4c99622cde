"""What becomes of one message: how it is judged by what it is, and how it goes on.

Owns the two gates, one for each direction. What the client sends is judged for what it does and what leaves with it,
what the server says as a stranger's words; lists of tools lose the entries that may not be used or try to instruct
the model, and a tool that was taken out of a list cannot be called either. Thread-safe together: each gate has a
thread of its own, and they share what was taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from addons.decoders import rpc
from policy.checks.tools import plain_name
from policy.verdict import Decision
from scripts.mcp import wire
from scripts.mcp.judge import Judged
from scripts.mcp.redacting import RedactionError, redact
from scripts.mcp.wire import Kind

if TYPE_CHECKING:
    from policy.detectors.pii.redaction import Redactor
    from policy.verdict import Verdict
    from scripts.mcp.judge import Judge
    from scripts.mcp.pending import Asked
    from scripts.mcp.wire import Envelope

LISTS: Final = ("tools", "prompts", "resources", "resourceTemplates")
"""Members of results that are lists of what a server offers."""
RESOURCE_METHODS: Final = frozenset({"resources/read", "resources/subscribe", "resources/unsubscribe"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry of a list about which something was found."""

    kind: str
    """Of `LISTS`."""
    index: int
    name: str
    verdict: Verdict

    @property
    def is_poisoned(self) -> bool:
        """True if its words are why; a name that a policy denies is judged again with each call."""
        return self.is_out and not self.verdict.rule.startswith("tools.")

    @property
    def is_out(self) -> bool:
        """True if it is taken out of the list."""
        return self.verdict.decision not in {Decision.ALLOW, Decision.REDACT}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one message."""

    verdict: Verdict
    is_refused: bool
    document: dict[str, Any] | None = None
    """The message as it may pass, if it is not to pass as it came."""
    must_record: bool = False
    """Record it even if nothing was found."""
    offers: tuple[Offer, ...] = ()
    """Entries of a list that are to be recorded."""


class Withdrawn:
    """The tools that were taken out of lists, by name as a person reads it: they stay out until the session ends."""

    def __init__(self) -> None:
        self._verdicts: dict[str, Verdict] = {}

    def add(self, name: str, verdict: Verdict) -> None:
        """Take a tool out."""
        self._verdicts.setdefault(plain_name(name), verdict)

    def verdict_of(self, name: str) -> Verdict | None:
        """Why a tool is out; None if it is not."""
        return self._verdicts.get(plain_name(name))


class Outward:
    """The gate for what the client sends."""

    def __init__(self, judge: Judge, redactor: Redactor, withdrawn: Withdrawn) -> None:
        self._judge = judge
        self._redactor = redactor
        self._withdrawn = withdrawn

    def rule(self, message: Envelope, text: str, _asked: Asked | None) -> Ruling:
        """Judge one message.

        Args:
            message: agent-supplied.
            text: the same as JSON.
        """
        calls = list(rpc.calls(message.document, self._judge.server))
        if calls:
            withdrawn = self._withdrawn.verdict_of(calls[0].tool)
            judged = Judged(withdrawn) if withdrawn else self._judge.call(calls[0], text)
        elif message.method in RESOURCE_METHODS:
            uri = message.parameters.get("uri") if isinstance(message.parameters, dict) else None
            judged = self._judge.resource(uri if isinstance(uri, str) else "", text)
        else:
            judged = self._judge.outward(text, _said(message))
        return _ruling(judged, message, text, self._redactor, must_record=bool(calls))


class Inward:
    """The gate for what the server says."""

    def __init__(self, judge: Judge, redactor: Redactor, withdrawn: Withdrawn) -> None:
        self._judge = judge
        self._redactor = redactor
        self._withdrawn = withdrawn

    def rule(self, message: Envelope, text: str, asked: Asked | None) -> Ruling:
        """Judge one message.

        Args:
            message: server-supplied.
            text: the same as JSON.
            asked: what it answers, if it is an answer.
        """
        offers = tuple(self._offers(message))
        out = tuple(offer for offer in offers if offer.is_out)
        for offer in out:
            if offer.kind == "tools" and offer.is_poisoned:
                self._withdrawn.add(offer.name, offer.verdict)
        if out:
            message = _without(message, out)
            text = wire.write(message.document)
        # Entries of a list are judged one by one; what stays has passed, and the list as a whole is not judged again.
        said = _said(message)
        if isinstance(said, dict) and asked is not None:
            said = {key: value for key, value in said.items() if not _is_list(key, value)}
        judged = self._judge.inward(text, said)
        ruling = _ruling(judged, message, text, self._redactor)
        document = ruling.document or (message.document if out else None)
        return Ruling(ruling.verdict, ruling.is_refused, document, offers=offers)

    def _offers(self, message: Envelope) -> list[Offer]:
        result = message.document.get("result")
        found: list[Offer] = []
        if not isinstance(result, dict):
            return found
        for kind in LISTS:
            entries = result[kind] if _is_list(kind, result.get(kind)) else ()
            for index, entry in enumerate(entries):
                verdict = self._judge.offer(entry, kind)
                if verdict.findings:
                    found.append(Offer(kind, index, _name(entry), verdict))
        return found


def _without(message: Envelope, out: tuple[Offer, ...]) -> Envelope:
    """The answer without some entries; a tool goes with all that have its name, for a name is what is called."""
    places = {(offer.kind, offer.index) for offer in out}
    names = {offer.name for offer in out if offer.kind == "tools"}
    result = dict(message.document["result"])
    for kind in LISTS:
        if _is_list(kind, result.get(kind)):
            result[kind] = [
                entry
                for index, entry in enumerate(result[kind])
                if (kind, index) not in places and not (kind == "tools" and _name(entry) in names)
            ]
    return wire.Envelope(message.kind, message.id, "", {**message.document, "result": result})


def _is_list(key: str, value: Any) -> bool:
    return key in LISTS and isinstance(value, list)


def _name(entry: Any) -> str:
    if not isinstance(entry, dict):
        return ""
    name = entry.get("name", entry.get("uri"))
    return name if isinstance(name, str) else ""


def _said(message: Envelope) -> Any:
    if message.kind is Kind.ANSWER:
        return message.document.get("result", message.document.get("error"))
    return message.parameters


def _ruling(
    judged: Judged, message: Envelope, text: str, redactor: Redactor, *, must_record: bool = False
) -> Ruling:
    verdict = judged.verdict
    if judged.is_refused or verdict.decision is not Decision.REDACT or not judged.redactions:
        return Ruling(verdict, judged.is_refused, must_record=must_record)
    try:
        changed = redact(message.document, text, judged.redactions, redactor)
    except RedactionError:
        return Ruling(verdict, is_refused=True, must_record=must_record)
    return Ruling(verdict, is_refused=False, document=changed, must_record=must_record)
