"""The vault as the gateway holds it: opened once, read again when it changes, and asked for every placeholder.

Owns the open vault, the watch over its values, and what became of both. Three states: no vault (nothing is asked, and
nothing costs anything), open, or locked: there is a vault, and it cannot be opened, or is not what it has to be. While
it is locked a request that holds a placeholder is refused, and all others go on; it is tried again when its file
changes, and every `RETRY_S`. Reading and fingerprinting run off the event loop; what requests see is replaced as a
whole. Invariants: once there was a vault there is one, open or locked; values are lent per request and not kept.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from addons import vault_record
from vault import store, witness
from vault.errors import KeyUnavailable, VaultError, VaultUnavailable
from vault.injection import inject
from vault.keys.spec import Surroundings, parse
from vault.reading import Reader
from vault.register import Register
from vault.requests import Injected, Refused
from vault.scrubbing import Scrubber
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from addons.settings import Settings
    from vault.contents import VaultState
    from vault.fingerprints import Watch
    from vault.keys.source import KeySource
    from vault.requests import Outgoing, Use

log = logging.getLogger("aegis.vault")

RETRY_S: Final = 15.0
_NOTHING: Final = Register({}, {})
_STAND_IN: Final = b"x" * 40
"""What a request is tried with before it is released: no value is decrypted for one that may yet be refused."""


class Loan:
    """What was put into one request: enough to find it again in the answer."""

    __slots__ = ("__weakref__", "_lender", "_scrubber", "uses")

    def __init__(self, lender: Lender, uses: tuple[Use, ...]) -> None:
        self.uses = uses
        self._lender = lender
        self._scrubber: Scrubber | None = None

    def scrubber(self) -> Scrubber:
        """What finds the lent values; made when the answer comes, so that they are not in memory before.

        Raises:
            VaultError: A value cannot be had; the answer must not be handed on.
        """
        if self._scrubber is None:
            self._scrubber = Scrubber.of_uses(self.uses, self._lender.lend)
        return self._scrubber

    def end(self) -> None:
        """Forget the values: the answer is there."""
        self._scrubber = None
        self._lender.forget(self)

    def __repr__(self) -> str:
        return f"<loan {[use.secret for use in self.uses]}>"


class Watching:
    """The watch as `policy` asks it."""

    __slots__ = ("_watch",)

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def leaks(self, texts: Sequence[bytes]) -> Sequence[tuple[str, bool]]:
        """Return the name of each secret found, and whether its value is there as a whole."""
        found: dict[str, bool] = {}
        for leak in self._watch.leaks(texts):
            found[leak.secret] = found.get(leak.secret, False) or leak.is_whole
        return list(found.items())


class Lender:
    """Lends from the vault of one gateway."""

    def __init__(self, settings: Settings, post: Callable[[str, dict[str, Any]], None]) -> None:
        """Begin without a vault; `open` looks for one.

        Args:
            settings: where it is, and what opens it.
            post: queues an entry of the ledger.
        """
        self._path = settings.vault_path
        self._settings = settings
        self._post = post
        self._reader: Reader | None = None
        self._told: VaultState | None = None
        """The state that was told of last."""
        self._stamp: tuple[int, ...] = ()
        self._tried_s = 0.0
        self._is_changing = False
        self._is_started = False
        self._changes = asyncio.Lock()
        self._loans: WeakSet[Loan] = WeakSet()
        self.is_there = False
        """There is, or was, a vault."""
        self.fault = ""
        """Why nothing is lent; empty if the vault is open."""
        self.watch: Watching | None = None
        """Knows the values of the open vault; that of the last open one while it is locked."""
        self.overlap_characters = 0
        """Of a stream's earlier text that have to be read again, so that no value is cut in two."""

    def open(self) -> None:
        """Look for a vault and open it, at the start; a vault that cannot be opened is no reason not to start."""
        if self._exists():
            self.is_there = True
            self._stamp, self._tried_s = self._stamp_now(), time.monotonic()
            self._adopt(*self._opened())
        self._is_started = True

    def is_stale(self) -> bool:
        """Whether the vault's file is not what requests are asked against; some 3 microseconds."""
        if self._is_changing or self._stamp_now() != self._stamp:
            return True
        return bool(self.fault) and time.monotonic() - self._tried_s > RETRY_S

    async def look(self) -> None:
        """Read the vault again if it has changed, or appeared; waits for whoever is doing that already."""
        async with self._changes:
            if not self.is_stale() or not (self.is_there or self._exists()):
                return
            self.is_there = True
            self._stamp, self._tried_s = self._stamp_now(), time.monotonic()
            self._settle_loans()
            self._is_changing = True
            try:
                found = await asyncio.to_thread(self._opened)
            finally:
                self._is_changing = False
            self._adopt(*found)

    def admit(self, request: Outgoing) -> Injected | Refused | None:
        """Try a request, without decrypting a value: what would happen to it when it is sent?"""
        reader = self._reader
        if reader is None or self.fault:
            return inject(request, _NOTHING, _stand_in, 0)
        return inject(request, reader.register, _stand_in, reader.now_us)

    def exchange(self, request: Outgoing) -> tuple[Injected, Loan] | Refused | None:
        """Put values into a request.

        Raises:
            VaultError: A value cannot be had; the request must not be sent.
        """
        reader = self._reader
        if reader is None or self.fault:
            if inject(request, _NOTHING, _stand_in, 0) is not None:
                raise VaultUnavailable(self.fault or "the vault is locked", path=self._path)
            return None
        done = inject(request, reader.register, reader.lend, reader.now_us)
        if not isinstance(done, Injected):
            return done
        loan = Loan(self, done.uses)
        self._loans.add(loan)
        if self._is_changing:  # what was lent a moment ago may not be there when the answer comes
            loan.scrubber()
        return done, loan

    def forget(self, loan: Loan) -> None:
        """Take note that a loan has ended."""
        self._loans.discard(loan)

    def lend(self, name: str) -> Secret:
        """Borrow a value.

        Raises:
            VaultError: It cannot be had.
        """
        if self._reader is None:
            raise VaultUnavailable("the vault is locked", path=self._path)
        return self._reader.lend(name)

    # Off the event loop

    def _opened(self) -> tuple[Reader | None, Watching | None, int, str]:
        """Read the vault; returns it with its watch, the length of its longest form, and what is wrong with it."""
        try:
            reader = self._reader
            if reader is None:
                reader = Reader.open(self._path, self._source())
                seen = vault_record.last_recorded(self._settings.database_path)
                if seen is not None and seen.vault_id == reader.state.vault_id:
                    reader.require(seen)
            else:
                reader.refresh()
            watch = _watch(reader)
        except VaultError as error:
            return self._reader, self.watch, self.overlap_characters, f"{error}; {error.hint()}"
        if watch.unwatched:
            log.warning("too short to be found in requests: %s", ", ".join(watch.unwatched))
        return reader, Watching(watch), watch.longest, ""

    def _source(self) -> KeySource:
        return parse(self._settings.vault_key, Surroundings(self._settings.home, os.environ, _refuse_to_ask))

    # On the event loop

    def _adopt(
        self, reader: Reader | None, watch: Watching | None, overlap_characters: int, fault: str
    ) -> None:
        had_fault, self.fault = self.fault, fault
        self._reader, self.watch, self.overlap_characters = reader, watch, overlap_characters
        if fault and fault != had_fault:
            # At the start mitmdump would take an error for a reason to end.
            level = logging.ERROR if self._is_started else logging.WARNING
            log.log(level, "the vault is locked, requests with placeholders are refused: %s", fault)
            self._post("vault.refused", {"file": str(self._path), "reason": fault[:500]})
        elif not fault and reader is not None:
            self._tell(reader.state, is_mended=bool(had_fault))

    def _tell(self, state: VaultState, *, is_mended: bool) -> None:
        if state == self._told and not is_mended:
            return
        self._told = state
        log.info("the vault is open: generation %d", state.generation)
        if state != vault_record.last_recorded(self._settings.database_path):
            self._post(vault_record.CHANGED, dict(vault_record.fields(state, "adopted")))

    def _settle_loans(self) -> None:
        """Take what is needed of values that may be gone after the change."""
        for loan in list(self._loans):
            with suppress(VaultError):  # then its answer is refused
                loan.scrubber()

    def _exists(self) -> bool:
        return self._path.exists() or witness.path_of(self._path).exists()

    def _stamp_now(self) -> tuple[int, ...]:
        return store.stamp(self._path) + store.stamp(witness.path_of(self._path))


def _stand_in(_name: str) -> Secret:
    return Secret(_STAND_IN)


def _watch(reader: Reader) -> Watch:
    from vault.fingerprints import Watch  # noqa: PLC0415 - numpy, and only where there is a vault

    return Watch((row.name, row.version, value) for row, value in reader.lend_all())


def _refuse_to_ask(is_new: bool) -> Secret:  # noqa: ARG001, FBT001 - the signature is vault.keys.passphrase.Ask's
    raise KeyUnavailable(
        "the gateway has no terminal to ask for a passphrase",
        hint="name a private file that holds it: VAULT_KEY=passphrase:PATH",
    )
