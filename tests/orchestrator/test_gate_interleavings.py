"""However clicks, the passing of time, stops and restarts are interleaved: a gate is decided once, and everybody hears how."""

import asyncio
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import ApprovalRequiredError, ConflictError
from orchestrator.events import GateSettled, InvestigationView, replay
from orchestrator.hub import Answered, HubRules
from orchestrator.investigation import Investigations, has_ended
from orchestrator.model import Approvers, GateState, InvestigationState, Person
from orchestrator.parameters import Parameters
from orchestrator.ports import TeamSpec
from storage.memory import MemoryStore
from tests.support.agents import PricedAgent, team_of
from tests.support.builders import hypothesis, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import Collector, World, start

WAIT_S = 60.0
PEOPLE = [Person(user_id=f"U{n}", name=f"p{n}") for n in range(1, 6)]
RULES = HubRules(Approvers(people=("U2", "U3"), groups=("S1",), requester=False), gate_wait_s=WAIT_S)

CLICK = st.tuples(st.just("click"), st.sampled_from(PEOPLE), st.booleans(), st.sampled_from([(), ("S1",), ("S2",)]))
EVENTS = st.one_of(
    CLICK,
    CLICK,
    CLICK,
    st.tuples(st.just("pass"), st.sampled_from([1.0, 40.0, 61.0])),
    st.tuples(st.just("let"), st.integers(0, 12)),
    st.tuples(st.just("stop"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("restart")),
)


def team() -> TeamSpec:
    """Two dollars each, of which they want three."""
    return team_of(
        *(
            lambda name=name: PricedAgent(
                name,
                ["1.50", "1.50"],
                observes=[observation("a fact", name)],
                analyses=[hypothesis("plain", 0.3, name)],
            )
            for name in "ab"
        )
    )


class Life:
    """One run, and all that happens around it. Answers are collected as they come."""

    def __init__(self, store: MemoryStore, clock: ManualClock) -> None:
        self.clock, self.collector = clock, Collector()
        self.world = World(store, team(), clock, asking=RULES)
        self.service: Investigations = self.world.new_service(self.collector)
        self.answers: list[Answered] = []
        self.under_way: list[asyncio.Task[None]] = []
        self.run = ""

    async def begin(self) -> str:
        await self.service.open()
        self.run = await start(
            self.service, by=PEOPLE[0], parameters=Parameters(incident_id="INC-1", budget=Decimal(4))
        )
        view = await self.service.ended("T1", self.run)
        return view.open_gates[0].gate_id

    async def happen(self, gate_id: str, event: tuple[object, ...]) -> None:
        match event:
            case ("click", Person() as who, bool() as approved, tuple() as groups):
                self.under_way.append(asyncio.create_task(self._click(gate_id, who, approved, groups)))
            case ("stop", Person() as who):
                self.under_way.append(asyncio.create_task(self._stop(who)))
            case ("pass", float() as seconds):
                await self.clock.advance(seconds)
            case ("let", int() as turns):
                await settle(turns)
            case _:
                await self._restart()

    async def view(self) -> InvestigationView:
        return await self.service.view("T1", self.run)

    async def _click(self, gate_id: str, who: Person, approved: bool, groups: tuple[str, ...]) -> None:
        told = {"approved": approved, "by": who, "groups": groups}
        try:
            self.answers.append(await self.service.answer_gate("T1", self.run, gate_id, **told))  # type: ignore[arg-type]
        except ApprovalRequiredError:
            assert who.user_id == "U1" or (who.user_id not in ("U2", "U3") and "S1" not in groups)

    async def _stop(self, who: Person) -> None:
        try:
            await self.service.stop("T1", self.run, who)
        except ConflictError:
            assert has_ended(await self.view())

    async def _restart(self) -> None:
        await asyncio.gather(*self.under_way)
        await self.service.aclose()
        self.service = self.world.new_service(self.collector)
        await self.service.open()


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=14))
async def test_a_gate_is_decided_once_and_everybody_hears_the_same(events: list[tuple[object, ...]]) -> None:
    store = MemoryStore()
    await store.open()
    life = Life(store, ManualClock())
    gate_id = await life.begin()
    for event in events:
        await life.happen(gate_id, event)
    await asyncio.gather(*life.under_way)
    view = await life.service.ended("T1", life.run)
    journal = [each.event for each in await store.events("T1", life.run)]
    settled = [each for each in journal if isinstance(each, GateSettled) and each.gate_id == gate_id]
    assert len(settled) <= 1
    assert {each.gate.state for each in life.answers} <= {each.state for each in settled}
    assert sum(each.first for each in life.answers) <= 1
    assert replay(await store.events("T1", life.run)) == view
    assert view.cost.total <= view.cost.limit
    gate = view.gate(gate_id)
    assert gate is not None
    if gate.is_open:
        assert view.state == InvestigationState.WAITING_APPROVAL
        assert life.clock.monotonic() < WAIT_S
    elif gate.state is GateState.APPROVED:
        assert view.investigation.budget + gate.extend_by <= view.cost.limit
        assert has_ended(view) or view.open_gates
    else:
        assert view.state == InvestigationState.STOPPED
    await life.service.aclose()
