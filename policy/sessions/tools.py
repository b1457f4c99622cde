"""What a tool is, by its name and the names of its arguments: which service it speaks to and what it does there.

Owns the vocabulary of common MCP servers and of agents' own tools: filesystem, git forges, mail, chat, browser, fetch,
shell, database, memory, trackers, documents, calendars. Names of tools are words in any case style, so a table of words
reaches servers nobody here has seen. Invariant: pure look-ups.

Does not catch: tools whose names say nothing, which are `Kind.CALL`; names in other languages.
"""


# ruff: noqa: E501 - lists of words

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

_WORDS: Final = re.compile(r"[a-z]++|[A-Z][a-z]++|[A-Z]++(?![a-z])|[0-9]++")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SERVICES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("environment", _set("env environ environment getenv printenv environments")),
    ("mail", _set("mail gmail email emails mails outlook smtp imap inbox mailbox sendgrid mailgun resend postmark")),
    ("directory", _set("contact contacts people employees colleagues addressbook members")),
    ("chat", _set("slack discord teams telegram whatsapp sms twilio channel channels dm chat mattermost signal imessage webhook")),
    ("memory", _set("memory memories entities observations remember recall mem0 mem knowledge relations")),
    ("calendar", _set("calendar calendars event events meeting meetings gcal attendees")),
    ("tracker", _set("jira linear asana trello zendesk ticket tickets servicenow sentry clickup monday")),
    ("forge", _set("github gitlab bitbucket gitea repo repos repository repositories issue issues pull pr gist branch commit merge fork")),
    ("documents", _set("notion drive gdrive gdocs gsheets docs confluence sharepoint dropbox onedrive doc sheet sheets airtable box spreadsheet document documents wiki blog")),
    ("database", _set("sql db database postgres postgresql mysql sqlite mariadb snowflake bigquery duckdb mssql oracle mongo mongodb supabase redis table tables record records row rows schema")),
    ("records", _set("customer customers order orders invoice invoices salesforce hubspot stripe crm user users patient patients account accounts payment payments bank transactions iban")),
    ("web", _set("browser navigate goto url web http fetch scrape crawl puppeteer playwright screenshot webpage page website curl request site internet google bing duckduckgo brave tavily firecrawl exa click")),
    ("files", _set("file files directory directories dir folder path filesystem fs workspace editor notebook text")),
)  # fmt: skip
"""In the order in which they are asked: the more telling ones first."""

_VERBS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("forward", _set("forward share invite grant publish permission permissions public")),
    ("reply", _set("reply respond answer")),
    ("send", _set("send submit notify tweet push upload transmit dispatch broadcast export post")),
    ("write", _set("write create edit update append save insert patch replace str add set put upsert delete remove move copy rename comment remember store commit merge fork draft type fill")),
    ("list", _set("list ls glob tree enumerate browse scan dir")),
    ("read", _set("read get fetch view open cat show download retrieve load query select find search recall describe summarize extract lookup goto navigate grep head tail info parse visit snapshot scrape crawl")),
)  # fmt: skip
_AMBIGUOUS: Final = _set("message email mail webhook sms dm")
"""Verbs, where no other stands in the name."""
PUBLISHING: Final = _set("mail chat calendar")
"""Services where to write is to send."""
SHARED: Final = _set("forge tracker documents")
"""Services where others read what is written."""
READING_VERBS: Final = frozenset({"read", "list", "search"})
LOCAL_TOOLS: Final = {
    "read": ("files", "read"),
    "write": ("files", "write"),
    "edit": ("files", "write"),
    "multiedit": ("files", "write"),
    "grep": ("files", "read"),
    "glob": ("files", "list"),
    "ls": ("files", "list"),
    "str_replace_editor": ("files", "write"),
    "str_replace_based_edit_tool": ("files", "write"),
    "apply_patch": ("files", "write"),
    "webfetch": ("web", "read"),
    "websearch": ("web", "search"),
    "web_search": ("web", "search"),
    "search_web": ("web", "search"),
    "fetch": ("web", "read"),
    "getenv": ("environment", "read"),
    "read_multiple_files": ("files", "read"),
    "todowrite": ("notes", "write"),
    "search": ("web", "search"),
}
"""Names that say more than their words."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a tool is taken for."""

    service: str
    """Empty if it is not known."""
    verb: str
    """`read`, `list`, `search`, `write`, `send`, `reply`, `forward`; empty if it is not known."""
    words: frozenset[str]


def tool(name: str, server: str, arguments: AbstractSet[str]) -> Tool:
    """Return what a tool is taken for.

    Args:
        name: as called; `mcp__github__create_issue` and `github/create_issue` are read like `create_issue` of GitHub.
        server: host or name of its server.
        arguments: names of its arguments, lower case.
    """
    words = frozenset(split(name))
    bare = name.rpartition("__")[2].rpartition("/")[2].rpartition(".")[2].lower()
    if bare in LOCAL_TOOLS:
        service, verb = LOCAL_TOOLS[bare]
        known = service_of((*split(name.removesuffix(bare)), *split(server.partition(".")[0])))
        return Tool(known if verb == "search" and known else service, verb, words)
    service = service_of(split(server)) or service_of(words) or _by_arguments(arguments)
    verb = _verb(name)
    if service == "chat" and verb == "write":
        verb = "send"
    if "search" in words and verb == "read":
        verb = "search"
    return Tool(service, verb, words)


def service_of(words: Iterable[str]) -> str:
    """Return the service that some words speak of, or the empty string."""
    words = frozenset(words)
    return next((service for service, known in SERVICES if words & known), "")


def split(name: str) -> tuple[str, ...]:
    """Return the words of a name in any case style, in order."""
    return tuple(word.lower() for word in _WORDS.findall(name[:256]))


def _verb(name: str) -> str:
    """Return what the first verb of a name says; `message` and `email` are things if there is another."""
    words = split(name)
    for word in words:
        for verb, known in _VERBS:
            if word in known:
                return verb
    return "send" if _AMBIGUOUS.intersection(words) else ""


def _by_arguments(arguments: AbstractSet[str]) -> str:
    if arguments & {"to", "recipient", "recipients", "bcc", "cc"}:
        return "mail"
    if arguments & {"channel", "channel_id", "chat_id"}:
        return "chat"
    if "repo" in arguments or "repository" in arguments:
        return "forge"
    if arguments & {"path", "file_path", "filename", "file"}:
        return "files"
    return "web" if arguments & {"url", "uri", "href"} else ""
