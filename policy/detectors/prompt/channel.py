"""By which way a text reaches the model, which decides how strictly it is judged.

Owns the three channels and nothing else. A user may give orders, a tool result may not, an operator writes orders for
a living: the same sentence is judged differently in each (OWASP LLM01:2025, direct and indirect injection).
"""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """Whose words a text is."""

    USER = "user"
    """The person's own turn: may command, may not override the operator."""
    TOOL = "tool"
    """Untrusted: tool results, fetched pages, file contents, descriptions of MCP tools."""
    SYSTEM = "system"
    """The operator's own prompt: trusted, recorded at most."""
