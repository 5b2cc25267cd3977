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
    CallReleased,
    CallReserved,
    CallSettled,
    ContextGathered,
    Event,
    Heartbeat,
    HypothesesRanked,
    HypothesisDecided,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
    replay,
)
from orchestrator.model import (
    CallStatus,
    Decision,
    Feature,
    InvestigationState,
    LedgerEntry,
    PastIncident,
    Phase,
    Step,
    StepOutcome,
    Verdict,
)
from orchestrator.ports import PostStatus, Store
from storage.connection import Synchronous
from storage.memory import MemoryStore
from storage.sqlite import SqliteStore
from tests.storage import builders as a
from tests.storage.rows import looking_into, view_of
from tests.support.clock import NOON

WORKSPACES = st.sampled_from(["T1", "T1", "T2"])
RUNS = st.sampled_from(["r1", "r1", "r2", "r3"])
INCIDENTS = st.sampled_from(["INC-1", "inc-1", "ÉTÉ", "été"])
SECONDS = st.integers(0, 3)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
PEOPLE = st.sampled_from([a.ANA, a.BEN])
STEPS = st.builds(Step, phase=st.sampled_from(Phase), agent_id=st.sampled_from(["application", "database"]))
MONEY = st.integers(0, 10**18).map(lambda nano: Decimal(nano).scaleb(-9))
HYPOTHESES = st.lists(
    st.builds(a.hypothesis, st.integers(1, 3), st.floats(0, 1), st.sampled_from(["application", "database"])),
    max_size=3,
).map(tuple)
OBSERVATIONS = st.lists(st.builds(a.observation, st.integers(1, 9)), max_size=3).map(tuple)


def entries(status: CallStatus) -> st.SearchStrategy[LedgerEntry]:
    return st.builds(
        LedgerEntry,
        call_id=st.sampled_from(["c1", "c2", "c3"]),
        agent_id=st.sampled_from(["application", "database"]),
        tokens_in=st.integers(0, 10**6),
        amount=MONEY,
        status=st.just(status),
    )


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        StateChanged,
        before=st.sampled_from(InvestigationState),
        after=st.sampled_from(InvestigationState),
        reason=TEXTS,
    ),
    st.builds(StepStarted, step=STEPS),
    st.builds(
        StepEnded,
        step=STEPS,
        outcome=st.sampled_from(StepOutcome),
        duration_s=st.floats(0, 1e6),
        observations=OBSERVATIONS,
        hypotheses=HYPOTHESES,
        cost=MONEY,
        note=TEXTS,
    ),
    st.builds(CallReserved, entry=entries(CallStatus.RESERVED)),
    st.builds(CallSettled, entry=entries(CallStatus.SETTLED)),
    st.builds(CallReleased, entry=entries(CallStatus.RELEASED)),
    st.builds(
        ContextGathered,
        similar=st.lists(
            st.builds(
                PastIncident,
                investigation_id=st.just("r9"),
                incident_id=st.just("INC-9"),
                title=TEXTS,
                began=SECONDS.map(a.later),
                likeness=st.floats(0, 1),
                alike=st.lists(TEXTS, max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        unknown=st.lists(TEXTS, max_size=2).map(tuple),
    ),
    st.builds(HypothesesRanked, hypotheses=HYPOTHESES),
    st.builds(
        HypothesisDecided,
        decision=st.builds(
            Decision,
            hypothesis_id=st.sampled_from(["h1", "h2"]),
            verdict=st.sampled_from(Verdict),
            by=PEOPLE,
            at=SECONDS.map(a.later),
            reason=TEXTS,
        ),
    ),
    st.builds(StopRequested, by=PEOPLE),
    st.just(Heartbeat()),
)


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

    @rule()
    def the_process_starts_again(self) -> None:
        self.runner.run(self.sqlite.aclose())
        self.runner.run(self.sqlite.open())

    @invariant()
    def they_agree_and_the_rows_equal_the_fold(self) -> None:
        for workspace, run in self.changed:
            events = self.both(lambda store, key=(workspace, run): store.events(*key))
            view = replay(events)
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
