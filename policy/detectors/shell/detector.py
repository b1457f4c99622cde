"""The shell detector: read once, judge once.

Catches: destruction, download-and-run, shells over the network and break-outs, privilege, persistence, credential
reads, exfiltration, defenses switched off, traces wiped, container escape, Windows' trusted programs; through quotes,
variables, braces, substitutions, encodings, wrappers and scripts within scripts.

Does not catch: what depends on the machine (an alias of the user's, what a script in a file does, values of the
environment), a file fetched by one call and run by another, programs that are harmful only by what they are
(`/path/to/command`), commands in prose that nothing runs, arithmetic, `awk` or loops that compute a command, `make
SHELL=`, look-alike letters in a program's name (a shell does not know them either), compiled languages' source other
than shells over the network, ciphers, a shell started by its plain name (`bash`; MEDIUM), copies of ordinary files to
another machine by `scp`, `rsync`, `curl -d` (MEDIUM at most), servers of files (`python -m http.server`), secrets of a
cloud account asked for one by one (MEDIUM).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.detectors.shell import facets, match, windows
from policy.detectors.shell.judge import judge
from policy.detectors.shell.read import read

if TYPE_CHECKING:
    from policy.detection import Detection

__all__ = ["detect", "judge", "paths_named", "read", "sql_named", "urls_named", "warm"]


def detect(command: str) -> Detection:
    """Judge one agent-supplied command line; never raises."""
    return judge(read(command))


def paths_named(command: str) -> tuple[str, ...]:
    """Return every path that the resolved command line reads or writes."""
    return read(command).paths


def urls_named(command: str) -> tuple[str, ...]:
    """Return every address that the resolved command line speaks to."""
    return read(command).urls


def sql_named(command: str) -> tuple[str, ...]:
    """Return every SQL statement that the resolved command line gives to a database client."""
    return read(command).sql


def warm() -> None:
    """Compile all patterns (one to two seconds of CPU), which the first call would do otherwise."""
    match.warm()
    facets.SCANNER.compiled()
    windows.LIKELY.compiled()
