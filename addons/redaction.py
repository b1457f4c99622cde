"""Replacing personal data on the wire, in requests and responses, and putting it back where a policy wants that.

Owns one redactor per agent: the same value is the same placeholder for that agent, in all its conversations. Bounded:
the least used agents are forgotten first. What is replaced is a span of a document as `addons.decoders` made it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from addons.decoders import documents
from policy.detectors.pii.redaction import Redactor

if TYPE_CHECKING:
    from mitmproxy import http

    from addons.walk import Walk
    from policy.detection import Match

AGENTS: Final = 1024


class Redaction:
    """The redactors of all agents."""

    def __init__(self) -> None:
        self._redactors: OrderedDict[tuple[str, bool], Redactor] = OrderedDict()

    def of(self, walk: Walk) -> Redactor:
        """Return the redactor of a walk's agent."""
        is_reversible = walk.policy.guards.pii.is_reversible
        key = (walk.agent, is_reversible)
        redactor = self._redactors.get(key)
        if redactor is None:
            redactor = self._redactors[key] = Redactor(is_reversible=is_reversible)
            if len(self._redactors) > AGENTS:
                self._redactors.popitem(last=False)
        self._redactors.move_to_end(key)
        return redactor

    def apply(self, request: http.Request, walk: Walk) -> None:
        """Replace what the data guard found in a request.

        Raises:
            LookupError: for a document nobody knows how to write: the fail-closed wrapper refuses the flow.
        """
        redactor = self.of(walk)
        for location, matches in walk.redactions.items():
            if location == "body":
                self._body(request, walk, redactor, matches)
            elif location == "target":
                request.path = _replace_each(
                    request.path, _values(walk, location, matches), redactor, is_url=True
                )
            elif location == "headers":
                values = _values(walk, location, matches)
                for name, value in request.headers.items(multi=True):
                    changed = _replace_each(value, values, redactor)
                    if changed != value:
                        request.headers[name] = changed
            else:
                raise LookupError(f"nothing at {location} can be redacted")

    @staticmethod
    def _body(request: http.Request, walk: Walk, redactor: Redactor, matches: tuple[Match, ...]) -> None:
        body = walk.exchange.body if walk.exchange else b""
        content_type = request.headers.get("content-type", "").encode("latin-1", "replace")
        request.headers.pop("content-encoding", None)
        request.raw_content = documents.rewrite_body(
            body, content_type, lambda text: redactor.redact(text, matches)
        )
        request.headers["content-length"] = str(len(request.raw_content))


def _document(walk: Walk, location: str) -> str:
    texts = walk.exchange.texts if walk.exchange else ()
    for text in texts:
        if text.location == location:
            return text.text
    raise LookupError(f"no document at {location}")


def _values(walk: Walk, location: str, matches: tuple[Match, ...]) -> list[tuple[str, Match]]:
    """The values behind spans, longest first, so that none is replaced in part."""
    text = _document(walk, location)
    found = {text[match.start : match.end]: match for match in matches}
    return sorted(found.items(), key=lambda item: -len(item[0]))


def _replace_each(
    text: str, values: list[tuple[str, Match]], redactor: Redactor, *, is_url: bool = False
) -> str:
    for value, match in values:
        if value and value in text:
            placeholder = redactor.placeholder(value, match)
            text = text.replace(value, quote(placeholder, safe="") if is_url else placeholder)
    return text
