"""What a tool call would do: the commands it runs, the statements it executes, the paths and addresses it names.

Owns how an argument is told to be a command, a statement, a path or an address: by the names of tool and argument
first, by its form second. A command is read once; what it names (`cat ~/.ssh/id_rsa`, `psql -c ...`, `curl URL`) is
judged like an argument of its own. Agent-supplied.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policy import arguments
from policy.detectors.files.extract import paths_in
from policy.detectors.shell import detector as shell

if TYPE_CHECKING:
    from policy.arguments import Argument
    from policy.detectors.shell.reading import Reading
    from policy.exchange import ToolCall

type Named = tuple[str, str]
"""A text and the location it stands at."""

MAX_ACTIONS: Final = 500
"""Of one kind in one call; more are not read."""
_WORDS: Final = re.compile(r"[a-z]++|[A-Z][a-z]*+|[0-9]++")
_COMMAND_WORDS: Final = frozenset(
    {"command", "cmd", "commands", "shell", "bash", "sh", "script", "terminal", "exec", "run"}
)
_COMMAND_NAMES: Final = frozenset({"commandline", "cmdline", "argv", "args", "powershell", "zsh"})
_CODE_NAMES: Final = frozenset({"code", "python", "python_code", "source_code"})
_STATEMENT_WORDS: Final = frozenset({"sql", "statement", "stmt"})
_QUERY_NAMES: Final = frozenset({"query", "q", "queries"})
_DATABASE_WORDS: Final = frozenset(
    {
        "sql",
        "db",
        "database",
        "postgres",
        "postgresql",
        "mysql",
        "sqlite",
        "mariadb",
        "snowflake",
        "bigquery",
        "duckdb",
        "mssql",
        "oracle",
    }
)
_TOOL_WORDS: Final = frozenset(
    {"bash", "shell", "terminal", "command", "cmd", "exec", "execute", "powershell", "console", "subprocess"}
)
_PROSE_NAMES: Final = frozenset(
    {
        "content",
        "contents",
        "text",
        "body",
        "message",
        "description",
        "prompt",
        "title",
        "new_string",
        "old_string",
        "new_str",
        "old_str",
        "file_text",
        "summary",
        "comment",
        "note",
        "markdown",
        "html",
    }
)
"""Arguments that hold documents: a path or a statement in a document is not an action."""
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^\s\"'<>`\\^{}|]{1,2048}+")
_LONGEST_VALUE: Final = 2048


@dataclass(slots=True)
class Actions:
    """What one call would do."""

    commands: list[tuple[Reading, str]] = field(default_factory=list)
    statements: list[Named] = field(default_factory=list)
    values: list[Named] = field(default_factory=list)
    """Short strings that may end up in a statement."""
    paths: list[Named] = field(default_factory=list)
    urls: list[Named] = field(default_factory=list)
    """Addresses that are an argument, or a command's."""
    mentioned_urls: list[Named] = field(default_factory=list)
    """Addresses somewhere in an argument."""


def actions(call: ToolCall) -> Actions:
    """Read one call.

    Raises:
        policy.arguments.TooManyArgumentsError: if it has more strings than are read.
    """
    found = Actions()
    tool_words = _words(call.tool)
    is_runner = bool(tool_words & _TOOL_WORDS)
    is_database = bool(tool_words & _DATABASE_WORDS)
    for argument in arguments.strings(call.arguments):
        _sort(
            argument, found, call.location + argument.location, is_runner=is_runner, is_database=is_database
        )
    for vector in arguments.lists(call.arguments):
        if is_runner or _is_command(vector[0].name):
            line = shlex.join(item.text for item in vector)
            _add_command(line, call.location + vector[0].location, found)
    return found


def _sort(argument: Argument, found: Actions, at: str, *, is_runner: bool, is_database: bool) -> None:
    name, text = argument.name, argument.text
    lowered = name.lower()
    if lowered in _CODE_NAMES:
        _add_command(text if _looks_like_shell(text) else f"python3 -c {shlex.quote(text)}", at, found)
    elif _is_command(name) or (is_runner and lowered not in _PROSE_NAMES):
        _add_command(text, at, found)
    elif _words(name) & _STATEMENT_WORDS or (is_database and lowered in _QUERY_NAMES):
        _add(found.statements, text, at)
    if lowered in _PROSE_NAMES:
        _mention(text, at, found)
        return
    if len(text) <= _LONGEST_VALUE:
        _add(found.values, text, at)
        for path in paths_in(text):
            _add(found.paths, path, at)
        stripped = text.strip()
        if _URL.fullmatch(stripped):
            _add(found.urls, stripped, at)
            return
    _mention(text, at, found)


def _add_command(line: str, at: str, found: Actions) -> None:
    reading = shell.read(line)
    if len(found.commands) >= MAX_ACTIONS:
        return
    found.commands.append((reading, at))
    for path in reading.paths:
        _add(found.paths, path, at)
    for url in reading.urls:
        _add(found.urls, url, at)
    for statement in reading.sql:
        _add(found.statements, statement, at)


def _mention(text: str, at: str, found: Actions) -> None:
    if "://" in text:
        for match in _URL.finditer(text):
            _add(found.mentioned_urls, match[0], at)


def _add(group: list[Named], text: str, at: str) -> None:
    if text and len(group) < MAX_ACTIONS:
        group.append((text, at))


def _is_command(name: str) -> bool:
    return name.lower() in _COMMAND_NAMES or bool(_words(name) & _COMMAND_WORDS)


def _looks_like_shell(text: str) -> bool:
    first = text.lstrip().partition("\n")[0]
    return first.startswith("#!") and "python" not in first


def _words(name: str) -> set[str]:
    """Return the words of a name in any case style: `runCommand`, `run_command`, `RUN-COMMAND`."""
    name = name[:256]
    if name.isupper():
        name = name.lower()
    return {word.lower() for word in _WORDS.findall(name)}
