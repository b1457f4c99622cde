"""Parameter expansion: what stands between `${` and `}`.

Attackers cut characters out of values that every shell has (`${PATH:0:1}` is `/`) or put words together from slices of
their own variables. Invariant: linear in value times pattern, both short; what is not understood gives the plain value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.fold import replaced

if TYPE_CHECKING:
    from policy.detectors.shell.expand import Expander

PLAIN_DEFAULTS: Final = {
    "IFS": " ",
    "SHELL": "/bin/bash",
    "BASH": "/bin/bash",
    "-": "",
    "!": "",
    "?": "0",
    "#": "0",
    "$": "1",
    "_": "",
}
"""Values that every shell has and that nothing but disguise takes apart."""
_CUT_DEFAULTS: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/home/user",
    "PWD": "/home/user",
    "OLDPWD": "/home/user",
    "SHELLOPTS": "braceexpand:hashall:histexpand:history:interactive-comments:monitor",
    "OSTYPE": "linux-gnu",
    "HOSTTYPE": "x86_64",
    "MACHTYPE": "x86_64-pc-linux-gnu",
    "TERM": "xterm-256color",
    "LS_COLORS": "rs=0:di=01;34:ln=01;36:mh=00:pi=40;33",
    "BASH_VERSION": "5.2.15(1)-release",
    "LANG": "en_US.UTF-8",
}
"""Usual values, used only where a slice or a pattern cuts them up: `$HOME` itself stays `$HOME`."""

_PARAMETER: Final = re.compile(r"([#!]?)([A-Za-z_]\w{0,63}|[0-9@*#?$!-])(\[[^\]]{0,32}\])?(.*)", re.DOTALL)
_SLICE: Final = re.compile(r":\s*\(?(-?\d{1,5})\)?(?::\s*(-?\d{1,5}))?")
_SUM: Final = re.compile(r"\s*(\d{1,6})\s*(?:([-+*])\s*(\d{1,6})\s*)?")
_LONGEST_PATTERN: Final = 64
_LONGEST_TRIMMED: Final = 512


def braced(shell: Expander, source: str) -> str:
    """Expand the inside of `${...}`."""
    match = _PARAMETER.fullmatch(source)
    if match is None:
        return "${" + source + "}"
    mark, name, index, operation = match.groups()
    text = _element(shell, name, index) if index else shell.look_up(name)
    if mark == "#":
        return str(len(text))
    if mark == "!":
        text = shell.look_up(text) if not text.startswith("$") else text
    if not operation:
        return text
    is_known = text != "$" + name
    if operation[0] in "-=+" or operation[:2] in {":-", ":=", ":+", ":?"}:
        text = _default(shell, text, operation.removeprefix(":"), is_known=is_known)
        if "=" in operation[:2] and not is_known:
            shell.keep(name, text)
        return text
    if not is_known and name not in _CUT_DEFAULTS:
        return text
    return _cut(shell, text if is_known else _CUT_DEFAULTS[name], operation)


def _element(shell: Expander, name: str, index: str) -> str:
    value = shell.variables.get(name)
    if value is None:
        return "$" + name
    shell.fed.extend(value.fed)
    inner = index[1:-1]
    if inner in {"@", "*"} or not value.items:
        return " ".join(value.items) or value.text
    return value.items[int(inner)] if inner.isdecimal() and int(inner) < len(value.items) else ""


def _default(shell: Expander, text: str, operation: str, *, is_known: bool) -> str:
    is_set = is_known and bool(text)
    if operation[0] == "+":
        # A value that is not known may well be set: the alternative is what matters.
        return shell.text(operation[1:])
    if operation[0] in "-=" and not is_set:
        return shell.text(operation[1:])
    return text


def _cut(shell: Expander, text: str, operation: str) -> str:
    if match := _SLICE.fullmatch(operation):
        start = int(match[1])
        start = max(len(text) + start, 0) if start < 0 else start
        length = int(match[2]) if match[2] else len(text)
        return text[start : start + length] if length >= 0 else text[start:length]
    if operation[0] in "#%":
        return _trim(shell, text[:_LONGEST_TRIMMED], operation)
    if operation[0] == "/":
        is_all = operation[1:2] == "/"
        pattern, _, new = operation[2 if is_all else 1 :].partition("/")
        old = shell.text(pattern)
        return replaced(text, old, shell.text(new), is_all=is_all) if old else text
    changes = {
        "^^": text.upper(),
        ",,": text.lower(),
        "^": text[:1].upper() + text[1:],
        ",": text[:1].lower() + text[1:],
    }
    return changes.get(operation, text)


def _trim(shell: Expander, text: str, operation: str) -> str:
    """Take off a prefix (`#`) or suffix (`%`): the shortest that matches, doubled the longest."""
    is_long = operation[1:2] == operation[0]
    pattern = shell.text(operation[2 if is_long else 1 :])[:_LONGEST_PATTERN]
    if pattern.count("*") > 1:
        return text
    expression = re.compile("".join(_glob(char) for char in pattern), re.DOTALL)
    is_prefix = operation[0] == "#"
    cuts = range(len(text) + 1)
    for cut in cuts if is_prefix != is_long else reversed(cuts):
        part = text[:cut] if is_prefix else text[cut:]
        if expression.fullmatch(part):
            return text[cut:] if is_prefix else text[:cut]
    return text


def _glob(char: str) -> str:
    return {"*": ".*", "?": "."}.get(char, re.escape(char))


def arithmetic(shell: Expander, source: str) -> str:
    """Compute one sum; anything else is some number."""
    match = _SUM.fullmatch(shell.text(source) if "$" in source and "(" not in source else source)
    if match is None:
        return "1"
    left, right = int(match[1]), int(match[3] or 0)
    return str({"+": left + right, "-": left - right, "*": left * right, None: left}[match[2]])
