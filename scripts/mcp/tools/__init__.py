"""The tools of our own MCP server: files, commands, requests and databases, inside one directory."""
