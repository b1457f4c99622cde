"""The vault, open for changes: what the command line does to it.

Each change is one transaction on the contents as they are in the file at that moment (`changes`), sealed anew, and
remembered by the witness. Changing the key has to survive a crash at any step, and two who do it at once: see `rekey`.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from vault import changes, store, witness
from vault.contents import Contents, Meta, seal_of, state_of
from vault.errors import KeyUnavailable, VaultExists, VaultTampered, VaultUnavailable
from vault.lock import exclusive
from vault.reading import Clock, Reader, record_of, wall_clock
from vault.sealing import VaultKeys, derive
from vault.snapshot import snapshot_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vault.bindings import Binding
    from vault.keys.source import KeyRecord, KeySource
    from vault.secret import Secret

type Change = Callable[[Contents], Contents]


class Vault(Reader):
    """An open vault. Asking is safe from any thread; changing is for one thread at a time."""

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
            VaultUnavailable: Somebody else is doing the same.
        """
        with exclusive(self.path):
            self.refresh()
            meta = self.contents.meta
            record = record_of(meta)
            self._source.settle(meta.vault_id, record, self._is_key)  # what a crash may have left undone
            prepared = source.prepare(meta.vault_id, record if source.spec == self._source.spec else None)
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

    def _token(self, name: str, agent: str) -> str:
        rows = self.contents.placeholders
        return next((r.token for r in rows if (r.secret, r.agent, r.retires_us) == (name, agent, None)), "")

    def _is_key(self, master: Secret) -> bool:
        return hmac.compare_digest(derive(master, self.contents.meta.vault_id).id, self._now.keys.id)

    def _change(self, make: Change, new_keys: VaultKeys | None = None) -> None:
        """Commit a change of the contents as they are in the file now, and remember the state."""
        keys = new_keys or self._now.keys
        made: list[Contents] = []

        def checked(stored: store.Stored) -> store.Stored:
            contents, seal = stored
            if contents.meta.key_id != self._now.keys.id:
                raise VaultUnavailable("its key was changed meanwhile", path=self.path, hint="try again")
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


def _record_text(record: KeyRecord) -> str:
    return json.dumps(dict(record), sort_keys=True, separators=(",", ":"))
