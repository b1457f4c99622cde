"""The arguments of a call, by what they are for: recipients, channels, places, paths, bodies.

Owns the names that common servers give their arguments. Agent-supplied JSON of any form; the first `LISTED` of a list
count. Invariant: no exception, bounded.
"""

from __future__ import annotations

import re
from typing import Any, Final

LISTED: Final = 64
"""Values read of a list, and arguments of a call."""
_RECIPIENTS: Final = (
    "to", "cc", "bcc", "recipient", "recipients", "email", "emails", "attendees", "to_email", "invitees", "guests",
    "email_address", "user_email", "share_with", "collaborator", "username", "user", "phone", "participants",
    "forward",
)  # fmt: skip
_CHANNELS: Final = (
    "channel", "channel_id", "channel_name", "chat_id", "room", "conversation_id", "thread_id", "webhook_url",
    "webhook",
)  # fmt: skip
_PLACES: Final = (
    "page_id", "parent_id", "document_id", "file_id", "database_id", "spreadsheet_id", "project", "project_key",
    "issue_key", "ticket_id", "issueid", "issue_id", "key", "board", "folder_id", "id", "gist_id",
)  # fmt: skip
PATHS: Final = (
    "path", "file_path", "filename", "file", "filepath", "paths", "destination", "target", "uri", "notebook_path",
    "relative_path", "target_file",
)  # fmt: skip
_BODIES: Final = (
    "content", "contents", "body", "text", "message", "data", "payload", "new_str", "new_string", "file_text", "html",
    "json", "params", "form", "comment", "description", "patch", "diff", "attachment", "attachments", "files",
    "observations", "entities", "fields", "values", "markdown", "note",
)  # fmt: skip
_SEPARATORS: Final = re.compile(r"[,;\s<>]+")
_DEEPEST: Final = 3
"""Levels below an argument: fields in blocks in attachments."""
_LONGEST_PLACE: Final = 512


class Given:
    """What a call was given."""

    def __init__(self, arguments: object) -> None:
        given = arguments if isinstance(arguments, dict) else {}
        self.everything = arguments
        self.named: dict[str, Any] = {str(key).lower(): given[key] for key in list(given)[:LISTED]}

    def strings(self, names: tuple[str, ...]) -> list[str]:
        """Return the strings under some names, those of lists and objects below included."""
        found: list[str] = []
        for name in names:
            value = self.named.get(name)
            if isinstance(value, str):
                found.append(value)
            elif isinstance(value, list):
                for item in value[:LISTED]:
                    found += [item] if isinstance(item, str) else _texts(item)
            else:
                found += _texts(value)
        return found

    @property
    def bodies(self) -> list[str]:
        """What is written or sent."""
        return self.strings(_BODIES)

    @property
    def size(self) -> int:
        """Characters of the bodies."""
        return sum(map(len, self.bodies))

    @property
    def total(self) -> int:
        """Characters of all arguments at the top."""
        if isinstance(self.everything, str):
            return len(self.everything)
        return sum(len(value) for value in self.named.values() if isinstance(value, str))

    @property
    def recipients(self) -> list[str]:
        """Everybody it goes to, lower case: mailboxes, handles, numbers, names."""
        found: dict[str, None] = {}
        for text in self.strings(_RECIPIENTS):
            boxes = [word for word in _SEPARATORS.split(text[:4096])[:LISTED] if "@" in word.strip("@")]
            found.update(dict.fromkeys(box.strip("\"'").lower() for box in boxes))
            if not boxes and 0 < len(text) <= LISTED:
                found[text.strip().lstrip("@#").lower()] = None
        return list(found)[:LISTED]

    def place(self, service: str) -> str:
        """Return the repository, channel, page or ticket; the service itself if none is named."""
        if service == "forge":
            owner = self.strings(("owner", "org", "namespace"))
            repo = self.strings(("repo", "repository", "project", "project_id"))
            if not repo:
                return service
            return (f"{owner[0]}/{repo[0]}" if owner and "/" not in repo[0] else repo[0])[:_LONGEST_PLACE]
        named = self.strings(_CHANNELS if service == "chat" else _PLACES + _CHANNELS)
        return named[0][:_LONGEST_PLACE] if named else service


def _texts(value: object) -> list[str]:
    """Return the strings of an object, and of the objects in it: attachments, cells, fields."""
    found: list[str] = []
    stack: list[tuple[object, int]] = [(value, 0)]
    while stack and len(found) < LISTED:
        item, depth = stack.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict) and depth < _DEEPEST:
            stack += [(child, depth + 1) for child in list(item.values())[:LISTED]]
        elif isinstance(item, list) and depth < _DEEPEST:
            stack += [(child, depth + 1) for child in item[:LISTED]]
    return found
