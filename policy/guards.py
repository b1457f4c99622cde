"""What the policy says to the guards of content.

Owns the compilation of those sections. An absent section means the guard's default, which is on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policy.checks.secrets import SecretsSettings
from policy.reading import Reader, reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.model import GuardKeys

    type LineOf = Callable[..., int | None]


@dataclass(frozen=True, slots=True)
class Guards:
    """Settings of every guard of content, for one agent."""

    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    reader: Reader = field(default_factory=reader)


def compile_guards(keys: GuardKeys, lines: LineOf) -> Guards:
    """Compile the sections of one agent.

    Args:
        keys: what the operator wrote, overrides merged.
        lines: line of a key, by its path.
    """
    return Guards(secrets=_compile_secrets(keys, lines))


def _compile_secrets(keys: GuardKeys, lines: LineOf) -> SecretsSettings:
    section = keys.secrets_guard
    if section is None:
        return SecretsSettings()
    return SecretsSettings(section.enabled, frozenset(section.allow), lines("secretsGuard"))
