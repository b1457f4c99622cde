"""Who vouches for a text that a model reads."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """Where a text comes from: it decides how strictly it is judged."""

    USER = "user"
    """The person the agent works for."""
    TOOL = "tool"
    """Untrusted: tool results, fetched pages, tool descriptions."""
    SYSTEM = "system"
    """The operator's own instructions: trusted."""
