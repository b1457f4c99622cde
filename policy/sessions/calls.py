"""From a tool call to acts: what it reads, writes, runs and sends, and to whom.

Owns the reading of arguments: recipients, channels, repositories, addresses, paths, statements. What a tool is, `tools`
says; what its commands do, `programs`. Each act says what its result is (`Act.origin`), so that the caller can remember
an answer as what it is: `session.saw(act.origin, answer, act.target, now_s)`.

Invariants: agent-supplied arguments of any form, no exception; at most `MOST` acts of a call.

Does not catch: recipients that only a server knows (a mailing list's members, a webhook in its configuration).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from policy.sessions.act import NO_ORIGIN, Act, Kind, Origin
from policy.sessions.programs import (
    acts_of_command,
    is_active,
    is_environment,
    is_sensitive,
    outward_url,
)
from policy.sessions.tools import PUBLISHING, SHARED, tool
from policy.urls import targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policy.actions import Actions
    from policy.exchange import ToolCall
    from policy.sessions.tools import Tool

MOST: Final = 256
_RECIPIENTS: Final = ("to", "cc", "bcc", "recipient", "recipients", "email", "emails", "attendees", "to_email", "invitees",
                      "email_address", "user_email", "share_with", "guests", "collaborator", "username", "user", "phone", "participants")  # fmt: skip
_CHANNELS: Final = (
    "channel",
    "channel_id",
    "channel_name",
    "chat_id",
    "room",
    "conversation_id",
    "thread_id",
    "webhook_url",
    "webhook",
)
_PLACES: Final = (
    "page_id",
    "parent_id",
    "document_id",
    "file_id",
    "database_id",
    "project",
    "project_key",
    "issue_key",
    "ticket_id",
    "key",
    "board",
    "folder_id",
    "id",
    "gist_id",
)
_PATHS: Final = (
    "path",
    "file_path",
    "filename",
    "file",
    "filepath",
    "paths",
    "destination",
    "target",
    "uri",
    "notebook_path",
    "relative_path",
    "target_file",
)
_BODIES: Final = (
    "content",
    "contents",
    "body",
    "text",
    "message",
    "data",
    "payload",
    "new_str",
    "new_string",
    "file_text",
    "html",
    "json",
    "params",
    "form",
    "comment",
    "description",
    "patch",
    "diff",
    "attachment",
    "attachments",
    "files",
)
_PUBLIC: Final = frozenset({"gist", "public", "publish", "pastebin", "paste", "tweet", "anyone"})
_LINK: Final = re.compile(r"https?://[^\s\"'<>`)\]}|\\]{4,2048}+", re.IGNORECASE)
_MAILBOX: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_INSERT: Final = re.compile(
    r"\s*(?:insert\s+into|update|replace\s+into|copy|merge\s+into)\s+[\"`\[]?([\w.]{1,128})", re.IGNORECASE
)
_SELECT: Final = re.compile(r"\bfrom\s+[\"`\[]?([\w.]{1,128})", re.IGNORECASE)
_ENVIRONMENT_PATH: Final = re.compile(r"(?:^|/)proc/[\w-]+/environ\Z")
_MEMORY_FILES: Final = re.compile(
    r"(?:^|[/\\])(?:CLAUDE(?:\.local)?\.md|AGENTS?\.md|GEMINI\.md|\.cursorrules|\.windsurfrules|\.clinerules|copilot-instructions\.md|MEMORY\.md"
    r"|\.cursor[/\\]rules[/\\].{1,255}|\.claude[/\\].{1,255}|memory(?:-bank)?[/\\].{1,255})\Z",
    re.IGNORECASE,
)  # fmt: skip
_LISTED: Final = 64


def acts_of(call: ToolCall, done: Actions) -> list[Act]:
    """Return what a call does.

    Args:
        call: agent-supplied.
        done: what `policy.actions.actions` read in it.
    """
    given = call.arguments if isinstance(call.arguments, dict) else {}
    arguments = {str(key).lower(): value for key, value in list(given.items())[:_LISTED]}
    known = tool(call.tool, call.server, arguments.keys())
    commands = [] if known.service in {"database", "files"} else done.commands[:_LISTED]
    found = [act for reading, at in commands for act in acts_of_command(reading, at)]
    if not found:
        found = list(_acts(known, arguments, call, done))
    if known.service != "web":
        found += _links(arguments, call, is_memory=any(act.service == "memory" for act in found))
    return found[:MOST] or [_call(known, call, arguments)]


def result_of(acts: Sequence[Act]) -> tuple[Origin, str]:
    """Return what the result of some acts is, and what to call its source: the arguments of `Session.saw`."""
    reads = [act for act in acts if act.origin]
    if not reads:
        return NO_ORIGIN, ""
    origin = NO_ORIGIN
    for act in reads:
        origin |= act.origin
    telling = max(reads, key=lambda act: act.origin.value)
    return origin, telling.label


def is_memory_file(path: str) -> bool:
    """True for files that an agent reads as its own instructions or memory."""
    return _MEMORY_FILES.search(path[-512:]) is not None


def _acts(known: Tool, arguments: dict[str, Any], call: ToolCall, done: Actions) -> Iterator[Act]:
    service = known.service
    if service == "environment":
        yield _act(
            Kind.ENVIRONMENT if known.verb in {"read", "list", "", "search"} else Kind.WRITE,
            "environment",
            known,
            call,
            Origin.SENSITIVE,
        )
    elif service == "files" and not (done.urls and known.verb == "read"):
        yield from _files(known, arguments, call)
    elif done.statements or service == "database":
        yield from _database(known, arguments, call, done)
    elif service in {"web", "files"}:
        yield from _web(known, arguments, call, done)
    elif service == "memory":
        is_read = known.verb in {"read", "list", "search"}
        yield _act(
            Kind.READ_UNTRUSTED if is_read else Kind.WRITE, "memory", known, call, Origin.UNTRUSTED, arguments
        )
    elif service:
        yield from _account(known, arguments, call)
    elif done.urls:
        yield from _web(known, arguments, call, done)


def _files(known: Tool, arguments: dict[str, Any], call: ToolCall) -> Iterator[Act]:
    body = _size(arguments)
    is_write = known.verb in {"write", "send"} or (not known.verb and body > 0)
    if isinstance(command := arguments.get("command"), str) and command in {"view", "read"}:
        is_write = False
    for path in _strings(arguments, _PATHS) or [""]:
        if is_write:
            text = " ".join(_strings(arguments, _BODIES))
            service = "memory" if is_memory_file(path) else "files"
            yield Act(
                Kind.WRITE,
                path,
                service=service,
                size=body,
                method=known.verb,
                location=call.location,
                is_active=is_active(text),
            )
        elif known.verb == "list":
            yield Act(Kind.LIST, path, service="files", location=call.location)
        elif is_environment(path):
            yield Act(
                Kind.ENVIRONMENT, path, service="files", origin=Origin.SENSITIVE, location=call.location
            )
        elif is_sensitive(path):
            yield Act(
                Kind.READ_SENSITIVE, path, service="files", origin=Origin.SENSITIVE, location=call.location
            )
        else:
            yield Act(
                Kind.READ,
                path,
                service="files",
                origin=Origin.PRIVATE | Origin.UNTRUSTED,
                location=call.location,
            )


def _database(known: Tool, arguments: dict[str, Any], call: ToolCall, done: Actions) -> Iterator[Act]:
    statements = done.statements[:_LISTED] or [
        (text, call.location) for text in _strings(arguments, ("sql", "query", "statement", "queries"))
    ]
    for statement, at in statements:
        if match := _INSERT.match(statement):
            yield Act(
                Kind.WRITE, match[1], service="database", size=len(statement), method="insert", location=at
            )
        else:
            table = match[1] if (match := _SELECT.search(statement[:4096])) else "database"
            yield Act(
                Kind.READ, table, service="database", origin=Origin.PRIVATE | Origin.UNTRUSTED, location=at
            )
    if not statements:
        kind = {"list": Kind.LIST, "write": Kind.WRITE}.get(known.verb, Kind.READ)
        tables = _strings(arguments, ("table", "collection", "table_name", "database"))
        origin = NO_ORIGIN if kind is Kind.WRITE else Origin.PRIVATE | Origin.UNTRUSTED
        yield _act(kind, tables[0] if tables else "database", known, call, origin, arguments)


def _web(known: Tool, arguments: dict[str, Any], call: ToolCall, done: Actions) -> Iterator[Act]:
    stated = _strings(arguments, ("method", "http_method", "verb"))
    body = _size(arguments)
    method = (
        stated[0].upper()[:16]
        if stated
        else ("POST" if body and known.verb in {"send", "write", ""} else "GET")
    )
    urls = list(dict.fromkeys(url for url, _ in done.urls))[:_LISTED]
    for url in urls:
        yield from outward_url(url, method, body if method != "GET" else len(url), call.location)
    saved = _strings(
        arguments,
        ("output", "output_path", "save_path", "save_as", "dest", "destination", "path", "file_path"),
    )
    if urls and saved and method == "GET":
        yield Act(
            Kind.WRITE,
            saved[0],
            service="files",
            source=urls[0],
            origin=Origin.UNTRUSTED,
            location=call.location,
            is_active=True,
        )
    if not urls and known.verb == "search":
        query = " ".join(_strings(arguments, ("query", "q", "search", "search_query")))
        yield Act(
            Kind.READ_UNTRUSTED, "web search", service="web", origin=Origin.UNTRUSTED, location=call.location
        )
        yield Act(Kind.CALL, call.tool, call.server, "search", len(query), "search", location=call.location)
    elif not urls and (body or known.verb in {"write", "send"}):
        yield Act(Kind.CALL, call.tool, "", known.verb, body or 1, "web", location=call.location)
    elif not urls:
        yield Act(Kind.READ_UNTRUSTED, "page", service="web", origin=Origin.UNTRUSTED, location=call.location)


def _account(known: Tool, arguments: dict[str, Any], call: ToolCall) -> Iterator[Act]:
    """Mail, chat, forges, trackers, documents, calendars: read with the account's rights, written for others."""
    if known.verb in {"read", "list", "search"} or (not known.verb and not _size(arguments)):
        yield from _account_read(known, arguments, call)
        return
    is_messaging = known.service in PUBLISHING | SHARED or known.verb in {"send", "forward", "reply"}
    targets_of = _recipients(arguments) if is_messaging else []
    is_reply = known.verb == "reply" or bool(
        _strings(arguments, ("in_reply_to", "thread_id", "thread_ts", "reply_to_message_id"))
    )
    place = _place(known, arguments)
    if "draft" in known.words and known.service == "mail":
        yield _act(Kind.WRITE, "draft", known, call, NO_ORIGIN, arguments)
        return
    if targets_of:
        for recipient in targets_of:
            yield Act(
                Kind.SEND, recipient, "", known.verb, _size(arguments), known.service,
                location=call.location, is_reply=is_reply and len(targets_of) == 1, recipients=tuple(targets_of),
            )  # fmt: skip
    elif known.service in PUBLISHING | SHARED or known.verb in {"send", "forward", "reply"}:
        if known.service == "chat" and place.startswith("http"):
            yield from outward_url(place, "POST", _size(arguments), call.location)
            return
        target = "public" if known.words & _PUBLIC or arguments.get("public") is True else place
        yield Act(
            Kind.SEND,
            target,
            "",
            known.verb,
            _size(arguments),
            known.service,
            location=call.location,
            is_reply=is_reply,
        )
    else:
        yield _act(Kind.WRITE, place, known, call, NO_ORIGIN, arguments)


def _account_read(known: Tool, arguments: dict[str, Any], call: ToolCall) -> Iterator[Act]:
    place = _place(known, arguments)
    if known.verb == "list" and known.service == "documents":
        yield _act(Kind.LIST, place, known, call, Origin.PRIVATE, arguments)
    elif known.service == "directory":
        yield _act(Kind.READ, place, known, call, Origin.PRIVATE, arguments)
    elif known.service == "forge" and known.words & {
        "file",
        "files",
        "contents",
        "content",
        "commit",
        "commits",
        "tree",
        "branch",
        "branches",
        "repos",
        "repositories",
    }:
        yield _act(Kind.READ, place, known, call, Origin.PRIVATE, arguments)
    else:
        yield _act(Kind.READ_UNTRUSTED, place, known, call, Origin.PRIVATE | Origin.UNTRUSTED, arguments)


def _links(arguments: dict[str, Any], call: ToolCall, *, is_memory: bool) -> Iterator[Act]:
    """Yield addresses in what is written or sent: whoever renders it may fetch them."""
    texts = [text for text in _strings(arguments, _BODIES) if "://" in text]
    seen: dict[str, None] = {}
    for text in texts[:_LISTED]:
        seen.update(dict.fromkeys(_LINK.findall(text[: 1 << 16])[:_LISTED]))
    for url in list(seen)[:_LISTED]:
        yield from link(url, call.location)
    if is_memory:
        for word in dict.fromkeys(
            _MAILBOX.findall(" ".join(_strings(arguments, _BODIES))[: 1 << 16])[:_LISTED]
        ):
            yield Act(Kind.MENTION, word.lower(), service="memory", location=call.location)


def link(url: str, location: str) -> Iterator[Act]:
    """Yield the act of writing an address where it will be rendered."""
    readings = targets(url)
    if readings:
        host = readings[0].host.lower()
        yield Act(
            Kind.LINK,
            url,
            host,
            "LINK",
            len(url),
            "web",
            location=location,
        )


def acts_of_answer(text: str, location: str) -> list[Act]:
    """Return the acts of a model's answer that a client will render: images and links (EchoLeak's way out)."""
    urls = list(dict.fromkeys(_LINK.findall(text[: 1 << 18])))[:_LISTED]
    return [act for url in urls for act in link(url, location)]


def _call(known: Tool, call: ToolCall, arguments: dict[str, Any]) -> Act:
    return Act(
        Kind.CALL, call.tool, call.server.lower(), known.verb, _size(arguments) or _everything(call.arguments), known.service,
        origin=Origin.UNTRUSTED, location=call.location,
    )  # fmt: skip


def _everything(value: object) -> int:
    return (
        len(value)
        if isinstance(value, str)
        else sum(len(v) for v in value.values() if isinstance(v, str))
        if isinstance(value, dict)
        else 0
    )


def _act(
    kind: Kind,
    target: str,
    known: Tool,
    call: ToolCall,
    origin: Origin,
    arguments: dict[str, Any] | None = None,
) -> Act:
    size = _size(arguments) if arguments else 0
    return Act(
        kind,
        target,
        method=known.verb,
        size=size,
        service=known.service,
        origin=origin,
        location=call.location,
    )


def _place(known: Tool, arguments: dict[str, Any]) -> str:
    if known.service == "forge":
        owner = _strings(arguments, ("owner", "org", "namespace"))
        repo = _strings(arguments, ("repo", "repository", "project", "project_id"))
        if repo:
            return (f"{owner[0]}/{repo[0]}" if owner and "/" not in repo[0] else repo[0])[:256]
        return known.service
    named = _strings(arguments, _CHANNELS if known.service == "chat" else _PLACES + _CHANNELS)
    return named[0][:512] if named else known.service


def _recipients(arguments: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for text in _strings(arguments, _RECIPIENTS):
        boxes = [word for word in re.split(r"[,;\s<>]+", text[:4096])[:_LISTED] if "@" in word.strip("@")]
        found.update(dict.fromkeys(box.strip("\"'").lower() for box in boxes))
        if not boxes and 0 < len(text) <= _LISTED:
            found[text.strip().lstrip("@#").lower()] = None
    return list(found)[:_LISTED]


def _strings(arguments: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in names:
        value = arguments.get(name)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            for item in value[:_LISTED]:
                if isinstance(item, str):
                    found.append(item)
                elif isinstance(item, dict):
                    found += [text for text in list(item.values())[:8] if isinstance(text, str)]
        elif isinstance(value, dict):
            found += [text for text in list(value.values())[:_LISTED] if isinstance(text, str)]
    return found


def _size(arguments: dict[str, Any] | None) -> int:
    return sum(map(len, _strings(arguments or {}, _BODIES)))
