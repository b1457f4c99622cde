"""Services that are read with the account's rights and written for others: mail, chat, forges, trackers, documents.

Owns what a call to one of them is: reading, which brings in what strangers wrote; sending, with its recipients; or
writing for oneself. Invariant: pure; at most 64 recipients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.sessions.act import NO_ORIGIN, Act, Kind, Origin
from policy.sessions.programs import outward_url
from policy.sessions.tools import PUBLISHING, READING_VERBS, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.sessions.given import Given
    from policy.sessions.tools import Tool

_PUBLIC: Final = frozenset({"gist", "public", "publish", "pastebin", "paste", "tweet", "anyone"})
_SENDING: Final = frozenset({"send", "forward", "reply"})
_THREAD: Final = ("in_reply_to", "thread_id", "thread_ts", "reply_to_message_id")
_OWN_FILES: Final = frozenset(
    {
        *("file", "files", "contents", "content", "commit", "commits", "tree", "branch", "branches"),
        *("repos", "repositories"),
    }
)
"""What only those write who may push: no issues, no comments."""


def acts_of_account(known: Tool, given: Given, location: str) -> Iterator[Act]:
    """Yield what a call to an account's service does."""
    place = given.place(known.service)
    if known.verb in READING_VERBS or (not known.verb and not given.size):
        yield _read(known, place, location)
        return
    is_shared = known.service in PUBLISHING | SHARED
    recipients = given.recipients if is_shared or known.verb in _SENDING else []
    size = max(given.size, 1)
    if ("draft" in known.words and known.service == "mail") or not (
        recipients or is_shared or known.verb in _SENDING
    ):
        yield Act(Kind.WRITE, place, method=known.verb, size=size, service=known.service, location=location)
    elif recipients:
        for recipient in recipients:
            yield Act(
                Kind.SEND, recipient, "", known.verb, size, known.service,
                location=location, recipients=tuple(recipients),
            )  # fmt: skip
    elif place.startswith("http"):
        yield from outward_url(place, "POST", size, location)
    else:
        is_public = bool(known.words & _PUBLIC) or given.named.get("public") is True
        is_reply = known.verb == "reply" or bool(given.strings(_THREAD))
        target = "public" if is_public else place
        yield Act(
            Kind.SEND, target, "", known.verb, size, known.service, location=location, is_reply=is_reply
        )


def _read(known: Tool, place: str, location: str) -> Act:
    kind, origin = Kind.READ_UNTRUSTED, Origin.PRIVATE | Origin.UNTRUSTED
    if known.verb == "list" and known.service == "documents":
        kind, origin = Kind.LIST, Origin.PRIVATE
    elif known.service == "directory" or (known.service == "forge" and known.words & _OWN_FILES):
        kind, origin = Kind.READ, Origin.PRIVATE
    return Act(
        kind, place, method=known.verb, service=known.service, origin=origin or NO_ORIGIN, location=location
    )
