"""One guarantee for the budget in both modes: the limit holds, each account holds, nobody pays for another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator import Orchestrator
from orchestrator.errors import BudgetExceededError
from orchestrator.investigation import MemoryTurns
from orchestrator.model import Hypothesis, Mode, Phase, Step, StepOutcome, from_nano, share
from tests.support.agents import Call, Diary, PricedAgent, ScriptedAgent
from tests.support.builders import hypothesis, incident
from tests.support.clock import ManualClock

nano_dollars = st.integers(min_value=0, max_value=4 * 10**9).map(from_nano)


async def whole(orchestrator: Orchestrator) -> list[Hypothesis]:
    return await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))


@dataclass(frozen=True)
class Expected:
    """Which calls an agent gets to send of an account that holds so much, and what it has spent then."""

    sent: int
    spent: Decimal
    refused: bool


def expected(calls: Sequence[Call], holds: Decimal) -> Expected:
    spent = Decimal(0)
    for sent, call in enumerate(calls):
        if Decimal(call.most) > holds - spent:
            return Expected(sent, spent, refused=True)
        spent += Decimal(0) if call.refused else Decimal(call.cost or call.most)
    return Expected(len(calls), spent, refused=False)


def expected_of_all(bills: Sequence[Sequence[Call]], limit: Decimal, mode: Mode) -> list[Expected]:
    """In parallel each for itself; sequentially with what those before it left, up to the first that does not fit."""
    each = share(limit, len(bills))
    holds = [each] * (len(bills) - 1) + [limit - each * (len(bills) - 1)]
    found: list[Expected] = []
    for calls, own in zip(bills, holds, strict=True):
        left = sum(holds[: len(found)], own) - sum(one.spent for one in found) if mode is Mode.SEQUENTIAL else own
        if mode is Mode.SEQUENTIAL and any(one.refused for one in found):
            found.append(Expected(0, Decimal(0), refused=False))
        else:
            found.append(expected(calls, left))
    return found


@st.composite
def a_call(draw: st.DrawFn) -> Call:
    most = draw(nano_dollars)
    cost = draw(
        st.one_of(
            st.none(), st.fractions(0, 1).map(lambda part: int(most.scaleb(9) * part.numerator) // part.denominator)
        )
    )
    return Call(str(most), None if cost is None else str(from_nano(cost)), refused=draw(st.booleans()))


@given(
    bills=st.lists(st.lists(a_call(), max_size=6), min_size=1, max_size=4),
    limit=nano_dollars,
    seed=st.integers(0, 2**16),
    mode=st.sampled_from(Mode),
)
@settings(max_examples=150)
async def test_under_any_interleaving_the_limit_holds_each_account_holds_and_nobody_pays_for_another(
    bills: list[list[Call]], limit: Decimal, seed: int, mode: Mode
) -> None:
    dice, diary = Random(seed), Diary()

    async def look_around(name: str) -> None:
        for _ in range(dice.randrange(6)):
            await asyncio.sleep(0)
            assert orchestrator.budget.spent <= limit
        assert all(agent.account and agent.account.spent <= agent.account.limit for agent in agents)

    agents = [
        PricedAgent(f"a{n}", calls, diary=diary, on_sent=look_around, analyses=[hypothesis(f"plain {n}", 0.1, f"a{n}")])
        for n, calls in enumerate(bills)
    ]
    turns = MemoryTurns()
    orchestrator = Orchestrator(agents, limit, clock=ManualClock(), turns=turns, mode=mode)
    wanted = expected_of_all(bills, limit, mode)
    if any(each.refused for each in wanted):
        with pytest.raises(BudgetExceededError):
            await whole(orchestrator)
        await orchestrator.conclude("did not get to its turn")
    else:
        await whole(orchestrator)
    for agent, each in zip(agents, wanted, strict=True):
        sent = [name for name in diary.sent if name.startswith(f"{agent.agent_id}/")]
        assert sent == [f"{agent.agent_id}/{n + 1}" for n in range(each.sent)]
        assert orchestrator.get_agent_costs()[agent.agent_id] == each.spent
        ended = turns.ended(Step(phase=Phase.HYPOTHESISE, agent_id=agent.agent_id))
        assert ended is not None
        assert (ended.outcome == StepOutcome.OVER_BUDGET) == each.refused
    assert orchestrator.get_total_cost() == sum(each.spent for each in wanted) <= limit


@pytest.mark.parametrize(("mode", "sent"), [(Mode.SEQUENTIAL, ["b/1", "b/2"]), (Mode.PARALLEL, ["b/1"])])
async def test_what_one_has_left_passes_on_one_after_the_other_and_not_in_parallel(mode: Mode, sent: list[str]) -> None:
    diary = Diary()
    agents = [PricedAgent("a", diary=diary), PricedAgent("b", ["3", "3"], diary=diary)]
    orchestrator = Orchestrator(agents, Decimal(10), mode=mode)
    if mode is Mode.PARALLEL:
        with pytest.raises(BudgetExceededError, match=r"The next call of b may cost \$3.00; \$2.00 is left for it"):
            await whole(orchestrator)
    else:
        await whole(orchestrator)
    assert diary.sent == sent


async def test_who_is_out_of_money_in_parallel_says_what_is_free_and_ends_nobody_elses_turn() -> None:
    clock, turns = ManualClock(), MemoryTurns()

    async def slow(given: Any) -> list[Hypothesis]:
        await clock.sleep(20)
        return [hypothesis("slow b", 0.9, "b")]

    agents = [
        PricedAgent("a", ["9"], analyses=[hypothesis("plain a", 0.3, "a")]),
        ScriptedAgent("b", explains=slow),
        PricedAgent("c", ["1"]),
    ]
    orchestrator = Orchestrator(agents, Decimal(9), clock=clock, turns=turns, mode=Mode.PARALLEL)
    running = asyncio.create_task(whole(orchestrator))
    await clock.advance(19)
    assert not running.done()
    await clock.advance(1)
    with pytest.raises(BudgetExceededError, match=r"The next call of a may cost \$9.00; \$3.00 is left for it"):
        await running
    assert [each.statement for each in orchestrator.hypotheses] == ["slow b", "thought c/1", "plain a"]
    ended = [turns.ended(Step(phase=Phase.HYPOTHESISE, agent_id=name)) for name in "abc"]
    assert [each and each.outcome for each in ended] == ["over_budget", "finished", "finished"]
