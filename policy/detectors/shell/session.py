"""What one reading remembers from command to command, whatever level it is on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policy.detectors.shell.files import Files
from policy.detectors.shell.limits import Budget

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command


@dataclass(slots=True)
class Session:
    """The state of one reading; lives as long as it."""

    length: int
    """Characters of the original text."""
    budget: Budget = field(default_factory=Budget)
    files: Files = field(default_factory=Files)
    aliases: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    """Source of the body by name."""
    active: tuple[str, ...] = ()
    """Aliases and functions that are being read: none is read within itself."""
    commands: list[Command] = field(default_factory=list)
    views: list[tuple[str, str]] = field(default_factory=list)
    prefixes: tuple[str, ...] = ()
    """Wrappers around what is being read, outermost first."""
    span: tuple[int, int] = (0, 0)
    """Where the outermost command that is being read stands."""
    depth: int = 0
    is_remote: bool = False
    is_windows: bool = False

    def view(self, text: str, how: str) -> None:
        """Note a decoded text, to be scanned as it stands."""
        self.budget.viewed -= len(text)
        if self.budget.viewed >= 0:
            self.views.append((text, how))
        else:
            self.budget.is_too_deep = True
