"""Models of the policy file's sections: one class per guard, one attribute docstring per key.

Owns the shape of what operators write under each top-level key. Sequences are tuples, because `policy.source`
builds them so and a loaded policy never changes. Invariant: strict types, no unknown keys; a value that
validates here compiles.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from policy.catalog import CATEGORIES
from policy.values import (
    AdmittedSubnet,
    BlockedSubnet,
    Bytes,
    Fingerprint,
    GlobText,
    HostName,
    Line,
    Name,
    Percent,
    PerMinute,
    Placement,
    Port,
    regex,
    text,
)

MEBIBYTE = 1 << 20


class Section(BaseModel):
    """Camel case outside, snake case inside, nothing unknown, nothing converted."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


class RateLimits(Section):
    """`rateLimits`: sliding windows of one minute, per agent."""

    requests_per_minute: PerMinute | None = None
    """All requests."""
    per_host: PerMinute | None = None
    """Requests to any one host."""
    per_tool: PerMinute | None = None
    """Calls of any one tool."""
    bytes_per_minute: PerMinute | None = None
    """Bytes of request bodies."""


class Network(Section):
    """`network`: ports and addresses."""

    allowed_ports: tuple[Port, ...] = (80, 443)
    """Ports an agent may connect to."""
    blocked_subnets: tuple[BlockedSubnet, ...] = ()
    """Added to the built-in list, which cannot be shortened."""
    allow_subnets: dict[HostName, tuple[AdmittedSubnet, ...]] = {}
    """Host name to non-public subnets it may resolve to; never metadata, link-local or multicast."""


class Limits(Section):
    """`limits`: how much of an exchange is read before it is refused."""

    max_request_body_bytes: Bytes = 32 * MEBIBYTE
    """Decoded request body."""
    max_header_bytes: Bytes = 64 * 1024
    """Request line and header fields together."""


class Filesystem(Section):
    """`filesystem`: paths in tool calls."""

    sandbox_root: Line | None = None
    """Directory the agent works in."""
    deny_patterns: tuple[GlobText, ...] = ()
    """Globs on paths; inside the sandbox only patterns more specific than `**/*` count."""


class ToolPredicate(Section):
    """`tools.when`: an argument decides."""

    tool: GlobText
    """Glob on `server/tool`."""
    argument: Line
    """Name of the argument, dotted for nested ones."""
    matches: GlobText
    """Glob on the argument's text."""
    action: Literal["allow", "hold", "deny"] = "deny"
    """What happens if it matches."""


class Tools(Section):
    """`tools`: MCP and function calls."""

    allow: tuple[GlobText, ...] | None = None
    """Globs on `server/tool`; absent: all."""
    deny: tuple[GlobText, ...] = ()
    """Wins over `allow`."""
    when: tuple[ToolPredicate, ...] = ()
    """Predicates on arguments."""
    hold: tuple[GlobText, ...] = ()
    """Waits for a person."""


class Commands(Section):
    """`shell` and `sql`: commands and statements in tool calls."""

    enabled: bool = True
    """False switches the guard off."""
    allow: tuple[GlobText, ...] = ()
    """Globs on commands or statement kinds."""
    deny: tuple[GlobText, ...] = ()
    """Wins over `allow`."""
    hold: tuple[GlobText, ...] = ()
    """Waits for a person."""


class PromptIntegrity(Section):
    """`promptIntegrity`: injected instructions."""

    enabled: bool = True
    """False switches the guard off."""
    block_jailbreaks: bool = True
    """Block instead of scoring."""
    threshold: Percent | None = None
    """Score from which a text counts as an attack; absent: the guard's own."""


def _pattern(value: object) -> str | dict[str, str]:
    """Read one entry of `detectPatterns`: the name of a built-in, or one `name: regex`."""
    if isinstance(value, dict):
        if len(value) != 1:
            raise ValueError("expected one name and one regular expression per entry")
        return {text(key): regex(pattern) for key, pattern in value.items()}
    return text(value)


class PiiDataGuard(Section):
    """`piiDataGuard`: personal data."""

    enabled: bool = True
    """False switches the guard off."""
    detect_patterns: tuple[Annotated[str | dict[str, str], PlainValidator(_pattern)], ...] = ()
    """Names of built-in patterns, or `name: regex`."""
    action: Literal["ALERT", "REDACT", "BLOCK", "BLOCK_AND_REDACT"] = "BLOCK_AND_REDACT"
    """Block what leaves, redact what comes back and what is recorded."""
    directions: tuple[Literal["request", "response"], ...] = ("request", "response")
    """Which way is looked at."""
    reversible: bool = False
    """Placeholders that come back in an answer become the values again; the gateway remembers them meanwhile."""


class SecretsGuard(Section):
    """`secretsGuard`: keys and tokens."""

    enabled: bool = True
    """False switches the guard off."""
    allow: tuple[Fingerprint, ...] = ()
    """Fingerprints of secrets that may pass; never the secrets."""


class ThreatScoring(Section):
    """`threatScoring`: what the score means."""

    block_at: Annotated[int, Field(ge=1, le=100)] = 70
    """Scores from here on are blocked."""
    hold_at: Annotated[int, Field(ge=1, le=100)] | None = None
    """Scores from here on wait for a person."""
    weights: dict[str, Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]] = {}
    """Factor per category; findings that refuse always count in full."""

    @model_validator(mode="after")
    def _is_consistent(self) -> "ThreatScoring":
        if self.hold_at is not None and self.hold_at >= self.block_at:
            raise ValueError(f"holdAt has to be lower than blockAt, which is {self.block_at}")
        unknown = sorted(set(self.weights) - CATEGORIES)
        if unknown:
            raise ValueError(f"weights has unknown categories; known are {', '.join(sorted(CATEGORIES))}")
        return self


class Credential(Section):
    """One secret of a service, by name."""

    key: Name
    """Name of the secret in the vault; never the secret."""
    placement: Placement = "bearer"
    """`bearer`, `basic`, `body`, `header:NAME`, `query:NAME` or `cookie:NAME`."""


class Service(Section):
    """`services`: something agents talk to."""

    name: Name
    """Shown in lists and bound in the vault."""
    hosts: tuple[HostName, ...] = Field(min_length=1)
    """Exact host names; they still have to be allowed."""
    credentials: tuple[Credential, ...] = ()
    """Secrets that are put in on the way out."""


class AgentMatch(Section):
    """`agents[].match`: how an agent is recognized; everything stated has to hold."""

    proxy_user: Name | None = None
    """User name of the proxy credentials."""
    proxy_password_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 of the password that goes with it, which should be random: `openssl rand -hex 32`."""
    source_addresses: tuple[BlockedSubnet, ...] = ()
    """Addresses its connections come from."""

    @model_validator(mode="after")
    def _says_something(self) -> "AgentMatch":
        if self.proxy_user is None and not self.source_addresses:
            raise ValueError("match needs proxyUser or sourceAddresses")
        if self.proxy_password_sha256 and self.proxy_user is None:
            raise ValueError("proxyPasswordSha256 needs proxyUser")
        return self


class Rule(Section):
    """`rules`: a custom rule."""

    name: Name
    """Shown with the finding."""
    filter: Line
    """In mitmproxy's filter language, such as `~d example.com & ~m DELETE`."""
    action: Literal["score", "hold", "block"] = "block"
    """Count it, ask a person, or refuse."""
    severity: Percent = 70
    """0..100; a rule that blocks has 70 or more."""
    reason: Line | None = None
    """What the refused side reads."""

    @model_validator(mode="after")
    def _is_consistent(self) -> "Rule":
        if self.action == "block" and self.severity < 70:  # noqa: PLR2004 the floor of band HIGH
            raise ValueError("a rule that blocks has a severity of 70 or more")
        return self


class Sink(Section):
    """`sinks`: where entries are sent as well."""

    name: Name
    """Shown in status lists."""
    type: Literal["syslog", "webhook", "otlp", "file"]
    """Protocol."""
    target: Line
    """Address or path; credentials belong in the vault."""
