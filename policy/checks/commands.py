"""What `shell` and `sql` have in common: lists of globs that decide before any judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policy.catalog import finding
from policy.evidence import masked, safe
from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.globs import Glob
    from policy.verdict import Finding

type Lines = tuple[tuple[Glob, int | None], ...]
"""Compiled globs with their policy lines."""


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """What the policy says about commands or statements."""

    is_enabled: bool = True
    allow: Lines = ()
    """Matching ones are not judged any further."""
    deny: Lines = ()
    """Wins over `allow`."""
    hold: Lines = ()
    line: int | None = None


def listed(text: str, location: str, settings: CommandSettings, family: str) -> tuple[list[Finding], bool]:
    """Return what the lists say of a command, and whether it needs no further judgement.

    Args:
        text: agent-supplied; white space counts as one blank.
        location: where it stands.
        settings: of its family.
        family: `shell` or `sql`.
    """
    if not (settings.allow or settings.deny or settings.hold):
        return [], False
    plain = " ".join(text.split())
    for glob, line in settings.deny:
        if glob.matches(plain):
            reason = f"the policy denies {safe(glob.text)}"
            return [
                finding(
                    f"{family}.denied", reason, location=location, evidence=masked(plain), policy_line=line
                )
            ], False
    found = [
        finding(
            f"{family}.hold",
            f"the policy wants a person to decide about {safe(glob.text)}",
            effect=Effect.HOLD,
            location=location,
            evidence=masked(plain),
            policy_line=line,
        )
        for glob, line in settings.hold
        if glob.matches(plain)
    ]
    return found, any(glob.matches(plain) for glob, _ in settings.allow)
