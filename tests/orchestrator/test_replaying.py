"""A stored run is thought through again with what it kept: nothing is asked, written or spent, and what differs is named."""

from collections.abc import Sequence
from typing import Any

import pytest

from orchestrator.clock import SystemClock
from orchestrator.errors import AgentNotFoundError, ConflictError, SourceUnavailableError
from orchestrator.events import InvestigationView
from orchestrator.investigation import Difference, TurnAgain, differences, think_again
from orchestrator.model import Hypothesis, Observation
from orchestrator.ports import AgentKit, AgentSpec, Lookup, Store, TeamSpec
from tests.support.advisers import ASKS, AdvisingAgent, AskingAgent
from tests.support.agents import PlainAgent, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import hypothesis, incident, observation
from tests.support.clock import NOON
from tests.support.world import InlineCompute, World, run_to_end

FACTS = [observation("pool full", service="orders-db"), observation("slow", service="orders")]


async def ran(store: Store, team: TeamSpec, **more: Any) -> InvestigationView:
    async with World(store, team, **more).service() as service:
        return await run_to_end(service)


async def again(view: InvestigationView, team: TeamSpec, store: Store) -> tuple[TurnAgain, ...]:
    return await think_again(view, team, store=store, compute=InlineCompute(), clock=SystemClock())


class Sure(PlainAgent):
    """As sure as it is told, of whatever was observed first."""

    def __init__(self, confidence: float, agent_id: str = "application") -> None:
        super().__init__(agent_id, FACTS)
        self._confidence = confidence

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        return await self.analyse(observations)

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        first = observations[0]
        cites = (first.observation_id,)
        return [hypothesis("it is this", self._confidence, self.agent_id, service=first.service, supporting=cites)]


async def test_the_same_agents_come_to_the_same(store: Store) -> None:
    team = team_of(lambda: Sure(0.8))
    view = await ran(store, team)
    (turn,) = await again(view, team, store)
    assert turn.is_same
    assert turn.before == turn.now == view.steps[-1].hypotheses
    assert turn.now[0].supporting == ("o1",)


async def test_what_differs_is_named_with_what_it_was(store: Store) -> None:
    view = await ran(store, team_of(lambda: Sure(0.8)))
    (turn,) = await again(view, team_of(lambda: Sure(0.75)), store)
    assert turn.differences == (Difference("orders-db: unknown", "confidence", "0.8000", "0.7500"),)


async def test_nothing_is_written_and_no_agent_observes(store: Store) -> None:
    made: list[ScriptedAgent] = []

    def make() -> ScriptedAgent:
        made.append(Sure(0.8))
        return made[-1]

    team = team_of(make)
    view = await ran(store, team)
    before = list(await store.events(*view.key))
    await again(view, team, store)
    assert list(await store.events(*view.key)) == before
    assert made[-1].given == []


async def test_colleagues_say_what_they_said_then_and_are_not_asked(store: Store) -> None:
    askers: list[AskingAgent] = []
    advisers: list[AdvisingAgent] = []

    def asker() -> AskingAgent:
        askers.append(AskingAgent(ASKS))
        return askers[-1]

    def adviser() -> AdvisingAgent:
        advisers.append(AdvisingAgent())
        return advisers[-1]

    team = team_of(asker, adviser)
    view = await ran(store, team)
    first, _ = await again(view, team, store)
    assert first.is_same
    assert [each.advice for each in askers[-1].heard] == [each.advice for each in view.consultations]
    assert advisers[-1].was_asked == []


async def test_a_question_that_was_not_asked_in_the_run_is_not_answered(store: Store) -> None:
    def asking(*asks: Any) -> TeamSpec:
        return team_of(lambda: made.append(AskingAgent(*asks)) or made[-1], AdvisingAgent)  # type: ignore[func-returns-value]

    made: list[AskingAgent] = []
    view = await ran(store, asking())
    await again(view, asking(ASKS), store)
    assert made[-1].heard[0].advice.text == "That was not asked in this run."


async def test_no_money_can_be_spent(store: Store) -> None:
    view = await ran(store, team_of(lambda: PricedAgent("application", ["0.5"], observes=FACTS)))
    team = team_of(lambda: PricedAgent("application", ["0.5"], observes=FACTS))
    (turn,) = await again(view, team, store)
    assert not turn.is_same
    assert "$0.00 is left" in turn.failed


async def test_telemetry_is_not_asked_and_it_is_the_moment_of_the_turn(store: Store) -> None:
    kits: list[AgentKit] = []

    def build(kit: AgentKit) -> ScriptedAgent:
        kits.append(kit)
        return Sure(0.8)

    team = TeamSpec("incident", (AgentSpec("application", "Application", build),))
    view = await ran(store, team)
    await again(view, team, store)
    assert kits[-1].clock.now() == NOON
    assert kits[-1].incident == view.investigation.incident
    lookup = Lookup.whole(incident(), NOON)
    telemetry = kits[-1].telemetry
    for asked in (
        telemetry.metrics and telemetry.metrics.read_metrics(lookup),
        telemetry.logs and telemetry.logs.read_logs(lookup),
        telemetry.traces and telemetry.traces.read_spans(lookup),
        telemetry.changes and telemetry.changes.read_changes(lookup),
        telemetry.topology and telemetry.topology.read_topology(lookup),
    ):
        assert asked is not None
        with pytest.raises(SourceUnavailableError, match="asks no telemetry"):
            await asked


async def test_for_a_turn_that_failed_plain_analysis_says_it_again(store: Store) -> None:
    def broken() -> PlainAgent:
        return PlainAgent("application", FACTS, RuntimeError("broken"), analyses=[hypothesis("plain", 0.4)])

    view = await ran(store, team_of(broken))
    (turn,) = await again(view, team_of(broken), store)
    assert turn.plain
    assert turn.is_same
    assert [each.statement for each in turn.now] == ["plain"]


async def test_an_agent_that_fails_now_is_named_by_our_words_alone(store: Store) -> None:
    view = await ran(store, team_of(lambda: Sure(0.8)))
    failing = team_of(lambda: PlainAgent("application", FACTS, RuntimeError("token=abc")))
    (turn,) = await again(view, failing, store)
    assert (turn.is_same, turn.failed) == (False, "It failed (RuntimeError).")


async def test_a_run_without_hypotheses_cannot_be_replayed(store: Store) -> None:
    async with World(store, team_of(lambda: Sure(0.8))).service() as service:
        view = await run_to_end(service)
    with pytest.raises(ConflictError, match="formed no hypotheses yet"):
        await again(view.model_copy(update={"steps": view.steps[:1]}), team_of(lambda: Sure(0.8)), store)


async def test_an_agent_that_the_team_has_no_more_is_named(store: Store) -> None:
    view = await ran(store, team_of(lambda: Sure(0.8)))
    with pytest.raises(AgentNotFoundError, match="application"):
        await again(view, team_of(lambda: Sure(0.8, "database")), store)


def test_hypotheses_are_held_against_each_other_by_what_they_explain() -> None:
    before = [
        hypothesis("pool", 0.8, service="orders-db", supporting=("o1",)),
        hypothesis("link", 0.5, service="orders", peer="orders-db"),
        hypothesis("gone", 0.3, service="cart"),
    ]
    now = [
        hypothesis("link", 0.5, service="orders", peer="orders-db", refuting=("o2",)),
        hypothesis("the pool", 0.8, service="orders-db"),
        hypothesis("new", 0.2, service="web"),
    ]
    assert differences(before, before) == ()
    assert differences(before, now) == (
        Difference("orders-db: unknown", "supporting", "o1", "nothing"),
        Difference("orders-db: unknown", "statement", "pool", "the pool"),
        Difference("orders → orders-db: unknown", "against", "nothing", "o2"),
        Difference("cart: unknown", "gone", before="gone"),
        Difference("web: unknown", "new", now="new"),
        Difference(
            "all",
            "order",
            "orders-db: unknown, orders → orders-db: unknown",
            "orders → orders-db: unknown, orders-db: unknown",
        ),
    )


def test_two_of_one_explanation_are_two() -> None:
    twice = [hypothesis("a", 0.8, service="orders"), hypothesis("b", 0.5, service="orders")]
    assert differences(twice, twice) == ()
    assert differences(twice, twice[:1]) == (Difference("orders: unknown", "gone", before="b"),)
