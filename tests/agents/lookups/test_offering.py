"""When a model is offered lookups: where it may look closer, and only where what was observed leaves something open."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.incident import INCIDENT_TEAM
from agents.incident.explaining import suspected
from agents.incident.lookups.offering import is_open
from agents.incident.suspect import Suspect
from orchestrator.model import THE_BAR, Aspect, FaultKind
from orchestrator.ports import AgentKit, FurtherTools, Remarking, Request, Spender, Tool
from orchestrator.tally import Tally
from storage.memory import MemoryStore
from tests.agents.cases import InlineCompute
from tests.agents.lookups.world import Counted, remit_of
from tests.agents.shop import Fault, Shop
from tests.agents.test_consulting import MONEY
from tests.agents.test_incident_team import incident_of, telemetry_of
from tests.agents.thinking.scene import FACTS, INCIDENT, fact
from tests.support.clock import NOON, ManualClock
from tests.support.models import OneModel, ScriptedModel
from tests.support.world import World, run_to_end

OPEN = [
    fact(1, "gateway: latency 900 ms, was 40 ms", service="gateway", aspect=Aspect.LATENCY, score=0.3),
    fact(2, "catalogue: errors 2 %, was 1 %", service="catalogue", aspect=Aspect.ERRORS, score=0.3),
]
UNDER = THE_BAR - 0.01
NOTHING_NEW: dict[str, Any] = {"explanations": []}


class Added:
    """Implements ToolSource: one tool of its own, one under a name that is taken, and something to say."""

    def __init__(self, *names: str) -> None:
        self.names, self.times = names, 0

    async def tools(self) -> FurtherTools:
        self.times += 1
        made = tuple(replace(next(iter(self._any)), name=each) for each in self.names) if self.names else ()
        return FurtherTools(made, ("Tools of boards are not there: boards could not be asked.",))

    @property
    def _any(self) -> Sequence[Tool]:
        async def run(wish: Any) -> str:
            return "a board"

        return [Tool("any", "Reads boards.", type(INCIDENT), run)]


def suspect(confidence: float) -> Suspect:
    return Suspect(f"s{confidence}", confidence, FaultKind.UNKNOWN, ())


@pytest.mark.parametrize(
    ("confidences", "opens"),
    [((), True), ((UNDER,), True), ((0.9,), False), ((0.9, 0.85), True), ((0.9, 0.2), False), ((UNDER, 0.0), True)],
)
def test_what_is_to_blame_is_open_under_the_bar_or_where_two_are_near(
    confidences: tuple[float, ...], opens: bool
) -> None:
    assert is_open([suspect(each) for each in confidences]) is opens


async def thought_over(folder: Path, facts: Sequence[Any], added: Added | None) -> tuple[ScriptedModel, Sequence[str]]:
    """The application specialist's questions to a model over those facts, and its remarks."""
    remit = await remit_of(folder)
    model = ScriptedModel(lambda request: NOTHING_NEW)
    kit = AgentKit(remit.telemetry, InlineCompute(), ManualClock(), model=model, incident=remit.incident, tools=added)
    agent = INCIDENT_TEAM.agents[0].build(kit)
    assert isinstance(agent, Spender)
    assert isinstance(agent, Remarking)
    agent.use_account(Free())
    await agent.generate_hypothesis(facts)
    return model, agent.take_remarks()


class Free:
    """Implements Account: everything fits."""

    def __getattr__(self, name: str) -> Any:
        return getattr(MONEY, name)

    async def reserve(self, *args: Any, **more: Any) -> Any:
        return self

    async def settle(self, *args: Any, **more: Any) -> None:
        """Costs nothing."""


async def test_where_it_is_open_a_model_is_offered_lookups_and_what_was_added(tmp_path: Path) -> None:
    assert is_open(suspected(OPEN))
    model, remarks = await thought_over(tmp_path, OPEN, Added("boards_find", "metric"))
    assert [each.name for each in model.asked[0].tools] == ["metric", "log_lines", "trace", "boards_find"]
    assert model.asked[0].tools[0].description.startswith("A metric"), "a name that is taken stays its owner's"
    assert "Tools of boards are not there: boards could not be asked." in remarks


async def test_where_the_observations_decide_nothing_is_offered_and_no_server_asked(tmp_path: Path) -> None:
    assert not is_open(suspected(FACTS))
    added = Added("boards_find")
    model, _ = await thought_over(tmp_path, FACTS, added)
    assert [each.tools for each in model.asked] == [()] * len(model.asked)
    assert model.asked
    assert added.times == 0


async def test_an_agent_that_goes_on_after_a_restart_looks_at_the_time_that_was_observed(tmp_path: Path) -> None:
    """Else the same wish would be told something else, and what was answered before would be asked and paid for again."""
    remit = await remit_of(tmp_path)
    told: list[str] = []

    async def curious(request: Request[Any]) -> Any:
        told.append(await request.tools[0].run(request.tools[0].arguments(service="orders", metric="cpu_percent")))
        return NOTHING_NEW

    going_on = remit.incident.model_copy(update={"end_time": None})
    model, clock = ScriptedModel(curious), ManualClock(NOON + timedelta(minutes=9))
    kit = AgentKit(remit.telemetry, InlineCompute(), clock, model=model, incident=going_on, tools=Added())
    agent = INCIDENT_TEAM.agents[0].build(kit)
    assert isinstance(agent, Spender)
    agent.use_account(Free())
    observed = going_on.window(NOON + timedelta(minutes=4))
    await agent.generate_hypothesis([each.model_copy(update={"window": observed}) for each in OPEN])
    assert told[0].startswith("orders cpu_percent, 11:40–12:04 UTC")


async def test_where_lookups_are_switched_off_nothing_is_offered(tmp_path: Path) -> None:
    model, _ = await thought_over(tmp_path, OPEN, None)
    assert model.asked[0].tools == ()


async def test_a_lookup_is_answered_from_what_plain_analysis_has_read_already(tmp_path: Path) -> None:
    looked: list[str] = []

    async def curious(request: Request[Any]) -> Any:
        for tool in request.tools:
            if tool.name == "metric":
                looked.append(await tool.run(tool.arguments(service="orders", metric="memory_mib")))
        return NOTHING_NEW

    library, incident = await incident_of(Shop(Fault(memory_mib={"orders": 260.0})).case.write(tmp_path))
    queries = []
    for added in (None, Added()):
        source = Counted(library, Tally())
        store = MemoryStore()
        await store.open()
        world = World(
            store,
            INCIDENT_TEAM,
            incidents=(incident,),
            telemetry=replace(telemetry_of(library), metrics=source),
            models=OneModel(ScriptedModel(curious)),
            tools=added,
        )
        async with world.service() as service:
            await run_to_end(service, incident.incident_id)
        queries.append(source.own.queries)
    assert looked
    assert looked[0].splitlines()[2].startswith("since 12:00: min 2")
    assert queries[0] == queries[1]
