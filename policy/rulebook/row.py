"""The shape of one row of the rulebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy.verdict import Effect

type Row = tuple[str, int, Effect, str, str, tuple[str, ...], int]
"""Rule id, severity 0..100, effect, title, remedy, taxonomy references, HTTP status of the refusal."""
