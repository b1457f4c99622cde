r"""How a path gets where it goes: by climbing out, and by hiding that it does.

Owns the judgement of dot segments (CWE-22 to CWE-36) and of their disguises (CWE-173, CWE-180). The ground it stands
on: code and people write `../shared/util.ts`, seldom more than three levels, and towards files of a project. Nobody
climbs above the root, encodes a dot, writes `....//` or pads a path with `./././` for an honest reason.

Does not catch: three plain levels or fewer towards a file with an ordinary name, which is how projects refer to
themselves; the sandbox (`policy.checks.filesystem`) refuses these where a root is set.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.files.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.files.names import Parts
    from policy.detectors.files.readings import Reading

type Climb = tuple[str, str, int]
"""Rule without its family, kind, severity 0..100."""

DEEP: Final = 4
"""Levels up from which a plain relative path is out of the ordinary."""
VERY_DEEP: Final = 6
"""The same for a path that ends in a name of source code."""

_RAW_SEGMENTS: Final = re.compile(r"[/\\?&=#;\s'\"]")
_MIXED: Final = re.compile(r"\.\.(?:\\/|/\\|//+|\\\\/|/\\\\)")
_INTERLEAVED: Final = re.compile(r"(?:\A|[/\\])\.[/\\]{1,3}\.\.(?=[/\\])")
_IDLE: Final = re.compile(r"(?:\A|[/\\])(?:\.[/\\]+){8}")
_TOO_LONG: Final = re.compile(r"(?:\A|[/\\])[^/\\]{256}")
"""A segment no file system takes, put there to push the rest out of a buffer."""
_OVERLONG: Final = re.compile(
    r"%(?:25)*+(?:[cC][01](?:\.|%(?!20)(?:25)*+[0-9A-Za-z]{2})"
    r"|[eE]0%(?:25)*+[89][0-9a-fA-F]|[fF]0%(?:25)*+8[0-9a-fA-F]|[fF]8%(?:25)*+8[0-7]|[fF][cC]%(?:25)*+8[0-3]"
    r"|%[0-9a-fA-F]{2})"
)
"""Bytes that no valid UTF-8 holds, before what they turn into a dot or a slash; and `%%32`, a percent sign's digits."""
_ENTITY: Final = re.compile(r"&(?:#0{0,5}(?:4[67]|92)|#[xX]0{0,5}(?:2[eEfF]|5[cC])|sol|bsol|period)(?=\W|\Z)")
_WILD_DOTS: Final = re.compile(r"(?:(?:\?[.?]|\.\?)[/\\]){2}")
"""`??/??/`, which old Windows takes for `../../`."""
_PARAMETER: Final = re.compile(r"\.\.;[^/\\]{0,32}[/\\]")
_DOTS_ONLY: Final = re.compile(r"(?:\A|[/\\])(\.{3,})(?=[/\\])")
_MANY_SLASHES: Final = re.compile(r"\.\.(?:/{3,}|\\{3,})")
_ENCODED_LETTER: Final = re.compile(
    r"%(?:25)*(?:%3[2-9]%3|4[1-9a-fA-F]|5[0-9aA]|6[1-9a-fA-F]|7[0-9aA]|3[0-9])"
)
_SYSTEM_TOPS: Final = words(
    "etc proc sys root boot windows winnt inetpub system32 winnt.sif boot.ini localstart.asp"
)
_COMMON_TOPS: Final = frozenset(
    (
        "var",
        "usr",
        "home",
        "users",
        "opt",
        "dev",
        "tmp",
        "bin",
        "sbin",
        "program files",
        "documents and settings",
    )
)
_COMMON_SECONDS: Final = words(
    "log logs www lib local bin share spool run mail sbin apache apache2 httpd nginx lampp xampp mem tcp"
)
_SOURCE: Final = re.compile(
    r".+\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|kt|rb|c|h|cc|cpp|hpp|cs|swift|s?css|less|html?|vue|svelte|md|mdx|json|ya?ml"
    r"|toml|sh|proto|graphql|snap|svg|png|lock|txt)\Z"
)
_LOGS: Final = frozenset({"log", "logs"})


def raw_dots(path: str) -> int:
    """Return how many `..` stand as segments of a path as it was sent."""
    return _RAW_SEGMENTS.split(path).count("..") if ".." in path else 0


def climb(path: str, readings: Sequence[Reading]) -> Climb | None:
    """Judge how a path climbs.

    Args:
        path: agent-supplied, shortened to what is judged.
        readings: of that path.
    """
    found = [disguise for disguise in (_disguise(path, readings),) if disguise]
    found += [judged for reading in readings if reading.climbs and (judged := _depth(reading))]
    return max(found, key=lambda judged: judged[2], default=None)


def _disguise(path: str, readings: Sequence[Reading]) -> Climb | None:
    dots = max(reading.dots for reading in readings)
    if dots > raw_dots(path) or (dots and "&" in path and _ENTITY.search(path)):
        return ("disguised-traversal", "encoded-dots", 86)
    if "%" in path and _OVERLONG.search(path):
        return ("disguised-traversal", "overlong", 84)
    if _PARAMETER.search(path):
        return ("disguised-traversal", "path-parameter", 84)
    return _shape(path)


def _shape(path: str) -> Climb | None:
    """Find spellings that nobody types."""
    if "..." in path and (weight := _many_dots(path)):
        return ("disguised-traversal", "many-dots", weight)
    if "../" in path or "..\\" in path or "./." in path or ".\\." in path:
        return _mixture(path)
    if "?" in path and _WILD_DOTS.search(path):
        return ("disguised-traversal", "wildcard-dots", 76)
    if "%" in path and (letters := len(_ENCODED_LETTER.findall(path))):
        # RFC 3986 §2.3: whoever encodes a letter or a digit does it to be read by one party only.
        return ("disguised-traversal", "encoded-letters", 72 if letters > 2 else 50)
    return None


def _mixture(path: str) -> Climb | None:
    """Find mixed separators and idle segments."""
    if len(_MIXED.findall(path)) > 1 or len(_INTERLEAVED.findall(path)) > 1 or _MANY_SLASHES.search(path):
        return ("disguised-traversal", "mixed-separators", 80)
    if _IDLE.search(path) or _TOO_LONG.search(path):
        return ("disguised-traversal", "padding", 80)
    return None


def _many_dots(path: str) -> int:
    """Weigh segments such as `...` and `....`, which Windows and stripping filters turn into `..`; 0..100.

    A last one is Go's and Bazel's "all below", a single short one in the middle an ellipsis in prose.
    """
    found = [(match.start(), len(match[1])) for match in _DOTS_ONLY.finditer(path)]
    if len(found) > 1:
        return 80
    if found and found[0][1] > len("..."):
        return 76
    return 72 if found and found[0][0] == 0 and path[0] in "/\\" else 0


def _depth(reading: Reading) -> Climb | None:
    parts, climbs = reading.folded, reading.climbs
    if reading.anchor in {"/", "~"} or reading.anchor.endswith(":"):
        return ("traversal", "above-the-root", 80 if reading.anchor != "~" else 74)
    if climbs > 1 and parts and _is_system(parts, climbs):
        return ("traversal", "towards-the-system", 82)
    if reading.is_piece and climbs < VERY_DEEP:
        return None
    if climbs >= VERY_DEEP or (climbs >= DEEP and not (parts and _SOURCE.match(parts[-1]))):
        return ("traversal", "deep", 76)
    return ("traversal", "relative", 12 * climbs)


def _is_system(parts: Parts, climbs: int) -> bool:
    first = parts[0]
    if first in _SYSTEM_TOPS:
        return climbs > 2 or len(parts) > 1 or "." in first
    if first in _COMMON_TOPS:
        return climbs > 2 or parts[1:2] == () or parts[1] in _COMMON_SECONDS
    return parts[-1].endswith("log") and not _LOGS.isdisjoint(parts[:-1])
