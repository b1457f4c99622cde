"""What was read out of a command line: the values that pass between reading, naming and judging.

`Raw` is a simple command as written, from either front end (`syntax`, `lexer`); `Command` is one after resolution.
All of it is agent-supplied.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RawRedirect:
    """One redirection as written."""

    operator: str
    """`>`, `>>`, `<`, `<<`, `<<<`, `>&`, `&>`, `<>`, `>|`; the descriptor in front is dropped."""
    target: str
    """Source text of the target; of a here-document, its body."""
    is_literal: bool = False
    """True for the body of a here-document whose delimiter was quoted."""


@dataclass(slots=True)
class Raw:
    """One simple command as written."""

    start: int
    end: int
    """Half-open, in characters of the text that was parsed."""
    words: list[str] = field(default_factory=list)
    """Source text of each word, quotes and expansions included."""
    assignments: list[tuple[str, str]] = field(default_factory=list)
    """Name and source of the value; a name that ends in `+` appends."""
    redirects: list[RawRedirect] = field(default_factory=list)
    upstream: list[Raw] = field(default_factory=list)
    """The commands whose output is piped into this one."""
    functions: tuple[str, ...] = ()
    """Names of the functions around it, outermost first."""
    is_background: bool = False


@dataclass(slots=True)
class Script:
    """What a front end made of one text."""

    commands: list[Raw] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)
    """Source of the body by name."""
    is_whole: bool = True
    """False if the front end stopped before the end of the text."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection after resolution."""

    operator: str
    target: str


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """One command after resolution: quotes, variables and wrappers are gone."""

    argv: tuple[str, ...]
    """Resolved words; what is not known stays as `$NAME` or `$()`."""
    name: str
    """Base name of the program in lower case, without `.exe`."""
    start: int
    end: int
    """Half-open, in characters of the original text; of a decoded or nested text, of what it came from."""
    prefixes: tuple[str, ...] = ()
    """Wrappers that were taken off, outermost first: `sudo`, `xargs`, `docker`."""
    redirects: tuple[Redirect, ...] = ()
    stdin: str | None = None
    """What it reads, where that is known."""
    piped: tuple[Command, ...] = ()
    """Commands whose output it reads."""
    fed: tuple[Command, ...] = ()
    """Commands whose output stands in its words (substitutions)."""
    environment: tuple[tuple[str, str], ...] = ()
    """Assignments in front of it."""
    functions: tuple[str, ...] = ()
    is_background: bool = False
    is_remote: bool = False
    """True for what runs on another machine or in a container (`ssh`, `docker exec`)."""
    after: tuple[Command, ...] = ()
    """Commands before it on the line that fetched the file it runs."""

    @property
    def sources(self) -> tuple[Command, ...]:
        """All commands whose output reaches it."""
        return self.piped + self.fed


@dataclass(slots=True)
class Reading:
    """All that one text runs and names."""

    text: str
    commands: tuple[Command, ...] = ()
    paths: tuple[str, ...] = ()
    """Every path it reads or writes, as far as resolved."""
    urls: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()
    """Statements given to database clients."""
    views: tuple[tuple[str, str], ...] = ()
    """Texts that were decoded on the way, each with how (`base64`, `powershell`)."""
    is_windows: bool = False
    """True if some of it was read as PowerShell or cmd."""
    is_cut: bool = False
    """True if a limit was reached and something was judged by its tokens only."""
    is_too_deep: bool = False
    """True if nesting or the number of commands went beyond what is read."""
