"""What an agent was handed stays what it is handed, so that it asks a model the same again."""

from collections.abc import AsyncIterator, Sequence

import pytest

from orchestrator.context import KeptContext
from orchestrator.context.kept import NOT_KEPT
from orchestrator.model import AgentContext, Baseline, Incident, Observation
from orchestrator.ports import AgentKit, AgentSpec, TeamSpec
from storage.errors import StorageFullError
from storage.memory import MemoryStore
from tests.support.agents import ScriptedAgent
from tests.support.builders import hypothesis, incident, observation
from tests.support.clock import ManualClock
from tests.support.world import World, run_to_end

RUN = ("T1", "r1")


class Telling:
    """Implements ContextSource: tells another figure each time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def assemble(
        self, agent_id: str, incident: Incident, observations: Sequence[Observation] = ()
    ) -> AgentContext:
        self.asked += 1
        usual = Baseline(service="orders", metric="pool", usual=self.asked, low=0.0, high=9.0, points=60)
        now = ManualClock().now()
        return AgentContext(
            agent_id=agent_id,
            incident_id=incident.incident_id,
            window=incident.window(now),
            baseline_window=incident.baseline(),
            baselines=(usual,),
        )


class FullStore(MemoryStore):
    """Keeps no context."""

    async def keep_context(self, workspace: str, investigation_id: str, asked: str, context: AgentContext) -> None:
        raise StorageFullError("There is no room.")

    async def find_context(self, workspace: str, investigation_id: str, agent_id: str, asked: str) -> None:
        raise StorageFullError("There is no room.")


@pytest.fixture
async def store() -> AsyncIterator[MemoryStore]:
    made = MemoryStore()
    await made.open()
    yield made
    await made.aclose()


async def test_a_later_process_is_handed_what_the_first_one_was(store: MemoryStore) -> None:
    first = await KeptContext(RUN, store, ManualClock(), Telling()).assemble("database", incident(), [observation()])
    source = Telling()
    assert (
        await KeptContext(RUN, store, ManualClock(), source).assemble("database", incident(), [observation()]) == first
    )
    assert source.asked == 0


async def test_another_agent_run_or_observation_is_another_question(store: MemoryStore) -> None:
    source = Telling()
    kept = KeptContext(RUN, store, ManualClock(), source)
    for agent_id, seen in (("database", ()), ("network", ()), ("database", (observation(),)), ("database", ())):
        await kept.assemble(agent_id, incident(), seen)
    await KeptContext(("T1", "r2"), store, ManualClock(), source).assemble("database", incident())
    assert source.asked == 4


async def test_where_no_source_is_asked_what_was_not_kept_is_said_to_be_missing(store: MemoryStore) -> None:
    await KeptContext(RUN, store, ManualClock(), Telling()).assemble("database", incident())
    alone = KeptContext(RUN, store, ManualClock(), None)
    assert (await alone.assemble("database", incident())).missing == ()
    assert (await alone.assemble("network", incident())).missing == (NOT_KEPT,)


async def test_what_cannot_be_kept_is_handed_over_all_the_same() -> None:
    full = FullStore()
    await full.open()
    made = await KeptContext(RUN, full, ManualClock(), Telling()).assemble("database", incident())
    assert made.baselines[0].usual == 1


async def test_an_agent_that_is_made_anew_knows_the_incident_without_observing_again(store: MemoryStore) -> None:
    kits: list[AgentKit] = []

    def build(kit: AgentKit) -> ScriptedAgent:
        kits.append(kit)
        return ScriptedAgent("application", [observation()], [hypothesis()])

    world = World(store, TeamSpec("test", (AgentSpec("application", "Application", build),)))
    async with world.service() as service:
        view = await run_to_end(service)
    assert [each.incident for each in kits] == [view.investigation.incident]
