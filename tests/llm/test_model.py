"""A model behind the port, over each wire with its SDK: what is sent, what is accepted, and what is said of failures."""

import asyncio
import json
import warnings
from typing import Any

import pytest

from agents.llm.providers import NAMED
from orchestrator.errors import BudgetExceededError, ModelAnswerError, ModelUnavailableError, SourceUnavailableError
from tests.llm.asking import DATA, PROMPT, Ideas, Wish, asked, looking_up, tool
from tests.llm.servers import (
    Held,
    Turn,
    breaks_json,
    drops_after,
    drops_before,
    empty,
    filters,
    refuses,
    says_usage,
    truncates,
)
from tests.support.clock import HurriedClock, ManualClock

KINDS = ["openai", "azure", "anthropic"]
kinds = pytest.mark.parametrize("kind", KINDS)


def sent(body: bytes) -> dict[str, Any]:
    told = json.loads(body)
    assert isinstance(told, dict)
    return told


@kinds
async def test_a_question_is_the_prompt_and_the_data_and_a_bounded_answer(kind: str) -> None:
    async with asked(kind) as served:
        await served.ask()
        body = sent(served.provider.bodies[0])
        assert PROMPT.text in json.dumps(body)
        assert DATA.splitlines()[0] in json.dumps(body)
        assert (body.get("max_completion_tokens") or body.get("max_tokens")) == 400
        assert body["temperature"] == 0
        assert served.ledger.account.spent == served.provider.billed


@kinds
async def test_a_wrong_answer_is_asked_again_once_and_both_are_paid_for(kind: str) -> None:
    wrong = iter([("final_result", {"ideas": [{"statement": "", "evidence_for": []}]})])
    good = {"ideas": [{"statement": "the pool is full", "evidence_for": ["o1"]}]}
    async with asked(kind, answerer=lambda _: next(wrong, ("final_result", good))) as served:
        answer = await served.ask()
        assert answer.ideas[0].statement == "the pool is full"
        assert len(served.ledger.entries) == 2
        assert served.ledger.account.spent == served.provider.billed


@kinds
@pytest.mark.parametrize("turn", [breaks_json, truncates, filters, empty], ids=lambda each: each.__name__)
async def test_what_is_no_answer_is_said_in_our_words(kind: str, turn: Turn) -> None:
    async with asked(kind, turn, turn) as served:
        with pytest.raises(ModelAnswerError) as failed:
            await served.ask()
        assert "secret" not in failed.value.message + failed.value.remedy
        assert len(served.ledger.entries) <= 2


@kinds
async def test_a_usage_that_nobody_can_read_costs_what_was_put_aside_and_nothing_is_printed_of_it(kind: str) -> None:
    unreadable = says_usage(lambda told: {name: -5 if isinstance(n, int) else n for name, n in told.items()})
    async with asked(kind, unreadable) as served:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            assert (await served.ask()).ideas
            warnings.warn("anything else is heard", stacklevel=1)
        assert [str(each.message) for each in heard] == ["anything else is heard"]
        assert served.ledger.states == ["settled"]
        assert served.ledger.account.spent > served.provider.billed


@kinds
@pytest.mark.parametrize("turn", [refuses(429), refuses(500), refuses(503), drops_before, drops_after])
async def test_a_model_that_is_down_is_unavailable(kind: str, turn: Turn) -> None:
    async with asked(kind, turn, turn) as served:
        with pytest.raises(ModelUnavailableError) as failed:
            await served.ask()
        assert "secret" not in failed.value.message + failed.value.remedy
        assert len(served.provider.heads) == 2


@kinds
@pytest.mark.parametrize(
    ("status", "code", "words", "remedy"),
    [
        (401, "invalid_api_key", "refuses the key", "KEY"),
        (403, "", "refuses the key", "KEY"),
        (404, "model_not_found", "no such model", "COMPASS_MODEL"),
        (400, "context_length_exceeded", "too long", "COMPASS_MODEL"),
        (413, "request_too_large", "too long", "COMPASS_MODEL"),
        (429, "insufficient_quota", "no money left", "Fill it up"),
        (400, "invalid_request_error", "does not take the request", "COMPASS_MODEL"),
    ],
)
async def test_a_refusal_names_the_way_out(kind: str, status: int, code: str, words: str, remedy: str) -> None:
    async with asked(kind, refuses(status, code)) as served:
        with pytest.raises(ModelUnavailableError, match=words) as failed:
            await served.ask()
        wanted = NAMED[next(iter(served.providers.access))].key if remedy == "KEY" else remedy
        assert wanted in failed.value.remedy
        assert len(served.provider.heads) == 1
        assert served.ledger.account.spent == 0


async def test_a_filter_that_refuses_the_question_is_no_answer() -> None:
    async with asked("azure", refuses(400, "content_filter")) as served:
        with pytest.raises(ModelAnswerError, match="content filter"):
            await served.ask()
        assert served.ledger.account.spent == 0


@kinds
async def test_a_slow_model_is_given_up_in_time_and_the_call_counts(kind: str) -> None:
    held, clock = Held(), HurriedClock()
    async with asked(kind, held, clock=clock) as served:
        task = asyncio.create_task(served.ask())
        await held.arrived.wait()
        clock.ring()
        with pytest.raises(ModelUnavailableError, match="60 seconds"):
            await task
        assert served.ledger.states == ["settled"]
        held.release()


@kinds
async def test_a_budget_that_ends_between_two_attempts_goes_up(kind: str) -> None:
    async with asked(kind) as served:
        await served.ask()
        body = served.provider.bodies[0]
    assert body
    async with asked(kind, refuses(500, bills=True)) as served:
        await served.ask()
        one = next(iter(served.ledger.entries.values())).amount
    async with asked(kind, refuses(500, bills=True), limit=str(one)) as served:
        with pytest.raises(BudgetExceededError):
            await served.ask()
        assert len(served.provider.heads) == 1


@kinds
async def test_a_model_may_look_closer_before_it_answers(kind: str) -> None:
    wishes: list[Wish] = []

    async def run(wish: Wish) -> str:
        wishes.append(wish)
        return "o9: pool_in_use is 100 of 100"

    async with asked(kind, answerer=looking_up([{"metric": "pool_in_use"}])) as served:
        answer = await served.ask(tools=[tool(run)])
        assert wishes == [Wish(metric="pool_in_use")]
        assert isinstance(answer, Ideas)
        assert "pool_in_use is 100 of 100" in json.dumps(sent(served.provider.bodies[1]))
        assert len(served.ledger.entries) == 2
        assert served.ledger.account.spent == served.provider.billed


@kinds
async def test_nobody_looks_closer_more_often_than_is_allowed(kind: str) -> None:
    times = 0

    async def run(wish: Wish) -> str:
        nonlocal times
        times += 1
        return f"nothing {times}"

    endless = looking_up([{"metric": f"m{n}"} for n in range(20)])
    async with asked(kind, answerer=endless) as served:
        await served.ask(tools=[tool(run)], most_lookups=2)
        assert times == 2
        assert len(served.ledger.entries) == 3


@kinds
async def test_what_is_wrong_with_a_lookup_is_told_to_the_model(kind: str) -> None:
    async def run(wish: Wish) -> str:
        raise SourceUnavailableError("Prometheus knows no such metric.", remedy="Ask for up.")

    wishes = [{"metric": 7}, {"metric": "x"}]
    async with asked(kind, answerer=looking_up(wishes)) as served:
        await served.ask(tools=[tool(run)])
        told = served.provider.bodies[-1].decode()
        assert "These arguments cannot be used: metric" in told
        assert "Prometheus knows no such metric. Ask for up." in told


async def test_a_lookup_that_takes_too_long_is_given_up_and_the_model_hears_of_it() -> None:
    clock, begun = ManualClock(), asyncio.Event()

    async def run(wish: Wish) -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    async with asked("openai", answerer=looking_up([{"metric": "x"}]), clock=clock) as served:
        task = asyncio.create_task(served.ask(tools=[tool(run)]))
        await begun.wait()
        await clock.advance(20.0)
        assert isinstance(await task, Ideas)
        assert "longer than 20 seconds" in served.provider.bodies[-1].decode()


async def test_a_lookup_that_would_cost_too_much_ends_the_question() -> None:
    async def run(wish: Wish) -> str:
        raise BudgetExceededError("no more")

    async with asked("openai", answerer=looking_up([{"metric": "x"}])) as served:
        with pytest.raises(BudgetExceededError, match="no more"):
            await served.ask(tools=[tool(run)])


@kinds
async def test_the_same_question_of_the_same_run_is_not_paid_for_again(kind: str) -> None:
    async def run(wish: Wish) -> str:
        return "always the same"

    async with asked(kind, answerer=looking_up([{"metric": "x"}])) as served:
        first = await served.ask(tools=[tool(run)])
        spent, requests = served.ledger.account.spent, len(served.provider.heads)
        again = await served.ask(tools=[tool(run)])
        assert again == first
        assert (served.ledger.account.spent, len(served.provider.heads)) == (spent, requests)


async def test_the_prompt_is_kept_by_its_digest() -> None:
    async with asked("openai") as served:
        await served.ask()
        (call,) = await served.store.calls_of("T1", "inv-1")
        assert await served.store.find_prompt("T1", call.prompt_digest) == PROMPT
