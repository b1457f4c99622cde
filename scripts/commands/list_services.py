"""`aegis list-services`: the services of the policy, where they are, and how many credentials are bound to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from scripts.printing import columns, printable

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from policy.checks.destination import DestinationSettings
    from policy.compiled import Policy

UNNAMED = "-"
"""Stands for the service of hosts that are allowed and that no service names."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host of one service."""

    service: str
    host: str
    is_allowed: bool
    """False where the policy names a host that its `allowedDomains` do not admit."""


@click.command("list-services", short_help="List the services of the policy.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def list_services(home: Path | None, *, as_json: bool) -> None:
    """List the services of the policy, their endpoints and the number of credentials bound to each.

    Hosts that are allowed and belong to no service are listed under "-". The number of credentials is that
    of the vault's secrets bound to the service; no key is needed to count them.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from scripts.policy_file import load_policy_file  # noqa: PLC0415
    from scripts.vault_access import vault_path  # noqa: PLC0415
    from scripts.vault_counts import secrets_by_service  # noqa: PLC0415

    settings = Settings.load(home)
    endpoints = list(endpoints_of(load_policy_file(settings.policy_path)))
    counts = secrets_by_service(vault_path(settings))
    click.echo(_json(endpoints, counts) if as_json else _table(endpoints, counts))


def endpoints_of(policy: Policy) -> Iterator[Endpoint]:
    """Yield the hosts of all services, then the allowed ones that belong to none."""
    destination = policy.base.destination
    named = set()
    for service in policy.services:
        for host in service.hosts:
            named.add(host)
            yield Endpoint(service.name, host, _is_allowed(host, destination))
    for pattern in _patterns(destination):
        if pattern not in named:
            yield Endpoint(UNNAMED, pattern, is_allowed=True)


def _is_allowed(host: str, destination: DestinationSettings) -> bool:
    is_blocked = destination.blocked.has_any or destination.blocked.line_of(host)[0]
    return not is_blocked and (destination.allowed.has_any or destination.allowed.line_of(host)[0])


def _patterns(destination: DestinationSettings) -> Iterator[str]:
    allowed = destination.allowed
    yield from allowed.exact
    yield from (f"*.{suffix}" for suffix in allowed.suffixes)
    yield from map(str, allowed.addresses)
    if allowed.has_any:
        yield "*"


def _table(endpoints: list[Endpoint], counts: Counter[str]) -> str:
    rows = [("SERVICE", "ENDPOINT", "ALLOWED", "CREDENTIALS")]
    rows += [
        (
            printable(item.service),
            printable(item.host),
            "yes" if item.is_allowed else "no",
            str(counts[item.service.casefold()]),
        )
        for item in endpoints
    ]
    return columns(rows)


def _json(endpoints: list[Endpoint], counts: Counter[str]) -> str:
    names = list(dict.fromkeys(item.service for item in endpoints))
    services = [
        {
            "name": None if name == UNNAMED else name,
            "endpoints": [
                {"host": item.host, "allowed": item.is_allowed} for item in endpoints if item.service == name
            ],
            "credentials": counts[name.casefold()],
        }
        for name in names
    ]
    return json.dumps(services, indent=2)
