"""The counter where one request's placeholders are exchanged: who asks, what for, and is it bound to this place.

Owns the rule that every token with the marker is either exchanged or refuses the request, and the list of what was
lent. Where in a request tokens stand is for `spots`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from vault.placeholders import Found, Kind, find
from vault.register import Reason
from vault.requests import Refused, RefusedError, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vault.bindings import Location
    from vault.register import Destination, Issued, Register
    from vault.secret import Secret

type Lend = Callable[[str], Secret]
"""Borrows a value by the name of its secret."""

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class Exchange:
    """The exchange of one request; used once."""

    def __init__(self, to: Destination, register: Register, lend: Lend, now_us: int) -> None:
        self.to = to
        self.register = register
        self.uses: list[Use] = []
        self.is_signed = False
        """Whether a signature of AWS with a placeholder was seen, which is made anew at the end."""
        self._lend = lend
        self._now_us = now_us

    def tokens(self, text: bytes, where: str) -> Iterator[tuple[Found, Issued]]:
        """The known tokens of a text; anything else with the marker refuses the request."""
        for found in find(text, self.register.issued):
            if found.kind is not Kind.KNOWN:
                reason = Reason.UNKNOWN if found.kind is Kind.UNKNOWN else Reason.MALFORMED
                raise RefusedError(Refused(reason, where))
            issued = self.register.issued[found.core]
            if text[max(0, found.start - len(issued.prefix)) : found.start] != issued.prefix:
                raise refusal(Reason.PREFIX, where, issued)
            yield found, issued

    def place(self, issued: Issued, where: str, *locations: Location) -> Location:
        """The first of some locations at which the placeholder may be exchanged; refuses if there is none."""
        objection = Reason.LOCATION
        for location in locations:
            reason = issued.objection(self.to, location, self._now_us)
            if reason is None:
                return location
            objection = reason
        raise refusal(objection, where, issued)

    def borrow(self, name: str, location: Location, token: bytes) -> Secret:
        """Borrow a value for a place that was found to be right."""
        self.uses.append(Use(name, location, token))
        return self._lend(name)

    def plain(self, issued: Issued, location: Location) -> bytes:
        """A value as a header takes it (CWE-113)."""
        return self.printable(issued.secret, location, issued.token)

    def printable(self, name: str, location: Location, token: bytes) -> bytes:
        """A value without control characters."""
        with self.borrow(name, location, token) as value:
            plain = bytes(value.buffer)
        if _CONTROL.search(plain):
            raise RefusedError(Refused(Reason.VALUE, str(location), name))
        return plain

    def quoted(self, issued: Issued, location: Location, safe: str) -> bytes:
        """A value percent-encoded, but for the characters in `safe`."""
        with self.borrow(issued.secret, location, issued.token) as value:
            return quote(bytes(value.buffer), safe=safe).encode("ascii")


def refusal(reason: Reason, where: str, issued: Issued, detail: str = "") -> RefusedError:
    """A refusal of a known placeholder, to be raised."""
    return RefusedError(Refused(reason, where, issued.secret, detail))
