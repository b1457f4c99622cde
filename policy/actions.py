"""What a tool call would do: the commands it runs, the statements it executes, the paths and addresses it names.

Owns how an argument is told to be a command, a statement, a path or an address: by the names of tool and argument
first, by its form second. A command is read once; what it names (`cat ~/.ssh/id_rsa`, `psql -c ...`, `curl URL`) is
judged like an argument of its own. What stands in a document (a file's content, the body of a mail) is no action.
Agent-supplied.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from policy import arguments, breakouts
from policy.arguments import PROSE_NAMES
from policy.detectors.files.decoding import decode
from policy.detectors.files.extract import paths_in
from policy.detectors.shell import detector as shell
from policy.embedded import embedded

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
_LANGUAGE_NAMES: Final = ("language", "lang", "runtime", "interpreter", "kernel")
_PYTHON: Final = "python3 -c"
_INTERPRETERS: Final = {
    **dict.fromkeys(("javascript", "js", "node", "nodejs", "typescript", "ts"), "node -e"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh"), ""),
    **dict.fromkeys(("powershell", "pwsh"), "pwsh -Command"),
    "ruby": "ruby -e",
    "perl": "perl -e",
    "php": "php -r",
}
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
_ASKING_WORDS: Final = frozenset({"query", "execute", "run"})
_SEARCH_WORDS: Final = frozenset({"search", "web", "google", "find"})
_STATEMENT: Final = re.compile(
    r"\s*+(?:SELECT|INSERT|UPDATE|DELETE|DROP|TRUNCATE|ALTER|CREATE|GRANT|REVOKE|COPY|EXEC|EXECUTE|CALL|MERGE|REPLACE"
    r"|ATTACH|WITH|BEGIN|COMMIT|DECLARE|LOAD|PRAGMA)\s",
    re.IGNORECASE,
)
_PATTERN_NAMES: Final = frozenset({"regex", "regexp", "xpath", "selector", "replacement", "css"})
_SEARCH_NAMES: Final = frozenset(
    {"q", "query", "search", "question", "expression", "expr", "jql", "filter", "formula"}
)
_ONLY_PATH: Final = re.compile(
    r"(?:file:|[A-Za-z]:|~|\$\w{1,40}|[.%\w-]{0,64})[/\\%][^\s\"'<>|(){}\[\]*?]*+\Z"
)
_CLIENT_WORDS: Final = frozenset({"api", "http", "https", "rest", "request"})
_HOST_NAMES: Final = frozenset({"host", "hostname", "server", "ip", "address"})
_ROUTE_NAMES: Final = frozenset({"path", "pathname", "route"})
"""Of a tool that is a client of some service: a path there, not here."""
_KEYBOARD_WORDS: Final = frozenset({"computer", "desktop", "keyboard", "tmux", "pty"})
"""Tools that type: what they type into a terminal is a command."""
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^\s\"'<>`\\^{}|]{1,2048}+")
_WHOLE_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20}+)://[^\s\"'<>`^{}|]{1,2048}+")
"""An argument that is an address: a backslash in it is a slash to browsers, and a sign to others."""
_NETWORK_SCHEMES: Final = frozenset(
    {
        "http",
        "https",
        "ws",
        "wss",
        "ftp",
        "ftps",
        "sftp",
        "tftp",
        "scp",
        "gopher",
        "dict",
        "ldap",
        "ldaps",
        "smb",
        "nfs",
        "ssh",
        "git",
        "svn",
        "rsync",
        "telnet",
        "imap",
        "imaps",
        "pop3",
        "smtp",
        "smtps",
        "mysql",
        "postgres",
        "postgresql",
        "mssql",
        "redis",
        "rediss",
        "mongodb",
        "mongodb+srv",
        "amqp",
        "amqps",
        "mqtt",
        "memcached",
        "rtsp",
        "rtmp",
        "tcp",
        "udp",
        "s3",
        "gs",
        "jar",
        "php",
        "expect",
        "netdoc",
        "jdbc",
        "git+https",
        "git+http",
        "git+ssh",
        "hg+https",
        "view-source",
    }
)
"""Schemes that lead to another machine; a server's own schemes (`notes://today`) name what is its own."""
_FILE_SCHEMES: Final = frozenset(
    {
        "file",
        "php",
        "phar",
        "zip",
        "jar",
        "glob",
        "expect",
        "netdoc",
        "view-source",
        "vscode-file",
        "smb",
        "compress.zlib",
        "compress.bzip2",
    }
)
"""Schemes that open files."""
_ORDER_NAMES: Final = frozenset({"prompt", "message", "text"})
"""Documents that may be an order to go to an address, if they are nothing but one."""
_REDIRECT_PARAMETER: Final = re.compile(r"[?&#;]redirect_ur[il]=[^&#;]*+", re.IGNORECASE)
"""Where a sign-in returns to: to the agent's own machine, usually."""
_ADDRESS_WORDS: Final = frozenset(
    {"url", "urls", "uri", "link", "href", "endpoint", "webhook", "site", "website"}
)
_BARE_ADDRESS: Final = re.compile(
    r"(?:/{2})?(?:[0-9.xXa-fA-F]{1,64}|[\w.-]{1,253}\.[A-Za-z]{2,24}|\[[0-9a-fA-F:.]{2,64}\])"
    r"(?::\d{1,5})?(?:[/?#]\S{0,2048})?\Z"
)
"""An address without its scheme, as clients complete it."""
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
    malformed: list[Named] = field(default_factory=list)
    """Why an argument cannot be what it is named, in our words."""


def actions(call: ToolCall) -> Actions:
    """Read one call.

    Raises:
        policy.arguments.TooManyArgumentsError: if it has more strings than are read.
    """
    found = Actions()
    tool_words = _words(call.tool)
    is_runner = bool(tool_words & _TOOL_WORDS)
    is_database = bool(tool_words & _DATABASE_WORDS)
    is_asked = bool(tool_words & _ASKING_WORDS) and not tool_words & _SEARCH_WORDS
    is_client = bool(tool_words & _CLIENT_WORDS)
    is_keyboard = bool(tool_words & _KEYBOARD_WORDS)
    interpreter = _interpreter(call.arguments)
    for argument in arguments.strings(call.arguments):
        at = call.location + argument.location
        lowered = argument.name.lower()
        if lowered in _CODE_NAMES:
            _add_code(argument.text, interpreter, at, found)
        elif _is_command(argument.name) or (is_runner and lowered not in PROSE_NAMES):
            _add_command(argument.text, at, found)
        elif _words(argument.name) & _STATEMENT_WORDS or (
            lowered in _QUERY_NAMES and (is_database or (is_asked and _STATEMENT.match(argument.text)))
        ):
            _add(found.statements, argument.text, at)
        elif lowered not in PROSE_NAMES:
            _add_breakout(argument, at, found)
        elif lowered == "text" and is_keyboard and len(found.commands) < MAX_ACTIONS:
            found.commands.append((shell.read(argument.text), at))
        if not (is_client and _is_elsewhere(lowered, argument.text, at, found)):
            _sort(argument, found, at)
    for vector in arguments.lists(call.arguments):
        if is_runner or _is_command(vector[0].name):
            line = shlex.join(item.text for item in vector)
            _add_command(line, call.location + vector[0].location, found)
    return found


def _is_elsewhere(name: str, text: str, at: str, found: Actions) -> bool:
    """True for a path on the service that a client's tool talks to; its host is an address without a scheme."""
    if name in _HOST_NAMES and _BARE_ADDRESS.match(text.strip()[:_LONGEST_VALUE]):
        _add(found.mentioned_urls, "http://" + text.strip(), at)
    return name in _ROUTE_NAMES and ".." not in decode(text[:_LONGEST_VALUE])


def _sort(argument: Argument, found: Actions, at: str) -> None:
    """Find what an argument names, whatever else it is."""
    text = argument.text
    stripped = text.strip() if len(text) <= _LONGEST_VALUE else ""
    address = _WHOLE_URL.fullmatch(stripped)
    if argument.name.lower() in PROSE_NAMES:
        if address and argument.name.lower() in _ORDER_NAMES and address[1].lower() in _NETWORK_SCHEMES:
            _add(found.mentioned_urls, stripped, at)
        return
    if not stripped:
        _mention(text, at, found)
        return
    _add(found.values, text, at)
    if address:
        _add_address(address[1].lower(), stripped, at, found)
        return
    if _may_name_a_path(argument.name.lower(), stripped):
        for path in paths_in(text):
            _add(found.paths, path, at)
    if _words(argument.name) & _ADDRESS_WORDS and _BARE_ADDRESS.match(stripped):
        _add(found.mentioned_urls, "http://" + stripped.lstrip("/"), at)
    else:
        _mention(text, at, found)


def _may_name_a_path(name: str, text: str) -> bool:
    """False for what is searched for, unless it is a path and nothing else."""
    if name in _PATTERN_NAMES:
        return False
    return name not in _SEARCH_NAMES or _ONLY_PATH.match(text) is not None


def _add_address(scheme: str, text: str, at: str, found: Actions) -> None:
    """Take an argument that is an address, and those inside it that a redirector would go to."""
    rest = text[len(scheme) + 3 :]
    is_network = scheme in _NETWORK_SCHEMES
    named = text if is_network or scheme in _FILE_SCHEMES else decode(rest)
    if named is text or ".." in named:
        for path in paths_in(named):
            _add(found.paths, path, at)
    if is_network:
        _add(found.urls, text, at)
        _mention(unquote(unquote(_REDIRECT_PARAMETER.sub("", rest))), at, found)


def _add_breakout(argument: Argument, at: str, found: Actions) -> None:
    if reason := breakouts.malformed(argument.name, argument.text):
        _add(found.malformed, reason, at)
    if (line := breakouts.command_in(argument.name, argument.text)) and len(found.commands) < MAX_ACTIONS:
        found.commands.append((shell.read(line), at))


def _add_code(text: str, interpreter: str, at: str, found: Actions) -> None:
    is_shell = not interpreter or _looks_like_shell(text)
    _add_command(text if is_shell else f"{interpreter} {shlex.quote(text)}", at, found)
    for one in () if is_shell else embedded(text):
        if not one.is_path:
            _add_command(one.text, at, found)
            continue
        for path in paths_in(one.text):
            _add(found.paths, path, at)


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


def _interpreter(given: object) -> str:
    """The command line before the code of a call, by the language it names; empty for a shell."""
    if isinstance(given, dict):
        for key in _LANGUAGE_NAMES:
            if isinstance(named := given.get(key), str):
                return _INTERPRETERS.get(named.strip().lower(), _PYTHON)
    return _PYTHON


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
