"""The last state seen, beside the vault: tells a restored or replaced file from the one that was last written.

A small file `NAME.seen` with the vault's id, generation and digest, replaced after every change. It finds a vault
that was put back alone (a restored backup, a copied file). It does not find that both files were put back: for that
the state has to be where whoever writes here cannot, which is the ledger (the gateway records it and compares).
A crash between a change and its witness leaves the vault one ahead, which is no rollback.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vault.contents import VaultState
from vault.errors import VaultRolledBack, VaultTampered, VaultUnavailable
from vault.private_files import replace_private

if TYPE_CHECKING:
    from pathlib import Path


def path_of(vault_path: Path) -> Path:
    """Where the witness of a vault stands."""
    return vault_path.with_name(f"{vault_path.name}.seen")


def record(vault_path: Path, state: VaultState) -> None:
    """Remember a state, durably.

    Raises:
        VaultUnavailable: That failed; the vault is changed all the same.
    """
    fields = {"vault": state.vault_id, "generation": state.generation, "digest": state.digest}
    path = path_of(vault_path)
    try:
        replace_private(path, json.dumps(fields).encode("ascii") + b"\n")
    except OSError as error:
        raise VaultUnavailable(f"cannot be written: {error.strerror}", path=path) from error


def seen(vault_path: Path) -> VaultState | None:
    """The state that was last remembered; None if there is none.

    Raises:
        VaultTampered: There is one that we did not write.
        VaultUnavailable: It cannot be read.
    """
    path = path_of(vault_path)
    try:
        fields = json.loads(path.read_bytes())
        state = VaultState(fields["vault"], fields["generation"], fields["digest"])
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultUnavailable(f"cannot be read: {error.strerror}", path=path) from error
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VaultTampered("the file is not what we write", path=path) from None
    if not isinstance(state.generation, int):
        raise VaultTampered("the file is not what we write", path=path)
    return state


def require_no_rollback(found: VaultState, expected: VaultState | None, path: Path) -> None:
    """Refuse a state that is older than one that was seen, or another one of the same age.

    Args:
        found: What the vault holds now; its seal is checked already.
        expected: What was seen before; None if nothing was, which only a vault that was never changed can be.
        path: For the message.

    Raises:
        VaultRolledBack: It is older, or its past is unknown.
        VaultTampered: It is another vault, or two states claim one generation.
    """
    if expected is None:
        if found.generation > 1:
            raise VaultRolledBack(found=found.generation, expected=0, path=path)
        return
    if expected.vault_id != found.vault_id:
        raise VaultTampered("this is another vault than the one that was here", path=path)
    if found.generation < expected.generation:
        raise VaultRolledBack(found=found.generation, expected=expected.generation, path=path)
    if found.generation == expected.generation and found.digest != expected.digest:
        raise VaultTampered(f"there are two vaults of generation {found.generation}", path=path)
