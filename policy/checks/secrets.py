"""Secrets check: judges what leaves, by the credentials in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from policy.checks.found import findings
from policy.detectors.secrets import detector, host_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detection import Match
    from policy.exchange import State, Text
    from policy.reading import Reading
    from policy.verdict import Finding

OWN_CREDENTIAL: Final = ("header:", "query:")
"""Places where a service expects its own credential."""
_MISPLACED: Final = 60
"""Severity of a provider's key in the right place of another provider's request: gateways do that, thieves too."""
_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "github": ("github.com", "githubusercontent.com", "githubcopilot.com"),
    "gitlab": ("gitlab.com",),
    "aws": ("amazonaws.com", "aws.dev", "amazonaws.com.cn"),
    "anthropic": ("anthropic.com",),
    "openai": ("openai.com", "azure.com"),
    "google": ("googleapis.com", "google.com"),
    "slack": ("slack.com",),
    "stripe": ("stripe.com",),
    "npm": ("npmjs.org", "npmjs.com"),
    "pypi": ("pypi.org",),
    "huggingface": ("huggingface.co", "hf.co"),
    "sendgrid": ("sendgrid.com",),
    "digitalocean": ("digitalocean.com",),
}
"""Where keys of a provider, named by the first word of their kind, belong."""


@dataclass(frozen=True, slots=True)
class SecretsSettings:
    """What the policy says about keys and tokens."""

    is_enabled: bool = True
    allow: frozenset[str] = frozenset()
    """Fingerprints of secrets that may pass."""
    line: int | None = None


def check(
    host: str, read: Sequence[tuple[Text, Reading]], settings: SecretsSettings, state: State
) -> list[Finding]:
    """Stop credentials that leave for where they do not belong (LLM02, ASI03, T1552, T1567, T1048.003, CWE-522).

    Every document of the request is looked at in every disguise. The credential in a place where the service expects
    its own (`Authorization`, `?key=`) is not a leak, unless it was first seen at another host.

    Does not catch: a password that looks like a word; a secret cut into pieces over several requests; a service
    whose own credential is sent to it for the first time by a thief who owns it.
    """
    if not settings.is_enabled:
        return []
    found: list[Finding] = findings(host_labels.judge_host(host).matches, "host", settings.line)
    ask = partial(detector.detect, allow=settings.allow)
    for text, reading in read:
        matches = reading.detect(ask, "secrets").matches
        if text.location.startswith(OWN_CREDENTIAL) and text.location not in state.foreign_credentials:
            matches = tuple(_misplaced(match) for match in matches if not _is_at_home(match.kind, host))
        found += findings(matches, text.location, settings.line)
    return found


def _is_at_home(kind: str, host: str) -> bool:
    """True if a credential's provider is this host, or is not known."""
    homes = _HOMES.get(kind.partition("-")[0])
    return homes is None or any(host == home or host.endswith(f".{home}") for home in homes)


def _misplaced(match: Match) -> Match:
    return replace(match, severity=min(match.severity, _MISPLACED))
