"""Judging one tool call: may it be called at all, and what would it do?

Owns the order: the tool's name and arguments against the lists, then the commands, statements, paths and addresses
in its arguments, each by the check of its threat. A tool that calls another one for the agent is held to the denials
of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policy import actions
from policy.arguments import TooManyArgumentsError, nested
from policy.catalog import finding
from policy.checks import filesystem, shell, sql, tools, urls
from policy.exchange import ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.compiled import AgentPolicy
    from policy.exchange import State
    from policy.verdict import Finding

_FETCHED: Final = (
    "http:",
    "https:",
    "ws:",
    "wss:",
    "ftp:",
    "ftps:",
    "sftp:",
    "gopher:",
    "dict:",
    "ldap:",
    "smb:",
)
"""Beginnings of a resource's address that its server goes to."""
_INNER_NAMES: Final = ("tool_name", "toolName", "tool", "function_name")
_MOST_REQUESTS: Final = 64
_INNER_ARGUMENTS: Final = ("arguments", "tool_args", "toolArgs", "args", "parameters", "params", "input")
_SPEAKS_OF_INNER: Final = frozenset(
    {"tools.denied", "tools.hold", "tools.argument-denied", "tools.argument-hold"}
)
"""An `allow` list says nothing about it: `name` may be anything's name."""


@dataclass(frozen=True, slots=True)
class Use(ToolCall):
    """What an agent asks of a tool server without calling a tool, such as a resource: no list speaks of it."""


def check(call: ToolCall, agent: str, policy: AgentPolicy, state: State) -> list[Finding]:
    """Judge one call; what has too many arguments to be judged is refused."""
    guards = policy.guards
    found: list[Finding] = []
    if not isinstance(call, Use):
        found += tools.check(call.server, call.tool, call.arguments, guards.tools)
        found += _inner(call, policy)
    try:
        done = actions.actions(call)
    except TooManyArgumentsError as error:
        return [*found, finding("tools.malformed-call", str(error), location=call.location)]
    found += [
        finding("tools.malformed-call", reason, location=location) for reason, location in done.malformed
    ]
    found += shell.check(done.commands, guards.shell)
    found += sql.check(done.statements, done.values, guards.sql, guards.reader.scanner)
    found += filesystem.check(done.paths, guards.filesystem, state.real_paths)
    addressed = done.urls
    if isinstance(call, Use):  # a server's own schemes (`git://repo/head`) lead nowhere
        addressed = [named for named in done.urls if named[0].lower().startswith(_FETCHED)]
    return found + urls.check(agent, addressed, done.mentioned_urls, policy.destination)


def _inner(call: ToolCall, policy: AgentPolicy) -> list[Finding]:
    """What the lists say of tools that this one is asked to call."""
    found: list[Finding] = []
    for given, keys in _requests(call.arguments):
        name = next((given[key] for key in keys if isinstance(given.get(key), str)), "")
        if name and name != call.tool:
            inner = next((given[key] for key in _INNER_ARGUMENTS if key in given), None)
            found += tools.check(call.server, name, inner, policy.guards.tools)
    return [one for one in found if one.rule in _SPEAKS_OF_INNER]


def _requests(arguments: object) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """The objects that may ask for another tool: the arguments, those in them, and JSON texts in them."""
    if not isinstance(arguments, dict):
        return
    yield arguments, (*_INNER_NAMES, "name")
    for value in list(arguments.values())[:_MOST_REQUESTS]:
        inner = nested(value) if isinstance(value, str) else value
        if isinstance(inner, dict):
            yield inner, _INNER_NAMES
