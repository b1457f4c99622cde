"""Scrubbing: a secret that comes back in an answer becomes the agent's placeholder again.

Only the secrets that were put into this very request are looked for, so the cost is that of one or two secrets
whatever the vault holds. Every form of `encodings` is replaced by the same form of the placeholder. In base64 the
one or two characters at each end that mix bits of the value with its neighbors stay as they are.

A stream is handed on as it comes: of each chunk only the end that may be the beginning of a form is held back, so
an event is not kept waiting for the next. Bodies have to be without content coding, and a length that was announced
before does not hold any more.

Does not catch: a value that the service splits (over two fields, or over two events of a stream with other text
between), or returns in a form that `encodings` does not list; forms shorter than 6 bytes, which would hit words.
A scrubber holds the value it looks for in its patterns for as long as its flow lasts.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

from vault.encodings import paired_forms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.exchange import Lend
    from vault.requests import Use
    from vault.secret import Secret

SHORTEST_FORM: Final = 6


class Scrubber:
    """Looks for the secrets of one flow."""

    __slots__ = ("_longest", "_pairs", "count")

    def __init__(self, injected: Iterable[tuple[Secret, bytes]]) -> None:
        """Prepare to replace each secret by its placeholder."""
        pairs: dict[bytes, bytes] = {}
        for value, token in injected:
            pairs.update(
                pair for pair in paired_forms(bytes(value.buffer), token) if len(pair[0]) >= SHORTEST_FORM
            )
        self._pairs = sorted(pairs.items(), key=lambda pair: -len(pair[0]))
        self._longest = max((len(form) for form in pairs), default=1)
        self.count = 0
        """How often something was replaced."""

    @classmethod
    def of_uses(cls, uses: Iterable[Use], lend: Lend) -> Self:
        """Prepare to look for everything that an injection has put into a request.

        Raises:
            VaultError: A value cannot be had; the answer must not be handed on.
        """
        tokens = {use.secret: use.token or f"[secret {use.secret}]".encode() for use in uses}
        with ExitStack() as loans:
            return cls([(loans.enter_context(lend(name)), token) for name, token in tokens.items()])

    def scrub(self, text: bytes) -> bytes:
        """Return service-supplied bytes with every form replaced."""
        for form, stand_in in self._pairs:
            if form in text:
                self.count += text.count(form)
                text = text.replace(form, stand_in)
        return text

    def held_back(self, text: bytes) -> int:
        """How many bytes at the end of a text may be the beginning of a form."""
        tail = text[-(self._longest - 1) :] if self._longest > 1 else b""
        held = 0
        for form, _ in self._pairs:
            at = tail.find(form[:1], max(0, len(tail) - len(form) + 1))
            while 0 <= at < len(tail) - held:
                if form.startswith(tail[at:]):
                    held = len(tail) - at
                    break
                at = tail.find(form[:1], at + 1)
        return held

    def __repr__(self) -> str:
        return "<scrubber>"


class ScrubbedStream:
    """Scrubs one body that comes in chunks."""

    __slots__ = ("_rest", "_scrubber")

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next chunk, return what can be handed on; may be empty."""
        text = self._scrubber.scrub(self._rest + chunk if self._rest else chunk)
        held = self._scrubber.held_back(text)
        cut = len(text) - held
        self._rest = text[cut:]
        return text[:cut] if held else text

    def finish(self) -> bytes:
        """Return what was held back; the stream has ended."""
        rest, self._rest = self._rest, b""
        return rest

    def __repr__(self) -> str:
        return "<scrubbed stream>"
