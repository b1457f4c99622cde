"""The tool server itself: the official SDK's server over stdio, with our tools.

Runs as a process of its own behind the bridge, which judges and records each call before it comes here
(`scripts.mcp.serving`); it knows nothing of policy. Started with one argument, the surroundings as JSON. Calls run in
threads, side by side.
Source: MCP specification 2025-06-18, server/tools.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from scripts.mcp.tools.confinement import confinement
from scripts.mcp.tools.outcome import ToolError
from scripts.mcp.tools.sandbox import Sandbox
from scripts.mcp.tools.toolbox import TOOLS, Surroundings, Tool

NAME = "aegis"
INSTRUCTIONS = (
    "Tools of a sandbox that Aegis guards. Paths are relative to the sandbox's root. A call that is refused says by "
    "which rule and why."
)


def make_server(surroundings: Surroundings, version: str) -> Server[Any]:
    """Make the server; its handlers close over what tools work with."""

    async def list_tools(
        _context: Any, _wanted: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS.values()])

    async def call_tool(_context: Any, wanted: types.CallToolRequestParams) -> types.CallToolResult:
        tool = TOOLS.get(wanted.name)
        if tool is None:
            return _failed(f"there is no tool {wanted.name[:64]!r}; there are {', '.join(TOOLS)}")
        try:
            result = await anyio.to_thread.run_sync(tool.run, surroundings, wanted.arguments or {})
        except ToolError as error:
            return _failed(str(error))
        text = json.dumps(result, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=result
        )

    return Server(
        NAME, version=version, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


def _described(tool: Tool) -> types.Tool:
    annotations = types.ToolAnnotations(read_only_hint=tool.is_read_only)
    return types.Tool(
        name=tool.name, description=tool.description, input_schema=tool.schema, annotations=annotations
    )


def _failed(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=why)], is_error=True)


async def _serve(configuration: dict[str, Any]) -> None:
    sandbox = Sandbox(Path(configuration["root"]), configuration["alias"])
    temporary = Path(configuration["environment"]["TMPDIR"])
    confine = confinement((sandbox.root, temporary), configuration["port"])
    if confine is None:
        print(
            "aegis mcp: this kernel has no Landlock: commands are judged, but not confined", file=sys.stderr
        )
    surroundings = Surroundings(
        sandbox=sandbox,
        confine=confine,
        proxy=configuration["proxy"],
        authority=configuration["authority"],
        environment=configuration["environment"],
    )
    server = make_server(surroundings, configuration["version"])
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(_serve, json.loads(sys.argv[1]))
