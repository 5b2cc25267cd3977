"""Repeats are made on the wire, each paid for by itself, within the time of the question."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from orchestrator.errors import ModelUnavailableError
from orchestrator.retry import BreakerPolicy
from tests.llm.servers import LocalProvider, OpenAI, answers, drops_after, refuses
from tests.llm.wiring import line
from tests.support.clock import NOON, HurriedClock


@pytest.mark.parametrize("passing", [refuses(429), refuses(408), refuses(500), refuses(503), refuses(529), drops_after])
async def test_what_may_pass_is_tried_again(passing: object) -> None:
    async with line(LocalProvider(OpenAI(), [passing, passing])) as paid:  # type: ignore[list-item]
        response = await paid.ask()
        assert response.status_code == 200
        assert len(paid.ledger.entries) == 3
        assert paid.ledger.states[-1] == "settled"


async def test_a_repeat_is_the_same_request_to_the_byte() -> None:
    async with line(LocalProvider(OpenAI(), [refuses(500, bills=True)])) as paid:
        await paid.ask()
        first, second = paid.provider.bodies
        assert first == second


async def test_it_is_not_tried_for_ever() -> None:
    async with line(LocalProvider(OpenAI(), otherwise=refuses(503))) as paid:
        with pytest.raises(ModelUnavailableError, match="status 503"):
            await paid.ask()
        assert len(paid.provider.heads) == 3


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": format_datetime(NOON + timedelta(seconds=9), usegmt=True)}, 9.0),
        ({"retry_after_ms": "2500"}, 2.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_provider_that_asks_for_patience_gets_it(told: dict[str, str], seconds: float, status: int) -> None:
    clock = HurriedClock()
    async with line(LocalProvider(OpenAI(), [refuses(status, **told)]), clock=clock) as paid:
        await paid.ask()
        assert clock.waits == [pytest.approx(seconds)]


@pytest.mark.parametrize("told", ["soon", "", "-5", "nan", "Wed, 99 Foo"])
async def test_a_wish_that_cannot_be_read_leaves_the_usual_wait(told: str) -> None:
    clock = HurriedClock()
    async with line(LocalProvider(OpenAI(), [refuses(429, Retry_After=told)]), clock=clock) as paid:
        await paid.ask()
        assert 0 < clock.waits[0] <= 0.5


@pytest.mark.parametrize("told", ["61", "inf", "1e300"])
async def test_nobody_waits_beyond_the_time_of_the_question(told: str) -> None:
    clock = HurriedClock()
    async with line(LocalProvider(OpenAI(), [refuses(429, Retry_After=told)]), clock=clock) as paid:
        with pytest.raises(ModelUnavailableError, match="fewer requests"):
            await paid.ask()
        assert clock.waits == []
        assert paid.ledger.account.spent == 0


async def test_a_provider_that_keeps_failing_is_left_alone_and_then_tried_again() -> None:
    clock = HurriedClock()
    policy = BreakerPolicy(failures=3, rest_s=30.0)
    async with line(LocalProvider(OpenAI(), [refuses(500)] * 3), clock=clock, breaker=policy) as paid:
        with pytest.raises(ModelUnavailableError, match="status 500"):
            await paid.ask()
        with pytest.raises(ModelUnavailableError, match="left alone"):
            await paid.ask("another")
        assert len(paid.provider.heads) == 3
        assert len(paid.ledger.entries) == 3

        clock.skip(31.0)
        await paid.ask("another")
        assert not paid.breaker.in_a_row


async def test_who_asks_for_fewer_requests_is_not_in_trouble() -> None:
    policy = BreakerPolicy(failures=2)
    async with line(LocalProvider(OpenAI(), [refuses(429)] * 2, answers), breaker=policy) as paid:
        assert (await paid.ask()).status_code == 200
