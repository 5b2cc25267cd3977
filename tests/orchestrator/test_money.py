"""What a run costs: with a limit of $10 an investigation does not spend $11, and the ledger adds up in every digit."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator import BudgetExceededError, Orchestrator
from orchestrator.errors import OrchestratorError
from orchestrator.events import InvestigationView, StepView, replay
from orchestrator.investigation import MemoryTurns
from orchestrator.model import CallStatus, InvestigationState, Phase, Step, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
from storage.sqlite import SqliteStore
from tests.storage.rows import looking_into, view_of
from tests.support.agents import Call, Diary, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import hypothesis, incident, observation
from tests.support.clock import settle
from tests.support.world import World, run_to_end

DOLLARS = Decimal("10.00")


def ended_turn(view: InvestigationView, phase: str, agent_id: str) -> StepView:
    found = view.ended(Step(phase=Phase(phase), agent_id=agent_id))
    assert found is not None
    return found


def plain(agent_id: str) -> list[Any]:
    return [hypothesis(f"plain {agent_id}", 0.4, agent_id)]


def priced(diary: Diary, **calls: Sequence[Call | str]) -> list[Any]:
    """Makers of agents that each observe one fact and make these calls."""

    def maker(agent_id: str) -> Any:
        return lambda: PricedAgent(
            agent_id,
            calls[agent_id],
            observes=[observation(f"seen by {agent_id}", agent_id)],
            analyses=plain(agent_id),
            diary=diary,
        )

    return [maker(agent_id) for agent_id in calls]


async def check_rows(store: Store, view: InvestigationView) -> None:
    """The journal replayed, the history's line and, in SQLite, every row tell the same sums as the view."""
    key = (view.investigation.workspace, view.investigation.investigation_id)
    assert replay(await store.events(*key)) == view
    (line,) = await store.recent(key[0])
    assert line.spent == view.cost.total
    if isinstance(store, SqliteStore):
        path: Path = store._database._access.path  # where the rows are is nobody else's business
        with looking_into(path) as rows:
            assert view_of(rows, view.investigation) == view


async def test_three_agents_that_want_three_dollars_each_complete_at_nine(store: Store) -> None:
    diary = Diary()
    world = World(store, team_of(*priced(diary, application=["3"], database=["1", "2"], network=["3.00"])))
    async with world.service() as service:
        view = await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=DOLLARS))
    assert (view.state, view.reason) == (InvestigationState.COMPLETED, "")
    assert (view.cost.total, str(view.cost.utilization)) == (Decimal("9.00"), "90.0")
    assert [line.amount for line in view.cost.lines] == [3, 3, 3]
    assert diary.sent == ["application/1", "database/1", "database/2", "network/1"]
    assert {each.status for each in view.ledger} == {CallStatus.SETTLED}
    assert [each.statement for each in view.ranked] == [f"thought {name}" for name in diary.sent]
    await check_rows(store, view)


async def test_four_calls_of_a_dollar_ten_stop_the_run_at_exactly_three_thirty(store: Store) -> None:
    diary = Diary()
    world = World(store, team_of(*priced(diary, application=["1.10"] * 4, database=["3"], network=["3"])))
    async with world.service() as service:
        view = await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=DOLLARS))
        report = service.report(view)
    assert view.state == InvestigationState.STOPPED
    assert view.reason.startswith("The next call of application may cost $1.10; $0.03 is left for it. ")
    assert diary.sent == ["application/1", "application/2", "application/3"]
    assert (str(view.cost.total), str(view.cost.utilization)) == ("3.30", "33.0")
    assert [(each.agent_id, str(each.amount)) for each in view.ledger] == [("application", "1.10")] * 3
    assert [line.amount for line in view.cost.lines] == [Decimal("3.30"), 0, 0]
    assert [each.statement for each in view.ranked] == ["plain application", "plain database", "plain network"]
    assert report.did_not_run == (
        "Database (observed, but its hypotheses are plain analysis only)",
        "Network (observed, but its hypotheses are plain analysis only)",
    )
    assert report.degraded == ("Application: The next call of application may cost $1.10; $0.03 is left for it.",)
    assert [each.summary for each in view.observations] == [
        f"seen by {name}" for name in ("application", "database", "network")
    ]
    turn = ended_turn(view, "hypothesise", "application")
    assert (turn.outcome, turn.cost) == (StepOutcome.OVER_BUDGET, Decimal("3.30"))
    await check_rows(store, view)


async def test_what_one_agent_leaves_the_next_may_spend(store: Store) -> None:
    diary = Diary()
    world = World(store, team_of(*priced(diary, application=["0.10"], database=["6.56"], network=["3.34"])))
    async with world.service() as service:
        view = await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=DOLLARS))
    assert view.state == InvestigationState.COMPLETED
    assert (view.cost.total, str(view.cost.utilization)) == (Decimal("10.00"), "100.0")
    await check_rows(store, view)


async def test_one_nano_dollar_too_much_is_not_sent(store: Store) -> None:
    diary = Diary()
    calls = {"application": ["0.10"], "database": ["6.56"], "network": ["3.34", "0.000000001"]}
    async with World(store, team_of(*priced(diary, **calls))).service() as service:
        view = await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=DOLLARS))
    assert view.state == InvestigationState.STOPPED
    assert view.cost.total == DOLLARS
    assert "network/2" not in diary.sent
    await check_rows(store, view)


async def test_a_refused_call_costs_nothing_and_stays_in_the_ledger(store: Store) -> None:
    world = World(store, team_of(*priced(Diary(), application=[Call("3", refused=True), Call("3", "0.000000007")])))
    async with world.service() as service:
        view = await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=Decimal(3)))
    assert [each.status for each in view.ledger] == [CallStatus.RELEASED, CallStatus.SETTLED]
    assert str(view.cost.total) == "7E-9"
    await check_rows(store, view)


async def test_money_of_an_agent_that_then_fails_counts(store: Store) -> None:
    async def burst(name: str) -> None:
        if name == "application/2":
            raise ConnectionError("the model hung up")

    make = lambda: PricedAgent("application", ["1.25", "1"], observes=[observation()], on_sent=burst)  # noqa: E731
    world = World(store, team_of(make, *priced(Diary(), database=["2.00"])))
    async with world.service() as service:
        view = await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=DOLLARS))
        assert service.report(view).degraded == ("Application failed (ConnectionError)",)
    assert view.state == InvestigationState.COMPLETED
    assert [str(line.amount) for line in view.cost.lines] == ["2.25", "2.00"]
    assert [each.status for each in view.ledger] == [CallStatus.SETTLED, CallStatus.RESERVED, CallStatus.SETTLED]
    assert ended_turn(view, "hypothesise", "application").cost == Decimal("2.25")
    await check_rows(store, view)


async def test_a_call_dearer_than_was_put_aside_is_counted_and_ends_the_run_before_more_is_sent() -> None:
    diary = Diary()
    agents = [make() for make in priced(diary, a=[Call("3", "8")], b=["3"], c=["1"])]
    orchestrator = Orchestrator(agents, DOLLARS)
    with pytest.raises(BudgetExceededError, match=r"call of b may cost \$3\.00; \$2\.00 is left"):
        await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert orchestrator.get_total_cost() == 8
    assert diary.sent == ["a/1"]


async def test_a_call_that_alone_costs_more_than_everything_stops_the_run() -> None:
    agents = [make() for make in priced(Diary(), a=[Call("3", "10.01")], b=[])]
    orchestrator = Orchestrator(agents, DOLLARS)
    with pytest.raises(BudgetExceededError, match=r"The run has spent \$10\.01 of \$10\.00\."):
        await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert agents[1].diary.sent == ["a/1"]
    assert "hypothesise:b" not in agents[1].diary.asked


async def test_an_agent_without_an_account_is_checked_after_its_turn() -> None:
    diary = Diary()
    agents = [
        ScriptedAgent("a", [observation("one", "a")], bills=[Decimal(6), Decimal(0)], diary=diary),
        ScriptedAgent("b", [observation("two", "b")], bills=[Decimal("4.01")], diary=diary),
        ScriptedAgent("c", diary=diary),
    ]
    orchestrator = Orchestrator(agents, DOLLARS)
    with pytest.raises(BudgetExceededError, match=r"\$10\.01 of \$10\.00"):
        await orchestrator.observe(incident())
    assert diary.asked == ["observe:a", "observe:b"]
    assert [each.summary for each in orchestrator.observations] == ["one", "two"]
    assert orchestrator.get_agent_costs() == {"a": 6, "b": Decimal("4.01"), "c": 0}


async def test_exactly_the_limit_is_within_it() -> None:
    agents = [ScriptedAgent("a", bills=[Decimal("9.999999999")]), ScriptedAgent("b", bills=[Decimal("0.000000001")])]
    orchestrator = Orchestrator(agents, DOLLARS)
    await orchestrator.observe(incident())
    assert orchestrator.get_total_cost() == DOLLARS


async def test_what_an_agent_without_an_account_spent_is_not_passed_on() -> None:
    diary = Diary()
    agents = [
        ScriptedAgent("a", bills=[Decimal(3)]),
        PricedAgent("b", ["4", "4"], diary=diary),
        PricedAgent("c", ["4"], diary=diary),
    ]
    orchestrator = Orchestrator(agents, DOLLARS)
    with pytest.raises(BudgetExceededError, match="call of b"):
        await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert (diary.sent, orchestrator.get_total_cost()) == ([], 3)


async def test_an_agent_that_spends_beside_its_account_is_counted_for_both() -> None:
    class Both(PricedAgent):
        @property
        def total_cost(self) -> Decimal:
            return Decimal(4) if self.diary.sent else super().total_cost

    orchestrator = Orchestrator([Both("a", ["1"]), PricedAgent("b", ["3"])], DOLLARS)
    await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert orchestrator.get_agent_costs() == {"a": 4, "b": 3}


@pytest.mark.parametrize("phase", ["observe", "hypothesise"])
async def test_a_refused_call_ends_the_step_and_what_there_was_is_kept(phase: str) -> None:
    refusal = BudgetExceededError("The next call may cost $2; $1 is left.")
    kept = {"observes": [observation("one", "a")], "explains": [hypothesis("mine", 0.9, "a")]}
    scripts: dict[str, Any] = {"observes" if phase == "observe" else "explains": refusal}
    diary, turns = Diary(), MemoryTurns()
    agents = [
        ScriptedAgent("a", **kept, diary=diary),
        ScriptedAgent("b", **scripts, diary=diary),
        ScriptedAgent("c", diary=diary),
    ]
    orchestrator = Orchestrator(agents, turns=turns)

    async def run() -> None:
        await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))

    for _ in range(2):
        with pytest.raises(BudgetExceededError, match=r"may cost \$2; \$1 is left"):
            await run()
    assert diary.asked[-1] == f"{phase}:b"
    assert diary.asked.count(f"{phase}:b") == 1
    assert [each.summary for each in orchestrator.observations] == ["one"]
    ranked = await orchestrator.conclude("was not asked")
    assert [each.statement for each in ranked] == (["mine"] if phase == "hypothesise" else [])
    missed = turns.ended(Step(phase=Phase.HYPOTHESISE, agent_id="c"))
    assert missed is not None
    assert (missed.outcome, missed.note) == (StepOutcome.NOT_RUN, "was not asked")


async def test_nobody_who_failed_to_observe_is_asked_for_plain_analysis() -> None:
    diary = Diary()
    agents = [make() for make in priced(diary, a=[], b=[])]
    failing = PricedAgent("f", observes=ValueError(), analyses=plain("f"), diary=diary)
    orchestrator = Orchestrator([*agents, failing])
    await orchestrator.observe(incident())
    assert [each.agent_id for each in await orchestrator.conclude("was stopped")] == ["a", "b"]


async def test_costs_can_be_asked_for_while_a_call_is_under_way() -> None:
    looks: list[Decimal] = []
    orchestrators: list[Orchestrator] = []

    async def look(name: str) -> None:
        looks.append(orchestrators[0].get_total_cost())

    orchestrators.append(Orchestrator([PricedAgent("a", [Call("5", "1"), Call("2", "0.5")], on_sent=look)], DOLLARS))
    await orchestrators[0].generate_hypotheses([])
    assert looks == [5, 3]
    assert orchestrators[0].get_total_cost() == Decimal("1.5")


class Unclear(ScriptedAgent):
    """Says something of its costs that is no amount of dollars."""

    def __init__(self, said: Any) -> None:
        super().__init__("a", [observation()])
        self._said = said

    @property
    def total_cost(self) -> Any:
        if isinstance(self._said, Exception):
            raise self._said
        return self._said


@pytest.mark.parametrize(
    "said", [None, "a lot", Decimal("NaN"), float("inf"), -1, [], RuntimeError(), Decimal("1E+30")]
)
async def test_an_agent_whose_costs_cannot_be_read_has_failed(said: Any) -> None:
    turns = MemoryTurns()
    orchestrator = Orchestrator([Unclear(said), ScriptedAgent("b", [observation("two", "b")])], turns=turns)
    assert [each.summary for each in await orchestrator.observe(incident())] == ["two"]
    ended = turns.ended(Step(phase=Phase.OBSERVE, agent_id="a"))
    assert ended is not None
    assert ended.note.startswith("failed: what it ")
    assert orchestrator.get_total_cost() == 0


@pytest.mark.parametrize("said", [2, 2.5, Decimal("2.50")])
async def test_costs_may_be_told_as_any_number(said: Any) -> None:
    orchestrator = Orchestrator([Unclear(said)])
    await orchestrator.observe(incident())
    assert orchestrator.get_total_cost() == Decimal(str(said))


async def test_an_agent_that_forgets_what_it_spent_is_not_believed() -> None:
    agent = ScriptedAgent("a", bills=[Decimal(4), Decimal(-3)])
    orchestrator = Orchestrator([agent])
    await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert (agent.total_cost, orchestrator.get_total_cost()) == (1, 4)


async def test_a_stop_in_the_middle_of_a_turn_loses_no_money(store: Store) -> None:
    under_way, never = asyncio.Event(), asyncio.Event()

    async def hang(given: Any) -> None:
        under_way.set()
        await never.wait()

    make = lambda: ScriptedAgent("application", hang, bills=[Decimal("2.5")])  # noqa: E731
    world = World(store, team_of(make, *priced(Diary(), database=["1"])))
    async with world.service() as service:
        running = asyncio.create_task(run_to_end(service))
        await under_way.wait()
        (view,) = await service.running("T1")
        await service.stop("T1", view.investigation.investigation_id, view.investigation.requested_by)
        view = await running
    assert ended_turn(view, "observe", "application").cost == Decimal("2.5")
    assert view.cost.total == Decimal("2.5")
    await check_rows(store, view)


calls = st.builds(
    lambda most, part, refused: Call(str(Decimal(most).scaleb(-9)), str(Decimal(int(most * part)).scaleb(-9)), refused),
    st.integers(0, 4 * 10**9),
    st.floats(0, 1),
    st.booleans(),
)


@given(st.lists(st.lists(calls, max_size=5), min_size=1, max_size=4), st.integers(0, 12 * 10**9))
@settings(max_examples=60)
async def test_no_run_of_any_calls_passes_its_limit(plan: list[list[Call]], nano: int) -> None:
    limit = Decimal(nano).scaleb(-9)
    highest = Decimal(0)
    orchestrators: list[Orchestrator] = []

    async def look(name: str) -> None:
        nonlocal highest
        highest = max(highest, orchestrators[0].get_total_cost())

    agents = [PricedAgent(f"a{n}", each, on_sent=look) for n, each in enumerate(plan)]
    turns = MemoryTurns()
    orchestrators.append(Orchestrator(agents, limit, turns=turns))
    with suppress(BudgetExceededError):
        await orchestrators[0].generate_hypotheses([])
    assert highest <= limit
    booked = [each.amount for each in turns.ledger.values() if each.status != CallStatus.RELEASED]
    assert sum(booked, Decimal(0)) == orchestrators[0].get_total_cost() <= limit
    told = [turns.ended(Step(phase=Phase.HYPOTHESISE, agent_id=each.agent_id)) for each in agents]
    assert sum((each.cost for each in told if each), Decimal(0)) == orchestrators[0].get_total_cost()


async def test_an_agent_that_calls_from_many_tasks_at_once_cannot_pass_its_account() -> None:
    class Hasty(PricedAgent):
        async def _think(self, observations: Any) -> list[Any]:
            asked = (self._call(n, each) for n, each in enumerate(self._calls, start=1))
            answers = await asyncio.gather(*asked, return_exceptions=True)
            refused = [each for each in answers if isinstance(each, OrchestratorError)]
            if refused:
                raise refused[0]
            return list(answers)

    async def pause(name: str) -> None:
        await settle(3)

    agent = Hasty("a", ["1.10"] * 20, on_sent=pause)
    orchestrator = Orchestrator([agent, ScriptedAgent("b"), ScriptedAgent("c")], DOLLARS)
    with pytest.raises(BudgetExceededError):
        await orchestrator.generate_hypotheses([])
    assert len(agent.diary.sent) == 3
    assert orchestrator.get_total_cost() == Decimal("3.30")
