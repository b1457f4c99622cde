"""Which host each credential belongs to: the one it was first seen at.

A service's own credential in its own request is no leak; the same value at another host is. Owns a bounded map from
fingerprint to host. The fingerprint is an HMAC under a key made at start, so that no credential is kept and none can
be guessed from it (CWE-522). Forgets with the process, and the least used first.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from policy.checks.secrets import OWN_CREDENTIAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.exchange import Exchange
    from policy.sections import Service

CAPACITY: Final = 16_384
SHORTEST: Final = 8
"""Characters; shorter values are no credentials."""


class Credentials:
    """The homes of the credentials that agents have used."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._key = secrets.token_bytes(32)
        self._homes: OrderedDict[bytes, str] = OrderedDict()

    def foreign(self, exchange: Exchange, services: Sequence[Service]) -> frozenset[str]:
        """Return the locations of credentials in this exchange that belong to another host; learn the others.

        Args:
            exchange: agent-supplied.
            services: hosts of one service share their credentials.
        """
        return frozenset(
            text.location
            for text in exchange.texts
            if text.location.startswith(OWN_CREDENTIAL)
            and not self._is_home(text.text, _home(exchange.host, services))
        )

    def _is_home(self, value: str, home: str) -> bool:
        value = value.strip()
        scheme, _, token = value.partition(" ")
        value = token.strip() if token and len(scheme) <= SHORTEST else value
        if len(value) < SHORTEST:
            return True
        mark = hmac.digest(self._key, value.encode("utf-8", "surrogatepass"), "sha256")[:16]
        known = self._homes.get(mark)
        if known is None:
            self._homes[mark] = home
            if len(self._homes) > self._capacity:
                self._homes.popitem(last=False)
            return True
        self._homes.move_to_end(mark)
        return known == home


def _home(host: str, services: Sequence[Service]) -> str:
    for service in services:
        if host in service.hosts:
            return f"service:{service.name}"
    return host
