"""What those who judge answers remember between flows, handed to them as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addons.chains import Chains
    from addons.rates import Rates
    from addons.redaction import Redaction
    from ledger.definitions import Definitions
    from policy.memory import Memory


@dataclass(frozen=True, slots=True)
class Known:
    """All of it; each part is safe for threads."""

    memory: Memory
    """What was said of texts before."""
    redaction: Redaction
    rates: Rates
    definitions: Definitions
    """Tools as they were first offered."""
    chains: Chains
    """Sessions."""
