"""Reading a vault: what the gateway borrows from.

Opening reads the whole file, checks the seal over all of it and that it is not older than what was seen last, and
keeps names, bindings, placeholders and *ciphertexts*. A value is decrypted when it is lent and overwritten when it is
given back; there is no cache of values. All of a vault is checked again whenever its file changed (`refresh`).

Found when opening: any altered, added, removed, swapped or rolled-back row (`VaultTampered`); a row of another vault
(the same); a vault older than its witness (`VaultRolledBack`). Not found here: vault, witness and key put back
together to what they once were. For that `state` is recorded in the ledger, and `require` compares.

Errors are those of `errors.py`, and each means that nothing is lent.
"""

from __future__ import annotations

import hmac
import json
import time
from typing import TYPE_CHECKING, Self

from vault import store, witness
from vault.contents import Contents, Meta, SecretRow, VaultState, seal_of, state_of
from vault.errors import KeyMismatch, SecretUnknown, VaultError, VaultTampered
from vault.keys.source import text_of
from vault.keys.spec import KINDS
from vault.sealing import VaultKeys, derive, unseal
from vault.snapshot import Snapshot, snapshot_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vault.bindings import Binding
    from vault.keys.source import KeyRecord, KeySource
    from vault.register import Register
    from vault.secret import Secret

type Clock = Callable[[], int]
"""Microseconds since the epoch."""


def wall_clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


class Reader:
    """An open vault that is not changed by who holds it; safe to ask from any thread."""

    def __init__(self, path: Path, source: KeySource, clock: Clock) -> None:
        self.path = path
        self._witness = witness.path_of(path)
        self._source = source
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._fault: VaultError | None = None

    @classmethod
    def open(
        cls, path: Path, source: KeySource, *, clock: Clock = wall_clock, accepts_rollback: bool = False
    ) -> Self:
        """Open a vault after checking all of it.

        Args:
            path: Its file; operator-supplied.
            source: What its key is to be had from.
            clock: For what retires.
            accepts_rollback: Take an older state than the last one seen; see `accept`.
        """
        vault = cls(path, source, clock)
        vault._load(expects=None if accepts_rollback else witness.seen(path), is_strict=not accepts_rollback)
        return vault

    @property
    def state(self) -> VaultState:
        """What to remember of this state, outside of the vault."""
        return self._now.state

    @property
    def register(self) -> Register:
        """Placeholders and bindings, for requests."""
        return self._now.register

    @property
    def contents(self) -> Contents:
        """Rows with their ciphertexts, for lists."""
        return self._now.contents

    @property
    def source_spec(self) -> str:
        """Where the key comes from, as VAULT_KEY names it."""
        return self._source.spec

    @property
    def now_us(self) -> int:
        """The vault's clock."""
        return self._clock()

    def require(self, seen: VaultState) -> None:
        """Refuse the vault if it is older than a state that was recorded elsewhere, such as in the ledger.

        Raises:
            VaultRolledBack: It is.
            VaultTampered: It is another vault, or another one of the same age.
        """
        witness.require_no_rollback(self.state, seen, self.path)

    def refresh(self) -> bool:
        """Read the vault again if its file changed; returns whether it did. Some 3 microseconds if not.

        Raises:
            VaultError: It is not what it has to be any more; nothing is lent until it is again.
        """
        if self._stamp() == self._now.stamp and self._fault is None:
            return False
        try:
            self._load(expects=self._now.state, is_strict=True)
        except VaultError as error:
            self._fault = error
            raise
        self._fault = None
        return True

    def lend(self, name: str) -> Secret:
        """Decrypt the value in use; whoever borrows it closes it (`with`).

        Raises:
            SecretUnknown: There is no secret of that name.
            VaultTampered: It does not open where it stands.
            VaultError: The vault was found not to be what it has to be.
        """
        if self._fault is not None:
            raise self._fault.with_traceback(None)
        now = self._now
        loan = now.loans.get(name)
        if loan is None:
            raise SecretUnknown(name)
        return unseal(now.keys, *loan)

    def lend_all(self) -> Iterator[tuple[SecretRow, Secret]]:
        """Decrypt every value that is still known, one after the other, each closed before the next.

        Raises:
            VaultError: As `lend`.
        """
        if self._fault is not None:
            raise self._fault.with_traceback(None)
        now, now_us = self._now, self._clock()
        for row in now.contents.secrets:
            if row.retires_us is None or row.retires_us > now_us:
                with unseal(now.keys, row.sealed, row.place(now.state.vault_id)) as value:
                    yield row, value

    def binding(self, name: str) -> Binding:
        """Where a secret may go.

        Raises:
            SecretUnknown: There is no secret of that name.
        """
        bound = self._now.register.bound.get(name)
        if bound is None:
            raise SecretUnknown(name)
        return bound.binding

    @property
    def _now(self) -> Snapshot:
        assert self._snapshot is not None  # noqa: S101 - set by `open`
        return self._snapshot

    def _stamp(self) -> tuple[int, ...]:
        """What no change leaves as it was: two changes in one tick of the clock still replace the witness."""
        return store.stamp(self.path) + store.stamp(self._witness)

    def _load(self, *, expects: VaultState | None, is_strict: bool) -> None:
        stamp = self._stamp()
        contents, seal = store.load(self.path)
        keys = self._snapshot.keys if self._snapshot else None
        if keys is None or contents.meta.key_id != keys.id:
            keys = self._fetch_keys(contents.meta)
        self._require_seal(keys, contents, seal)
        state = state_of(contents)
        if is_strict:
            witness.require_no_rollback(state, expects, self.path)
        self._snapshot = snapshot_of(keys, contents, state, stamp)

    def _fetch_keys(self, meta: Meta) -> VaultKeys:
        record = record_of(meta)
        kind = text_of(record, "kind")
        if kind not in KINDS:
            raise VaultTampered("the kind of its key is none", path=self.path)
        if kind != self._source.kind:
            raise KeyMismatch(kind, self._source.spec, path=self.path)
        with self._source.fetch(
            meta.vault_id, record, lambda key: derive(key, meta.vault_id).id == meta.key_id
        ) as key:
            return derive(key, meta.vault_id)

    def _require_seal(self, keys: VaultKeys, contents: Contents, seal: bytes) -> None:
        if not hmac.compare_digest(seal, seal_of(keys, contents)):
            raise VaultTampered("the seal over the whole vault is broken: rows were altered", path=self.path)

    def __repr__(self) -> str:
        return f"<vault {self.path}>"


def record_of(meta: Meta) -> KeyRecord:
    """What is needed to get the key of a vault.

    Raises:
        VaultTampered: It is not what we write.
    """
    try:
        record = json.loads(meta.key_record)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise VaultTampered("what is needed to get the key is not what we write")
    return record
