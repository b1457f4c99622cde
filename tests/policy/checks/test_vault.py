"""Real values and disguised placeholders in what leaves; without a vault nothing is asked."""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING

import pytest

from policy import engine
from policy.catalog import RULES
from policy.exchange import Exchange, State, Text
from policy.load import parse_policy
from policy.verdict import Decision, Effect
from vault.placeholders import make

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUE = b"FAKE-value-of-a-secret"
TOKEN = make("sk-proj-")
CORE = TOKEN[-32:]
POLICY = parse_policy("allowedDomains: [a.example]\nsecretsGuard: {enabled: false}\n", "p").for_agent("")


class Watch:
    """Finds one value, plainly."""

    def leaks(self, texts: Sequence[bytes]) -> Sequence[tuple[str, bool]]:
        return [("KEY", True)] if any(VALUE in text for text in texts) else []


def rules(
    *texts: tuple[str, str],
    body: bytes = b"",
    host: str = "a.example",
    placeholders: frozenset[str] | None = None,
) -> list[str]:
    exchange = Exchange(
        "a", "https", "POST", host, 443, "/", body=body, texts=tuple(Text(*text) for text in texts)
    )
    state = State(watch=Watch(), placeholders=placeholders)
    return [found.rule for found in engine.content(exchange, POLICY, state).findings]


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode() * 3)).decode()


CASES: dict[str, tuple[tuple[tuple[str, str], ...], frozenset[str] | None, list[str]]] = {
    "nothing": ((("body", "hello"),), None, []),
    "the value": ((("body", f"x {VALUE.decode()}"),), None, ["vault.leak"]),
    "the value in a view": ((("body", packed(VALUE.decode())),), None, ["vault.leak"]),
    "a placeholder in a stream": ((("body", TOKEN),), None, ["vault.canary"]),
    "a placeholder in a frame, encoded": ((("websocket", packed(TOKEN)),), None, ["vault.canary"]),
    "an admitted one in its header": ((("header:authorization", f"Bearer {TOKEN}"),), frozenset({CORE}), []),
    "an admitted one in Basic credentials": (
        (("header:authorization", "Basic " + base64.b64encode(f"me:{TOKEN}".encode()).decode()),),
        frozenset({CORE}),
        [],
    ),
    "an admitted one, and again in the body, encoded": (
        (("header:authorization", f"Bearer {TOKEN}"), ("body", packed(TOKEN))),
        frozenset({CORE}),
        ["vault.canary"],
    ),
    "one in Basic credentials that is not admitted": (
        (("header:authorization", "Basic " + base64.b64encode(f"me:{TOKEN}".encode()).decode()),),
        frozenset(),
        ["vault.canary"],
    ),
    "one in the body, openly, which the vault was asked about": ((("body", TOKEN),), frozenset(), []),
}


@pytest.mark.parametrize("what", CASES)
def test_what_leaves(what: str) -> None:
    texts, placeholders, expected = CASES[what]
    assert rules(*texts, placeholders=placeholders) == expected


def test_raw_bodies_and_names_of_hosts_are_read_too() -> None:
    assert rules(body=b"\xff\x00" + VALUE) == ["vault.leak"]
    assert rules(host=f"{CORE}.a.example") == ["vault.canary"]


def test_without_a_vault_nothing_is_asked() -> None:
    exchange = Exchange("a", "https", "POST", "a.example", 443, "/", texts=(Text("body", TOKEN),))
    assert engine.content(exchange, POLICY, State()).findings == []


def test_every_refusal_of_the_vault_holds_in_monitor_mode() -> None:
    policy = parse_policy("mode: monitor\nallowedDomains: ['*']\n", "p").for_agent("")
    exchange = Exchange("a", "https", "POST", "a.example", 443, "/", texts=(Text("body", TOKEN),))
    found = engine.content(exchange, policy, State(watch=Watch())).findings
    verdict = engine.decide(found, policy)
    assert (verdict.decision, verdict.score) == (Decision.BLOCK, 100)
    assert {rule.effect for rule in RULES.values() if rule.category == "vault"} == {
        Effect.SAFETY,
        Effect.REDACT,
    }
