"""Judging one tool call: may it be called at all, and what would it do?

Owns the order: the tool's name and arguments against the lists, then the commands, statements, paths and addresses
in its arguments, each by the check of its threat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy import actions
from policy.arguments import TooManyArgumentsError
from policy.catalog import finding
from policy.checks import filesystem, shell, sql, tools, urls

if TYPE_CHECKING:
    from policy.compiled import AgentPolicy
    from policy.exchange import State, ToolCall
    from policy.verdict import Finding


def check(call: ToolCall, agent: str, policy: AgentPolicy, state: State) -> list[Finding]:
    """Judge one call; what has too many arguments to be judged is refused."""
    guards = policy.guards
    found = tools.check(call.server, call.tool, call.arguments, guards.tools)
    try:
        done = actions.actions(call)
    except TooManyArgumentsError as error:
        return [*found, finding("tools.malformed-call", str(error), location=call.location)]
    found += shell.check(done.commands, guards.shell)
    found += sql.check(done.statements, done.values, guards.sql, guards.reader.scanner)
    found += filesystem.check(done.paths, guards.filesystem, state.real_paths)
    found += urls.check(agent, done.urls, done.mentioned_urls, policy.destination)
    return found
