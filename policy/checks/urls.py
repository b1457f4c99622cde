"""URL check: judges the addresses that tools are told to go to, as if the agent went there itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policy.checks import destination
from policy.exchange import Exchange, State
from policy.urls import targets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policy.actions import Named
    from policy.checks.destination import DestinationSettings
    from policy.urls import Target
    from policy.verdict import Finding

_NOT_ADDRESSED: Final = frozenset({"egress.domain", "egress.port", "egress.scheme", "egress.malformed-host"})
"""Rules that say nothing about an address that is only mentioned."""
_NOTHING: Final = State()
_WEB_SCHEMES: Final = frozenset({"http", "https"})


def check(
    agent: str, urls: Iterable[Named], mentioned: Iterable[Named], settings: DestinationSettings
) -> list[Finding]:
    """Stop SSRF through a tool: a server that fetches what it is told to is a way around the gateway (CWE-918).

    An address that is an argument of its own, or a command's, has to be allowed like one the agent calls; one that
    is mentioned in a longer text only must not be internal.

    Does not catch: what a name resolves to for the tool; a redirect the tool follows.
    """
    found = []
    for text, location in urls:
        found += _judge(agent, text, location, settings, frozenset())
    for text, location in mentioned:
        found += _judge(agent, text, location, settings, _NOT_ADDRESSED)
    return found


def judge_url(agent: str, url: str, settings: DestinationSettings) -> list[Finding]:
    """Judge every reading of one URL; the findings of the worst."""
    worst: list[Finding] = []
    for target in targets(url):
        found = destination.check(_exchange(agent, target), settings, _NOTHING)
        if sum(one.severity for one in found) > sum(one.severity for one in worst):
            worst = found
    return worst


def _judge(
    agent: str, url: str, location: str, settings: DestinationSettings, ignored: frozenset[str]
) -> list[Finding]:
    return [
        replace(one, location=location) for one in judge_url(agent, url, settings) if one.rule not in ignored
    ]


def _exchange(agent: str, target: Target) -> Exchange:
    return Exchange(agent, target.scheme, "GET", target.host, target.port, target.path)
