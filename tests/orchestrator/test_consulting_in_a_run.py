"""An agent may ask a specialist while it forms hypotheses: within its own turn, time and account, and kept in the journal."""

import asyncio
from decimal import Decimal

from orchestrator.events import Consulted, InvestigationView
from orchestrator.investigation import Investigations
from orchestrator.model import (
    Advice,
    AgentStatus,
    ConsultOutcome,
    GateKind,
    InvestigationState,
    Phase,
    Question,
    Step,
    StepOutcome,
)
from orchestrator.ports import AgentSpec, Briefing, Store, TeamSpec
from tests.support.advisers import ASKS, NO, OTHER, POOL, AdvisingAgent, AskingAgent, spends
from tests.support.agents import Diary, ScriptedAgent, team_of
from tests.support.builders import hypothesis, observation
from tests.support.clock import settle
from tests.support.world import Collector, World, outcome, run_to_end, start


async def test_the_answer_comes_within_the_turn_of_who_asked_and_is_kept_before_the_turn_ends(store: Store) -> None:
    diary, heard = Diary(), Collector()
    team = team_of(
        lambda: AskingAgent(ASKS, diary=diary),
        lambda: AdvisingAgent(diary=diary),
    )
    async with World(store, team).service(heard) as service:
        view = await run_to_end(service)
    assert view.state == InvestigationState.COMPLETED
    (told,) = view.consultations
    assert (told.asker, told.specialist, told.question, told.advice) == ("application", "database", POOL, NO)
    assert (told.outcome, told.cost, told.depth) == (ConsultOutcome.ANSWERED, Decimal(0), 1)
    asked, advised = diary.asked.index("hypothesise:application"), diary.asked.index("advise:database")
    assert asked < advised < diary.asked.index("hypothesise:database")
    events = [each.event for each in heard.heard_events]
    at = next(n for n, each in enumerate(events) if isinstance(each, Consulted))
    assert events[at - 1].type == "step_started"
    assert events[at + 1].type == "step_ended"


async def test_an_agent_is_active_in_its_turns_only(store: Store) -> None:
    seen: list[dict[str, AgentStatus]] = []

    async def look(_: object) -> list[object]:
        (key,) = await store.unfinished()
        seen.append(dict(await store.statuses(*key)))
        return [hypothesis()]

    team = team_of(lambda: ScriptedAgent("application", [observation()], look), AdvisingAgent)
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    assert seen == [{"application": AgentStatus.ACTIVE, "database": AgentStatus.IDLE}]
    after = await store.statuses("T1", view.investigation.investigation_id)
    assert set(after.values()) == {AgentStatus.IDLE}


async def test_a_specialist_is_found_by_what_kind_it_is(store: Store) -> None:
    def spec(agent: ScriptedAgent, kind: str) -> AgentSpec:
        return AgentSpec(agent.agent_id, agent.agent_id, lambda kit: agent, agent_type=kind)

    asker, adviser = AskingAgent(("storage", POOL)), AdvisingAgent("postgres")
    team = TeamSpec("incident", (spec(asker, ""), spec(adviser, "storage")))
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    assert [each.specialist for each in view.consultations] == ["postgres"]
    assert asker.heard[0].advice == NO


async def test_what_an_adviser_spends_is_on_the_account_of_who_asked(store: Store) -> None:
    team = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=spends("0.50", "0.20")))
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    (entry,) = view.ledger
    assert (entry.agent_id, entry.amount, entry.step) == ("application", Decimal("0.20"), "hypothesise:application")
    assert entry.purpose == "asked database: reads the pool"
    assert view.consultations[0].cost == Decimal("0.20")
    step = view.step(Step(phase=Phase.HYPOTHESISE, agent_id="application"))
    assert step is not None
    assert step.cost == Decimal("0.20")
    assert {each.agent_id: each.amount for each in view.cost.lines} == {
        "application": Decimal("0.20"),
        "database": Decimal(0),
    }


async def test_an_answer_that_does_not_fit_ends_the_turn_of_who_asked(store: Store) -> None:
    team = team_of(lambda: AskingAgent(ASKS), lambda: AdvisingAgent(advice=spends("9.00")))
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    assert outcome(view, "application") == StepOutcome.OVER_BUDGET
    assert view.consultations == ()
    assert view.state == InvestigationState.STOPPED
    assert "may cost $9.00" in view.reason


async def test_the_first_asker_pays_for_the_whole_chain(store: Store) -> None:
    adviser: list[AdvisingAgent] = []

    async def asks_on(question: Question, briefing: Briefing) -> Advice:
        desk = adviser[-1].desk
        assert desk is not None
        await desk.consult("network", OTHER)
        await (await briefing.account.reserve(Decimal("0.10"))).settle(Decimal("0.10"))
        return NO

    def database() -> AdvisingAgent:
        adviser.append(AdvisingAgent(advice=asks_on))
        return adviser[-1]

    team = team_of(lambda: AskingAgent(ASKS), database, lambda: AdvisingAgent("network", spends("0.20")))
    async with World(store, team).service() as service:
        view = await run_to_end(service)
    assert {each.agent_id for each in view.ledger} == {"application"}
    assert [each.purpose for each in view.ledger] == ["asked database: asked network: reads the pool", "asked database"]
    assert [each.cost for each in view.consultations] == [Decimal("0.20"), Decimal("0.30")]


async def consulted(service: Investigations, times: int) -> InvestigationView:
    """Start a run; its view when so many questions were asked, for it may then wait for humans."""
    investigation_id = await start(service)
    async with asyncio.timeout(10):
        while len((view := await service.view("T1", investigation_id)).consultations) < times:
            await settle(1)
    return view


async def test_an_adviser_that_is_paused_is_not_asked(store: Store) -> None:
    adviser: list[AdvisingAgent] = []

    async def escalates(_: object) -> list[object]:
        desk = adviser[-1].desk
        assert desk is not None
        await desk.escalate("May I read the database itself?")
        return [observation("pool 6 of 20", "database")]

    def database() -> AdvisingAgent:
        adviser.append(AdvisingAgent(observes=escalates))
        return adviser[-1]

    team = team_of(lambda: AskingAgent(ASKS), database)
    async with World(store, team).service() as service:
        view = await consulted(service, 1)
    (told,) = view.consultations
    assert (told.outcome, told.specialist) == (ConsultOutcome.REFUSED, "database")
    assert adviser[-1].was_asked == []


async def test_three_failures_in_a_row_are_put_before_humans(store: Store) -> None:
    asks = [("database", Question(text=f"was it slow at 14:0{n}?", service="orders-db")) for n in range(5)]
    team = team_of(lambda: AskingAgent(*asks), lambda: AdvisingAgent(advice=RuntimeError("down")))
    async with World(store, team).service() as service:
        view = await consulted(service, 5)
    assert [each.outcome.value for each in view.consultations] == ["failed", "failed", "failed", "refused", "refused"]
    (gate,) = view.gates
    assert (gate.kind, gate.agent_id) == (GateKind.LOOP, "application")
    assert "loop detected after 3 failures" in gate.reason
