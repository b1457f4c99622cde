"""The table of our tools: what each is called, what it takes, and what does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from scripts.mcp.tools.commands import RunCommand, run_command
from scripts.mcp.tools.databases import SqlQuery, sql_query
from scripts.mcp.tools.files import (
    Arguments,
    ListDirectory,
    ReadFile,
    SearchFiles,
    WriteFile,
    list_directory,
    read_file,
    search_files,
    write_file,
)
from scripts.mcp.tools.outcome import ToolError
from scripts.mcp.tools.web import HttpRequest, http_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scripts.mcp.tools.sandbox import Sandbox

_MOST_PROBLEMS: Final = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tools work with, all of it operator-supplied."""

    sandbox: Sandbox
    proxy: str
    """URL of the gateway."""
    authority: str
    """Path of its certificate."""
    environment: Mapping[str, str]
    """Of commands."""
    confine: Callable[[], None] | None = None
    """What keeps a command in the sandbox; None where the kernel cannot."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    takes: type[Arguments]
    does: Callable[[Surroundings, Any], dict[str, Any]]
    is_read_only: bool = False

    @property
    def description(self) -> str:
        """What a model reads about it."""
        return " ".join((self.takes.__doc__ or "").split())

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of its arguments."""
        schema = self.takes.model_json_schema()
        schema.pop("description", None)
        schema.pop("title", None)
        return schema

    def run(self, surroundings: Surroundings, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Check agent-supplied arguments and do it.

        Raises:
            ToolError: it cannot be done; the text is for the model.
        """
        try:
            wanted = self.takes.model_validate(dict(arguments))
        except ValidationError as error:
            raise ToolError(_explained(error)) from error
        return self.does(surroundings, wanted)


TOOLS: Final[dict[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            "read_file", ReadFile, lambda around, wanted: read_file(around.sandbox, wanted), is_read_only=True
        ),
        Tool("write_file", WriteFile, lambda around, wanted: write_file(around.sandbox, wanted)),
        Tool(
            "list_directory",
            ListDirectory,
            lambda around, wanted: list_directory(around.sandbox, wanted),
            is_read_only=True,
        ),
        Tool(
            "search_files",
            SearchFiles,
            lambda around, wanted: search_files(around.sandbox, wanted),
            is_read_only=True,
        ),
        Tool(
            "run_command",
            RunCommand,
            lambda around, wanted: run_command(around.sandbox, wanted, around.environment, around.confine),
        ),
        Tool(
            "http_request",
            HttpRequest,
            lambda around, wanted: http_request(around.proxy, around.authority, wanted),
        ),
        Tool("sql_query", SqlQuery, lambda around, wanted: sql_query(around.sandbox, wanted)),
    )
}


def _explained(error: ValidationError) -> str:
    """Say what is wrong with arguments, without their values."""
    problems = [
        f"{'.'.join(map(str, item['loc'])) or 'arguments'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "; ".join(problems[:_MOST_PROBLEMS])
