"""Rules about sQL statements and injected values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.rulebook.row import Row

ROWS: Final[tuple[Row, ...]] = ()
