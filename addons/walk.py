"""The walk of one flow through the stack: what the addons have learned of it so far.

Walks live beside mitmproxy's flows, never in `flow.metadata`: metadata comes with recorded files, and a recorded
file is agent-supplied, so a verdict found there would be a forged one. Invariant: `is_released` is set by the gate
alone, after the entry of an allowing verdict is durable.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policy.verdict import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitmproxy import http

    from addons.lending import Loan
    from policy.compiled import AgentPolicy
    from policy.detection import Match
    from policy.exchange import Exchange, RateReading
    from policy.verdict import Finding, Verdict


@dataclass(slots=True)
class Caller:
    """One client connection: who it is and where its tunnel goes."""

    agent: str
    """Resolved name."""
    identified_by: str
    """`proxy-credentials`, `source-address`, `default` or `unknown-credentials`."""
    tunnel: tuple[str, int] | None = None
    """Authority of the CONNECT, as the agent sent it; None without a tunnel."""
    judged_requests: int = 0
    """Requests inside the tunnel that got a verdict."""
    failed_heads: int = 0
    """HEAD requests that broke off and whose error page is yet to be sent: it has no body."""
    core_refusal: tuple[Verdict, int] | None = None
    """Verdict and entry of a request that mitmproxy's core is about to answer with an error page."""
    pins: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    """Destination (host, port) of released requests to the addresses judged for them."""


@dataclass(slots=True)
class Walk:
    """What is known of one flow; filled from left to right by the stack."""

    flow_id: str
    agent: str
    identified_by: str
    policy: AgentPolicy
    started_ns: int = field(default_factory=time.perf_counter_ns)
    """Monotonic clock, nanoseconds."""
    source: str = ""
    """Address the agent calls from."""
    exchange: Exchange | None = None
    addresses: tuple[str, ...] = ()
    """Every address the destination resolved to, all judged."""
    rates: tuple[RateReading, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    verdict: Verdict | None = None
    entry: int | None = None
    """Sequence number of the durable entry."""
    is_released: bool = False
    """The verdict allows, and its entry is durable."""
    is_refused: bool = False
    is_ended: bool = False
    """Its last entry is queued."""
    late_findings: list[Finding] = field(default_factory=list)
    """Found in the response's head; the gate acts on them when the response is complete."""
    late_entries: list[dict[str, Any]] = field(default_factory=list)
    """Fields of entries about single actions in the response; the gate makes them durable before it passes."""
    redactions: dict[str, tuple[Match, ...]] = field(default_factory=dict)
    """What is to be replaced before the request passes, by location of the document."""
    answer: bytes | None = None
    """The response's body as it may be delivered, decoded, if it is not to be delivered as it came."""
    declared_bytes: int = 0
    """Size of a body that is judged while it passes; 0 for one that is held."""
    placeholders: frozenset[str] = frozenset()
    """Placeholders in the request that the vault will exchange."""
    lent: tuple[str, ...] = ()
    """Which secrets those are, and where: `OPENAI_API_KEY bearer`."""
    loan: Loan | None = None
    """What was put into the request that went out."""
    judged_message: object = None
    """The WebSocket message that may go on."""
    trace: list[Step] = field(default_factory=list)
    """Which checks ran, and how long they took."""

    @property
    def is_settled(self) -> bool:
        """The gate has decided about the request."""
        return self.is_released or self.is_refused

    @contextmanager
    def step(self, check: str) -> Iterator[None]:
        """Take the time of one check."""
        started_ns = time.perf_counter_ns()
        before = len(self.findings)
        yield
        elapsed_us = (time.perf_counter_ns() - started_ns) // 1000
        self.trace.append(Step(check, elapsed_us, len(self.findings) - before))


class Walks:
    """The walks of all flows under way; each lives and dies with its flow.

    A walk is an attribute of the live object: mitmproxy neither saves nor copies nor restores it.
    """

    def open(self, flow: http.HTTPFlow, walk: Walk) -> None:
        """Begin (or, for a flow that is replayed, begin anew) the walk of `flow`."""
        vars(flow)[_ATTRIBUTE] = walk

    def get(self, flow: http.HTTPFlow) -> Walk | None:
        """The walk of `flow`, or None if the stack has not seen it."""
        walk: Walk | None = vars(flow).get(_ATTRIBUTE)
        return walk


_ATTRIBUTE = "_aegis_walk"
