"""Refusals that can be repeated at will: each is told of, and none can fill the ledger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from addons import repeats
from addons.repeats import DESTINATIONS, Repeats
from tests.addons.test_gateway import bench

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def refused(port: int = 9000, *, agent: str = "crew", rule: str = "protocol.udp") -> dict[str, Any]:
    return {"agent": agent, "rule": rule, "host": "93.184.216.34", "port": port, "verdict": "block"}


async def test_the_first_of_a_kind_is_durable_at_once_and_the_rest_is_one_count(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        counting = Repeats(at.gateway)
        await counting.record(refused())
        assert await at.entries() == [refused()]
        for _ in range(500):
            await counting.record(refused())
        assert await at.entries() == [refused()]
        counting.tell_all()
        assert await at.entries() == [refused(), refused() | {"repeats": 500}]


async def test_kinds_and_agents_are_told_apart(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        counting = Repeats(at.gateway)
        kinds = [refused(), refused(9001), refused(rule="protocol.quic"), refused(agent="other")]
        for fields in kinds:
            counting.post(fields)
        assert await at.entries() == kinds


async def test_many_destinations_are_one_count_for_each_rule(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        counting = Repeats(at.gateway)
        for port in range(1, 1001):
            counting.post(refused(port))
            counting.post(refused(port, rule="protocol.quic"))
        assert len(await at.entries()) == DESTINATIONS
        counting.tell_all()
        rest = {entry["rule"]: entry for entry in (await at.entries())[DESTINATIONS:]}
        assert {(entry["host"], entry["port"]) for entry in rest.values()} == {("", 0)}
        assert sum(entry["repeats"] for entry in rest.values()) == 2000 - DESTINATIONS
        assert rest.keys() == {"protocol.udp", "protocol.quic"}


async def test_a_window_ends_by_itself_and_the_next_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "WINDOW_S", 0.05)
    async with bench(tmp_path) as at:
        counting = Repeats(at.gateway)
        counting.post(refused())
        counting.post(refused())
        await asyncio.sleep(0.2)
        counting.post(refused())
        assert await at.entries() == [refused(), refused() | {"repeats": 1}, refused()]
        await asyncio.sleep(0.2)
        assert len(await at.entries()) == 3, "nothing was repeated, so there is nothing to tell"


async def test_a_ledger_that_is_gone_raises_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        counting = Repeats(at.gateway)
        at.writer.close()
        await counting.record(refused())
        counting.post(refused())
        counting.tell_all()
