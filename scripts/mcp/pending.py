"""Requests that wait for an answer, by id.

Owns which answer belongs to which request, so that an answer to no request is not delivered, and a refused answer
takes the form its request asks for. Bounded: the oldest are forgotten first, and what answers them then is an answer
to nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scripts.mcp.wire import MessageId

CAPACITY: Final = 65_536

type _Key = tuple[bool, str | float | None]
"""1 and 1.0 are one id, 1 and "1" are two."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that has passed."""

    id: MessageId
    method: str
    subject: str
    """What it is about, for the record: a tool's name."""
    flow: str
    """Under which name it is recorded."""


class Pending:
    """Requests of one direction; used by the threads of both."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._asked: OrderedDict[_Key, list[Asked]] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, asked: Asked) -> None:
        """Remember a request; one with an id that is in use waits behind the other."""
        with self._lock:
            self._asked.setdefault(_key(asked.id), []).append(asked)
            if len(self._asked) > self._capacity:
                self._asked.popitem(last=False)

    def pop(self, message_id: MessageId) -> Asked | None:
        """Take the request that an answer belongs to."""
        with self._lock:
            waiting = self._asked.get(_key(message_id))
            if not waiting:
                return None
            asked = waiting.pop(0)
            if not waiting:
                del self._asked[_key(message_id)]
            return asked

    def take_all(self) -> list[Asked]:
        """Take all requests, oldest first: nobody will answer them."""
        with self._lock:
            every = [asked for waiting in self._asked.values() for asked in waiting]
            self._asked.clear()
        return every


def _key(message_id: MessageId) -> _Key:
    return isinstance(message_id, str), message_id
