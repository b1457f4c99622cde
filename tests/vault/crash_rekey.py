"""Changes the key of a vault and is killed at every step of it; prints each step that left anything but a vault.

Each step is tried in a child of its own on a fresh copy, and ends with SIGKILL's effect: `os._exit`, no clean-up. A
step is a line of the code that takes part, or an operation of the system that Python reports.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.vault.samples import GITHUB, OPENAI, filled, reopened, source, value_of

PARTS = (
    "vault/vault.py",
    "vault/reading.py",
    "vault/store.py",
    "vault/keys/key_file.py",
    "vault/private_files.py",
    "vault/witness.py",
)
FUNCTIONS = frozenset(
    {
        "rekey",
        "_change",
        "checked",
        "change",
        "prepare",
        "settle",
        "write_private",
        "replace_private",
        "sync_folder",
        "record",
        "_connected",
        "_write",
        "_replace",
    }
)
KILLED = 9
DONE = 0


class Killer:
    """Ends the process at its nth step."""

    def __init__(self, step: int) -> None:
        self.left = step

    def trace(self, frame: Any, event: str, _: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.endswith(PARTS) or code.co_name not in FUNCTIONS:
            return None
        if event == "line":
            self.count()
        return self.trace

    def count(self) -> None:
        self.left -= 1
        if self.left < 0:
            os._exit(KILLED)


def rekey_until(step: int, home: Path) -> int:
    """Rekey in a child that is killed at a step; returns how it ended."""
    child = os.fork()
    if child == 0:
        vault = reopened(home)
        killer = Killer(step)
        sys.settrace(killer.trace)
        vault.rekey(source(home))
        sys.settrace(None)
        os._exit(DONE)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def problem(home: Path) -> str:
    """What is wrong with a vault whose rekeying was cut short; empty if nothing is."""
    try:
        vault = reopened(home)
        if (value_of(vault, "OPENAI_API_KEY"), value_of(vault, "GITHUB_TOKEN")) != (OPENAI, GITHUB):
            return "other values"
        vault.rekey(source(home))
        if value_of(reopened(home), "OPENAI_API_KEY") != OPENAI:
            return "other values after rekeying again"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"
    left = {path.name for path in home.iterdir()} - {
        "vault.db",
        "vault.db.seen",
        "vault.db.lock",
        "vault.key",
    }
    return f"left behind: {sorted(left)}" if left else ""


def tell(line: str) -> None:
    """Say something to who started this."""
    sys.stdout.write(f"{line}\n")


def main(folder: Path) -> None:
    """Try every step."""
    pristine = folder / "pristine"
    pristine.mkdir()
    filled(pristine)
    step, ended = 0, KILLED
    while ended == KILLED:
        home = folder / "home"
        shutil.copytree(pristine, home)
        ended = rekey_until(step, home)
        if ended not in {KILLED, DONE}:
            tell(f"step {step}: ended with {ended}")
        if wrong := problem(home):
            tell(f"step {step}: {wrong}")
        shutil.rmtree(home)
        step += 1
    tell(f"{step} steps")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
