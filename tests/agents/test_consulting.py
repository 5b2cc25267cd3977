"""What the specialists ask each other while they explain, what they answer, and that neither changes who is accused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.incident import INCIDENT_TEAM
from agents.incident.asking import MOST_QUESTIONS, with_answer
from orchestrator.budget import AgentAccount, keep_nothing
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import (
    ZERO,
    Advice,
    Aspect,
    Consultation,
    ConsultOutcome,
    FaultKind,
    Hypothesis,
    Question,
    Standing,
)
from orchestrator.ports import Adviser, Agent, AgentKit, Briefing, Consulting, PlainAnalyst, Telemetry
from tests.agents.cases import InlineCompute
from tests.agents.shop import Fault, Shop
from tests.agents.test_incident_team import incident_of, telemetry_of
from tests.support.builders import consultation, hypothesis, incident, observation
from tests.support.clock import NOON, ManualClock

ABOUT_THE_STORE = Question(
    text="was it?", service="orders-db", aspect=Aspect.SATURATION, at=NOON + timedelta(minutes=3)
)
MONEY = AgentAccount("application", ZERO, keep_nothing, lambda: ZERO)
SLOW_ORDERS = Fault(own_ms={"orders": 250.0})


@dataclass
class Table:
    """Implements Desk: asks the agents around it directly, and keeps what was asked."""

    agents: Sequence[Agent]
    briefing: Briefing
    asked: list[Consultation] = field(default_factory=list)

    async def consult(self, specialist_type: str, question: Question) -> Consultation:
        adviser = next(each for each in self.agents if each.agent_id == specialist_type)
        assert isinstance(adviser, Adviser)
        told = consultation(
            "somebody",
            specialist_type,
            question=question,
            outcome=ConsultOutcome.ANSWERED,
            advice=await adviser.advise(question, self.briefing),
        )
        self.asked.append(told)
        return told

    async def escalate(self, reason: str, *context: str) -> str:
        raise AssertionError("plain analysis escalates nothing")


async def around_a_table(
    folder: Path, fault: Fault | None, only: Sequence[str] = ()
) -> tuple[Table, list[Hypothesis], list[Hypothesis]]:
    """The desk, what all say who may ask, and what they say who may not."""
    library, happened = await incident_of(Shop(fault).case.write(folder))
    kit = AgentKit(telemetry_of(library), InlineCompute(), ManualClock())
    agents = [spec.build(kit) for spec in INCIDENT_TEAM.agents if not only or spec.agent_id in only]
    seen = [fact for agent in agents for fact in await agent.observe(happened)]
    seen = [fact.model_copy(update={"observation_id": f"o{n}"}) for n, fact in enumerate(seen, start=1)]
    table = Table(agents, Briefing(MONEY, happened, seen))
    for agent in agents:
        assert isinstance(agent, Consulting)
        agent.use_desk(table)
    asking = [each for agent in agents for each in await agent.generate_hypothesis(seen)]
    plain = [each for agent in agents if isinstance(agent, PlainAnalyst) for each in await agent.analyse(seen)]
    assert all(agent.total_cost == 0 for agent in agents)
    return table, asking, plain


async def test_who_accuses_a_service_asks_whether_the_store_that_it_calls_is_to_blame(tmp_path: Path) -> None:
    table, _, _ = await around_a_table(tmp_path, SLOW_ORDERS)
    asked = next(each for each in table.asked if each.specialist == "database")
    assert asked.question.text.startswith("was orders-db at its limits at 12:0")
    assert (asked.question.service, asked.question.aspect) == ("orders-db", Aspect.SATURATION)
    assert asked.advice.supports is False
    assert asked.advice.text.startswith("No: ")
    assert asked.advice.cites


@pytest.mark.parametrize(
    "fault",
    [
        SLOW_ORDERS,
        Fault(failing={"orders": 0.4}, deploy="orders"),
        Fault(cpu={"catalogue": 99.0}, own_ms={"catalogue": 300.0}),
        Fault(store_ms=700.0, pool_in_use=5),
        Fault(gap_ms={("gateway", "orders"): 300.0}),
    ],
)
async def test_answers_change_no_order_no_confidence_and_no_word(tmp_path: Path, fault: Fault) -> None:
    table, asking, plain = await around_a_table(tmp_path, fault)
    evidence = {"supporting", "refuting"}
    assert [each.model_dump(exclude=evidence) for each in asking] == [
        each.model_dump(exclude=evidence) for each in plain
    ]
    known = {each.observation_id for each in table.briefing.observations}
    for with_others, alone in zip(asking, plain, strict=True):
        assert set(alone.supporting) <= set(with_others.supporting) <= known
        assert set(alone.refuting) <= set(with_others.refuting) <= known
    assert len(table.asked) <= MOST_QUESTIONS


async def test_nobody_asks_where_nothing_is_wrong(tmp_path: Path) -> None:
    table, _, _ = await around_a_table(tmp_path, None)
    assert table.asked == []


async def test_who_decides_by_its_own_cpu_asks_nothing(tmp_path: Path) -> None:
    table, asking, _ = await around_a_table(tmp_path, Fault(own_ms={"catalogue": 300.0}, cpu={"catalogue": 99.0}))
    assert max(asking, key=lambda each: each.initial_confidence).fault_kind is FaultKind.CPU
    assert table.asked == []


async def test_nobody_is_asked_who_is_not_part_of_the_run(tmp_path: Path) -> None:
    table, _, _ = await around_a_table(tmp_path, SLOW_ORDERS, only=["application"])
    assert table.asked == []


async def test_what_was_told_already_is_not_asked_for(tmp_path: Path) -> None:
    table, _, _ = await around_a_table(tmp_path, Fault(own_ms={"orders": 250.0}, pool_in_use=5))
    told = {(fact.service, fact.aspect) for fact in table.briefing.observations if fact.standing is Standing.UNUSUAL}
    assert all((each.question.service, each.question.aspect) not in told for each in table.asked)


@pytest.mark.parametrize(
    ("advice", "changed"),
    [
        (Advice(text="No", supports=False, cites=("o2", "o1", "o9")), {"supporting": ("o1", "o2")}),
        (Advice(text="Yes", supports=True, cites=("o2",)), {"refuting": ("o2",)}),
        (Advice(text="Yes", supports=True), {}),
        (Advice(text="Cannot tell", known=False, cites=("o2",)), {}),
    ],
)
def test_an_answer_is_evidence_only_with_observations_that_exist(advice: Advice, changed: dict[str, Any]) -> None:
    formed = hypothesis(supporting=("o1",))
    facts = [observation(observation_id="o1"), observation(observation_id="o2")]
    assert with_answer(formed, consultation(advice=advice), facts) == formed.model_copy(update=changed)


@pytest.mark.parametrize(("yes", "changed"), [(True, {"supporting": ("o2",)}), (False, {})])
def test_a_yes_speaks_for_who_blames_what_is_further_down(yes: bool, changed: dict[str, Any]) -> None:
    formed = hypothesis(fault_kind=FaultKind.DEPENDENCY)
    told = consultation(advice=Advice(text="So it is", supports=yes, cites=("o2",)))
    assert with_answer(formed, told, [observation(observation_id="o2")]) == formed.model_copy(update=changed)


async def test_a_process_that_did_not_observe_reads_the_metrics_before_it_answers(tmp_path: Path) -> None:
    library, happened = await incident_of(Shop(SLOW_ORDERS).case.write(tmp_path))
    kit = AgentKit(telemetry_of(library), InlineCompute(), ManualClock())
    made = {spec.agent_id: spec.build(kit) for spec in INCIDENT_TEAM.agents}
    database = made["database"]
    assert isinstance(database, Adviser)
    question = ABOUT_THE_STORE
    told = await database.advise(question, Briefing(MONEY, happened))
    await database.observe(happened)
    assert told == await database.advise(question, Briefing(MONEY, happened))
    assert told.known


class Away:
    """Implements MetricSource: does not answer."""

    async def read_metrics(self, lookup: object) -> Any:
        raise SourceUnavailableError("The server does not answer.")


@pytest.mark.parametrize(
    ("telemetry", "briefing", "said"),
    [
        (Telemetry(), Briefing(MONEY), "nobody said of which incident."),
        (Telemetry(), Briefing(MONEY, incident()), "no source of metrics is configured."),
        (
            Telemetry(metrics=Away()),
            Briefing(MONEY, incident()),
            "metrics could not be read: The server does not answer.",
        ),
    ],
)
async def test_who_has_nothing_to_look_at_says_so(telemetry: Telemetry, briefing: Briefing, said: str) -> None:
    agent = INCIDENT_TEAM.agents[1].build(AgentKit(telemetry, InlineCompute(), ManualClock()))
    assert isinstance(agent, Adviser)
    told = await agent.advise(ABOUT_THE_STORE, briefing)
    assert (told.known, told.text) == (False, f"Cannot tell: {said}")
