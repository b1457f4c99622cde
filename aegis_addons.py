"""Aegis as mitmproxy runs it: `mitmdump -s aegis_addons.py`.

Loading this script seals the stack of `addons.stack` into the process. It works from a checkout with nothing but
the dependencies installed; `aegis start` runs the same file under a supervisor.
"""

from __future__ import annotations

import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve()
sys.path[:0] = [str(SCRIPT.parent)]

from addons import lifecycle, stack  # noqa: E402 - the checkout must be importable first

_lifecycle: lifecycle.Lifecycle | None = None


def load(_loader: object) -> None:
    """Seal the stack; ends the process with the reason if that cannot be done."""
    global _lifecycle  # noqa: PLW0603 - mitmproxy's scripts are modules, their state is the module's
    _lifecycle = stack.seal(SCRIPT)


def done() -> None:
    """Unloading the script ends the process: without its stack it would be an open proxy."""
    if _lifecycle is not None:
        _lifecycle.unloaded()
