"""From a tool call to acts: what it reads, writes, runs and sends, and to whom.

Owns which reader a call gets. What a tool is, `tools` says; what its arguments are for, `given`; what its commands do,
`programs`; `accounts` has mail and its like. Each act says what its result is, so that an answer is remembered as what
it is: `session.saw(*result_of(acts), ...)`.

Invariants: agent-supplied arguments of any form, no exception; at most `MOST` acts of a call.

Does not catch: recipients that only a server knows (a mailing list's members, a webhook in its configuration).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.sessions.accounts import acts_of_account
from policy.sessions.act import NO_ORIGIN, Act, Kind, Origin
from policy.sessions.given import LISTED, PATHS, Given
from policy.sessions.links import links, mentions
from policy.sessions.programs import (
    acts_of_command,
    is_active,
    is_environment,
    is_sensitive,
    outward_url,
)
from policy.sessions.tools import READING_VERBS, tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policy.actions import Actions
    from policy.exchange import ToolCall
    from policy.sessions.tools import Tool

MOST: Final = 256
_STRANGERS: Final = Origin.PRIVATE | Origin.UNTRUSTED
_SAVED: Final = (
    *("output", "output_path", "save_path", "save_as", "dest", "destination", "path", "file_path"),
)
_QUERIES: Final = ("sql", "query", "statement", "queries")
_TABLES: Final = ("table", "collection", "table_name", "database")
_INSERT: Final = re.compile(
    r"\s*(?:insert\s+into|update|replace\s+into|copy|merge\s+into)\s+[\"`\[]?([\w.]{1,128})", re.IGNORECASE
)
_SELECT: Final = re.compile(r"\bfrom\s+[\"`\[]?([\w.]{1,128})", re.IGNORECASE)
_MEMORY_FILES: Final = re.compile(
    r"(?:^|[/\\])(?:CLAUDE(?:\.local)?\.md|AGENTS?\.md|GEMINI\.md|\.cursorrules|\.windsurfrules|\.clinerules"
    r"|copilot-instructions\.md|MEMORY\.md|\.cursor[/\\]rules[/\\].{1,255}|\.claude[/\\].{1,255}"
    r"|memory(?:-bank)?[/\\].{1,255})\Z",
    re.IGNORECASE,
)
"""Files that agents read as their own instructions or memory."""


def acts_of(call: ToolCall, done: Actions) -> list[Act]:
    """Return what a call does.

    Args:
        call: agent-supplied.
        done: what `policy.actions.actions` read in it.
    """
    given = Given(call.arguments)
    known = tool(call.tool, call.server, given.named.keys())
    commands = [] if known.service in {"database", "files"} else done.commands[:LISTED]
    found = [act for reading, at in commands for act in acts_of_command(reading, at)]
    if not found:
        found = list(_acts(known, given, call, done))
    if known.service != "web":
        found += links(given.bodies, call.location)
    if any(act.service == "memory" for act in found):
        found += mentions(given.bodies, call.location)
    return found[:MOST] or [_unknown(known, given, call)]


def result_of(acts: Sequence[Act]) -> tuple[Origin, str]:
    """Return what the result of some acts is, and what to call its source: the arguments of `Session.saw`."""
    origin, source = NO_ORIGIN, ""
    for act in sorted(acts, key=lambda act: -act.origin.value):
        if act.origin:
            origin |= act.origin
            source = source or act.label
    return origin, source


def _acts(known: Tool, given: Given, call: ToolCall, done: Actions) -> Iterator[Act]:
    service, at = known.service, call.location
    is_reading = known.verb in READING_VERBS or not known.verb
    if service == "environment":
        kind = Kind.ENVIRONMENT if is_reading else Kind.WRITE
        yield Act(kind, service, method=known.verb, service=service, origin=Origin.SENSITIVE, location=at)
    elif service == "memory":
        kind = Kind.READ_UNTRUSTED if is_reading else Kind.WRITE
        yield Act(
            kind,
            service,
            method=known.verb,
            size=given.size,
            service=service,
            origin=Origin.UNTRUSTED,
            location=at,
        )
    elif service == "files" and not (done.urls and known.verb == "read"):
        yield from _files(known, given, at)
    elif done.statements or service == "database":
        yield from _database(known, given, done, at)
    elif service in {"web", "files"} or (not service and done.urls):
        yield from _web(known, given, call, done)
    elif service:
        yield from acts_of_account(known, given, at)


def _files(known: Tool, given: Given, at: str) -> Iterator[Act]:
    is_viewing = bool({"view", "read"}.intersection(given.strings(("command",))[:1]))
    is_write = not is_viewing and (known.verb in {"write", "send"} or (not known.verb and given.size > 0))
    for path in given.strings(PATHS)[:LISTED] or [""]:
        if is_write:
            service = "memory" if _MEMORY_FILES.search(path[-512:]) else "files"
            active = is_active(" ".join(given.bodies))
            yield Act(Kind.WRITE, path, "", known.verb, given.size, service, location=at, is_active=active)
        elif known.verb == "list":
            yield Act(Kind.LIST, path, service="files", location=at)
        else:
            yield read_file(path, at)


def read_file(path: str, at: str) -> Act:
    """Return the act of reading a file."""
    kind, origin = Kind.READ, _STRANGERS
    if is_environment(path):
        kind, origin = Kind.ENVIRONMENT, Origin.SENSITIVE
    elif is_sensitive(path):
        kind, origin = Kind.READ_SENSITIVE, Origin.SENSITIVE
    return Act(kind, path, service="files", origin=origin, location=at)


def _database(known: Tool, given: Given, done: Actions, at: str) -> Iterator[Act]:
    statements = [text for text, _ in done.statements[:LISTED]] or given.strings(_QUERIES)[:LISTED]
    for statement in statements:
        if match := _INSERT.match(statement):
            yield Act(Kind.WRITE, match[1], "", "insert", len(statement), "database", location=at)
        else:
            table = match[1] if (match := _SELECT.search(statement[:4096])) else "database"
            yield Act(Kind.READ, table, service="database", origin=_STRANGERS, location=at)
    if not statements:
        kind = {"list": Kind.LIST, "write": Kind.WRITE}.get(known.verb, Kind.READ)
        tables = given.strings(_TABLES)
        origin = NO_ORIGIN if kind is Kind.WRITE else _STRANGERS
        target = tables[0] if tables else "database"
        yield Act(kind, target, "", known.verb, given.size, "database", origin, location=at)


def _web(known: Tool, given: Given, call: ToolCall, done: Actions) -> Iterator[Act]:
    stated = given.strings(("method", "http_method", "verb"))
    body, at = given.size, call.location
    is_sent = bool(body) and known.verb in {"send", "write", ""}
    method = stated[0].upper()[:16] if stated else "POST" if is_sent else "GET"
    urls = list(dict.fromkeys(url for url, _ in done.urls))[:LISTED]
    for url in urls:
        yield from outward_url(url, method, len(url) if method == "GET" else body, at)
    saved = given.strings(_SAVED)
    if urls and saved and method == "GET":
        yield Act(
            Kind.WRITE,
            saved[0],
            service="files",
            source=urls[0],
            origin=Origin.UNTRUSTED,
            location=at,
            is_active=True,
        )
    if urls:
        return
    if known.verb == "search":
        yield Act(Kind.READ_UNTRUSTED, "web search", service="web", origin=Origin.UNTRUSTED, location=at)
        yield Act(Kind.CALL, call.tool, call.server, "search", given.total, "search", location=at)
    elif body or known.verb in {"write", "send"}:
        yield Act(Kind.CALL, call.tool, "", known.verb, max(body, 1), "web", location=at)
    else:
        yield Act(Kind.READ_UNTRUSTED, "page", service="web", origin=Origin.UNTRUSTED, location=at)


def _unknown(known: Tool, given: Given, call: ToolCall) -> Act:
    size = given.size or given.total
    return Act(
        Kind.CALL, call.tool, call.server.lower(), known.verb, size, known.service,
        origin=Origin.UNTRUSTED, location=call.location,
    )  # fmt: skip
