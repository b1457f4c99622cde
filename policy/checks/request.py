"""Request check: judges what an exchange asks for, by method and path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policy.catalog import finding
from policy.evidence import masked, safe
from policy.paths import Glob, TooManyReadingsError, split, views

if TYPE_CHECKING:
    from policy.exchange import Exchange, State
    from policy.verdict import Finding

USUAL_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""What is allowed where `allowedMethods` is absent: no TRACE, no CONNECT, no WebDAV."""


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """What the policy says about methods and paths."""

    methods: frozenset[str] = USUAL_METHODS
    methods_line: int | None = None
    blocked: tuple[tuple[Glob, int | None], ...] = ()
    """`blockedPaths` with their policy lines."""


def check(exchange: Exchange, settings: RequestSettings, _state: State) -> list[Finding]:
    """Stop forbidden methods, and blocked paths in every disguise (CWE-22, CWE-180, CWE-650, LLM06).

    A method is compared as sent: `get` is not GET. A path is read every way a server might read it
    (`policy.paths`) and a glob that matches any reading blocks, without regard to case; a path with more
    readings than the budget allows is blocked if there are globs at all.

    Does not catch: methods tunnelled in headers or parameters (`X-HTTP-Method-Override`), rewriting by the
    server (`X-Original-URL`), resources that have another path as well.
    """
    findings = []
    if exchange.method not in settings.methods:
        reason = f"the method {safe(exchange.method, 20)} is not allowed"
        findings.append(
            finding("policy.method", reason, location="method", policy_line=settings.methods_line)
        )
    if settings.blocked:
        findings += _judge_path(exchange.target, settings)
    return findings


def _judge_path(target: str, settings: RequestSettings) -> list[Finding]:
    try:
        readings = {split(view) for view in views(target)}
    except TooManyReadingsError as error:
        return [finding("policy.path", str(error), location="path", evidence=_shown(target))]
    return [
        finding(
            "policy.path",
            f"the path matches {safe(glob.text)}, which this policy blocks",
            location="path",
            evidence=_shown(target),
            policy_line=line,
        )
        for glob, line in settings.blocked
        if any(glob.matches(reading) for reading in readings)
    ]


def _shown(target: str) -> str:
    return masked(target.partition("?")[0])
