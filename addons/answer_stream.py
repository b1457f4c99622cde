"""What acts in a live answer: its events, lines or values, each judged as soon as it is whole.

Owns the choice of how a stream is cut. Text goes on at once; calls of tools wait until they are whole. Service-
supplied. Invariant: after an error not one more character goes on, and `UnjudgeableError` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from addons.decoders.answer_documents import KEY_CHARACTERS, has_key_of_call, is_json, may_act
from addons.decoders.events import EventTooLargeError, Splitter, data_of
from addons.decoders.tool_streams import DONE, HeldTooMuchError, ToolStream, UnreadableError
from addons.decoders.values import Values, ValueTooLargeError

if TYPE_CHECKING:
    from addons.decoders.answer_documents import AnswerDocuments

EVENTS: Final = frozenset({"text/event-stream"})
LINES: Final = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/jsonlines",
        "application/json-seq",
        "application/stream+json",
        "application/x-json-stream",
    }
)
_BLANK: Final = " \t\r\n\ufeff\x1e\0"
_FIELDS: Final = ("data:", "event:", "id:", "retry:", ":")
"""What a stream of events may begin with."""
_FIELD_CHARACTERS: Final = max(map(len, _FIELDS))


class UnjudgeableError(Exception):
    """A stream in which something acts, and which cannot be read to the end."""


class AnswerStream:
    """Text of a live answer in, text that may go on out."""

    def __init__(self, documents: AnswerDocuments, content_type: str, *, is_model: bool) -> None:
        """Begin.

        Args:
            documents: judge what acts.
            content_type: of the answer, service-supplied: what it does not say, the first characters do.
            is_model: a model was asked: whatever comes back is read as its answer.
        """
        self._kind = media_type(content_type)
        self._is_model = is_model
        self._begun = ""
        """The first characters, until they say what this is."""
        self._pieces: Splitter | Values | None = None
        self._is_passing = False
        """Nothing in it is read as an answer of a model or a tool server."""
        self._is_guessed = False
        """It looks like events, but does not say so: others may read it line by line."""
        self._is_acting = False
        """A call has begun, or something like it: from here on every piece counts."""
        self._tools = ToolStream(documents)
        self._tail: str | None = None
        """The end of what went on of a value that is too large to be judged whole; None before."""

    def feed(self, text: str, *, is_end: bool) -> str:
        """Take text, return what may go on.

        Raises:
            UnjudgeableError: the answer has to be cut.
        """
        if self._pieces is None and not self._is_passing:
            self._begun += text
            if not self._choose(is_end=is_end):
                return ""
            text, self._begun = self._begun, ""
        if self._is_passing or self._pieces is None:
            return text
        return self._loose(text) if self._tail is not None else self._cut(self._pieces, text, is_end=is_end)

    def _choose(self, *, is_end: bool) -> bool:
        """Decide how the stream is cut; False if its first characters do not say yet."""
        start = self._begun.lstrip(_BLANK)
        if self._kind in EVENTS | LINES:
            self._pieces = Splitter(is_lines=self._kind in LINES)
        elif start[:1] in {"{", "["}:
            self._pieces = Values()
        elif len(start) >= _FIELD_CHARACTERS or is_end:
            if start.startswith(_FIELDS):
                self._kind = "text/event-stream"
                self._is_guessed = True
                self._pieces = Splitter()
            elif self._is_model or "json" in self._kind:
                self._pieces = Values()
            else:
                self._is_passing = True
        return self._is_passing or self._pieces is not None

    def _cut(self, splitter: Splitter | Values, text: str, *, is_end: bool) -> str:
        try:
            passed = "".join(map(self._passed, splitter.feed(text)))
            rest = splitter.rest() if is_end else ""
            return passed + (self._passed(rest) if rest and not self._is_fragment(rest) else "")
        except ValueTooLargeError:
            self._tail = ""
            return self._loose(splitter.rest())
        except (HeldTooMuchError, EventTooLargeError, UnreadableError) as error:
            raise UnjudgeableError(str(error)) from error

    def _is_fragment(self, rest: str) -> bool:
        """True for what a stream that broke off has left of a document that may act: no client could use it."""
        start = min((at for at in (rest.find("{"), rest.find("[")) if at >= 0), default=-1)
        data = data_of(rest) if self._kind in EVENTS else rest[start:]
        if data.strip() == DONE:
            return False
        return start >= 0 and (self._is_acting or may_act(rest)) and not is_json(data)

    def _passed(self, piece: str) -> str:
        """What of a piece may go on."""
        if self._tail is not None:
            return self._loose(piece)
        self._is_acting = self._is_acting or may_act(piece)
        if isinstance(self._pieces, Values):
            return self._value(piece)
        if not self._is_acting:
            return piece
        if self._is_guessed and any(
            may_act(line) for line in piece.splitlines() if not line.startswith(_FIELDS)
        ):
            raise UnjudgeableError("events with lines that are none")
        return self._tools.event(piece, is_line=self._kind in LINES)

    def _value(self, piece: str) -> str:
        """A value with what stands before it; what is no JSON ends the trust in where values begin and end."""
        start = min((at for at in (piece.find("{"), piece.find("[")) if at >= 0), default=len(piece))
        document = piece[start:]
        if len(document) < 2:  # noqa: PLR2004 - nothing, or the opening of an array
            return piece
        if not is_json(document):
            self._tail = ""
            return self._loose(piece)
        return piece[:start] + self._tools.event(document, is_line=True) if self._is_acting else piece

    def _loose(self, text: str) -> str:
        """Pass what cannot be judged as a whole, as long as nothing in it could act."""
        seen = (self._tail or "") + text
        if has_key_of_call(seen):
            raise UnjudgeableError("a document that may call tools is too large, or no JSON")
        self._tail = seen[-KEY_CHARACTERS:]
        return text


def media_type(content_type: str) -> str:
    """The media type without parameters, lower case."""
    return content_type.partition(";")[0].strip().lower()
