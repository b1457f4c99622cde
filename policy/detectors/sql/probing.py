"""How much a harmless statement looks like the first steps of an attack: for the score only, no finding.

Owns three signs. A statement that stops in the middle is what an injection leaves behind; one that asks for version,
user or settings and no table, or for a table of the catalog, is how an attacker and many a tool begin (T1082, T1087).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.sql.shape import Shape

_CUT: Final = 0.43
_FINGERPRINT: Final = 0.41
_CATALOG: Final = 0.38
_ENDS: Final = frozenset("H&=~,(")
_TABLE: Final = re.compile(r"F\(*+w")
_FROM_CATALOG: Final = re.compile(r"[FJ]\(*+K")
_ACCOUNTS: Final = frozenset({"current_user", "session_user", "system_user", "current_role"})


def probing(read: Shape) -> float:
    """Return 0 to 0.43 for the shape of a statement that does no harm."""
    kinds = read.kinds
    if "Q" not in kinds:
        return 0.0
    if kinds[-1] in _ENDS or kinds.count("(") != kinds.count(")"):
        return _CUT
    if _TABLE.search(kinds) is None and _asks_server(read):
        return _FINGERPRINT
    return _CATALOG if _FROM_CATALOG.search(kinds) else 0.0


def _asks_server(read: Shape) -> bool:
    return "V(" in read.kinds or any(
        token.text.startswith("@@") or (letter == "k" and token.text in _ACCOUNTS)
        for letter, token in zip(read.kinds, read.tokens, strict=True)
    )
