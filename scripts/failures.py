"""How a command fails: exit codes, and errors told in two lines instead of a traceback.

Every package of ours raises errors that carry a `hint()`; those are the operator's to mend. Anything else is
a fault of ours and says so; `AEGIS_DEBUG=1` shows its traceback.
"""

from __future__ import annotations

import os
import traceback
from enum import IntEnum
from typing import Protocol, runtime_checkable

from scripts.printing import complain


class ExitCode(IntEnum):
    """What the command line returns."""

    OK = 0
    NO = 1
    """The answer is no: chain broken, policy invalid, check failed, step failed."""
    CANNOT = 2
    """The question cannot be answered, or was asked wrongly."""
    GAVE_UP = 3
    """The gateway crashed too often."""
    FAULT = 70
    """A fault of ours (EX_SOFTWARE)."""


EXIT_CODES_HELP = """\b
Exit codes:
  0   done, or the answer is yes
  1   the answer is no: broken chain, invalid policy, a failed check or step
  2   wrong usage, or something needed cannot be read
  3   the gateway crashed too often and was not started again
  70  a fault of Aegis itself"""


@runtime_checkable
class Explained(Protocol):
    """An error that knows what the operator should do next."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        ...


def tell(error: Exception) -> ExitCode:
    """Print an error to stderr and return the exit code that goes with it."""
    if isinstance(error, Explained):
        complain(_with_path(error), error.hint())
        return ExitCode.CANNOT
    if os.environ.get("AEGIS_DEBUG"):
        traceback.print_exception(error)
    complain(
        f"a fault of Aegis itself: {type(error).__name__}: {error}",
        "please report it with the output of the same command under AEGIS_DEBUG=1",
    )
    return ExitCode.FAULT


def _with_path(error: Exception) -> str:
    """The message, with the file it is about where it does not name one itself."""
    message, path = str(error), getattr(error, "path", None)
    return message if path is None or str(path) in message else f"{path}: {message}"
