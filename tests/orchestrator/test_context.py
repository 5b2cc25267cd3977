"""What an agent is handed: gathered once, kept for a while, and honest about what is missing."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.context import ContextAssembler, shared
from orchestrator.context.assembler import KEPT_S, PATIENCE_S
from orchestrator.model import Baseline, Change, Feature, Incident, Window, features_of, in_common, likeness
from orchestrator.ports import AgentSpec, Lookup, Remembered, Store, TeamSpec, Telemetry
from storage.memory import MemoryStore
from tests.storage import builders as kept
from tests.support.agents import ScriptedAgent
from tests.support.builders import hypothesis, incident, observation, past_incident
from tests.support.clock import NOON, ManualClock, settle
from tests.support.telemetry import FixedTelemetry, series
from tests.support.world import World, run_to_end

CALLS = (("gateway", "checkout"), ("checkout", "orders"), ("orders", "orders-db"))
CALM = [float(n % 10) for n in range(1, 61)]


def of_databases(baseline: Baseline) -> bool:
    return baseline.metric.startswith("pool")


TEAM = TeamSpec(
    "test",
    (
        AgentSpec("application", "Application", lambda kit: ScriptedAgent("application")),
        AgentSpec("database", "Database", lambda kit: ScriptedAgent("database"), of_databases),
    ),
)


def reported(**more: object) -> Incident:
    return incident(affected_services=("checkout",), **more)


def assembler(
    source: FixedTelemetry, store: Store, clock: ManualClock | None = None, telemetry: Telemetry | None = None
) -> ContextAssembler:
    return ContextAssembler("T1", TEAM, telemetry or source.telemetry(), store, clock or ManualClock())


@pytest.fixture
async def store() -> MemoryStore:
    made = MemoryStore()
    await made.open()
    return made


async def test_each_agent_is_handed_the_baselines_that_are_its_business(store: MemoryStore) -> None:
    source = FixedTelemetry(
        metrics=[series("checkout", "latency_ms", *CALM, unit="ms"), series("checkout", "pool_in_use", *CALM)],
        calls=CALLS,
    )
    whole = await assembler(source, store).assemble("application", reported())
    databases = await assembler(source, store).assemble("database", reported())
    assert [each.metric for each in whole.baselines] == ["latency_ms", "pool_in_use"]
    assert [each.metric for each in databases.baselines] == ["pool_in_use"]
    usual = whole.baselines[0]
    assert (usual.usual, usual.low, usual.high, usual.unit, usual.points) == (4.5, 0.9, 8.1, "ms", 60)


async def test_the_catalogue_is_what_was_reported_and_everybody_one_call_away(store: MemoryStore) -> None:
    found = await assembler(FixedTelemetry(calls=CALLS), store).assemble("application", reported())
    assert [each.service for each in found.catalogue] == ["checkout", "gateway", "orders"]
    assert found.catalogue[0].affected
    assert (found.catalogue[0].calls, found.catalogue[0].called_by) == (("orders",), ("gateway",))
    everybody = await assembler(FixedTelemetry(calls=CALLS), store).assemble("application", incident())
    assert [each.service for each in everybody.catalogue] == ["checkout", "gateway", "orders", "orders-db"]


async def test_a_service_that_nobody_knows_is_told_with_the_nearest_name(store: MemoryStore) -> None:
    typed = incident(affected_services=("Chekout", "nosuch", "ORDERS"))
    found = await assembler(FixedTelemetry(calls=CALLS), store).assemble("application", typed)
    assert found.unknown == (
        "No telemetry of Chekout; the nearest name in it is checkout",
        "No telemetry of nosuch",
    )
    silent = await assembler(FixedTelemetry(), store).assemble("application", typed)
    assert silent.unknown == ()


async def test_a_source_that_fails_costs_its_part_only_and_is_told(store: MemoryStore) -> None:
    source = FixedTelemetry(calls=CALLS, changes=[Change("v412", NOON, "deploy")], broken=["metrics"])
    found = await assembler(source, store).assemble("application", reported())
    assert found.missing == ("Baselines: The metrics store did not answer.",)
    assert [each.change_id for each in found.changes] == ["v412"]
    nothing = await assembler(source, store, telemetry=Telemetry()).assemble("application", reported())
    assert nothing.missing == tuple(
        f"{what}: no source is configured" for what in ("Baselines", "Changes", "The catalogue")
    )


async def test_nobody_waits_longer_than_a_person_would(store: MemoryStore) -> None:
    clock = ManualClock()
    source = FixedTelemetry(calls=CALLS, hold=lambda: clock.sleep(1000))
    asked = asyncio.ensure_future(assembler(source, store, clock).assemble("application", reported()))
    await clock.advance(PATIENCE_S + 1)
    found = await asked
    assert found.missing[0] == "Baselines: no answer within 10 s"
    assert found.took_s == PATIENCE_S


async def test_what_surrounds_an_incident_is_gathered_once_for_all_agents_and_anew_after_a_while(
    store: MemoryStore,
) -> None:
    clock, source = ManualClock(), FixedTelemetry(calls=CALLS)
    made = assembler(source, store, clock)
    await asyncio.gather(*(made.assemble(agent, reported()) for agent in ("application", "database")))
    await made.assemble("application", reported())
    assert set(source.asked.values()) == {1}
    await clock.advance(KEPT_S)
    await made.assemble("application", reported())
    assert set(source.asked.values()) == {2}


async def test_earlier_incidents_are_told_by_how_alike_they_are_and_what_they_share(store: MemoryStore) -> None:
    await kept.looked_into(store, "r1", "INC-7", signal="disk")
    await kept.looked_into(store, "r2", "INC-8", signal="pool")
    seen = [observation(service="checkout", signal_name="pool", score=0.9)]
    asked = reported(title="INC-9 is slow")
    found = await assembler(FixedTelemetry(), store).assemble("application", asked, seen)
    assert [each.incident_id for each in found.similar] == ["INC-8", "INC-7"]
    assert found.similar[0].alike == ("checkout pool", "checkout", "slow")
    assert found.similar[0].likeness > found.similar[1].likeness


async def test_a_replay_never_passes_for_something_that_happened(store: MemoryStore) -> None:
    await kept.looked_into(store, "r1", "INC-7", signal="disk")
    replayed = reported(title="is slow", recorded=True)
    assert (await assembler(FixedTelemetry(), store).assemble("application", replayed)).similar == ()


async def test_a_store_that_fails_costs_the_likeness_only() -> None:
    closed = MemoryStore()
    found = await assembler(FixedTelemetry(calls=CALLS), closed).assemble("application", reported())
    assert found.similar == ()
    assert found.missing == ("Similar incidents: The store is not open.",)
    assert found.catalogue


async def test_a_run_tells_once_what_it_resembles_and_asks_each_source_once(store: MemoryStore) -> None:
    seen = observation(service="checkout", signal_name="pool", score=0.9)
    team = TeamSpec(
        "test",
        (AgentSpec("application", "Application", lambda kit: ScriptedAgent("application", [seen], [hypothesis()])),),
    )
    world = World(store, team)
    async with world.service() as service:
        first = await run_to_end(service, "INC-7")
        second = await run_to_end(service, "INC-8")
        assert first.similar == ()
        assert [each.incident_id for each in second.similar] == ["INC-7"]
        assert service.report(second).seen_before == second.similar


def lookup(end: timedelta) -> Lookup:
    return Lookup("INC-1", Window(start=NOON - timedelta(hours=1), end=NOON + end))


async def test_agents_that_look_at_the_same_window_seconds_apart_share_one_answer() -> None:
    clock, source = ManualClock(), FixedTelemetry()
    telemetry = shared(source.telemetry(), clock)
    assert telemetry.metrics
    for second in (0, 20, 59):
        await clock.advance(second - (clock.now() - NOON).total_seconds())
        await telemetry.metrics.read_metrics(lookup(clock.now() - NOON))
    assert source.asked["metrics"] == 1
    await clock.advance(1)
    await telemetry.metrics.read_metrics(lookup(clock.now() - NOON))
    assert source.asked["metrics"] == 2
    assert [each.window.end for each in source.lookups] == [NOON, NOON + timedelta(minutes=1)]


async def test_a_window_in_the_past_is_asked_for_as_it_is() -> None:
    clock, source = ManualClock(NOON + timedelta(hours=1)), FixedTelemetry()
    telemetry = shared(source.telemetry(), clock)
    assert telemetry.logs
    await telemetry.logs.read_logs(lookup(timedelta(seconds=7)))
    assert source.lookups[0].window.end == NOON + timedelta(seconds=7)


async def test_a_failure_is_shared_by_those_who_wait_and_not_kept() -> None:
    clock = ManualClock()
    source = FixedTelemetry(broken=["spans"], hold=lambda: clock.sleep(1))
    telemetry = shared(source.telemetry(), clock)
    assert telemetry.traces
    asked = [asyncio.ensure_future(telemetry.traces.read_spans(lookup(timedelta()))) for _ in range(2)]
    await settle()
    await clock.advance(1)
    assert [type(each).__name__ for each in await asyncio.gather(*asked, return_exceptions=True)] == [
        "SourceUnavailableError",
        "SourceUnavailableError",
    ]
    assert source.asked["spans"] == 1
    assert shared(Telemetry(), clock) == Telemetry()


FEATURES = st.frozensets(
    st.builds(Feature, kind=st.sampled_from(["word", "service", "signal"]), name=st.sampled_from("abcdef")), max_size=8
)


@given(FEATURES, FEATURES)
def test_likeness_is_mutual_whole_for_the_same_and_none_for_nothing_in_common(
    one: frozenset[Feature], other: frozenset[Feature]
) -> None:
    alike = likeness(one, other)
    assert 0.0 <= alike <= 1.0
    assert alike == likeness(other, one)
    assert (alike == 1.0) == (one == other and bool(one))
    assert bool(in_common(one, other)) == (alike > 0)


def test_what_is_remembered_of_an_incident_is_what_stood_out_and_words_that_say_something() -> None:
    found = features_of(
        incident(title="INC-7: the checkout is failing after v12", affected_services=("Checkout",)),
        [
            observation(service="orders", signal_name="pool", score=0.9),
            observation(service="orders", signal_name="cpu", score=0.1),
        ],
    )
    assert [f"{each.kind} {each.name}" for each in found] == [
        "service checkout",
        "service orders",
        "signal orders pool",
        "word checkout",
    ]
    assert Remembered(past=past_incident(), features=found).features == found


async def test_a_source_that_breaks_while_looking_back_does_not_end_the_run(store: MemoryStore) -> None:
    async def breaks() -> None:
        raise RuntimeError("not ours")

    seen = observation(service="checkout", signal_name="pool", score=0.9)
    spec = AgentSpec("application", "Application", lambda kit: ScriptedAgent("application", [seen], [hypothesis()]))
    world = World(store, TeamSpec("test", (spec,)), telemetry=FixedTelemetry(hold=breaks).telemetry())
    async with world.service() as service:
        view = await run_to_end(service, "INC-7")
    assert view.state == "completed"
    assert len(view.ranked) == 1
