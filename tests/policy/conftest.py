"""Shared ways of asking the engine: policies as text, exchanges with sensible defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import settings

from policy.compiled import AgentPolicy
from policy.exchange import Exchange
from policy.load import parse_policy

if TYPE_CHECKING:
    from collections.abc import Callable

settings.register_profile("aegis", deadline=None, max_examples=150)
settings.load_profile("aegis")


class MakeExchange(Protocol):
    """Build an exchange from what a test cares about."""

    def __call__(self, host: str = ..., **fields: object) -> Exchange: ...


@pytest.fixture(scope="session")
def make_exchange() -> Callable[..., Exchange]:
    def make(host: str = "api.example.com", **fields: object) -> Exchange:
        values = {"agent": "a", "scheme": "https", "method": "GET", "port": 443, "target": "/v1", **fields}
        return Exchange(host=host, **values)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def base_policy() -> Callable[[str], AgentPolicy]:
    def compile_text(text: str) -> AgentPolicy:
        return parse_policy(text, "policy.yaml").base

    return compile_text
