"""What a new secret is bound to: options first, then the policy's services, then what is known of providers."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import agent_environment
from vault import providers
from vault.bindings import Binding, Location, Mode
from vault.errors import SecretRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policy.compiled import Policy
    from policy.sections import Service

DEFAULT_AGENT = "default"
"""What callers are called that the policy does not name."""
DEFAULT_PLACEMENT = "bearer"
RESERVED = frozenset(
    {
        *agent_environment.variables("", 0, Path()),
        *(
            "PATH",
            "HOME",
            "SHELL",
            "USER",
            "PWD",
            "IFS",
            "ENV",
            "BASH_ENV",
            "TMPDIR",
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
        ),
        *("PYTHONPATH", "PYTHONHOME", "NODE_OPTIONS", "AEGIS_HOME", "VAULT_KEY"),
    }
)
"""Variables that mean something else: `aegis env` would lead an agent past the gateway, or into a wall."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator stated on the command line; empty where nothing was."""

    service: str = ""
    hosts: tuple[str, ...] = ()
    placements: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    is_set: bool = False

    @property
    def are_none(self) -> bool:
        """Whether nothing was stated."""
        return self == Wishes()


def resolve(key: str, wishes: Wishes, policy: Policy) -> Binding:
    """Work out the binding of a new secret.

    Raises:
        SecretRefused: It is not known where the secret may go.
    """
    if key in RESERVED:
        raise SecretRefused(
            f"{key} means something else to programs", hint="name the variable that holds a credential"
        )
    service = _service(policy, wishes.service)
    provider = providers.lookup(wishes.service, key)
    hosts = wishes.hosts or (service.hosts if service else ()) or (provider.hosts if provider else ())
    if not hosts:
        raise SecretRefused(
            f"no hosts are known for service {wishes.service!r}", hint=_ways_out(policy, wishes)
        )
    placements = wishes.placements or _placements(service, key) or (provider.locations if provider else ())
    name = service.name if service else provider.name if provider else wishes.service
    return Binding(
        hosts=tuple(host.lower().rstrip(".") for host in hosts),
        locations=tuple(Location.parse(text) for text in placements or (DEFAULT_PLACEMENT,)),
        service=name,
        ports=wishes.ports or (443,),
        methods=tuple(method.upper() for method in wishes.methods),
        paths=wishes.paths,
        agents=wishes.agents,
        regions=wishes.regions,
        mode=Mode.SET if wishes.is_set else Mode.REPLACE,
        prefix=provider.prefix if provider else "",
    )


def rebind(key: str, current: Binding, wishes: Wishes, policy: Policy) -> Binding:
    """Change what was stated, and only that, in a binding.

    Raises:
        SecretRefused: The result is no binding.
    """
    if wishes.are_none:
        return current
    if wishes.service:
        return resolve(key, wishes, policy)
    stated = {
        "hosts": tuple(host.lower().rstrip(".") for host in wishes.hosts),
        "locations": tuple(Location.parse(text) for text in wishes.placements),
        "methods": tuple(method.upper() for method in wishes.methods),
        "paths": wishes.paths,
        "agents": wishes.agents,
        "regions": wishes.regions,
        "ports": wishes.ports,
    }
    mode = Mode.SET if wishes.is_set else current.mode
    return replace(current, mode=mode, **{name: value for name, value in stated.items() if value})  # type: ignore[arg-type]


def unknown_agents(policy: Policy, names: Iterable[str]) -> str:
    """Tell which agents the policy does not name, whose placeholders nobody could use; empty if there is none."""
    known = {DEFAULT_AGENT, *(agent.name for agent in policy.agents)}
    unknown = [name for name in names if name not in known]
    if not unknown:
        return ""
    return f"the policy names no agent {', '.join(unknown)}: callers are known as {', '.join(sorted(known))}"


def _service(policy: Policy, name: str) -> Service | None:
    return next((item for item in policy.services if item.name.casefold() == name.casefold()), None)


def _placements(service: Service | None, key: str) -> tuple[str, ...]:
    if service is None:
        return ()
    return tuple(item.placement for item in service.credentials if item.key == key)


def _ways_out(policy: Policy, wishes: Wishes) -> str:
    known = sorted({*providers.names(), *(service.name for service in policy.services)})
    near = (
        []
        if wishes.service.casefold() in known
        else difflib.get_close_matches(wishes.service.casefold(), known, n=1)
    )
    meant = f"did you mean --service {near[0]}? or " if near else ""
    return f"{meant}name the hosts: --host api.example.com --placement bearer"
