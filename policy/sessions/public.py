"""What an environment holds that is no secret: paths, names of branches, digests of commits, locales.

Owns the names of variables that every process has or that a build service sets, so that a dump of the environment is
remembered by its secrets only. Invariant: linear; the length of the text and every other place in it stay as they are.

Does not catch: a secret under one of these names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from re import Match

_NAMES: Final = (
    "PATH HOME PWD OLDPWD SHELL LANG LANGUAGE TERM USER LOGNAME SHLVL HOSTNAME TZ EDITOR PAGER DISPLAY "
    "LS_COLORS COLORTERM CI VIRTUAL_ENV NODE_ENV GPG_KEY PYTHON_SHA256 DEBIAN_FRONTEND BRANCH REPOSITORY"
    " TMPDIR TEMP MAIL MANPATH"
)
_PUBLIC: Final = re.compile(
    r"^(?:export[ \t]|declare -x )?(?:(?:" + "|".join(_NAMES.split()) + r"|LC_[A-Z]{1,20}|XDG_[A-Z_]{1,30}|"
    r"(?:GITHUB|CI|RUNNER|GIT|BUILD|DRONE|BUILDKITE|CIRCLE|TRAVIS|JENKINS)_[A-Z_]{0,30}?"
    r"(?:SHA\d{0,3}|COMMIT|REF|REF_NAME|BRANCH|REPOSITORY|SLUG|ID|NUMBER|URL|PATH|DIR|NAME|ACTOR|EVENT|TAG|WORKSPACE)"
    r"|[A-Z]{1,20}(?:_SHA|_SHA256|_SHA512|_COMMIT|_VERSION|_HOME|_PATH|_DIR|_BRANCH|_REVISION))=)[^\n]*+",
    re.MULTILINE,
)


def without_public(text: str) -> str:
    """Blank the lines of an agent-supplied text that set public variables."""
    return _PUBLIC.sub(_blank, text) if "=" in text else text


def _blank(line: Match[str]) -> str:
    return " " * len(line[0])
