"""Sliding windows: exact at the limit, per agent and host, honest about when to come back, small in memory."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import limits.storage.memory
import limits.strategies
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import addons.rates
from addons.rates import Rates
from policy.checks.rate import RateSettings

MINUTE_S = 60.0


class Clock:
    """A clock that the test moves: stands in for the module `time` where rates are kept."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the clock in place of `time` in the library and in our module."""
        module = SimpleNamespace(time=lambda: self.now_s, monotonic=lambda: self.now_s)
        for owner in (limits.storage.memory, limits.strategies, addons.rates):
            monkeypatch.setattr(owner, "time", module)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in place."""
    clock = Clock()
    clock.install(monkeypatch)
    return clock


REQUESTS = RateSettings(requests_per_minute=3)
PER_HOST = RateSettings(per_host=2)
BYTES = RateSettings(bytes_per_minute=1000)


def _passes(
    rates: Rates, limits_: RateSettings, *, agent: str = "a", host: str = "h", size_bytes: int = 0
) -> bool:
    return not any(reading.is_exceeded for reading in rates.count(agent, host, size_bytes, limits_))


def test_without_limits_nothing_is_counted() -> None:
    rates = Rates()
    assert rates.count("a", "h", 10, RateSettings()) == ()
    assert not rates._exact.storage.events


def test_the_limit_is_exact(clock: Clock) -> None:
    rates = Rates()
    assert [_passes(rates, REQUESTS) for _ in range(5)] == [True, True, True, False, False]
    assert clock.now_s > 0


def test_the_window_slides_with_each_request(clock: Clock) -> None:
    rates = Rates()
    for _ in range(3):
        assert _passes(rates, REQUESTS)
        clock.now_s += 10
    assert not _passes(rates, REQUESTS)
    clock.now_s += 29.9  # 59.9 s after the first
    assert not _passes(rates, REQUESTS)
    clock.now_s += 0.2
    assert _passes(rates, REQUESTS)
    assert not _passes(rates, REQUESTS)
    clock.now_s += 10
    assert _passes(rates, REQUESTS)


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(st.floats(0, 30), min_size=1, max_size=60), st.integers(1, 5))
def test_no_minute_has_more_requests_than_the_limit(pauses_s: list[float], limit: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        clock = Clock()
        clock.install(monkeypatch)
        rates, passed_at = Rates(), []
        for pause_s in pauses_s:
            clock.now_s += pause_s
            if _passes(rates, RateSettings(requests_per_minute=limit)):
                passed_at.append(clock.now_s)
    for first, last in zip(passed_at, passed_at[limit:], strict=False):
        assert last - first >= MINUTE_S - 1e-6  # what floats can tell apart at this date


def test_agents_do_not_share_their_windows(clock: Clock) -> None:
    rates = Rates()
    assert [_passes(rates, REQUESTS, agent="a") for _ in range(4)] == [True, True, True, False]
    assert [_passes(rates, REQUESTS, agent="b") for _ in range(4)] == [True, True, True, False]
    assert clock.now_s > 0


def test_each_host_has_its_own_window(clock: Clock) -> None:
    rates = Rates()
    assert [_passes(rates, PER_HOST, host="x.example") for _ in range(3)] == [True, True, False]
    assert [_passes(rates, PER_HOST, host="y.example") for _ in range(3)] == [True, True, False]
    assert [_passes(rates, PER_HOST, agent="b", host="x.example") for _ in range(3)] == [True, True, False]
    assert clock.now_s > 0


def test_bytes_are_counted_by_size_and_an_empty_body_as_one(clock: Clock) -> None:
    rates = Rates()
    assert _passes(rates, BYTES, size_bytes=999)
    assert _passes(rates, BYTES, size_bytes=0)
    assert not _passes(rates, BYTES, size_bytes=0)
    clock.now_s += 2 * MINUTE_S
    assert _passes(rates, BYTES, size_bytes=1000)


def test_a_body_larger_than_a_whole_minute_never_passes(clock: Clock) -> None:
    rates = Rates()
    assert not _passes(rates, BYTES, size_bytes=1001)
    assert _passes(rates, BYTES, size_bytes=1000)
    assert clock.now_s > 0


def test_a_request_counts_in_every_window_even_if_one_is_exceeded(clock: Clock) -> None:
    rates = Rates()
    both = RateSettings(requests_per_minute=1, per_host=3)
    readings = [rates.count("a", "h", 0, both) for _ in range(4)]
    assert [[r.key for r in reading] for reading in readings] == [["requestsPerMinute", "perHost"]] * 4
    assert [[r.is_exceeded for r in reading] for reading in readings] == [
        [False, False],
        [True, False],
        [True, False],
        [True, True],
    ]
    assert clock.now_s > 0


def test_a_reading_names_its_key_and_limit(clock: Clock) -> None:
    everything = RateSettings(requests_per_minute=5, per_host=4, bytes_per_minute=1000)
    readings = Rates().count("a", "h", 10, everything)
    assert [(r.key, r.limit, r.is_exceeded) for r in readings] == [
        ("requestsPerMinute", 5, False),
        ("perHost", 4, False),
        ("bytesPerMinute", 1000, False),
    ]
    assert clock.now_s > 0


@settings(max_examples=60, deadline=None, database=None)
@given(st.floats(0, 59.9), st.sampled_from([REQUESTS, PER_HOST, BYTES]))
def test_the_time_to_come_back_is_between_a_second_and_a_minute(
    pause_s: float, limits_: RateSettings
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        clock = Clock()
        clock.install(monkeypatch)
        rates = Rates()
        while _passes(rates, limits_, size_bytes=100):
            clock.now_s += pause_s / 10
        (reading,) = rates.count("a", "h", 100, limits_)
    assert reading.is_exceeded
    assert isinstance(reading.retry_after_s, int)
    assert 1 <= reading.retry_after_s <= MINUTE_S


def test_who_comes_back_at_the_time_named_passes(clock: Clock) -> None:
    rates = Rates()
    once = RateSettings(requests_per_minute=1)
    assert _passes(rates, once)
    clock.now_s += 9.6
    (reading,) = rates.count("a", "h", 0, once)
    clock.now_s += reading.retry_after_s
    assert _passes(rates, once)


def test_memory_does_not_grow_with_hosts_of_the_past(clock: Clock) -> None:
    rates = Rates()
    for minute in range(3):
        for number in range(500):
            _passes(rates, PER_HOST, host=f"host-{minute}-{number}.example")
        clock.now_s += 2 * MINUTE_S
    rates._storage.forget()
    _passes(rates, PER_HOST)
    assert len(rates._exact.storage.events) < 50


def test_memory_does_not_grow_with_minutes_of_the_past(clock: Clock) -> None:
    rates = Rates()
    for _ in range(200):
        _passes(rates, BYTES)
        clock.now_s += MINUTE_S
    rates._storage.forget()
    assert len(rates._exact.storage.storage) < 20


def test_memory_does_not_grow_with_requests_of_the_past(clock: Clock) -> None:
    rates = Rates()
    many = RateSettings(requests_per_minute=1000)
    for _ in range(10):
        for _ in range(1000):
            assert _passes(rates, many)
        clock.now_s += MINUTE_S + 1
    rates._storage.forget()
    _passes(rates, many)
    assert sum(len(events) for events in rates._exact.storage.events.values()) <= 1001


def test_counting_starts_no_threads_but_the_one_that_forgets() -> None:
    rates = Rates()
    before = threading.active_count()
    for number in range(200):
        rates.count(
            "a", f"h{number}", 10, RateSettings(requests_per_minute=50, per_host=1, bytes_per_minute=99)
        )
    assert threading.active_count() <= before
