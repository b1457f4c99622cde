"""A scanner that is compiled on first use.

Compiling takes up to a second, importing must not; a process that only loads the package never pays. `warm` in
`detector` compiles all at a time of its caller's choosing. Invariant: compiled once, whatever the number of threads.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from policy.text.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policy.text.scanner import Pattern


class LazyScanner:
    """Patterns that are compiled when a text is first scanned for them."""

    def __init__(self, patterns: Callable[[], Iterable[Pattern]]) -> None:
        self._patterns: Final = patterns
        self._lock: Final = threading.Lock()
        self._scanner: Scanner | None = None

    def compiled(self) -> Scanner:
        """Return the scanner, compiling it if nobody has yet."""
        if self._scanner is None:
            with self._lock:
                if self._scanner is None:
                    self._scanner = Scanner(self._patterns())
        return self._scanner

    def which(self, text: str) -> frozenset[str]:
        """Return the names of the patterns in an agent-supplied text."""
        return self.compiled().which(text.encode("utf-8", "surrogatepass"))
