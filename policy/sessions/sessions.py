"""All sessions, the least recently used forgotten first, their flags last.

Owns the bound on memory over all agents: `MOST_SESSIONS` sessions of `MOST_BYTES` together. What is forgotten leaves
its flags: by session while there is room for them, then by agent, at last for everybody, so that starting ever new
sessions washes nothing. Invariants: safe for threads; no clock and no randomness of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from policy.sessions.session import FLAG_TTL_S, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policy.sessions.act import Origin
    from policy.sessions.view import Seen

MOST_SESSIONS: Final = 512
MOST_BYTES: Final = 64 << 20
MOST_GHOSTS: Final = 16_384
"""Forgotten sessions whose flags are kept apart."""
MOST_AGENTS: Final = 1024

type Key = tuple[str, str]
"""Agent and session id."""
type _Flags = Mapping[Origin, Seen]


class Sessions:
    """The sessions of all agents."""

    def __init__(
        self,
        salt: bytes,
        most_sessions: int = MOST_SESSIONS,
        most_bytes: int = MOST_BYTES,
        most_ghosts: int = MOST_GHOSTS,
        flag_ttl_s: float = FLAG_TTL_S,
    ) -> None:
        """Begin with no sessions.

        Args:
            salt: secret of the process, 16 to 64 random bytes.
            most_sessions: remembered at once.
            most_bytes: of all sessions together, roughly.
            most_ghosts: forgotten sessions whose flags are kept.
            flag_ttl_s: seconds a flag outlives what raised it.
        """
        self._salt = salt
        self._most_sessions, self._most_bytes, self._most_ghosts = most_sessions, most_bytes, most_ghosts
        self._flag_ttl_s = flag_ttl_s
        self._live: OrderedDict[Key, Session] = OrderedDict()
        self._sizes: dict[Key, int] = {}
        self._ghosts: OrderedDict[Key, _Flags] = OrderedDict()
        self._of_agents: OrderedDict[str, _Flags] = OrderedDict()
        self._of_all: _Flags = {}
        self._latest: Key = ("", "")
        self._lock = threading.Lock()

    def session(self, agent: str, session_id: str, now_s: float) -> Session:
        """Return a session, new or known; it is the most recently used one then.

        Args:
            agent: resolved name.
            session_id: agent-supplied.
            now_s: clock time, seconds.
        """
        key = (agent, session_id[:256])
        with self._lock:
            found = self._live.get(key)
            if found is None:
                found = Session(self._salt, self._flag_ttl_s)
                for flags in (self._of_all, self._of_agents.get(agent, {}), self._ghosts.pop(key, {})):
                    found.inherit(flags)
                self._live[key] = found
            self._live.move_to_end(key)
            for grown in {key, self._latest, next(iter(self._live))} & self._live.keys():
                self._sizes[grown] = self._live[grown].size_bytes
            self._latest = key
            self._shrink(now_s)
            return found

    def __len__(self) -> int:
        return len(self._live)

    def _shrink(self, now_s: float) -> None:
        while len(self._live) > 1 and (
            len(self._live) > self._most_sessions or sum(self._sizes.values()) > self._most_bytes
        ):
            key, forgotten = self._live.popitem(last=False)
            del self._sizes[key]
            if flags := forgotten.flags(now_s):
                self._ghosts[key] = flags
        while len(self._ghosts) > self._most_ghosts:
            (agent, _), flags = self._ghosts.popitem(last=False)
            self._of_agents[agent] = _newer(self._of_agents.get(agent, {}), flags)
            if len(self._of_agents) > MOST_AGENTS:
                _, flags = self._of_agents.popitem(last=False)
                self._of_all = _newer(self._of_all, flags)


def _newer(one: _Flags, other: _Flags) -> _Flags:
    both = dict(one)
    for origin, seen in other.items():
        if origin not in both or both[origin].at_s < seen.at_s:
            both[origin] = seen
    return both
