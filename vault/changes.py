"""What can be done to a vault, as pure functions from its contents to its next contents.

Each raises the generation by one and drops what has retired by then. Values come as `Secret` and leave sealed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from vault import placeholders, sealing
from vault.bindings import Binding, Spot
from vault.contents import Contents, PlaceholderRow, SecretRow
from vault.errors import SecretExists, SecretRefused, SecretUnknown
from vault.placeholders import MARKER
from vault.sealing import Place

if TYPE_CHECKING:
    from vault.sealing import VaultKeys
    from vault.secret import Secret

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_AGENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,63}\Z")
_UNSEEN: Final = frozenset({Spot.BODY, Spot.SIGV4_KEY})
"""Places where any byte may stand."""
_PRINTABLE: Final = frozenset(range(0x20, 0x7F))


def require_name(name: str) -> None:
    """Refuse what is no name of a secret; it is not repeated, somebody may have typed the value.

    Raises:
        SecretRefused: It is none.
    """
    if not NAME.match(name):
        raise SecretRefused(
            "expected a name like OPENAI_API_KEY: letters, digits and _, at most 64",
            hint="give the name alone; the value is asked for, or read from standard input",
        )


def add(
    contents: Contents, keys: VaultKeys, *, name: str, value: Secret, binding: Binding, now_us: int
) -> Contents:
    """Add a secret under a new name.

    Raises:
        SecretRefused: Name or value cannot be kept.
        SecretExists: There is one of that name.
    """
    require_name(name)
    if any(row.name == name for row in contents.secrets):
        raise SecretExists(f"there is a secret {name!r} already")
    require_fitting(value, binding)
    version = 1
    row = _sealed_row(
        contents, keys, Place(contents.meta.vault_id, name, version, binding.to_text()), value, now_us
    )
    return _next(contents, (*contents.secrets, row), contents.placeholders, now_us)


def rotate(
    contents: Contents,
    keys: VaultKeys,
    *,
    name: str,
    value: Secret,
    binding: Binding,
    now_us: int,
    grace_us: int,
) -> Contents:
    """Put a new version of a secret in use; the one before stays known for a while.

    Args:
        contents: The present ones.
        keys: Of the vault.
        name: Of a secret that exists.
        value: The new value.
        binding: Where it may go from now on.
        now_us: Microseconds since the epoch.
        grace_us: How long the old value is still looked for in traffic; 0 forgets it at once.

    Raises:
        SecretUnknown: There is none of that name.
        SecretRefused: The value cannot be kept.
    """
    current = _current(contents, name)
    require_fitting(value, binding)
    version = max(row.version for row in contents.secrets if row.name == name) + 1
    retired = replace(current, retires_us=now_us + grace_us)
    place = Place(contents.meta.vault_id, name, version, binding.to_text())
    row = _sealed_row(contents, keys, place, value, now_us)
    others = (other for other in contents.secrets if other.key != current.key)
    return _next(contents, (*others, retired, row), contents.placeholders, now_us)


def remove(contents: Contents, name: str, now_us: int) -> Contents:
    """Forget a secret, all versions and placeholders of it.

    Raises:
        SecretUnknown: There is none of that name.
    """
    _current(contents, name)
    kept = tuple(row for row in contents.secrets if row.name != name)
    return _next(contents, kept, tuple(row for row in contents.placeholders if row.secret != name), now_us)


def issue(contents: Contents, name: str, agent: str, now_us: int, grace_us: int = 0) -> Contents:
    """Give an agent a new placeholder; the one it had stays valid for `grace_us` microseconds.

    Raises:
        SecretUnknown: There is no secret of that name.
        SecretRefused: The agent's name is none, or the secret is bound to other agents.
    """
    binding = Binding.from_text(_current(contents, name).binding)
    if not _AGENT.match(agent):
        raise SecretRefused("expected the name of an agent: letters, digits, spaces or ._@/-, at most 64")
    if binding.agents and agent not in binding.agents:
        raise SecretRefused(
            f"{name} is bound to other agents than {agent!r}",
            hint="bind it anew with `aegis secrets rotate --agent`, or ask for the placeholder of one of its agents",
        )
    token = placeholders.make(binding.prefix)
    rows = tuple(
        replace(row, retires_us=now_us + grace_us)
        if row.secret == name and row.agent == agent and row.retires_us is None
        else row
        for row in contents.placeholders
    )
    return _next(
        contents, contents.secrets, (*rows, PlaceholderRow(token, name, agent, now_us, None)), now_us
    )


def rekey(contents: Contents, old: VaultKeys, new: VaultKeys, key_record: str, now_us: int) -> Contents:
    """Wrap every value's key with another vault key; no value is opened.

    Raises:
        VaultTampered: One of them does not open with the old key.
    """
    vault_id = contents.meta.vault_id
    rows = [
        replace(row, wrapped_key=sealing.rewrap(old, new, row.sealed, row.place(vault_id)).wrapped_key)
        for row in contents.secrets
    ]
    after = _next(contents, tuple(rows), contents.placeholders, now_us)
    return replace(after, meta=replace(after.meta, key_id=new.id, key_record=key_record))


def touch(contents: Contents, generation: int, now_us: int) -> Contents:
    """Change nothing but the generation, to one that is higher than both the present and the given one."""
    after = _next(contents, contents.secrets, contents.placeholders, now_us)
    return replace(after, meta=replace(after.meta, generation=max(after.meta.generation, generation + 1)))


def _next(
    contents: Contents,
    secrets: tuple[SecretRow, ...],
    tokens: tuple[PlaceholderRow, ...],
    now_us: int,
) -> Contents:
    meta = replace(contents.meta, generation=contents.meta.generation + 1)
    return Contents.of(
        meta,
        (row for row in secrets if row.retires_us is None or row.retires_us > now_us),
        (row for row in tokens if row.retires_us is None or row.retires_us > now_us),
    )


def _current(contents: Contents, name: str) -> SecretRow:
    row = contents.current(name)
    if row is None:
        raise SecretUnknown(name)
    return row


def _sealed_row(contents: Contents, keys: VaultKeys, place: Place, value: Secret, now_us: int) -> SecretRow:
    sealed = sealing.seal(keys, value, place)
    row = SecretRow(place.name, place.version, place.binding, sealed.wrapped_key, sealed.value, now_us, None)
    assert row.place(contents.meta.vault_id) == place  # noqa: S101 - or it would never open again
    return row


def require_fitting(value: Secret, binding: Binding) -> None:
    """Refuse a value that could not be sent where it is bound, or that is one of our own placeholders.

    Raises:
        SecretRefused: It is.
    """
    if not len(value):
        raise SecretRefused("the value is empty")
    if any(place.spot not in _UNSEEN for place in binding.locations) and not _PRINTABLE.issuperset(
        value.buffer
    ):
        raise SecretRefused(
            "the value has line breaks or characters that no header or query can carry",
            hint="bind it to the body only, or give the one line that the provider issued",
        )
    if MARKER in value.buffer and placeholders.find(bytes(value.buffer), ()):
        raise SecretRefused("this is a placeholder of Aegis: store the provider's real value")
