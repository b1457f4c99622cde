"""What a shell's variable holds, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command


@dataclass(slots=True)
class Value:
    """What a variable holds."""

    text: str
    fed: tuple[Command, ...] = ()
    """Commands whose output it holds."""
    items: tuple[str, ...] = ()
    """Elements, if it is an array."""
