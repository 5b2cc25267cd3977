"""Every attempt is paid for before it is sent, and settled with what the provider says of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from orchestrator.clock import within
from orchestrator.errors import BudgetExceededError, ModelUnavailableError
from orchestrator.retry import RetryPolicy
from tests.llm.servers import (
    Anthropic,
    Azure,
    Held,
    LocalProvider,
    OpenAI,
    Turn,
    answers,
    breaks_json,
    drops_after,
    drops_before,
    empty,
    filters,
    refuses,
    says_usage,
    truncates,
)
from tests.llm.servers.wires import Wire
from tests.llm.wiring import PRICE, body, line
from tests.support.clock import ManualClock, settle

ONCE = RetryPolicy(max_attempts=1)
WIRES = [OpenAI(), Azure(), Anthropic()]


@pytest.fixture(params=WIRES, ids=["openai", "azure", "anthropic"])
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("shares", [(0.0, 0.0), (0.5, 0.0), (0.25, 0.25)])
async def test_what_the_provider_bills_stands_in_the_ledger_to_the_last_digit(
    wire: Wire, shares: tuple[float, float]
) -> None:
    cached, written = shares if not isinstance(wire, OpenAI) else (shares[0], 0.0)
    async with line(LocalProvider(wire, cached_share=cached, written_share=written)) as paid:
        await paid.ask()
        await paid.ask("And now o3?")

        assert paid.ledger.account.spent == paid.provider.billed > 0
        counts, entry = paid.provider.bills[-1].counts, paid.ledger.last
        assert (entry.tokens_in, entry.tokens_out, entry.tokens_cached) == (
            counts.tokens_in,
            counts.tokens_out,
            counts.cached,
        )
        assert (entry.purpose, entry.model, entry.priced) == ("hypothesise", "openai:gpt-4o-mini", True)


async def test_thought_that_stands_only_in_the_total_is_paid_for() -> None:
    """Some servers count what a model thinks to itself beside the answer, and not in it."""
    outside = says_usage(lambda told: {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115})
    async with line(LocalProvider(OpenAI(), [outside])) as paid:
        await paid.ask()
        assert paid.ledger.last.tokens_out == 105


@pytest.mark.parametrize("where", [None, "global", "not_available", "us"])
async def test_what_ran_in_one_country_costs_a_tenth_more_as_anthropic_charges_for_it(where: str | None) -> None:
    ran = says_usage(lambda told: {**told, "inference_geo": where})
    async with line(LocalProvider(Anthropic(), [ran])) as paid:
        paid.price = replace(PRICE, in_one_country=Decimal("1.1"))
        await paid.ask()
        times = Decimal("1.1") if where == "us" else 1
        assert paid.ledger.account.spent == paid.provider.billed * times


@pytest.mark.parametrize("turn", [breaks_json, truncates, filters, empty], ids=lambda each: each.__name__)
async def test_a_bad_answer_is_paid_for_and_left_to_whoever_asked(wire: Wire, turn: Turn) -> None:
    async with line(LocalProvider(wire, [turn])) as paid:
        response = await paid.ask()
        assert response.status_code == 200
        assert len(paid.provider.bills) == 1
        if turn is breaks_json:
            assert paid.ledger.account.spent > paid.provider.billed
        else:
            assert paid.ledger.account.spent == paid.provider.billed


def without_counts(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


def below_zero(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: -1 if isinstance(value, int) else value for name, value in told.items()}


def in_words(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: str(value) if isinstance(value, int) else value for name, value in told.items()}


def in_halves(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value + 0.5 if isinstance(value, int) else value for name, value in told.items()}


def beyond_reason(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: 10**30 if isinstance(value, int) else value for name, value in told.items()}


@pytest.mark.parametrize("change", [without_counts, below_zero, in_words, in_halves, beyond_reason])
async def test_usage_that_cannot_be_is_settled_at_what_was_put_aside(wire: Wire, change: Any) -> None:
    async with line(LocalProvider(wire, [says_usage(change)])) as paid:
        await paid.ask()
        assert paid.ledger.states == ["settled"]
        assert paid.ledger.account.spent == paid.ledger.last.amount > paid.provider.billed
        assert paid.ledger.last.tokens_in == 0


async def test_usage_of_more_than_was_put_aside_is_counted_as_told() -> None:
    dear = says_usage(lambda told: {"prompt_tokens": 5_000_000, "completion_tokens": 1_000_000})
    async with line(LocalProvider(OpenAI(), [dear])) as paid:
        await paid.ask()
        assert paid.ledger.account.spent == Decimal("0.15") * 5 + Decimal("0.60")
        with pytest.raises(BudgetExceededError):
            await paid.ask("one more")
        assert len(paid.provider.bills) == 1


async def test_a_request_that_does_not_fit_is_not_sent(wire: Wire) -> None:
    async with line(LocalProvider(wire), limit="0.000001") as paid:
        with pytest.raises(BudgetExceededError) as refused:
            await paid.ask()
        assert paid.provider.heads == []
        assert paid.ledger.account.spent == 0
        assert paid.asked[0].failure is refused.value


@pytest.mark.parametrize(
    "unbounded",
    [
        {"max_tokens": None},
        {"max_tokens": 0},
        {"max_tokens": -5},
        {"max_tokens": "200"},
        {"max_tokens": True},
        {"max_tokens": 1.5},
        {"stream": True},
    ],
    ids=str,
)
async def test_a_request_without_a_bound_is_not_sent(wire: Wire, unbounded: dict[str, Any]) -> None:
    async with line(LocalProvider(wire)) as paid:
        with pytest.raises(ModelUnavailableError, match="was not sent"):
            await paid.ask(**unbounded)
        with pytest.raises(ModelUnavailableError, match="was not sent"):
            await paid.send(b"no object")
        assert paid.provider.heads == []
        assert paid.ledger.entries == {}


async def test_a_request_that_nobody_pays_for_is_not_sent() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        with pytest.raises(ModelUnavailableError, match="nobody pays"):
            await paid.client.post(paid.url, json=body())
        assert paid.provider.heads == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_what_is_refused_costs_nothing(wire: Wire, status: int) -> None:
    async with line(LocalProvider(wire, [refuses(status)])) as paid:
        with pytest.raises(ModelUnavailableError):
            await paid.ask()
        assert paid.ledger.states == ["released"]
        assert paid.ledger.account.spent == 0
        assert len(paid.provider.heads) == 1


async def test_a_server_that_is_not_there_costs_nothing() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        paid.provider.url = "http://127.0.0.1:1"
        with pytest.raises(ModelUnavailableError, match="could not be reached"):
            await paid.ask()
        assert paid.ledger.states == ["released"] * 3


@pytest.mark.parametrize("turn", [refuses(500, bills=True), refuses(503, bills=True), drops_before, drops_after])
async def test_trouble_is_settled_at_what_was_put_aside_each_time(wire: Wire, turn: Turn) -> None:
    async with line(LocalProvider(wire, otherwise=turn)) as paid:
        with pytest.raises(ModelUnavailableError):
            await paid.ask()
        assert paid.ledger.states == ["settled"] * 3
        assert paid.ledger.account.spent == 3 * paid.ledger.last.amount > paid.provider.billed


async def test_a_second_attempt_that_does_not_fit_goes_up_as_a_budget_that_is_used_up(wire: Wire) -> None:
    async with line(LocalProvider(wire, [refuses(500, bills=True)])) as paid:
        await paid.ask()
        limit = paid.ledger.last.amount + next(iter(paid.ledger.entries.values())).amount
    async with line(LocalProvider(wire, [refuses(500, bills=True)]), limit=str(limit)) as paid:
        with pytest.raises(BudgetExceededError):
            await paid.ask()
        assert isinstance(paid.asked[0].failure, BudgetExceededError)
        assert len(paid.provider.heads) == 1


async def test_a_cancelled_request_is_settled_at_what_was_put_aside() -> None:
    held = Held()
    async with line(LocalProvider(OpenAI(), [held])) as paid:
        task = asyncio.create_task(paid.ask())
        await held.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert paid.ledger.states == ["settled"]
        assert paid.ledger.account.spent > paid.provider.billed
        held.release()


async def test_a_request_that_is_cancelled_while_money_is_put_aside_is_not_sent_and_costs_nothing() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        paid.ledger.hold = asyncio.Event()
        task = asyncio.create_task(paid.ask())
        await settle()
        task.cancel()
        await settle()
        paid.ledger.hold.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert paid.ledger.states == ["released"]
        assert paid.provider.heads == []


async def test_a_request_whose_time_is_over_is_settled_at_what_was_put_aside() -> None:
    held, clock = Held(), ManualClock()
    async with line(LocalProvider(OpenAI(), [held]), clock=clock) as paid:
        task = asyncio.create_task(within(clock, 30.0, paid.ask()))
        await held.arrived.wait()
        await clock.advance(30.0)
        with pytest.raises(TimeoutError):
            await task
        assert paid.ledger.states == ["settled"]
        held.release()


async def test_where_the_price_is_unknown_and_that_is_allowed_the_tokens_are_counted() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        paid.price = None
        await paid.ask()
        entry = paid.ledger.last
        assert (entry.amount, entry.priced) == (0, False)
        assert entry.tokens_in == paid.provider.bills[0].counts.tokens_in


class Overcome(httpx2.AsyncBaseTransport):
    """A wire that fails as no library should."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise RuntimeError("sk-secret")


async def test_a_wire_that_fails_in_a_new_way_is_paid_for_too() -> None:
    async with line(LocalProvider(OpenAI()), wire=Overcome()) as paid:
        with pytest.raises(RuntimeError):
            await paid.ask()
        assert paid.ledger.states == ["settled"]


async def test_twenty_at_once_spend_no_more_than_there_is() -> None:
    async with line(LocalProvider(OpenAI(), otherwise=answers), limit="0.0015") as paid:
        results = await asyncio.gather(*(paid.ask(f"question {n}") for n in range(20)), return_exceptions=True)
        await settle()
        refused = [each for each in results if isinstance(each, BudgetExceededError)]
        assert 0 < len(refused) < 20
        assert len(paid.provider.bills) == 20 - len(refused)
        assert paid.ledger.account.spent == paid.provider.billed <= Decimal("0.0015")
