"""Steps of a start: each is named, timed and printed with a mark; the first that fails ends the start."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.failures import Explained
from scripts.printing import ABSENT, DONE, FAILED, NOTICE, printable

if TYPE_CHECKING:
    from collections.abc import Iterator


class StepFailedError(Exception):
    """A step failed and has been reported; nothing is left to print."""


class Outcome:
    """What a step tells when it is done."""

    def __init__(self) -> None:
        self.text = ""

    def say(self, text: str) -> None:
        """Set the few words that stand behind the step's name."""
        self.text = text


class Steps:
    """Prints steps as they are taken, numbered."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken = 0

    @contextmanager
    def step(self, name: str) -> Iterator[Outcome]:
        """Time what happens inside and print it under `name`, an imperative: `load the policy`.

        Raises:
            StepFailedError: something inside raised an error that carries a hint; both have been printed.
        """
        self._taken += 1
        began = time.perf_counter()
        outcome = Outcome()
        try:
            yield outcome
        except Exception as error:
            if not isinstance(error, Explained):
                raise
            self._report_failure(name, error)
            raise StepFailedError(name) from error
        elapsed_ms = (time.perf_counter() - began) * 1000
        words = f": {printable(outcome.text)}" if outcome.text else ""
        print(f"{DONE} {self._taken}/{self._count} {name}{words}  ({elapsed_ms:.0f} ms)", flush=True)

    def skip(self, name: str, reason: str) -> None:
        """Say plainly that a step is not taken, and why."""
        self._taken += 1
        print(f"{ABSENT} {self._taken}/{self._count} {name}: {reason}", flush=True)

    @staticmethod
    def notice(text: str) -> None:
        """Print something the operator should know although nothing failed."""
        print(f"  {NOTICE} {printable(text)}", flush=True)

    def _report_failure(self, name: str, error: Explained) -> None:
        sys.stdout.flush()
        first, *rest = str(error).splitlines() or [type(error).__name__]
        lines = [f"{FAILED} {self._taken}/{self._count} {name}: {printable(first)}"]
        lines += [f"      {printable(line)}" for line in (*rest, error.hint())]
        print(
            "\n".join(lines),
            "The gateway was not started; nothing listens for it.",
            sep="\n",
            file=sys.stderr,
        )
