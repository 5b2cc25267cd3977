"""What may go wrong while one agent asks another: silence, failure, circles, two at once, humans, and a process that dies."""

import asyncio
from decimal import Decimal

import pytest

from orchestrator.investigation import Limits
from orchestrator.model import (
    Advice,
    AgentStatus,
    ConsultOutcome,
    InvestigationState,
    Mode,
    Question,
    StepOutcome,
)
from orchestrator.parameters import Parameters
from orchestrator.ports import Briefing, Store
from tests.support.advisers import ASKS, NO, OTHER, AdvisingAgent, AskingAgent, hangs, spends, until
from tests.support.agents import Diary, team_of
from tests.support.builders import ANA
from tests.support.clock import ManualClock
from tests.support.world import World, outcome, run_to_end, start


async def test_an_adviser_that_hangs_costs_thirty_seconds_and_is_put_down(memory: Store) -> None:
    clock, asked = ManualClock(), list[str]()
    team = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=hangs(clock, asked)))
    async with World(memory, team, clock=clock).service() as service:
        running = asyncio.create_task(run_to_end(service))
        await until(lambda: bool(asked))
        while not running.done():
            await clock.advance(1)
        view = await running
    (told,) = view.consultations
    assert (told.outcome, told.advice.text, told.duration_s) == (
        ConsultOutcome.FAILED,
        "database did not answer.",
        30,
    )
    assert asked == ["asked", "put down"]
    assert view.state == InvestigationState.COMPLETED
    assert outcome(view, "application") == StepOutcome.FINISHED


async def test_the_time_of_who_asked_ends_the_answer_too(memory: Store) -> None:
    clock, asked = ManualClock(), list[str]()
    team = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=hangs(clock, asked)))
    async with World(memory, team, clock=clock, limits=Limits(agent_timeout_s=10)).service() as service:
        running = asyncio.create_task(run_to_end(service))
        await until(lambda: bool(asked))
        while not running.done():
            await clock.advance(1)
        view = await running
    assert outcome(view, "application") == StepOutcome.TIMED_OUT
    assert outcome(view, "database") == StepOutcome.FINISHED
    assert asked == ["asked", "put down"]
    assert view.consultations == ()


@pytest.mark.parametrize("wrong", [RuntimeError("secret"), SystemExit(1), asyncio.CancelledError()])
async def test_an_adviser_that_fails_is_an_answer_and_no_failure_of_who_asked(
    store: Store, wrong: BaseException
) -> None:
    team = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=wrong))
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    (told,) = view.consultations
    assert (told.outcome, told.advice.known, told.advice.text) == (ConsultOutcome.FAILED, False, "database failed.")
    assert outcome(view, "application") == StepOutcome.FINISHED


async def test_who_is_asked_may_ask_another_and_nobody_who_waits(store: Store) -> None:
    made: dict[str, AdvisingAgent] = {}

    def asks_on(agent_id: str, *whom: str) -> AdvisingAgent:
        async def advise(question: Question, briefing: Briefing) -> Advice:
            desk = made[agent_id].desk
            assert desk is not None
            heard = [await desk.consult(each, OTHER) for each in whom]
            return Advice(text=" ".join(each.advice.text for each in heard) or "asked nobody")

        made[agent_id] = AdvisingAgent(agent_id, advise)
        return made[agent_id]

    team = team_of(
        lambda: AskingAgent(ASKS),
        lambda: asks_on("database", "application", "network"),
        lambda: asks_on("network", "database"),
    )
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    assert [(each.asker, each.specialist, each.outcome.value, each.depth) for each in view.consultations] == [
        ("database", "application", "refused", 2),
        ("network", "database", "refused", 3),
        ("database", "network", "answered", 2),
        ("application", "database", "answered", 1),
    ]
    assert "Questions go 2 deep at most: application → database → network." in view.consultations[1].advice.text


@pytest.mark.parametrize("mode", list(Mode))
async def test_two_who_ask_the_same_cost_one_answer(memory: Store, mode: Mode) -> None:
    clock, diary = ManualClock(), Diary()

    async def slowly(question: Question, briefing: Briefing) -> Advice:
        await clock.sleep(5)
        return await spends("0.50")(question, briefing)

    team = team_of(
        lambda: AskingAgent(ASKS, agent_id="application"),
        lambda: AskingAgent(ASKS, agent_id="network"),
        lambda: AdvisingAgent(advice=slowly, diary=diary),
    )
    async with World(memory, team, clock=clock).service() as service:
        asked = Parameters(incident_id="INC-1", mode=mode)
        running = asyncio.create_task(run_to_end(service, parameters=asked))
        await until(lambda: "advise:database" in diary.asked)
        while not running.done():
            await clock.advance(1)
        view = await running
    assert diary.asked.count("advise:database") == 1
    assert len(view.ledger) == 1
    told = sorted((each.outcome.value, each.cost, each.advice) for each in view.consultations)
    assert told == [("answered", Decimal("0.50"), NO), ("repeated", Decimal(0), NO)]


async def test_who_waits_for_the_same_answer_asks_when_it_does_not_come(memory: Store) -> None:
    clock, calls = ManualClock(), list[int]()

    async def fails_first(question: Question, briefing: Briefing) -> Advice:
        calls.append(1)
        await clock.sleep(5)
        if len(calls) == 1:
            raise RuntimeError
        return NO

    team = team_of(
        lambda: AskingAgent(ASKS, agent_id="application"),
        lambda: AskingAgent(ASKS, agent_id="network"),
        lambda: AdvisingAgent(advice=fails_first),
    )
    async with World(memory, team, clock=clock).service() as service:
        asked = Parameters(incident_id="INC-1", mode=Mode.PARALLEL)
        running = asyncio.create_task(run_to_end(service, parameters=asked))
        await until(lambda: bool(calls))
        while not running.done():
            await clock.advance(1)
        view = await running
    assert sorted(each.outcome.value for each in view.consultations) == ["answered", "failed"]


async def test_a_process_that_dies_while_a_question_is_open_asks_it_again_and_pays_once_more_at_most(
    store: Store,
) -> None:
    clock, asked = ManualClock(), list[str]()

    async def reserves_and_hangs(question: Question, briefing: Briefing) -> Advice:
        await briefing.account.reserve(Decimal("0.50"))
        return await hangs(clock, asked)(question, briefing)

    first = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=reserves_and_hangs))
    async with World(store, first, clock=clock).service() as service:
        investigation_id = await start(service)
        await until(lambda: bool(asked))
    second = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=spends("0.20")))
    async with World(store, second, clock=clock).service() as service:
        view = await service.ended("T1", investigation_id)
    assert [each.outcome.value for each in view.consultations] == ["answered"]
    assert [(each.call_id, each.amount) for each in view.ledger] == [
        ("application-1", Decimal("0.50")),
        ("application-2", Decimal("0.20")),
    ]
    assert view.state == InvestigationState.COMPLETED
    assert set((await store.statuses("T1", investigation_id)).values()) == {AgentStatus.IDLE}


async def test_an_answer_of_an_earlier_process_is_not_asked_for_again(store: Store) -> None:
    clock, diary, heard = ManualClock(), Diary(), list[str]()

    async def waits(_: object) -> list[object]:
        heard.append("the answer")
        await clock.sleep(1000)
        return []

    first = team_of(lambda: AskingAgent(ASKS, then=waits), lambda: AdvisingAgent(diary=diary))
    async with World(store, first, clock=clock).service() as service:
        investigation_id = await start(service)
        await until(lambda: bool(heard))
    second = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(diary=diary))
    async with World(store, second, clock=clock).service() as service:
        view = await service.ended("T1", investigation_id)
    assert diary.asked.count("advise:database") == 1
    assert [each.outcome.value for each in view.consultations] == ["answered", "repeated"]


async def test_who_stops_the_run_ends_an_open_question_too(memory: Store) -> None:
    clock, asked = ManualClock(), list[str]()
    team = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=hangs(clock, asked)))
    async with World(memory, team, clock=clock).service() as service:
        investigation_id = await start(service)
        await until(lambda: bool(asked))
        view = await service.stop("T1", investigation_id, ANA)
    assert view.state == InvestigationState.STOPPED
    assert asked == ["asked", "put down"]
    assert view.consultations == ()
    assert set((await memory.statuses("T1", investigation_id)).values()) == {AgentStatus.IDLE}
