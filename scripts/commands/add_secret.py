"""`aegis add-secret`: seals a secret in the vault and names the placeholder that an agent holds instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from scripts.printing import DONE, NOTICE, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from policy.compiled import Policy
    from scripts.vault_binding import Wishes
    from vault.bindings import Binding
    from vault.secret import Secret
    from vault.vault import Vault

SHORTEST_WATCHED = 8
"""Bytes; `vault.fingerprints` finds nothing shorter."""


def binding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where a secret may go."""
    for option in reversed(
        (
            click.option(
                "--service", default="", help="What it is for: a service of the policy, or a known provider."
            ),
            click.option(
                "--host", "hosts", multiple=True, help="Host it may go to, instead of the service's own."
            ),
            click.option(
                "--placement",
                "placements",
                multiple=True,
                metavar="PLACE",
                help="Where in a request: bearer, basic, header:NAME, query:NAME, cookie:NAME, path, body.",
            ),
            click.option("--method", "methods", multiple=True, help="Only with this method."),
            click.option(
                "--path", "paths", multiple=True, metavar="GLOB", help="Only below paths such as /v1/**."
            ),
            click.option(
                "--port", "ports", multiple=True, type=click.IntRange(1, 65535), help="Instead of 443."
            ),
            click.option("--region", "regions", multiple=True, help="Only in this region of AWS."),
            click.option("--agent", "agents", multiple=True, help="Only for this agent of the policy."),
            click.option(
                "--set", "is_set", is_flag=True, help="Put it in even where the agent sends nothing."
            ),
        )
    ):
        command = option(command)
    return command


@click.command(
    "add-secret",
    short_help="Store a secret and show its placeholder.",
    epilog="""\b
Examples:
  aegis add-secret --key OPENAI_API_KEY --service openai
  pass show github | aegis add-secret --key GITHUB_TOKEN --service github --agent builder
  aegis add-secret --key CRM_TOKEN --host crm.example.com --placement header:x-api-key""",
)
@click.option("--key", required=True, help="Its name, which is the variable the agent reads it from.")
@binding_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def add_secret(home: Path | None, /, *, key: str, as_json: bool, **stated: Any) -> None:
    """Seal a secret in the vault and show the placeholder that an agent holds instead of it.

    The value is asked for without being shown, or read from standard input; it never stands on the command line.
    The gateway puts it in the place of the placeholder on the way to the hosts it is bound to, and nowhere else.
    Safe to run again with the same value. Exit codes: 0 stored, 2 not stored.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from scripts.policy_file import load_policy_file  # noqa: PLC0415
    from scripts.vault_access import open_or_make_vault, read_value  # noqa: PLC0415
    from scripts.vault_binding import DEFAULT_AGENT, Wishes, resolve, unknown_agents  # noqa: PLC0415
    from scripts.vault_record import record  # noqa: PLC0415
    from vault.changes import require_fitting, require_name  # noqa: PLC0415

    require_name(key)
    settings = Settings.load(home)
    policy = load_policy_file(settings.policy_path)
    wishes = Wishes(**stated)
    require_target(wishes)
    binding = resolve(key, wishes, policy)
    with read_value(key) as value:
        require_fitting(value, binding)  # before a vault is made for it
        is_short = len(value) < SHORTEST_WATCHED
        vault, is_new_vault = open_or_make_vault(settings)
        before = vault.state
        is_stored = _store(vault, key, value, binding)
    tokens = {agent: vault.placeholder(key, agent) for agent in binding.agents or (DEFAULT_AGENT,)}
    notices = [_unreachable(binding, policy), unknown_agents(policy, binding.agents)]
    if vault.state != before:
        notices.append(record(settings.database_path, vault.state, "added", key))
    if is_short:
        notices.append(
            f"values under {SHORTEST_WATCHED} bytes are not looked for in traffic: use a longer one"
        )
    if is_new_vault:
        notices.append(f"the vault was made: keep a copy of its key ({vault.source_spec}) in a safe place")
    if as_json:
        fields = {"secret": key, "stored": is_stored, **binding.to_fields(), "placeholders": tokens}
        click.echo(json.dumps(fields, indent=2))
    else:
        click.echo(f'{DONE} Secret "{key}" {"stored" if is_stored else "is stored already"}')
        click.echo("\n".join(describe(binding, tokens)))
    for notice in filter(None, notices):
        click.echo(f"{NOTICE} {printable(notice)}", err=True)


def require_target(wishes: Wishes) -> None:
    """Refuse a secret that is bound to nothing.

    Raises:
        SecretRefused: Neither a service nor a host is stated.
    """
    from vault.errors import SecretRefused  # noqa: PLC0415

    if not wishes.service and not wishes.hosts:
        raise SecretRefused(
            "it is not said where the secret may go",
            hint="name what it is for, --service openai, or the hosts, --host api.example.com",
        )


def describe(binding: Binding, tokens: dict[str, str]) -> Iterable[str]:
    """Say where a secret goes and what agents hold."""
    places = ", ".join(map(str, binding.locations))
    service = f"{binding.service}: " if binding.service else ""
    yield f"  Goes to: {printable(service + ', '.join(binding.hosts))} ({places})"
    for agent, token in tokens.items():
        yield f"  Placeholder for agent {printable(agent)}: {token}"


def _store(vault: Vault, key: str, value: Secret, binding: Binding) -> bool:
    """Add the secret; False if the very same is there.

    Raises:
        SecretExists: There is another value of that name, or it is bound otherwise.
    """
    from vault.errors import SecretExists, SecretUnknown  # noqa: PLC0415

    try:
        with vault.lend(key) as present:
            is_same = present.is_same(value)
    except SecretUnknown:
        vault.add(key, value, binding)
        return True
    if not is_same:
        raise SecretExists(
            f"another value is stored as {key!r}", hint=f"replace it with `aegis secrets rotate {key}`"
        )
    if vault.binding(key) != binding:
        raise SecretExists(
            f"{key!r} is stored with this value, and bound otherwise",
            hint=f"`aegis secrets list` shows how; `aegis secrets rotate {key}` with the same options changes it",
        )
    return False


def _unreachable(binding: Binding, policy: Policy) -> str:
    """Tell which hosts the secret is bound to that agents may not reach; empty if there is none."""
    allowed, blocked = policy.base.destination.allowed, policy.base.destination.blocked
    refused = [
        host
        for host in binding.hosts
        if not host.startswith("*")
        and (blocked.has_any or blocked.line_of(host)[0] or not (allowed.has_any or allowed.line_of(host)[0]))
    ]
    return (
        f"the policy does not allow {', '.join(refused)}: list what agents need in allowedDomains"
        if refused
        else ""
    )
