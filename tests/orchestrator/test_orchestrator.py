"""The orchestrator asks every agent in order, hands all of them everything, ranks what they say, and drops nothing."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator import Orchestrator
from orchestrator.errors import AgentExecutionError, SourceUnavailableError
from orchestrator.events import StepEnded
from orchestrator.investigation import MemoryTurns
from orchestrator.model import Hypothesis, NoData, Observation, Phase, Step, StepOutcome, StoreUse
from orchestrator.tally import Tally, count
from tests.support.agents import Diary, PricedAgent, ScriptedAgent
from tests.support.builders import hypothesis, incident, observation
from tests.support.clock import ManualClock

confidences = st.floats(min_value=0, max_value=1, allow_nan=False)


class Remembering(MemoryTurns):
    """Also tells which turns began."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[str] = []

    async def begin(self, step: Step) -> None:
        self.begun.append(str(step))

    def of(self, phase: str, agent_id: str) -> StepEnded:
        found = self.ended(Step(phase=Phase(phase), agent_id=agent_id))
        assert found is not None
        return found


def observer(agent_id: str, *summaries: str, **more: Any) -> ScriptedAgent:
    return ScriptedAgent(agent_id, [observation(each, agent_id) for each in summaries], **more)


async def test_agents_are_asked_in_order_first_all_observe_then_all_explain() -> None:
    diary = Diary()
    agents = [ScriptedAgent(name, diary=diary) for name in ("c", "a", "b")]
    orchestrator = Orchestrator(agents)
    await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert diary.asked == [f"{phase}:{name}" for phase in ("observe", "hypothesise") for name in ("c", "a", "b")]


async def test_observations_are_consolidated_in_order_with_ids() -> None:
    orchestrator = Orchestrator([observer("a", "one", "two"), observer("b"), observer("c", "two", "three")])
    found = await orchestrator.observe(incident())
    assert [(each.observation_id, each.agent_id, each.summary) for each in found] == [
        ("o1", "a", "one"),
        ("o2", "a", "two"),
        ("o3", "c", "two"),
        ("o4", "c", "three"),
    ]


async def test_every_agent_is_handed_the_incident_and_all_observations_of_all() -> None:
    agents = [observer("a", "one"), observer("b", "two")]
    orchestrator = Orchestrator(agents)
    found = await orchestrator.observe(incident())
    await orchestrator.generate_hypotheses(found)
    for agent in agents:
        assert agent.given == [incident(), found]


async def test_an_agent_that_tampers_with_what_it_was_handed_hurts_nobody() -> None:
    async def tamper(given: list[Observation]) -> list[Hypothesis]:
        given.clear()
        return [hypothesis()]

    honest = observer("b", "two")
    orchestrator = Orchestrator([observer("a", "one", explains=tamper), honest])
    found = await orchestrator.observe(incident())
    await orchestrator.generate_hypotheses(found)
    assert [each.summary for each in honest.given[1]] == ["one", "two"]
    assert len(found) == 2


async def test_nothing_is_deduplicated() -> None:
    same = [hypothesis("the pool is full", 0.8, name) for name in ("a", "b")]
    agents = [ScriptedAgent("a", explains=[same[0], same[0]]), ScriptedAgent("b", explains=[same[1]])]
    assert await Orchestrator(agents).generate_hypotheses([]) == [same[0], same[0], same[1]]


@given(st.lists(st.lists(confidences, max_size=5), min_size=1, max_size=4))
async def test_all_hypotheses_come_back_by_confidence_and_ties_as_they_came(said: list[list[float]]) -> None:
    agents = [
        ScriptedAgent(f"a{n}", explains=[hypothesis(f"{n}.{i}", each, f"a{n}") for i, each in enumerate(sure)])
        for n, sure in enumerate(said)
    ]
    ranked = await Orchestrator(agents).generate_hypotheses([])
    as_they_came = [(-each, n, i) for n, sure in enumerate(said) for i, each in enumerate(sure)]
    assert [each.statement for each in ranked] == [f"{n}.{i}" for _, n, i in sorted(as_they_came)]


async def test_the_observations_handed_over_need_not_be_ones_own() -> None:
    agent = ScriptedAgent("a", explains=[hypothesis()])
    facts = [observation("from elsewhere")]
    assert await Orchestrator([agent]).generate_hypotheses(facts) == [hypothesis()]
    assert agent.given == [facts]


async def test_a_second_call_asks_nobody_again() -> None:
    agent = observer("a", "one", explains=[hypothesis()])
    orchestrator = Orchestrator([agent])
    for _ in range(2):
        found = await orchestrator.observe(incident())
        assert [each.observation_id for each in found] == ["o1"]
        assert len(await orchestrator.generate_hypotheses(found)) == 1
    assert agent.diary.asked == ["observe:a", "hypothesise:a"]


async def test_without_agents_there_is_nothing_and_it_costs_nothing() -> None:
    orchestrator = Orchestrator([])
    assert await orchestrator.observe(incident()) == []
    assert await orchestrator.generate_hypotheses([]) == []
    assert (orchestrator.get_total_cost(), orchestrator.get_agent_costs()) == (0, {})


def test_two_agents_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        Orchestrator([ScriptedAgent("a"), ScriptedAgent("a")])


def test_the_default_budget_is_ten_dollars_in_decimal() -> None:
    orchestrator = Orchestrator([ScriptedAgent("a")])
    assert orchestrator.budget.limit == Decimal("10.00")
    assert orchestrator.get_agent_costs() == {"a": Decimal(0)}
    assert isinstance(orchestrator.get_total_cost(), Decimal)


@pytest.mark.parametrize(
    ("failure", "note"),
    [
        (ValueError("password=hunter2"), "failed (ValueError)"),
        (TimeoutError("its own socket"), "failed (TimeoutError)"),
        (SystemExit(3), "failed (SystemExit)"),
        (SourceUnavailableError("Prometheus did not answer."), "failed: Prometheus did not answer."),
        (AgentExecutionError("The analysis failed (KeyError)."), "failed: The analysis failed (KeyError)."),
    ],
)
@pytest.mark.parametrize("phase", ["observe", "hypothesise"])
async def test_a_failing_agent_degrades_the_run_and_its_turn_says_how(
    failure: BaseException, note: str, phase: str
) -> None:
    scripts: dict[str, Any] = {"observes" if phase == "observe" else "explains": failure}
    turns = Remembering()
    agents = [ScriptedAgent("a", **scripts), observer("b", "two", explains=[hypothesis("b says", 0.4, "b")])]
    orchestrator = Orchestrator(agents, turns=turns)
    found = await orchestrator.observe(incident())
    assert [each.observation_id for each in found] == ["o1"]
    assert [each.statement for each in await orchestrator.generate_hypotheses(found)] == ["b says"]
    assert (turns.of(phase, "a").outcome, turns.of(phase, "a").note) == (StepOutcome.FAILED, note)
    assert turns.of(phase, "b").outcome == StepOutcome.FINISHED


async def test_an_agent_that_cancels_itself_has_failed_and_ends_nobody_elses_run() -> None:
    turns = Remembering()
    agents = [ScriptedAgent("a", asyncio.CancelledError()), observer("b", "two")]
    found = await Orchestrator(agents, turns=turns).observe(incident())
    assert len(found) == 1
    assert turns.of("observe", "a").note == "failed (CancelledError)"


async def test_an_agent_that_failed_to_observe_is_not_asked_again() -> None:
    agents = [ScriptedAgent("a", ValueError()), ScriptedAgent("b", explains=ValueError())]
    orchestrator = Orchestrator(agents)
    await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert agents[0].diary.asked == ["observe:a"]
    assert agents[1].diary.asked == ["observe:b", "hypothesise:b"]


class NotAsync:
    """Raises before there is anything to await."""

    agent_id = "a"
    total_cost = Decimal(0)

    def observe(self, incident: Any) -> Any:
        raise KeyError("before anything to await")

    def generate_hypothesis(self, observations: Any) -> Any:
        return [hypothesis()]


async def test_an_agent_whose_methods_are_no_coroutines_fails_alone() -> None:
    turns = Remembering()
    orchestrator = Orchestrator([NotAsync(), observer("b", "two")], turns=turns)
    assert len(await orchestrator.observe(incident())) == 1
    assert turns.of("observe", "a").note == "failed (KeyError)"
    unheard = Remembering()
    assert await Orchestrator([NotAsync()], turns=unheard).generate_hypotheses([]) == []
    assert unheard.of("hypothesise", "a").note == "failed (TypeError)"


def _broken() -> Iterator[Observation]:
    yield observation("one")
    raise RuntimeError("half way")


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (7, "failed: its answer is no list of observations"),
        ("everything is fine", "failed: its answer holds something other than observations"),
        ([{"summary": "a dict"}], "failed: its answer holds something other than observations"),
        ([hypothesis()], "failed: its answer holds something other than observations"),
        ([observation(), None], "failed: its answer holds something other than observations"),
        (incident(), "failed: its answer holds something other than observations"),
    ],
)
async def test_a_wrong_answer_is_a_failure_and_not_an_empty_finding(answer: Any, note: str) -> None:
    turns = Remembering()
    assert await Orchestrator([ScriptedAgent("a", answer)], turns=turns).observe(incident()) == []
    assert (turns.of("observe", "a").outcome, turns.of("observe", "a").note) == (StepOutcome.FAILED, note)


async def test_hypotheses_must_be_hypotheses() -> None:
    turns = Remembering()
    await Orchestrator([ScriptedAgent("a", explains=[observation()])], turns=turns).generate_hypotheses([])
    assert turns.of("hypothesise", "a").note == "failed: its answer holds something other than hypotheses"


async def test_an_answer_that_breaks_while_it_is_read_is_that_agents_failure() -> None:
    turns = Remembering()
    agents = [ScriptedAgent("a", _broken()), observer("b", "two")]
    assert len(await Orchestrator(agents, turns=turns).observe(incident())) == 1
    assert turns.of("observe", "a").note == "failed (RuntimeError)"


@pytest.mark.parametrize(
    "answer", [(observation("one"),), observation("one"), iter([observation("one")]), {observation("one"): 1}.keys()]
)
async def test_one_alone_and_anything_that_can_be_gone_through_will_do(answer: Any) -> None:
    found = await Orchestrator([ScriptedAgent("a", answer)]).observe(incident())
    assert [each.summary for each in found] == ["one"]


async def test_a_generator_of_hypotheses_loses_none() -> None:
    agent = ScriptedAgent("a", explains=(hypothesis(f"{n}") for n in range(3)))
    assert len(await Orchestrator([agent]).generate_hypotheses([])) == 3


async def test_none_is_nothing_found() -> None:
    turns = Remembering()
    assert await Orchestrator([ScriptedAgent("a", None)], turns=turns).observe(incident()) == []
    assert turns.of("observe", "a").outcome == StepOutcome.FINISHED


async def test_no_data_is_an_observation_too() -> None:
    (found,) = await Orchestrator([ScriptedAgent("a", [NoData(agent_id="a", summary="no logs")])]).observe(incident())
    assert isinstance(found, NoData)
    assert found.observation_id == "o1"


async def test_twenty_thousand_observations_are_all_there() -> None:
    agents = [ScriptedAgent(name, [observation("x", name)] * 10_000) for name in ("a", "b")]
    found = await Orchestrator(agents).observe(incident())
    assert [found[0].observation_id, found[-1].observation_id, len(found)] == ["o1", "o20000", 20_000]


class Choosy(Remembering):
    """Cannot keep what an agent found, as a store that knows no such value."""

    async def end(self, ended: StepEnded) -> None:
        if ended.observations:
            raise ValueError("inf is no JSON")
        await super().end(ended)


async def test_what_cannot_be_kept_is_the_agents_failure() -> None:
    turns = Choosy()
    agent = observer("a", "one", bills=[Decimal(1)])
    orchestrator = Orchestrator([agent], turns=turns)
    assert await orchestrator.observe(incident()) == []
    ended = turns.of("observe", "a")
    assert (ended.outcome, ended.note, ended.cost) == (
        StepOutcome.FAILED,
        "failed: what it found cannot be kept",
        Decimal(1),
    )


async def test_turns_that_ended_in_an_earlier_process_are_not_taken_again() -> None:
    turns = Remembering()
    await turns.end(
        StepEnded(
            step=Step(phase=Phase.OBSERVE, agent_id="a"), observations=(observation("kept", observation_id="o1"),)
        )
    )
    agents = [observer("a", "anew"), observer("b", "two")]
    found = await Orchestrator(agents, turns=turns).observe(incident())
    assert [(each.observation_id, each.summary) for each in found] == [("o1", "kept"), ("o2", "two")]
    assert turns.begun == ["observe:b"]


async def test_a_turn_tells_how_long_it_took() -> None:
    clock = ManualClock()

    async def slow(given: Any) -> list[Observation]:
        await clock.sleep(1.23456)
        return []

    turns = Remembering()
    running = asyncio.create_task(
        Orchestrator([ScriptedAgent("a", slow)], clock=clock, turns=turns).observe(incident())
    )
    await clock.advance(2)
    await running
    assert turns.of("observe", "a").duration_s == 1.235


async def test_an_agent_may_keep_its_own_account_open_between_its_turns() -> None:
    agent = PricedAgent("a", ["1", "2"])
    orchestrator = Orchestrator([agent, ScriptedAgent("b")])
    await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert orchestrator.get_agent_costs() == {"a": Decimal(3), "b": Decimal(0)}


async def test_each_turn_knows_what_it_asked_of_the_telemetry_stores_also_where_it_failed() -> None:
    async def asks(given: Any) -> list[Observation]:
        await asyncio.gather(*(asyncio.to_thread(lambda: None), _query(1000), _query(500)))
        raise SourceUnavailableError("nothing came back")

    async def _query(size: int) -> None:
        count(Tally(), queries=1, read_bytes=size, series=3)

    turns = Remembering()
    orchestrator = Orchestrator([ScriptedAgent("a", asks), ScriptedAgent("b")], turns=turns)
    await orchestrator.observe(incident())
    assert turns.of("observe", "a").use == StoreUse(queries=2, read_bytes=1500, series=6)
    assert turns.of("observe", "b").use == StoreUse()
