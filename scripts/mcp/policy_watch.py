"""The policy in force for one process that is not the gateway: loaded once, looked at again while messages come.

Invariant: there is always a policy that loaded whole; a changed file that does not load changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from policy.errors import PolicyError
from policy.load import load_policy

if TYPE_CHECKING:
    from pathlib import Path

    from policy.compiled import AgentPolicy, Policy

log = logging.getLogger("aegis.mcp")

INTERVAL_S: Final = 0.5
"""How long a change may go unseen."""

type _Fingerprint = tuple[int, int, int] | None


class PolicyWatch:
    """A policy file; used by any number of threads."""

    def __init__(self, path: Path, agent: str) -> None:
        """Load the file.

        Args:
            path: of the policy.
            agent: whose policy `current` returns.

        Raises:
            PolicyError: with every problem in it.
        """
        self._path = path
        self._agent = agent
        self._seen = _fingerprint(path)
        self._policy = load_policy(path)
        self._look_at = time.monotonic() + INTERVAL_S
        self._lock = threading.Lock()

    @property
    def policy(self) -> Policy:
        """The policy in force, of all agents."""
        return self._policy

    def current(self) -> AgentPolicy:
        """The policy that the next message is judged by."""
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._policy.for_agent(self._agent)

    def _look(self) -> None:
        self._look_at = time.monotonic() + INTERVAL_S
        seen = _fingerprint(self._path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._policy = load_policy(self._path)
        except PolicyError as error:
            log.warning("the changed policy is not used, the last good one stays in force: %s", error)


def _fingerprint(path: Path) -> _Fingerprint:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
