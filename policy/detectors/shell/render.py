"""Resolved commands as lines, for the signatures to match.

One line a command: program, arguments and redirections parted by one space; blanks inside an argument become tabs, so
a signature's space is always the border of a word and `git commit -m 'rm -rf /'` never looks like `rm`. Assignments in
front make a line of their own that begins with `=`. `$HOME` is `~`, doubled slashes are one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command

_BLANKS: Final = {ord(char): "\t" for char in " \n\r\v\f"}
_HOME: Final = re.compile(r"\$\{?HOME\b\}?|~(?=/|$)|%userprofile%|\$env:userprofile", re.IGNORECASE)
_SLASHES: Final = re.compile(r"(?<![:/])/{2,}|/(?:\./)+")
_OPENING: Final = frozenset("<>&")
_LONGEST_WORD: Final = 4_096


def line(command: Command) -> str:
    """Render one command."""
    words = [command.name or "-"]
    # An argument that begins like a redirection is none.
    words += ["'" + _elided(word) if word[:1] in _OPENING else _elided(word) for word in command.argv[1:]]
    words += [redirect.operator + _elided(redirect.target) for redirect in command.redirects]
    rendered = " ".join(word.translate(_BLANKS) for word in words)
    if "$" in rendered or "~" in rendered or "%" in rendered:
        rendered = _HOME.sub("~", rendered)
    if "//" in rendered or "/./" in rendered:
        rendered = _SLASHES.sub("/", rendered)
    if command.environment:
        assignments = " ".join(
            f"={name}={value}"[:_LONGEST_WORD].translate(_BLANKS) for name, value in command.environment
        )
        rendered = f"{assignments} {words[0]}\n{rendered}"
    return rendered


def _elided(word: str) -> str:
    """Leave out the middle of a long word: options stand at its ends, scripts are read by themselves."""
    if len(word) <= _LONGEST_WORD:
        return word
    return word[: _LONGEST_WORD // 2] + word[-_LONGEST_WORD // 2 :]
