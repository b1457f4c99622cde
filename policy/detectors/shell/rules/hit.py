"""What a rule found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, before it becomes a match."""

    rule: str
    """Without `shell.`."""
    severity: int
    kind: str
    reason: str
    command: Command | None = None
    view: str = ""
