"""MCP over stdio: the wrapper around any server, our own server, and the entries for agents' configuration files."""
