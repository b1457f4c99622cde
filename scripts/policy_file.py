"""Loading the policy as the gateway does: with everything that the addons will need of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.load import load_policy

if TYPE_CHECKING:
    from pathlib import Path

    from policy.compiled import Policy


def load_policy_file(path: Path) -> Policy:
    """Load a policy and compile the filters of its custom rules.

    Raises:
        PolicyError: with every problem that keeps the gateway from using it.
    """
    policy = load_policy(path)
    if policy.base.rules:
        from addons.policy import check_filters  # noqa: PLC0415 - imports mitmproxy, which takes half a second

        check_filters(policy)
    return policy
