"""Commands that arguments of other programs carry: `vim -c ':!cmd'`, `git -c alias.x='!cmd'`, `npm pkg set scripts.x=cmd`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.peeled import Peeled

if TYPE_CHECKING:
    from collections.abc import Sequence

LET_OUT: Final = frozenset(
    { "vi", "vim", "nvim", "ex", "view", "rvim", "vimdiff", "git", "less", "more", "mysql", "psql", "sqlite3",
    "ed", "nmap", "ftp", "sftp", "telnet" }
)  # fmt: skip
"""Run what stands behind an exclamation mark."""
_BANG: Final = re.compile(r":?\s?(?:silent\s)?(?:\\?!|\.(?:shell|system)\s)\s{0,4}(.+)", re.DOTALL)
_GIT_OPTIONS: Final = frozenset(
    {"--exec", "-x", "--tree-filter", "--index-filter", "--msg-filter", "--env-filter"}
)
_GIT_ALIAS: Final = re.compile(r"(?:alias\.[\w-]{1,64}=)?!(.+)", re.DOTALL)


def escape(argv: Sequence[str], name: str) -> Peeled | None:
    """`vim -c ':!cmd'`, `git -c alias.x='!cmd'`: what stands behind the mark is run."""
    found: list[str] = (
        [argv[3]] if name == "git" and argv[1:3] == ("submodule", "foreach") and argv[3:] else []
    )
    for at, word in enumerate(argv[1:], 1):
        if name == "git" and argv[at - 1] in _GIT_OPTIONS:
            found.append(word)
        if "!" not in word and word[:1] != ".":
            continue
        if name != "git":
            match = _BANG.fullmatch(word)
        elif word.startswith("alias.") or argv[at - 1].startswith("alias."):
            match = _GIT_ALIAS.fullmatch(word)
        else:
            match = None
        if match is not None:
            found.append(match[1])
    return Peeled(scripts=tuple(found)) if found else None


_SCRIPTS_OF: Final = re.compile(r"scripts\.[\w:-]{1,40}=")


def package(argv: Sequence[str], name: str) -> Peeled | None:
    """`npm pkg set scripts.postinstall='...'`: run when the package is installed."""
    words = list(argv[1:])
    if name == "npx" or words[:1] in (["exec"], ["x"]):
        return next(
            (
                Peeled(scripts=(words[at + 1],))
                for at, word in enumerate(words[:-1])
                if word in {"-c", "--call"}
            ),
            None,
        )
    if words[:1] == ["set-script"] and len(words) > 2:
        return Peeled(scripts=(words[2],))
    if words[:2] != ["pkg", "set"]:
        return None
    scripts = [word.partition("=")[2] for word in words[2:] if _SCRIPTS_OF.match(word)]
    return Peeled(scripts=tuple(scripts)) if scripts else None
