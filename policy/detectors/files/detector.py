r"""The detector of paths: sensitive files, traversal, stream wrappers, NUL bytes and shares of other machines.

Owns the verdict on one path: every reading (`readings`) is looked up (`meaning`), and the way it gets there is judged
(`traversal`). Used for tool arguments, operands of shell commands and URLs. Severities: keys 98, environment files 94,
credentials 90 and above, what attackers merely read first 45; 70 and above blocks by itself.

Invariants: never raises; linear in the path, of which the first and last 8 KB are read; the strongest match of each
kind only. Evidence is masked.

Does not catch: secrets under innocent names, links and mounts (the sandbox check gets resolved paths for these),
short names of Windows (`PROGRA~1`), and what only a program's own search path would find. See `traversal` and
`meaning` for what they leave to the sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection, Match
from policy.detectors.files.decoding import decode
from policy.detectors.files.meaning import meaning
from policy.detectors.files.readings import normalize, shorten
from policy.detectors.files.traversal import climb
from policy.detectors.files.words import REASONS
from policy.detectors.files.wrappers import is_loud
from policy.evidence import masked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.files.readings import Reading

type Found = tuple[str, str, int]
"""Rule without its family, kind, severity 0..100."""

BLOCKS: Final = 70
LEAST: Final = 40
"""Severity below which there is nothing to record."""
_FINAL_SHARES: Final = ("c$", "d$", "admin$", "ipc$", "sysvol", "netlogon")
_OWN_HOSTS: Final = frozenset({"wsl$", "wsl.localhost", "localhost", "127.0.0.1", "?", "."})


def detect(path: str) -> Detection:
    """Judge one agent-supplied path of any length and encoding."""
    if not path or path.isspace():
        return NOTHING
    length = len(path)
    path = shorten(path)
    readings = normalize(path)
    found = _named(readings)
    if ".." in path or "." in path[:3] or len(readings) > 1:
        found += filter(None, (climb(path, readings),))
    if len(readings) > 1 or "\\" in path or "\0" in path:
        found += _oddities(path, readings)
    if not found:
        return NOTHING
    best = max(severity for _, _, severity in found)
    matches = tuple(_match(one, path, length) for one in found if one[2] >= LEAST)
    return Detection(min(1.0, best / 100 + 0.001 * len(matches)), matches)


def _named(readings: Sequence[Reading]) -> list[Found]:
    """Return what the most telling reading names; a word of a longer text has to name it beyond doubt."""
    best = None
    for reading in readings:
        named = meaning(reading)
        if named is None or (reading.is_piece and named.severity < BLOCKS):
            continue
        if best is None or named.severity > best.severity:
            best = named
    return [(best.rule, best.kind, best.severity)] if best else []


def _oddities(path: str, readings: Sequence[Reading]) -> list[Found]:
    found = []
    decoded = decode(path)
    if "\0" in decoded:
        found.append(("null-byte", "null-byte", 80))
    if wrapper := next((reading.wrapper for reading in readings if is_loud(reading.wrapper)), ""):
        found.append(("wrapper", wrapper.partition(">")[0].strip("/"), 84))
    if decoded.lstrip().startswith("\\\\") or any("smb" in reading.wrapper for reading in readings):
        found += _remote(decoded)
    return found


def _remote(decoded: str) -> list[Found]:
    r"""Judge `\\host\share`: opening one hands the machine's password hash to that host (T1187)."""
    spelled = decoded.strip().lower().removeprefix("smb:").replace("\\", "/").lstrip("/")
    host, _, rest = spelled.removeprefix("?/unc/").partition("/")
    share = rest.partition("/")[0]
    if not host or host in _OWN_HOSTS or not share:
        return []
    if share in _FINAL_SHARES:
        return [("remote", "administrative-share", 80)]
    is_address = host.replace(".", "").isdigit() or "@" in host
    return [("remote", "share", 72 if is_address else 50)]


def _match(found: Found, path: str, length: int) -> Match:
    rule, kind, severity = found
    return Match(f"filesystem.{rule}", severity, 0, length, REASONS[rule], masked(path), kind)
