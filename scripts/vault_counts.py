"""How many secrets of the vault are bound to each service; asks for no key.

Names and bindings stand in the clear beside what is sealed, so a list of services need not open the vault. What is
read here is not checked: it is for showing, never for deciding.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vault import store
from vault.bindings import Binding

if TYPE_CHECKING:
    from pathlib import Path


def secrets_by_service(path: Path) -> Counter[str]:
    """Count the secrets in use by the name of their service, case-folded; empty if there is no vault.

    Raises:
        VaultError: There is one, and it cannot be read.
    """
    if not path.exists():
        return Counter()
    contents, _ = store.load(path)
    rows = [row for row in contents.secrets if row.retires_us is None]
    return Counter(Binding.from_text(row.binding).service.casefold() for row in rows)
