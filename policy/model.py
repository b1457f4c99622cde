"""Models of the policy file as a whole.

Owns the top-level keys (DESIGN.md §5). `PolicyDocument` is what an operator wrote, validated and normalized,
and nothing more: `policy.compiled` turns it into what checks read. Invariant: an absent key means the default
written here.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policy.sections import (
    AgentMatch,
    Commands,
    Filesystem,
    Limits,
    Network,
    PiiDataGuard,
    PromptIntegrity,
    RateLimits,
    Rule,
    SecretsGuard,
    Section,
    Service,
    Sink,
    ThreatScoring,
    Tools,
)
from policy.values import Domain, Method, Name, PathGlob


class RepeatedValueError(ValueError):
    """A value that has to be unique stands in two entries of a list."""

    def __init__(self, message: str, place: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.place = place
        """Where the second stands: keys as written in the file, and indices."""


class GuardKeys(Section):
    """Everything an agent may override."""

    mode: Literal["enforce", "monitor"] = "enforce"
    """`monitor` judges, records and lets pass; what protects from SSRF stays refused."""
    allowed_domains: tuple[Domain, ...] = ()
    """Exact host, `*.example.com` (any depth below, not the apex), or `*`. Absent: nothing is allowed."""
    blocked_domains: tuple[Domain, ...] = ()
    """Wins over `allowedDomains`."""
    allowed_methods: Annotated[tuple[Method, ...], Field(min_length=1)] | None = None
    """HTTP methods; absent: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS."""
    blocked_paths: tuple[PathGlob, ...] = ()
    """`/` is exactly the root, `/admin/**` the subtree, `*` within a segment."""
    rate_limits: RateLimits = RateLimits()
    """Limits per minute."""
    network: Network = Network()
    """Ports and addresses."""
    limits: Limits = Limits()
    """Sizes."""
    filesystem: Filesystem | None = None
    """Paths in tool calls."""
    tools: Tools | None = None
    """Tool calls."""
    shell: Commands | None = None
    """Shell commands in tool calls."""
    sql: Commands | None = None
    """SQL statements in tool calls."""
    prompt_integrity: PromptIntegrity | None = None
    """Injected instructions."""
    pii_data_guard: PiiDataGuard | None = None
    """Personal data."""
    secrets_guard: SecretsGuard | None = None
    """Keys and tokens."""
    threat_scoring: ThreatScoring = ThreatScoring()
    """What the score means."""


class Agent(Section):
    """`agents`: one identity."""

    name: Name
    """Shown in the ledger and the console."""
    match: AgentMatch
    """How it is recognized."""
    policy: GuardKeys = GuardKeys()
    """Overrides: a list replaces the list above, a section is merged key by key."""


class PolicyDocument(GuardKeys):
    """A policy file."""

    services: tuple[Service, ...] = ()
    """What agents talk to."""
    agents: tuple[Agent, ...] = ()
    """Who they are."""
    rules: tuple[Rule, ...] = ()
    """Custom rules, for all agents."""
    sinks: tuple[Sink, ...] = ()
    """Where entries are sent as well."""

    @model_validator(mode="after")
    def _has_unique_names(self) -> "PolicyDocument":
        for key, entries in (("services", self.services), ("agents", self.agents), ("rules", self.rules)):
            if (second := _first_repeated([entry.name for entry in entries])) is not None:
                raise RepeatedValueError(f"two entries of {key} have the same name", (key, second, "name"))
        users = [None if agent.match.source_addresses else agent.match.proxy_user for agent in self.agents]
        if (second := _first_repeated(users)) is not None:
            place = ("agents", second, "match", "proxyUser")
            raise RepeatedValueError("two agents are recognized by the same proxyUser", place)
        return self


def _first_repeated(values: Sequence[str | None]) -> int | None:
    """Return the index of the first value, other than None, that has been there before."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            return index
        if value is not None:
            seen.add(value)
    return None
