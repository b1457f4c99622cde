"""Server-sent events, split exactly as every client splits them.

Service-supplied. Whoever splits otherwise than the client sees other events than the client acts on: a blank line
ends an event, and a line ends with LF, CR or CRLF, mixed as they come (WHATWG HTML §9.2.6). Some clients split lines
at Unicode's and ASCII's other separators too; inside JSON those are written as escapes, which means the same to
everybody. Invariant: the concatenation of the events is the stream, but for those escapes.
"""

from __future__ import annotations

import re
from typing import Final

MAX_EVENT_CHARACTERS: Final = 4 << 20
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_LINE_FEED: Final = re.compile(r"\n")
_SEPARATORS: Final = {code: f"\\u{code:04x}" for code in (0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029)}


class EventTooLargeError(Exception):
    """An event that does not end."""


class Splitter:
    """Cuts a stream of text into events, or into lines."""

    def __init__(self, *, is_lines: bool = False) -> None:
        self._is_lines = is_lines
        self._held = ""
        self._searched = 0
        """Up to where `_held` has been searched for line ends."""
        self._line_start = 0

    def feed(self, text: str) -> list[str]:
        """Take text, return the events that are complete, each with its end.

        Raises:
            EventTooLargeError: beyond `MAX_EVENT_CHARACTERS`.
        """
        self._held += text
        events = []
        start = 0
        for match in (_LINE_FEED if self._is_lines else _LINE_END).finditer(self._held, self._searched):
            if match[0] == "\r" and match.end() == len(self._held):
                break  # perhaps the first half of CRLF
            is_blank = match.start() == self._line_start
            self._line_start = match.end()
            if is_blank or self._is_lines:
                events.append(self._piece(self._held[start : match.end()]))
                start = match.end()
        self._held = self._held[start:]
        self._line_start -= start
        self._searched = max(len(self._held) - 1, self._line_start, 0)
        if len(self._held) > MAX_EVENT_CHARACTERS:
            raise EventTooLargeError("an event does not end")
        return events

    def rest(self) -> str:
        """Return what is left when the stream has ended."""
        rest, self._held = self._held, ""
        self._searched = self._line_start = 0
        return self._piece(rest)

    def _piece(self, raw: str) -> str:
        """A piece as all clients split it: a CR inside a line of JSON is a blank, and to some the end of a line."""
        if self._is_lines and "\r" in raw:
            line = raw.rstrip("\r\n")
            raw = line.replace("\r", " ") + raw[len(line) :]
        return raw.translate(_SEPARATORS)


def data_of(raw: str) -> str:
    """The data of one event: its data lines, joined by line ends."""
    lines = _LINE_END.split(raw.lstrip("\ufeff"))
    return "\n".join(
        line[5:].removeprefix(" ") for line in lines if line.startswith("data:") or line == "data"
    )
