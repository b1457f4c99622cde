"""`aegis mcp config`: which command lines a client needs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def aegis(home: Path) -> list[str]:
    """The command line of `aegis` for this home, to be run from any directory."""
    beside = Path(sys.executable).with_name("aegis")
    program = str(beside) if beside.exists() else shutil.which("aegis") or "aegis"
    return [program, "--home", str(home)]


def serve_command(home: Path, agent: str) -> list[str]:
    """How to start our tool server."""
    return [*aegis(home), "mcp", "serve", *_agent(agent)]


def wrap_command(home: Path, agent: str) -> list[str]:
    """How to start the wrapper; a server's name, `--` and its command line follow."""
    return [*aegis(home), "mcp", "wrap", *_agent(agent)]


def _agent(agent: str) -> list[str]:
    return [] if agent == "default" else ["--agent", agent]
