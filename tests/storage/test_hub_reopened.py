"""A hub over a file that was closed and opened again knows what the first one knew, and repeats nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.hub import Hub
from orchestrator.model import AgentStatus, GateState
from storage.connection import Synchronous
from storage.sqlite import SqliteStore
from tests.storage import builders as a
from tests.support.clock import ManualClock

RUN = ("T1", "r1")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "compass.db", synchronous=Synchronous.OFF)
    await made.open()
    yield made
    await made.aclose()


async def opened_hub(store: SqliteStore) -> Hub:
    hub = Hub(RUN, store, ManualClock())
    await hub.open()
    for agent_id in ("application", "database"):
        await hub.register_agent(agent_id, agent_id)
    return hub


async def again(store: SqliteStore) -> Hub:
    await store.aclose()
    await store.open()
    return await opened_hub(store)


async def test_messages_that_were_received_are_not_delivered_again_and_the_others_are(store: SqliteStore) -> None:
    hub = await opened_hub(store)
    for body in ("first", "second", "third"):
        await hub.route_message("application", "database", body)
    bodies = []
    for _ in range(4):
        message = await hub.receive("database")
        bodies.append(message.body if message else None)
        hub = await again(store)
    assert bodies == ["first", "second", "third", None]
    assert (await hub.get_orchestrator_status())["messages"] == 3


async def test_work_goes_on_in_its_order_and_none_of_it_twice(store: SqliteStore) -> None:
    hub = await opened_hub(store)
    for name, priority in (("low", 0), ("high", 2), ("middle", 1)):
        await hub.enqueue_task(name, priority, task_id=name)
    names = []
    for _ in range(3):
        task = await hub.dequeue_task("database")
        assert task is not None
        names.append(task.task_id)
        hub = await again(store)
    assert names == ["high", "middle", "low"]
    assert await hub.dequeue_task("database") is None


async def test_an_agent_that_waits_for_humans_waits_on_and_one_answer_counts(store: SqliteStore) -> None:
    hub = await opened_hub(store)
    gate_id = await hub.escalate_to_human("database", "Restart the pool?", ["It is full."])
    hub = await again(store)
    assert hub.registry.statuses == {"application": AgentStatus.IDLE, "database": AgentStatus.PAUSED}
    assert (await hub.answer_gate(gate_id, approved=False, by=a.ANA, requester=a.ANA)).first
    hub = await again(store)
    late = await hub.answer_gate(gate_id, approved=True, by=a.BEN, requester=a.ANA)
    assert (late.first, late.gate.state, late.gate.by) == (False, GateState.DENIED, a.ANA)
    assert hub.registry.statuses["database"] is AgentStatus.STOPPED
