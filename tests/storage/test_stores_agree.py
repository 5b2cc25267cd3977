"""Whatever is asked of them, in whatever order, the two stores give the same answers, and the rows equal the fold."""

import asyncio
import tempfile
from collections.abc import Awaitable
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orchestrator.errors import OrchestratorError
from orchestrator.events import (
    Event,
    StateChanged,
    replay,
)
from orchestrator.model import (
    AgentStatus,
    Feature,
    Gate,
    GateState,
    InvestigationState,
    Person,
)
from orchestrator.ports import PostStatus, Store
from storage.connection import Synchronous
from storage.memory import MemoryStore
from storage.sqlite import SqliteStore
from tests.storage import builders as a
from tests.storage.anything import (
    AGENTS,
    ANSWERS,
    EVENTS,
    GATE_IDS,
    GATES,
    HUBS,
    INCIDENTS,
    MONEY,
    PEOPLE,
    RUNS,
    SECONDS,
    TEXTS,
    WORKSPACES,
)
from tests.storage.rows import looking_into, view_of
from tests.support.clock import NOON

Key = tuple[str, str]


async def answer(asked: Awaitable[Any]) -> Any:
    """What came back, or what was refused and in which words."""
    try:
        return await asked
    except OrchestratorError as error:
        return type(error), error.message, error.remedy, dict(error.details)


async def found_again(store: Store, workspace: str) -> Any:
    """What resembles something slow at checkout. Which of them resembles it most, each store says by its own lights."""
    shared = [Feature(kind="service", name="checkout"), Feature(kind="word", name="slow")]
    found = await store.resembling(workspace, shared, but_not="inc-1")
    return sorted(found, key=lambda each: each.past.investigation_id)


class TwoStores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "compass.db"
        self.memory = MemoryStore()
        self.sqlite = SqliteStore(self.path, synchronous=Synchronous.OFF)
        self.changed: set[tuple[str, str]] = set()

    @initialize()
    def both_are_open(self) -> None:
        self.runner.run(self.memory.open())
        self.runner.run(self.sqlite.open())
        self.both(lambda store: store.append("T1", "r1", a.opened(), NOON))

    def both(self, ask: Any) -> Any:
        async def asked(store: Store) -> Any:
            return await answer(ask(store))

        ours, theirs = self.runner.run(asked(self.memory)), self.runner.run(asked(self.sqlite))
        assert theirs == ours
        return ours

    @rule(workspace=WORKSPACES, run=RUNS, incident=INCIDENTS, seconds=SECONDS, budget=MONEY, by=PEOPLE)
    def somebody_asks(self, workspace: str, run: str, incident: str, seconds: int, budget: Decimal, by: Any) -> None:
        event = a.opened(run, workspace=workspace, incident_id=incident, at=a.later(seconds), budget=str(budget), by=by)
        self.both(lambda store: store.append(workspace, run, event, a.later(seconds)))
        self.changed.add((workspace, run))

    @rule(workspace=WORKSPACES, run=RUNS, event=EVENTS, seconds=SECONDS)
    def something_happens(self, workspace: str, run: str, event: Event, seconds: int) -> None:
        self.both(lambda store: store.append(workspace, run, event, a.later(seconds)))
        self.changed.add((workspace, run))

    @rule(workspace=WORKSPACES, run=RUNS, after=st.sampled_from(InvestigationState))
    def the_run_moves_on(self, workspace: str, run: str, after: InvestigationState) -> None:
        view = replay(self.runner.run(self.memory.events(workspace, run)))
        event = StateChanged(before=view.state if view else InvestigationState.QUEUED, after=after)
        self.both(lambda store: store.append(workspace, run, event, a.later(9)))
        self.changed.add((workspace, run))

    @rule(
        workspace=WORKSPACES,
        key=st.sampled_from(["parent", "report", "chart"]),
        run=RUNS,
        message=st.sampled_from(["", "1.1", "1.2"]),
        status=st.sampled_from(PostStatus),
    )
    def something_is_posted(self, workspace: str, key: str, run: str, message: str, status: PostStatus) -> None:
        entry = a.post(key, workspace=workspace, investigation_id=run, message_id=message, status=status)
        self.both(lambda store: store.keep_post(entry))
        self.both(lambda store: store.find_post(workspace, key))
        self.both(lambda store: store.find_message(workspace, "C1", message))
        self.both(lambda store: store.posts_of(workspace, run))

    @rule(hub=HUBS, message=st.sampled_from(["m1", "m2", "m3"]), recipient=AGENTS, body=TEXTS)
    def somebody_writes(self, hub: Key, message: str, recipient: str, body: str) -> None:
        written = a.message(message, recipient=recipient, body=body)
        self.both(lambda store: store.keep_message(*hub, written))
        self.both(lambda store: store.messages_to(*hub, recipient, waiting=True))

    @rule(hub=HUBS, recipient=AGENTS)
    def somebody_reads(self, hub: Key, recipient: str) -> None:
        self.both(lambda store: store.take_message(*hub, recipient))
        self.both(lambda store: store.messages_to(*hub, recipient))

    @rule(
        hub=HUBS, task=st.sampled_from(["t1", "t2"]), order=SECONDS, agent=AGENTS, status=st.sampled_from(AgentStatus)
    )
    def work_is_given(self, hub: Key, task: str, order: int, agent: str, status: AgentStatus) -> None:
        self.both(lambda store: store.keep_task(*hub, a.task(task, order)))
        self.both(lambda store: store.hub_tasks(*hub))
        self.both(lambda store: store.keep_status(*hub, agent, status))
        self.both(lambda store: store.statuses(*hub))

    @rule(hub=HUBS, name=st.sampled_from(["phase", "suspects"]), value=st.none() | TEXTS | st.floats() | SECONDS)
    def a_fact_is_told(self, hub: Key, name: str, value: Any) -> None:
        self.both(lambda store: store.keep_facts(*hub, {name: value}))
        self.both(lambda store: store.facts(*hub))

    @rule(hub=HUBS, gate=GATES)
    def humans_are_asked(self, hub: Key, gate: Gate) -> None:
        self.both(lambda store: store.open_gate(*hub, gate))
        self.both(lambda store: store.gates_of(*hub))

    @rule(hub=HUBS, gate=GATE_IDS, state=st.sampled_from(ANSWERS), by=st.none() | PEOPLE, said=TEXTS)
    def humans_answer(self, hub: Key, gate: str, state: GateState, by: Person | None, said: str) -> None:
        self.both(lambda store: store.settle_gate(*hub, gate, state, at=a.later(1), by=by, said=said))
        self.both(lambda store: store.gates_of(*hub))

    @rule(hub=HUBS, call=st.sampled_from(["c1", "c2"]), status=st.sampled_from([0, 200, 429]), response=TEXTS)
    def a_model_is_asked(self, hub: Key, call: str, status: int, response: str) -> None:
        self.both(lambda store: store.keep_call(*hub, a.call(call, status=status, response=response)))
        self.both(lambda store: store.calls_of(*hub))

    @rule()
    def the_process_starts_again(self) -> None:
        self.runner.run(self.sqlite.aclose())
        self.runner.run(self.sqlite.open())

    @invariant()
    def they_agree_and_the_rows_equal_the_fold(self) -> None:
        for workspace, run in self.changed:
            events = self.both(lambda store, key=(workspace, run): store.events(*key))
            view = replay(events)
            gates = self.both(lambda store, key=(workspace, run): store.gates_of(*key))
            assert gates == list(view.gates if view else ())
            if view:
                with looking_into(self.path) as db:
                    assert view_of(db, view.investigation) == view
        if self.changed:
            self.both(lambda store: store.unfinished())
            for workspace in ("T1", "T2"):
                self.both(lambda store, where=workspace: store.recent(where, limit=5))
                self.both(lambda store, where=workspace: store.recent(where, incident_id="inc-1"))
                self.both(lambda store, where=workspace: store.unfinished_of(where, "Été"))
                self.both(lambda store, where=workspace: found_again(store, where))
        self.changed.clear()

    def teardown(self) -> None:
        self.runner.run(self.sqlite.aclose())
        self.runner.close()
        self.folder.cleanup()


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
