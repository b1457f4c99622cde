"""Globs on request paths for bindings: `*` within a segment, `?` one character, `**` any number of segments.

Matching takes time proportional to length of path times length of glob, whatever both are: where a star has to be
stretched, only the last one is. Case counts. A path that is not normalized matches nothing, because the service
might read it as another: dot segments, empty segments, encoded slashes and dots, backslashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from vault.errors import SecretRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST_GLOB: Final = 512
LONGEST_PATH: Final = 2048
"""Longer ones match nothing."""
_ODD: Final = ("/./", "/../", "\\", "%2f", "%2e", "%5c", "%25", "\0")


@dataclass(frozen=True, slots=True)
class PathGlob:
    """One compiled glob."""

    segments: tuple[str, ...]

    @classmethod
    def compile(cls, text: str) -> Self:
        """Read a glob; operator-supplied.

        Raises:
            SecretRefused: It is none.
        """
        segments = tuple(text.split("/")[1:])
        is_odd = any("**" in part and part != "**" for part in segments)
        if not text.startswith("/") or len(text) > LONGEST_GLOB or is_odd or not text.isprintable():
            raise SecretRefused(
                f"{text[:80]!r} is no glob on paths: expected one such as /v1/** or /v1/models/*"
            )
        return cls(segments)

    def matches(self, path: str) -> bool:
        """Match a decoded, normalized path without query."""
        folded = f"{path.lower()}/"
        if not path.startswith("/") or "//" in path or len(path) > LONGEST_PATH:
            return False
        if any(odd in folded for odd in _ODD):
            return False
        return _stretch(path.split("/")[1:], self.segments, "**", _is_segment)


def _is_segment(text: str, glob: str) -> bool:
    return _stretch(text, glob, "*", lambda char, wanted: wanted in ("?", char))


def _stretch(
    given: Sequence[str], wanted: Sequence[str], star: str, is_one: Callable[[str, str], bool]
) -> bool:
    """Match a sequence against one with stars; only the last star seen is ever stretched."""
    at = want = 0
    resume: tuple[int, int] | None = None
    while at < len(given):
        if want < len(wanted) and wanted[want] == star:
            resume = (at, want)
            want += 1
        elif want < len(wanted) and is_one(given[at], wanted[want]):
            at, want = at + 1, want + 1
        elif resume is not None:
            resume = (resume[0] + 1, resume[1])
            at, want = resume[0], resume[1] + 1
        else:
            return False
    return all(rest == star for rest in wanted[want:])
