"""What MCP clients want to read in their configuration files to start a server over stdio.

Owns the table of clients: where their file is, under which key servers stand, and what one entry looks like.
Invariant: an entry starts exactly the given argument vector, with no shell in between.
Sources: the clients' documentation, as of 2026.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STARTUP_S: Final = 60
"""For clients that wait ten seconds unless told otherwise: the first start on a busy machine takes longer."""


@dataclass(frozen=True, slots=True)
class Client:
    """One MCP client."""

    name: str
    files: str
    """Where its configuration is, for people."""
    key: str = "mcpServers"
    """Under which servers stand."""
    before: Mapping[str, Any] = field(default_factory=dict)
    """Members of an entry besides command and arguments."""
    is_toml: bool = False

    def entry(self, command: Sequence[str]) -> dict[str, Any]:
        """One server's entry."""
        return {**self.before, "command": command[0], "args": list(command[1:])}

    def document(self, servers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The part of the file that holds the given servers, by name."""
        return {self.key: {name: self.entry(command) for name, command in servers.items()}}

    def text(self, servers: Mapping[str, Sequence[str]]) -> str:
        """The same, as it stands in the file."""
        document = self.document(servers)
        if not self.is_toml:
            return json.dumps(document, indent=2)
        tables = []
        for name, entry in document[self.key].items():
            lines = [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
            tables.append("\n".join((f"[{self.key}.{_toml_key(name)}]", *lines)))
        return "\n\n".join(tables)


CLIENTS: Final[dict[str, Client]] = {
    client.name: client
    for client in (
        Client(
            "claude-desktop",
            "~/Library/Application Support/Claude/claude_desktop_config.json (macOS), "
            "%APPDATA%\\Claude\\claude_desktop_config.json (Windows)",
        ),
        Client("claude-code", ".mcp.json in the project, or ~/.claude.json", before={"type": "stdio"}),
        Client("cursor", ".cursor/mcp.json in the project, or ~/.cursor/mcp.json"),
        Client("vscode", ".vscode/mcp.json in the project", key="servers", before={"type": "stdio"}),
        Client(
            "codex",
            "~/.codex/config.toml",
            key="mcp_servers",
            before={"startup_timeout_sec": _STARTUP_S},
            is_toml=True,
        ),
        Client("gemini", ".gemini/settings.json in the project, or ~/.gemini/settings.json"),
        Client("zed", "~/.config/zed/settings.json", key="context_servers", before={"source": "custom"}),
        Client("windsurf", "~/.codeium/windsurf/mcp_config.json"),
        Client("cline", "cline_mcp_settings.json (in the extension: Configure MCP Servers)"),
    )
}
_KEYS: Final = frozenset(client.key for client in CLIENTS.values())


class UnreadableError(Exception):
    """A client's configuration file cannot be used."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "name a JSON file that a client reads, such as .mcp.json; comments are not JSON"


def wrapped(text: str, aegis: Sequence[str]) -> tuple[str, list[str]]:
    """Put every stdio server of a client's JSON file behind Aegis.

    Args:
        text: of the file, operator-supplied.
        aegis: `aegis mcp wrap` with its options, without a server's name.

    Returns:
        the file's new text, and the names of the servers that have changed.

    Raises:
        UnreadableError: it is not such a file.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UnreadableError("the file is not JSON") from error
    found = [
        document[key] for key in _KEYS if isinstance(document, dict) and isinstance(document.get(key), dict)
    ]
    if not found:
        raise UnreadableError(f"the file has none of {', '.join(sorted(_KEYS))}")
    changed = []
    for servers in found:
        for name, entry in servers.items():
            if isinstance(entry, dict) and isinstance(entry.get("command"), str) and not _is_ours(entry):
                program, *before = aegis
                arguments = entry.get("args", [])
                entry["args"] = [*before, "--server", name, "--", entry["command"], *arguments]
                entry["command"] = program
                changed.append(name)
    return json.dumps(document, indent=2, ensure_ascii=False), changed


def _is_ours(entry: Mapping[str, Any]) -> bool:
    arguments = entry.get("args")
    words = arguments if isinstance(arguments, list) else []
    return any(pair in {("mcp", "wrap"), ("mcp", "serve")} for pair in itertools.pairwise(words))


def _toml_key(name: str) -> str:
    is_bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare else json.dumps(name)
