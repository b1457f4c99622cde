"""Tools check: which tools an agent may call, and with which arguments.

Owns the meaning of `tools` in the policy:

- `deny` wins over all, `hold` asks a person, `allow` lists what there is; with an `allow` list everything else is
  refused;
- a `when` predicate with `deny` or `hold` speaks if any value of its argument matches; one with `allow` admits a tool
  only if its argument is there and all of its values match. Several of these for one argument are alternatives, for
  different arguments all have to hold; none of them admits what `allow` does not list;
- patterns are compared with names as a person reads them: case, width, look-alikes and invisible characters folded.
  A name that needed this is refused as well, because whoever wrote it did so on purpose.

Invariant: adding a pattern to `deny`, or a predicate of any kind, never allows more.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policy.catalog import finding
from policy.evidence import masked, safe
from policy.globs import Glob, ToolGlob, compile_glob, compile_tool_glob, first_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policy.sections import Tools
    from policy.verdict import Finding

type Lines = tuple[tuple[ToolGlob, int | None], ...]

MAX_VALUES: Final = 2_000
"""Values read of one argument; one with more matches whatever would refuse it, and nothing that would admit it."""
MAX_NAME: Final = 128
"""Characters of a tool's name (MCP specification, server/tools)."""

_CLEAN: Final = re.compile(r"[A-Za-z0-9_.:@/-]+\Z")
_NAMESPACED: Final = re.compile(r"mcp__([^_].*?)__(.+)\Z", re.DOTALL)
_LOOK_ALIKES: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u0461\u043a\u043c\u0442\u0432\u043d\u0433"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5\u03c7\u03b5\u0131\u0261\u0251\u0440\u2010\u2011\u2012\u2013\u2014\u2212",
    "aeopcyxijshdqwkmtbhraopviktuxeigap------",
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """One entry of `tools.when`."""

    tool: ToolGlob
    argument: str
    """Name, dotted for nested ones."""
    matches: Glob
    action: str
    """`allow`, `hold` or `deny`."""
    line: int | None


@dataclass(frozen=True, slots=True)
class ToolsSettings:
    """What the policy says about tools."""

    allow: Lines | None = None
    """None allows all."""
    allow_line: int | None = None
    deny: Lines = ()
    hold: Lines = ()
    when: tuple[Predicate, ...] = ()


def compile_tools(section: Tools | None, lines: Callable[..., int | None]) -> ToolsSettings:
    """Compile a section of the policy.

    Args:
        section: as validated; None if the policy has none.
        lines: line of a key, by its path.
    """
    if section is None:
        return ToolsSettings()
    return ToolsSettings(
        allow=None if section.allow is None else _compile(section.allow, "allow", lines),
        allow_line=lines("tools", "allow"),
        deny=_compile(section.deny, "deny", lines),
        hold=_compile(section.hold, "hold", lines),
        when=tuple(
            Predicate(
                compile_tool_glob(entry.tool),
                entry.argument,
                compile_glob(entry.matches),
                entry.action,
                lines("tools", "when", index),
            )
            for index, entry in enumerate(section.when)
        ),
    )


def check(server: str, tool: str, arguments: object, settings: ToolsSettings) -> list[Finding]:
    """Stop tools that are denied or not listed, under any spelling, and arguments that are denied (LLM06, ASI02).

    Args:
        server: agent-supplied host or name of what serves the tool; may be empty.
        tool: agent-supplied name as called; `mcp__server__tool` counts as both.
        arguments: agent-supplied, parsed JSON.
        settings: of the policy.

    Does not catch: another tool that does the same; what a tool does beyond its arguments.
    """
    found = check_offer(server, tool, settings)
    names = _names(server, tool)
    at = f"tool:{safe(tool, 64)}"
    for glob, line in (match for name in names if (match := first_match(settings.hold, *name))):
        reason = f"the tool matches {safe(glob)}, which waits for a person"
        found.append(_finding("tools.hold", reason, at, (server, tool), line))
        break
    meant = [one for one in settings.when if any(one.tool.matches(*name) for name in names)]
    return found + _judge_arguments(meant, arguments, at) if meant else found


def check_offer(server: str, tool: str, settings: ToolsSettings) -> list[Finding]:
    """Stop a server from offering tools that may not be called, whatever their arguments (LLM06, ASI02).

    Args:
        server: agent-supplied host or name of what serves the tool; may be empty.
        tool: agent- or service-supplied name.
        settings: of the policy.
    """
    found = _judge_name(tool)
    names = _names(server, tool)
    at = f"tool:{safe(tool, 64)}"
    for glob, line in (match for name in names if (match := first_match(settings.deny, *name))):
        reason = f"the tool matches {safe(glob)}, which this policy denies"
        found.append(_finding("tools.denied", reason, at, (server, tool), line))
        break
    if settings.allow is not None and not any(first_match(settings.allow, *name) for name in names):
        reason = "the tool is not on the list of tools this policy allows"
        found.append(_finding("tools.unlisted", reason, at, (server, tool), settings.allow_line))
    return found


def plain_name(name: str) -> str:
    """Return an agent-supplied name as a person reads it: folded, without what cannot be seen."""
    if name.isascii() and name.isprintable() and " " not in name:
        return name.casefold()
    folded = unicodedata.normalize("NFKC", name[: 4 * MAX_NAME]).casefold().translate(_LOOK_ALIKES)
    kept = (
        char for char in unicodedata.normalize("NFD", folded) if unicodedata.category(char)[0] not in "CZM"
    )
    return "".join(kept)


def _names(server: str, tool: str) -> list[tuple[str, str]]:
    """Return (server, tool) as served, and as clients that join both into one name mean them."""
    plain, plain_tool = plain_name(server), plain_name(tool[: 4 * MAX_NAME])
    names = [(plain, plain_tool)]
    if joined := _NAMESPACED.match(plain_tool):
        names.append((joined[1], joined[2]))
    if "/" in plain_tool:
        head, _, tail = plain_tool.partition("/")
        names.append((head, tail))
    return names


def _judge_name(tool: str) -> list[Finding]:
    if len(tool) <= MAX_NAME and _CLEAN.match(tool):
        segments = tool.split("/")
        if "" not in segments and "." not in segments and ".." not in segments:
            return []
        why = "is spelled like a path"
    elif not tool or len(tool) > MAX_NAME:
        why = f"has no or more than {MAX_NAME} characters"
    elif _is_honest(tool):
        return []
    else:
        why = "has characters that hide what it is"
    return [finding("tools.malformed-name", f"the tool's name {why}", location="tool", evidence=masked(tool))]


def _is_honest(tool: str) -> bool:
    """Tell a name in another script, which is what it looks like, from one that imitates another."""
    if not tool.isprintable() or any(
        char in " \\%" or unicodedata.category(char)[0] in "CZ" for char in tool
    ):
        return False
    if tool.isascii():
        return not set(tool) & set("\"'`<>{}$;&|*?!()[]#")
    letters = [char for char in tool if char.isalpha()]
    is_mixed = any(char.isascii() for char in letters) and any(ord(char) in _LOOK_ALIKES for char in letters)
    return unicodedata.normalize("NFKC", tool) == tool and not is_mixed and not plain_name(tool).isascii()


def _judge_arguments(predicates: Iterable[Predicate], arguments: object, at: str) -> list[Finding]:
    found = []
    required: dict[str, list[Predicate]] = {}
    for predicate in predicates:
        if predicate.action == "allow":
            required.setdefault(predicate.argument, []).append(predicate)
            continue
        values, is_cut = _values(arguments, predicate.argument)
        if is_cut or any(_matches(predicate.matches, value) for value in values):
            rule = "tools.argument-denied" if predicate.action == "deny" else "tools.argument-hold"
            reason = f"the argument {safe(predicate.argument)} matches {safe(predicate.matches.text)}"
            found.append(
                finding(rule, reason, location=f"{at}/{predicate.argument}", policy_line=predicate.line)
            )
    for argument, alternatives in required.items():
        values, is_cut = _values(arguments, argument)
        if is_cut or not values or not all(_is_admitted(value, alternatives) for value in values):
            reason = f"the argument {safe(argument)} is not one this policy admits"
            line = alternatives[0].line
            found.append(
                finding("tools.argument-unlisted", reason, location=f"{at}/{argument}", policy_line=line)
            )
    return found


def _is_admitted(value: str, alternatives: Iterable[Predicate]) -> bool:
    """Admit a value as it stands only: nothing is folded away but case."""
    return any(predicate.matches.matches(value) for predicate in alternatives)


def _matches(glob: Glob, value: str) -> bool:
    if glob.matches(value):
        return True
    folded = value if value.isascii() else unicodedata.normalize("NFKC", value[:4096])
    stripped = folded.strip()
    return stripped != value and glob.matches(stripped)


def _values(arguments: object, dotted: str) -> tuple[list[str], bool]:
    """Return the texts of an argument, and whether there are more than are read."""
    keys = dotted.casefold().split(".")
    stack: list[tuple[Any, int]] = [(arguments, 0)]
    values: list[str] = []
    steps = 0
    while stack:
        value, depth = stack.pop()
        steps += 1
        if steps > MAX_VALUES:
            return values, True
        if isinstance(value, list):
            stack.extend((item, depth) for item in value[: MAX_VALUES + 1])
        elif isinstance(value, dict):
            stack.extend(_children(value, keys, depth))
        elif depth == len(keys):
            values.append(_text(value))
    return values, False


def _children(value: dict[Any, Any], keys: list[str], depth: int) -> list[tuple[Any, int]]:
    if depth == len(keys):
        return [(child, depth) for child in value.values()]
    found = []
    for key, child in value.items():
        name = str(key).casefold()
        # A key may hold dots itself: {"a.b": 1} is named as a.b as well.
        lengths = range(1, len(keys) - depth + 1)
        found += [(child, depth + n) for n in lengths if name == ".".join(keys[depth : depth + n])]
    return found


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "null" if value is None else str(value).lower()


def _compile(patterns: Iterable[str], key: str, lines: Callable[..., int | None]) -> Lines:
    return tuple((compile_tool_glob(text), lines("tools", key, index)) for index, text in enumerate(patterns))


def _finding(rule: str, reason: str, at: str, named: tuple[str, str], line: int | None) -> Finding:
    evidence = masked("/".join(filter(None, named)))
    return finding(rule, reason, location=at, evidence=evidence, policy_line=line)
