"""Globs of the policy file on names, commands and files, each matched in linear time.

Owns what `*` means where: in a command or a name it stands for anything at all, in a path it stays within a segment
and `**` crosses them, as in `blockedPaths` (`policy.paths.Glob`, which is used for the segments here too). Matching
folds case: a list that a capital letter defeats is none. Globs are operator-supplied, what they are matched with is
agent-supplied; no match backtracks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy import paths

if TYPE_CHECKING:
    from collections.abc import Iterable

_EVERYTHING: Final = frozenset({"", "*", "**"})


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern on a whole text: `*` any run of characters, `?` one; `git push*`, `DROP *`."""

    text: str
    """As written in the policy."""
    _first: str
    _middle: tuple[re.Pattern[str], ...]
    _last: str
    _has_star: bool

    def matches(self, text: str) -> bool:
        """Match one agent-supplied text, without regard to case.

        Pieces between stars are found one after the other, each as early as it goes: that is enough, and linear.
        """
        return self.matches_folded(text.casefold())

    def matches_folded(self, text: str) -> bool:
        """Match a text that is case-folded already."""
        if not self._has_star:
            return len(text) == len(self._first) and _is_at(self._first, text, 0)
        end = len(text) - len(self._last)
        at = len(self._first)
        if at > end or not _is_at(self._first, text, 0) or not _is_at(self._last, text, end):
            return False
        for piece in self._middle:
            found = piece.search(text, at, end)
            if found is None:
                return False
            at = found.end()
        return True


def compile_glob(text: str) -> Glob:
    """Compile an operator-supplied glob on a whole text; `**` means no more than `*`."""
    first, *rest = text.casefold().split("*")
    middle, last = (rest[:-1], rest[-1]) if rest else ([], "")
    pieces = tuple(re.compile(_piece(part), re.DOTALL) for part in middle if part)
    return Glob(text, first, pieces, last, bool(rest))


@dataclass(frozen=True, slots=True)
class ToolGlob:
    """A pattern on `server/tool`; without a slash it means that tool of any server."""

    text: str
    """As written in the policy."""
    server: Glob | None
    tool: Glob

    def matches(self, server: str, tool: str) -> bool:
        """Match the case-folded names of a server and a tool."""
        if self.server is not None and not self.server.matches_folded(server):
            return False
        return self.tool.matches_folded(tool)


def compile_tool_glob(text: str) -> ToolGlob:
    """Compile an operator-supplied glob on `server/tool`; blanks around it do not count."""
    server, slash, tool = text.strip().partition("/")
    if not slash:
        return ToolGlob(text, None, compile_glob(server))
    return ToolGlob(text, compile_glob(server), compile_glob(tool))


@dataclass(frozen=True, slots=True)
class FileGlob:
    """A pattern on paths, as in `.gitignore`: what it matches is meant with everything below it.

    `*.pem` and `.git` mean that name anywhere, `/etc/**` starts at the root, `~/.ssh` at a home directory, `a/b` at
    any directory.
    """

    text: str
    """As written in the policy."""
    is_rooted: bool
    is_home: bool
    is_everything: bool
    """Says no more than `**/*`: that there is such a thing as a path."""
    _globs: tuple[paths.Glob, ...]

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Match the case-folded segments of a path, from where the pattern starts (see `is_rooted`, `is_home`)."""
        return any(glob.matches(segments) for glob in self._globs)


def compile_file_glob(text: str) -> FileGlob:
    """Compile an operator-supplied glob on files."""
    body = text.strip().replace("\\", "/")
    is_home = body == "~" or body.startswith("~/")
    body = body[1:] if is_home else body
    is_rooted = body.startswith("/") and not is_home
    segments = [part for part in body.split("/") if part not in {"", "."}]
    is_everything = not is_home and all(part in _EVERYTHING for part in segments)
    start = [] if is_rooted or is_home or segments[:1] == ["**"] else ["**"]
    whole = "/".join((*start, *(_segment(part) for part in segments)))
    compiled = tuple(paths.compile_glob(glob) for glob in dict.fromkeys((whole, f"{whole}/**")))
    return FileGlob(text, is_rooted, is_home, is_everything, compiled)


def first_match(
    globs: Iterable[tuple[ToolGlob, int | None]], server: str, tool: str
) -> tuple[str, int | None] | None:
    """Return the text and policy line of the first glob that matches the case-folded names."""
    return next(((glob.text, line) for glob, line in globs if glob.matches(server, tool)), None)


def _segment(part: str) -> str:
    """Keep `%` as it is: globs on request paths decode it. `a**b` means `a*b`."""
    part = part.replace("%", "%25")
    return part if part == "**" else re.sub(r"\*{2,}", "*", part)


def _piece(text: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in text)


def _is_at(piece: str, text: str, at: int) -> bool:
    if "?" not in piece:
        return text.startswith(piece, at)
    return all(char in {"?", text[at + index]} for index, char in enumerate(piece))
