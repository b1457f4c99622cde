"""What is known of providers: which hosts their keys are for, where a key goes, and how it begins.

Lets `aegis add-secret --key OPENAI_API_KEY --service openai` say no more than that. From the providers' public
documentation of their APIs; the operator's policy and options win over it. The prefix makes placeholders that pass
the SDKs' format checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, for one kind of key."""

    name: str
    hosts: tuple[str, ...]
    """Empty where each customer has a host of their own: everybody's would be a stranger's, too."""
    locations: tuple[str, ...]
    """As `bindings.Location` reads them."""
    prefix: str
    keys: tuple[str, ...] = ()
    """Names of the secrets this row is for, where a provider has several; empty for any."""


_GIT: Final = ("bearer", "basic", "header:authorization")

# fmt: off
ROWS: Final[tuple[Provider, ...]] = tuple(Provider(*row) for row in (
    # Models.
    ("openai", ("api.openai.com",), ("bearer",), "sk-proj-"),
    ("anthropic", ("api.anthropic.com",), ("header:x-api-key", "bearer"), "sk-ant-api03-"),
    ("gemini", ("generativelanguage.googleapis.com",), ("header:x-goog-api-key", "query:key"), "AIza"),
    ("azure-openai", (), ("header:api-key",), ""),
    ("mistral", ("api.mistral.ai",), ("bearer",), ""),
    ("cohere", ("api.cohere.com", "api.cohere.ai"), ("bearer",), ""),
    ("groq", ("api.groq.com",), ("bearer",), "gsk_"),
    ("openrouter", ("openrouter.ai",), ("bearer",), "sk-or-v1-"),
    ("together", ("api.together.xyz", "api.together.ai"), ("bearer",), ""),
    ("fireworks", ("api.fireworks.ai",), ("bearer",), "fw_"),
    ("perplexity", ("api.perplexity.ai",), ("bearer",), "pplx-"),
    ("deepseek", ("api.deepseek.com",), ("bearer",), "sk-"),
    ("xai", ("api.x.ai",), ("bearer",), "xai-"),
    ("replicate", ("api.replicate.com",), ("bearer", "header:authorization"), "r8_"),
    ("huggingface", ("huggingface.co", "router.huggingface.co"), ("bearer", "basic"), "hf_"),
    ("voyage", ("api.voyageai.com",), ("bearer",), "pa-"),
    ("elevenlabs", ("api.elevenlabs.io",), ("header:xi-api-key",), "sk_"),
    # Search and retrieval.
    ("tavily", ("api.tavily.com",), ("bearer",), "tvly-"),
    ("brave", ("api.search.brave.com",), ("header:x-subscription-token",), ""),
    ("exa", ("api.exa.ai",), ("header:x-api-key", "bearer"), ""),
    ("serper", ("google.serper.dev",), ("header:x-api-key",), ""),
    ("firecrawl", ("api.firecrawl.dev",), ("bearer",), "fc-"),
    ("pinecone", ("api.pinecone.io", "*.pinecone.io"), ("header:api-key",), "pcsk_"),
    # Code and packages.
    ("github", ("api.github.com", "github.com", "uploads.github.com", "codeload.github.com"), _GIT, "ghp_"),
    ("gitlab", ("gitlab.com",), ("header:private-token", *_GIT), "glpat-"),
    ("bitbucket", ("bitbucket.org", "api.bitbucket.org"), ("bearer", "basic"), ""),
    ("pypi", ("upload.pypi.org",), ("basic",), "pypi-"),
    ("sentry", ("sentry.io",), ("bearer",), "sntryu_"),
    # Work and messages.
    ("slack", ("slack.com", "www.slack.com"), ("bearer",), "xoxb-"),
    ("discord", ("discord.com",), ("header:authorization",), ""),
    ("telegram", ("api.telegram.org",), ("path:bot",), "1000000000:AA"),
    ("notion", ("api.notion.com",), ("bearer",), "ntn_"),
    ("linear", ("api.linear.app",), ("header:authorization", "bearer"), "lin_api_"),
    ("airtable", ("api.airtable.com",), ("bearer",), "pat"),
    ("sendgrid", ("api.sendgrid.com",), ("bearer",), "SG."),
    ("stripe", ("api.stripe.com",), ("bearer", "basic"), "sk_test_"),
    # Clouds.
    ("cloudflare", ("api.cloudflare.com",), ("bearer",), ""),
    ("digitalocean", ("api.digitalocean.com",), ("bearer",), "dop_v1_"),
    ("datadog", ("api.datadoghq.com",), ("header:dd-api-key",), "", ("DD_API_KEY", "DATADOG_API_KEY")),
    ("datadog", ("api.datadoghq.com",), ("header:dd-application-key",), "", ("DD_APP_KEY", "DATADOG_APP_KEY")),
    ("aws", ("*.amazonaws.com",), ("sigv4-id",), "AKIA", ("AWS_ACCESS_KEY_ID",)),
    ("aws", ("*.amazonaws.com",), ("sigv4-key",), "", ("AWS_SECRET_ACCESS_KEY",)),
    ("aws", ("*.amazonaws.com",), ("sigv4-token",), "", ("AWS_SESSION_TOKEN",)),
))
# fmt: on


def lookup(service: str, key: str) -> Provider | None:
    """The row for a secret of a service; names are compared without regard to case."""
    wanted = service.casefold()
    fitting = [row for row in ROWS if row.name == wanted and (not row.keys or key in row.keys)]
    return fitting[0] if fitting else None


def names() -> list[str]:
    """The providers, sorted."""
    return sorted({row.name for row in ROWS})
