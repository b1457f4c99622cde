"""The vault, open: what the gateway borrows from and the command line changes.

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
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from vault import changes, store, witness
from vault.contents import Contents, Meta, SecretRow, VaultState, seal_of, state_of
from vault.errors import (
    KeyMismatch,
    KeyUnavailable,
    SecretUnknown,
    VaultError,
    VaultExists,
    VaultTampered,
)
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

type Change = Callable[[Contents], Contents]


def wall_clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


class Vault:
    """An open vault. Asking is safe from any thread; changing is for one at a time."""

    def __init__(self, path: Path, source: KeySource, clock: Clock) -> None:
        self.path = path
        self._witness = witness.path_of(path)
        self._source = source
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._fault: VaultError | None = None

    @classmethod
    def create(cls, path: Path, source: KeySource, *, clock: Clock = wall_clock) -> Self:
        """Make a new, empty vault and open it.

        Raises:
            VaultExists: There is one, or there was.
            VaultUnavailable: It cannot be made.
            KeyUnavailable: The source has no key and makes none.
        """
        if witness.path_of(path).exists() or path.exists():
            raise VaultExists(
                "a vault is or was here",
                path=path,
                hint=f"restore it; or, if its secrets are really not needed, remove {witness.path_of(path)} first",
            )
        vault_id = os.urandom(16).hex()
        prepared = source.prepare(vault_id, None)
        with prepared.master as master:
            keys = derive(master, vault_id)
        contents = Contents(Meta(vault_id, clock(), 1, keys.id, _record_text(prepared.record)))
        store.create(path, contents, seal_of(keys, contents))
        witness.record(path, state_of(contents))
        return cls.open(path, source, clock=clock)

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
        """Decrypt every value that is still known, one after the other, each closed before the next."""
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

    def add(self, name: str, value: Secret, binding: Binding) -> None:
        """Keep a secret under a new name; see `changes.add`."""
        self._change(
            lambda contents: changes.add(
                contents, self._now.keys, name=name, value=value, binding=binding, now_us=self._clock()
            )
        )

    def rotate(self, name: str, value: Secret, *, binding: Binding | None = None, grace_us: int = 0) -> None:
        """Put a new value, or binding, in use; see `changes.rotate`."""
        bound = binding or self.binding(name)
        self._change(
            lambda contents: changes.rotate(
                contents,
                self._now.keys,
                name=name,
                value=value,
                binding=bound,
                now_us=self._clock(),
                grace_us=grace_us,
            )
        )

    def remove(self, name: str) -> None:
        """Forget a secret; see `changes.remove`."""
        self._change(lambda contents: changes.remove(contents, name, self._clock()))

    def placeholder(self, name: str, agent: str) -> str:
        """The placeholder of one agent for one secret, issued when it is first asked for."""
        return self._token(name, agent) or self.renew(name, agent)

    def renew(self, name: str, agent: str, *, grace_us: int = 0) -> str:
        """Give an agent a new placeholder; the old one ends after the grace time."""
        self._change(lambda contents: changes.issue(contents, name, agent, self._clock(), grace_us))
        return self._token(name, agent)

    def rekey(self, source: KeySource) -> None:
        """Change the vault's key; a crash at any point leaves a vault that opens with the old or the new one.

        Raises:
            KeyUnavailable: The new source has no key, or only the present one.
        """
        meta = self.contents.meta
        record = _record_of(meta)
        self._source.settle(meta.vault_id, record, self._is_key)  # what a crash may have left undone
        in_force = record if source.spec == self._source.spec else None
        prepared = source.prepare(meta.vault_id, in_force)
        with prepared.master as master:
            new = derive(master, meta.vault_id)
        if new.id == meta.key_id:
            raise KeyUnavailable(
                f"{source.spec} holds the present key", hint="put a new key there, or name another source"
            )
        old, text = self._now.keys, _record_text(prepared.record)
        self._change(lambda contents: changes.rekey(contents, old, new, text, self._clock()), new)
        self._source = source
        source.settle(meta.vault_id, prepared.record, self._is_key)

    def accept(self, *, at_least: int = 0) -> None:
        """Take the present state as the latest, though a later one was seen: the operator restored a backup.

        Args:
            at_least: The generation that was seen elsewhere; the new one is higher.
        """
        try:
            seen = witness.seen(self.path)
        except VaultTampered:
            seen = None  # that is what the operator accepts
        generation = max(at_least, seen.generation if seen else 0)
        self._change(lambda contents: changes.touch(contents, generation, self._clock()))

    @property
    def _now(self) -> Snapshot:
        assert self._snapshot is not None  # noqa: S101 - set by `open`
        return self._snapshot

    def _stamp(self) -> tuple[int, ...]:
        """What no change leaves as it was: two changes in one tick of the clock still replace the witness."""
        return store.stamp(self.path) + store.stamp(self._witness)

    def _token(self, name: str, agent: str) -> str:
        rows = self.contents.placeholders
        return next((r.token for r in rows if (r.secret, r.agent, r.retires_us) == (name, agent, None)), "")

    def _is_key(self, master: Secret) -> bool:
        return hmac.compare_digest(derive(master, self.contents.meta.vault_id).id, self._now.keys.id)

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
        record = _record_of(meta)
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

    def _change(self, make: Change, new_keys: VaultKeys | None = None) -> None:
        """Commit a change of the contents as they are in the file now, and remember the state."""
        keys = new_keys or self._now.keys
        made: list[Contents] = []

        def checked(stored: store.Stored) -> store.Stored:
            contents, seal = stored
            self._require_seal(self._now.keys, contents, seal)
            if contents.meta.generation < self.state.generation:
                raise VaultTampered("the vault was replaced while it was open", path=self.path)
            made[:] = [make(contents)]
            return made[0], seal_of(keys, made[0])

        store.change(self.path, checked)
        state = state_of(made[0])
        self._snapshot = snapshot_of(keys, made[0], state, ())
        witness.record(self.path, state)
        self._snapshot = replace(self._snapshot, stamp=self._stamp())

    def __repr__(self) -> str:
        return f"<vault {self.path}>"


def _record_text(record: KeyRecord) -> str:
    return json.dumps(dict(record), sort_keys=True, separators=(",", ":"))


def _record_of(meta: Meta) -> KeyRecord:
    try:
        record = json.loads(meta.key_record)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise VaultTampered("what is needed to get the key is not what we write")
    return record
