"""One checked state of a vault, compiled for requests: placeholders, bindings and what a loan needs.

Made whenever the vault's file changed and was found genuine; holds ciphertexts, never a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vault.bindings import Binding
from vault.placeholders import core_of
from vault.register import Bound, Issued, Register

if TYPE_CHECKING:
    from vault.contents import Contents, VaultState
    from vault.sealing import Place, Sealed, VaultKeys


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One checked state of the vault, ready to be asked; replaced as a whole, so that no thread sees half of it."""

    keys: VaultKeys
    contents: Contents
    state: VaultState
    register: Register
    loans: dict[str, tuple[Sealed, Place]]
    """The version in use of each secret."""
    stamp: tuple[int, ...]


def snapshot_of(keys: VaultKeys, contents: Contents, state: VaultState, stamp: tuple[int, ...]) -> Snapshot:
    """Prepare checked contents."""
    rows = {row.name: row for row in contents.secrets if row.retires_us is None}
    bound = {name: Bound.compile(Binding.from_text(row.binding)) for name, row in rows.items()}
    issued = {}
    for row in contents.placeholders:
        core = core_of(row.token)
        if row.secret in bound and core:
            token = row.token.encode("ascii")
            prefix = token[: -len(core)]
            issued[core] = Issued(token, prefix, row.secret, row.agent, bound[row.secret], row.retires_us)
    loans = {name: (row.sealed, row.place(state.vault_id)) for name, row in rows.items()}
    return Snapshot(keys, contents, state, Register(issued, bound), loans, stamp)
