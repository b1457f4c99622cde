"""How a tool fails: in words that the model reads and can act on."""

from __future__ import annotations


class ToolError(Exception):
    """A tool cannot do what it was asked to; the text says why and holds nothing that the caller may not know."""
