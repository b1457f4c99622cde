"""What the policy says to the guards of content: tools, files, commands, prompts, secrets and personal data.

Owns the compilation of those sections. An absent section means the guard's default: everything is on but personal
data, which is ordinary in most traffic and has to be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policy.checks.commands import CommandSettings
from policy.checks.filesystem import FilesystemSettings, compile_filesystem
from policy.checks.pii import Action, PiiSettings
from policy.checks.prompt import PromptSettings
from policy.checks.secrets import SecretsSettings
from policy.checks.tools import ToolsSettings, compile_tools
from policy.detectors.pii.custom import CustomPattern, compile_custom
from policy.detectors.pii.detector import built_in
from policy.globs import compile_glob
from policy.reading import Reader, reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.model import GuardKeys
    from policy.sections import Commands, PiiDataGuard

    type LineOf = Callable[..., int | None]


@dataclass(frozen=True, slots=True)
class Guards:
    """Settings of every guard of content, for one agent."""

    tools: ToolsSettings = field(default_factory=ToolsSettings)
    filesystem: FilesystemSettings = field(default_factory=FilesystemSettings)
    shell: CommandSettings = field(default_factory=CommandSettings)
    sql: CommandSettings = field(default_factory=CommandSettings)
    prompt: PromptSettings = field(default_factory=PromptSettings)
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    pii: PiiSettings = field(default_factory=PiiSettings)
    reader: Reader = field(default_factory=reader)


def compile_guards(keys: GuardKeys, lines: LineOf) -> Guards:
    """Compile the sections of one agent.

    Args:
        keys: what the operator wrote, overrides merged.
        lines: line of a key, by its path.
    """
    pii = _compile_pii(keys.pii_data_guard, lines)
    return Guards(
        tools=compile_tools(keys.tools, lines),
        filesystem=compile_filesystem(keys.filesystem, lines),
        shell=_compile_commands(keys.shell, "shell", lines),
        sql=_compile_commands(keys.sql, "sql", lines),
        prompt=_compile_prompt(keys, lines),
        secrets=_compile_secrets(keys, lines),
        pii=pii,
        reader=reader(tuple(custom.pattern for custom in pii.custom)),
    )


def _compile_commands(section: Commands | None, key: str, lines: LineOf) -> CommandSettings:
    if section is None:
        return CommandSettings()
    compiled = {
        name: tuple(
            (compile_glob(glob), lines(key, name, index)) for index, glob in enumerate(getattr(section, name))
        )
        for name in ("allow", "deny", "hold")
    }
    return CommandSettings(is_enabled=section.enabled, line=lines(key), **compiled)


def _compile_prompt(keys: GuardKeys, lines: LineOf) -> PromptSettings:
    section = keys.prompt_integrity
    if section is None:
        return PromptSettings()
    return PromptSettings(
        section.enabled, section.block_jailbreaks, section.threshold, lines("promptIntegrity")
    )


def _compile_secrets(keys: GuardKeys, lines: LineOf) -> SecretsSettings:
    section = keys.secrets_guard
    if section is None:
        return SecretsSettings()
    return SecretsSettings(section.enabled, frozenset(section.allow), lines("secretsGuard"))


def _compile_pii(section: PiiDataGuard | None, lines: LineOf) -> PiiSettings:
    if section is None:
        return PiiSettings()
    names = set()
    custom: list[CustomPattern] = []
    for entry in section.detect_patterns:
        if isinstance(entry, str):
            names.add(built_in(entry) or entry)
            continue
        for name, regex in entry.items():
            custom.append(CustomPattern(name, compile_custom(name, regex)))
            if known := built_in(name):
                names.add(known)
    return PiiSettings(
        is_enabled=section.enabled,
        wanted=frozenset(names) if section.detect_patterns else None,
        custom=tuple(custom),
        action=Action(section.action),
        directions=frozenset(section.directions),
        is_reversible=section.reversible,
        line=lines("piiDataGuard"),
    )
