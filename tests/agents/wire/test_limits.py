"""What a server has to bear from us: so much at once, so much a second, nothing while it rests or queries are off."""

import asyncio

import pytest

from agents.sources.wire import Limits, ServerError, Switch, Trouble, answers_to, counting
from orchestrator.retry import BreakerPolicy, RetryPolicy
from tests.agents.wire.counterpart import counterpart, says, sends, server_at, waits
from tests.support.clock import HurriedClock

SECRET = "s3cr3t-9f2c"


async def test_a_server_that_says_when_to_come_back_is_not_asked_before() -> None:
    clock = HurriedClock()
    script = (says({}, status=429, Retry_After="7"), says())
    async with counterpart(*script) as (_, url), server_at(url, clock) as server:
        await server.get_json("x")
    assert max(clock.waits) == 7


async def test_a_server_that_wants_a_long_rest_gets_it() -> None:
    clock = HurriedClock()
    script = (says({}, status=503, Retry_After="Sat, 14 Mar 2026 12:02:00 GMT"), says({"b": 1}))
    async with counterpart(*script) as (partner, url), server_at(url, clock) as server:
        with pytest.raises(ServerError, match="failed with status 503"):
            await server.get_json("x")
        with pytest.raises(ServerError, match=r"left alone until 12:02:00 UTC\.$"):
            await server.get_json("x")
        assert len(partner.seen) == 1
        clock.skip(120)
        assert await server.get_json("x") == {"b": 1}


async def test_after_failures_in_a_row_a_server_is_left_alone_for_a_while() -> None:
    clock, limits = HurriedClock(), Limits(retry=RetryPolicy(max_attempts=2), breaker=BreakerPolicy(4, 60, 100))
    async with counterpart(says({}, status=503)) as (partner, url), server_at(url, clock, limits=limits) as server:
        for _ in range(2):
            with pytest.raises(ServerError, match="failed with status 503"):
                await server.get_json("x")
        with pytest.raises(ServerError, match="it kept failing, and is left alone until 12:01") as caught:
            await server.get_json("x")
        assert caught.value.trouble is Trouble.RESTING
        assert len(partner.seen) == 4
        partner.script = [says({"b": 1})]
        clock.skip(61)
        assert await server.get_json("x") == {"b": 1}
        assert server.asked.refused == 1


async def test_the_switch_stops_what_is_under_way_and_all_that_follows() -> None:
    switch = Switch()
    async with counterpart(waits()) as (partner, url), server_at(url, switch=switch) as server:
        asking = [asyncio.ensure_future(server.get_json("x")) for _ in range(9)]
        while len(partner.seen) < 4:
            await asyncio.sleep(0)
        switch.turn_off()
        for each in asking:
            with pytest.raises(ServerError, match="queries are switched off") as caught:
                await each
            assert caught.value.trouble is Trouble.OFF
            assert "COMPASS_QUERIES" in caught.value.remedy
        with pytest.raises(ServerError, match="queries are switched off"):
            await server.get_json("x")
        assert len(partner.seen) == 4
        partner.script = [says({"b": 1})]
        switch.turn_on()
        assert await server.get_json("x") == {"b": 1}


async def test_no_more_than_the_limit_are_asked_at_once() -> None:
    async with counterpart(says()) as (partner, url), server_at(url, limits=Limits(at_once=3)) as server:
        await asyncio.gather(*(server.get_json("x") for _ in range(12)))
    assert partner.most_at_once <= 3
    assert len(partner.seen) == 12


async def test_questions_beyond_the_rate_wait_their_turn() -> None:
    clock = HurriedClock()
    limits = Limits(per_second=2, at_once=1)
    async with counterpart(says()) as (_, url), server_at(url, clock, limits=limits) as server:
        for _ in range(5):
            await server.get_json("x")
    assert clock.monotonic() == pytest.approx(2.0)


async def test_what_was_asked_is_counted_for_the_server_and_for_whoever_counts() -> None:
    async with counterpart(sends(b'"12345678"')) as (_, url), server_at(url) as server:
        await server.get_json("x")
        with counting() as outer:
            with counting() as inner:
                await asyncio.gather(server.get_json("x"), server.get_json("x"))
            await server.get_json("x")
    assert (inner.queries, inner.read_bytes) == (2, 20)
    assert (outer.queries, outer.read_bytes) == (3, 30)
    assert (server.asked.queries, server.asked.read_bytes) == (4, 40)


async def test_a_caller_who_goes_away_leaves_nothing_behind() -> None:
    limits = Limits(at_once=1)
    async with counterpart(waits(), says({"b": 1})) as (partner, url), server_at(url, limits=limits) as server:
        asking = asyncio.ensure_future(server.get_json("x"))
        while not partner.seen:
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await server.get_json("x") == {"b": 1}


async def test_when_a_rest_begins_the_caller_hears_what_went_wrong_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = Limits(breaker=BreakerPolicy(failures=2))
    async with counterpart(says({}, status=503)) as (partner, url), server_at(url, limits=limits) as server:
        with pytest.raises(ServerError, match="it failed with status 503"):
            await server.get_json("x")
    assert len(partner.seen) == 2
    assert [each.getMessage() for each in caplog.records if each.name.startswith("compass.")] == [
        "Prometheus failed 2 times in a row: no queries for 30 s"
    ]


async def test_a_refusal_that_says_when_to_come_back_is_no_matter_of_rights() -> None:
    clock = HurriedClock()
    script = (says({}, status=403, Retry_After="7"), says({"b": 1}))
    async with counterpart(*script) as (_, url), server_at(url, clock) as server:
        assert await server.get_json("x") == {"b": 1}
    assert max(clock.waits) == 7


async def test_where_one_of_several_questions_fails_the_others_are_not_asked_any_more() -> None:
    script = (says({}, status=400), waits())
    async with counterpart(*script) as (partner, url), server_at(url, limits=Limits(at_once=2)) as server:
        with pytest.raises(ServerError, match="rejected the query"):
            await answers_to(server.get_json("x") for _ in range(20))
        assert len(partner.seen) <= 3
        partner.script = [says({"b": 1})]
        assert await answers_to(server.get_json("x") for _ in range(3)) == [{"b": 1}] * 3
