"""What builtins leave behind for the commands after them: `read x`, `printf -v x`, `set -- a b`, `mapfile`, `export`.

Payloads pass through them to part the words of an attack from the command that runs them. What a variable holds may be
unknown; where it came from is kept, so that `curl x | while read l; do eval "$l"; done` is still a download that runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.shell.fold import output
from policy.detectors.shell.limits import LONGEST_VALUE
from policy.detectors.shell.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detectors.shell.expand import Expander
    from policy.detectors.shell.reading import Command

_MOST_NAMES: Final = 16
_MOST_SOURCES: Final = 32
_MOST_ITEMS: Final = 512
_UNKNOWN: Final = "$()"


def leave(shell: Expander, command: Command) -> None:
    """Note what a builtin changes in a shell."""
    effect = _EFFECTS.get(command.name)
    if effect is not None:
        effect(shell, command)


def _names(command: Command) -> list[str]:
    return [word for word in command.argv[1:] if word.isidentifier()][:_MOST_NAMES]


def _read(shell: Expander, command: Command) -> None:
    """Each name gets a word of the first line, the last one the rest."""
    names = _names(command) or ["REPLY"]
    sources = command.sources[:_MOST_SOURCES]
    if command.stdin is None:
        if sources or any(redirect.operator == "<" for redirect in command.redirects):
            shell.variables.update((name, Value(_UNKNOWN, sources)) for name in names)
        return
    words = command.stdin.partition("\n")[0].split(None, len(names) - 1)
    for at, name in enumerate(names):
        shell.variables[name] = Value(words[at].rstrip() if at < len(words) else "", sources)


def _mapfile(shell: Expander, command: Command) -> None:
    lines = tuple((command.stdin or _UNKNOWN).splitlines()[:_MOST_ITEMS])
    for name in _names(command)[-1:] or ["MAPFILE"]:
        shell.variables[name] = Value(" ".join(lines), command.sources[:_MOST_SOURCES], lines)


def _printf(shell: Expander, command: Command) -> None:
    argv = command.argv
    if len(argv) > 3 and argv[1] == "-v" and argv[2].isidentifier():
        printed = output(("printf", *argv[3:]), None)
        shell.variables[argv[2]] = Value(printed or "", command.fed)


def _set(shell: Expander, command: Command) -> None:
    if "--" in command.argv:
        shell.positional = command.argv[command.argv.index("--") + 1 :]


def _export(shell: Expander, command: Command) -> None:
    for word in command.argv[1 : _MOST_NAMES + 1]:
        name, separator, value = word.partition("=")
        if separator and name.isidentifier():
            items = tuple(value[1:-1].split()[:_MOST_ITEMS]) if value[:1] == "(" and value[-1:] == ")" else ()
            text = " ".join(items) if items else value
            shell.variables[name] = Value(text[:LONGEST_VALUE], command.fed, items)


_EFFECTS: Final[dict[str, Callable[[Expander, Command], None]]] = {
    "read": _read,
    "mapfile": _mapfile,
    "readarray": _mapfile,
    "printf": _printf,
    "set": _set,
    **dict.fromkeys(("export", "declare", "local", "typeset", "readonly"), _export),
}
