"""What an agent did, in the few words that chains are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto

from policy.sessions.references import split_url


class Origin(Flag):
    """What a text is, by where it came from; one text can be several."""

    USER = auto()
    """The person the agent works for: what is named here is wanted."""
    UNTRUSTED = auto()
    """A stranger may have written it: web page, issue, mail, tool result, tool description."""
    PRIVATE = auto()
    """Readable only with the account's rights: mail, documents, repositories, rows, local files."""
    SENSITIVE = auto()
    """Does harm in the wrong hands: secret files, environment, personal data, keys."""


NO_ORIGIN = Origin(0)


class Kind(StrEnum):
    """The kinds of acts."""

    READ = "read"
    """Ordinary: a source file, a public page of one's own."""
    READ_SENSITIVE = "read-sensitive"
    READ_UNTRUSTED = "read-untrusted"
    LIST = "list"
    ENVIRONMENT = "environment"
    """Reads the environment of a process."""
    WRITE = "write"
    """To a file, a memory, a table."""
    EXECUTE = "execute"
    """Target: the command, or the file that is run."""
    SEND = "send"
    """Outward: to a host, a recipient, a shared place."""
    LINK = "link"
    """An address in something that others render: an image, a link that a chat unfurls."""
    MENTION = "mention"
    """A mailbox in something that will be read later."""
    CONVERSE = "converse"
    """A conversation with a model: the one call that ordinarily carries all that was read."""
    CALL = "call"
    """A tool that is not known, on a server that gets its arguments."""
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing an agent does. Agent-supplied but for `kind`."""

    kind: Kind
    target: str = ""
    """A path, an address, a recipient, `owner/repo`, a command; compared without case and outer blanks."""
    host: str = ""
    """Host it goes to, lower case; empty if it has none or is not known."""
    method: str = ""
    """HTTP method, or the tool's verb."""
    size: int = 0
    """Characters that go along."""
    service: str = ""
    """`files`, `mail`, `chat`, `forge`, `tracker`, `documents`, `database`, `memory`, `web`, `shell`, ..."""
    origin: Origin = NO_ORIGIN
    """What its result is."""
    source: str = ""
    """Where what is written came from: the address of a download."""
    location: str = ""
    """Where in the exchange."""
    is_reply: bool = False
    """Answers within a thread, to whom wrote there."""
    is_active: bool = False
    """What is written starts programs or speaks to the network."""
    is_traffic: bool = False
    """A plain request that was seen on the wire: a page's scripts and images make these too, nobody chose each."""
    recipients: tuple[str, ...] = ()
    """Everybody it goes to."""

    @property
    def path(self) -> str:
        """Path and query of an address; a page may name these without its host."""
        return split_url(self.target)[1] if "://" in self.target else ""

    @property
    def payload(self) -> str:
        """The part of an address that can carry data: inner labels of the host, path and query."""
        return ".".join(self.host.split(".")[:-2]) + self.path

    @property
    def label(self) -> str:
        """The name of the place, as the source of what is read there: `files:src/app.py`, `forge:owner/repo`."""
        return f"{self.service or self.kind}:{self.target}"


OUTWARD = frozenset({Kind.SEND, Kind.LINK, Kind.CALL, Kind.SIGN_IN})
"""Kinds that can carry something out."""
READS = frozenset({Kind.READ, Kind.READ_SENSITIVE, Kind.READ_UNTRUSTED, Kind.ENVIRONMENT})
