"""Hot reload: a valid change of the policy is live within a second; a broken one changes nothing.

The file is looked at by content, not only by time stamp. Loading happens in a thread, the switch on the loop between
two hooks, so no request ever sees half a policy and there is no moment without one. Invariant: the policy in force is
always one that loaded whole.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

from addons.policy import check_filters
from policy.errors import PolicyError
from policy.load import load_policy

if TYPE_CHECKING:
    from pathlib import Path

    from addons.gateway import Gateway
    from policy.compiled import Policy

log = logging.getLogger("aegis.reload")

INTERVAL_S = 0.4

type Fingerprint = tuple[int, int, int] | None


def load(path: Path) -> Policy:
    """Load the policy with everything that the addons need of it.

    Raises:
        PolicyError: naming file, line and key.
    """
    policy = load_policy(path)
    check_filters(policy)
    return policy


class Reload:
    """Watches the policy file and swaps the policy in force."""

    name = "aegis-reload"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._path = gateway.settings.policy_path
        self._seen = _fingerprint(self._path)
        self._rejected = ""
        self._task: asyncio.Task[None] | None = None

    def running(self) -> None:
        """Begin to watch; SIGHUP looks at once."""
        self._task = asyncio.get_running_loop().create_task(self._watch(), name="policy watcher")
        self._task.add_done_callback(_watcher_ended)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(self.look(), name="policy on SIGHUP"))

    def done(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            await self.look()

    async def look(self) -> None:
        """Load the file if it has changed since the last look."""
        seen = _fingerprint(self._path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            policy = await asyncio.to_thread(load, self._path)
        except PolicyError as error:
            self._reject(error)
            return
        self._accept(policy)

    def _accept(self, policy: Policy) -> None:
        before = self._gateway.policy.digest
        self._rejected = ""
        if policy.digest == before:
            return
        self._gateway.adopt(policy)
        log.info("policy %s is in force", policy.digest)
        self._gateway.post(
            "policy.loaded",
            {
                "policy": policy.digest,
                "previous": before,
                "file": str(self._path),
                "warnings": list(policy.warnings),
            },
        )

    def _reject(self, error: PolicyError) -> None:
        message = str(error)
        if message == self._rejected:
            return
        self._rejected = message
        log.error("the changed policy is not used, the last good one stays in force: %s", message)
        self._gateway.post(
            "policy.rejected",
            {"policy": self._gateway.policy.digest, "file": str(self._path), "reason": message[:2000]},
        )


def _fingerprint(path: Path) -> Fingerprint:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _watcher_ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("the policy watcher ended with %s; the policy in force stays", type(error).__name__)
