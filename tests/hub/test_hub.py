"""The hub of one investigation: what went through it is known again after a restart, and a store that fails changes nothing."""

import asyncio
from typing import Any

import pytest
from pydantic import JsonValue

from orchestrator.errors import AgentNotFoundError, ConflictError, UnkeepableError
from orchestrator.hub import Hub, HubRules
from orchestrator.model import AgentStatus, Approvers, GateState, HubTaskState
from orchestrator.ports import HubStore
from tests.hub.kit import POOL, RUN, Specialist, Told, opened, with_agents
from tests.support.builders import ANA
from tests.support.clock import NOON, ManualClock

TEAM = ("application", "database", "network")


class NoRoomError(Exception):
    """What a store raises in these tests."""


def fails(store: HubStore, method: str) -> None:
    async def refuse(*given: Any, **named: Any) -> Any:
        raise NoRoomError

    setattr(store, method, refuse)


async def house(store: HubStore, **more: Any) -> Hub:
    hub = await opened(store, **more)
    await with_agents(hub, *TEAM)
    return hub


def statuses(hub: Hub) -> list[str]:
    return [each.value for each in hub.registry.statuses.values()]


# --- registering ----------------------------------------------------------------------------------------------------


async def test_a_name_twice_is_refused_and_the_first_one_stays(store: HubStore) -> None:
    hub = await house(store)
    await hub.set_status("database", AgentStatus.ACTIVE)
    with pytest.raises(ConflictError, match="registered already"):
        await hub.register_agent("database", "database")
    assert hub.registry.statuses["database"] is AgentStatus.ACTIVE


async def test_who_comes_back_is_free_and_after_a_restart_stays_away(store: HubStore) -> None:
    hub = await house(store)
    await hub.unregister_agent("database")
    with pytest.raises(AgentNotFoundError, match="database"):
        await hub.set_status("database", AgentStatus.IDLE)
    assert statuses(await house(store)) == ["idle", "stopped", "idle"]
    await hub.register_agent("database", "database")
    assert statuses(await house(store)) == ["idle", "idle", "idle"]


async def test_a_hub_knows_its_own_investigation_only(store: HubStore) -> None:
    hub = await house(store)
    await hub.escalate_to_human("database", "May I?")
    await hub.enqueue_task("look")
    other = Hub(("T1", "inv-2"), store, ManualClock())
    await other.open()
    await with_agents(other, *TEAM)
    assert statuses(other) == ["idle"] * 3
    assert await other.get_orchestrator_status() == {
        "agents": {"application": "idle", "database": "idle", "network": "idle"},
        "pending_tasks": 0,
        "messages": 0,
        "open_gates": [],
    }


# --- work -----------------------------------------------------------------------------------------------------------


async def test_work_goes_by_priority_then_by_arrival_and_says_who_has_it(store: HubStore) -> None:
    hub = await house(store)
    for summary, priority in (("links", 0), ("pool", 5), ("logs", 0), ("locks", 5)):
        await hub.enqueue_task(summary, priority, summary)
    peeked = hub.peek_task()
    assert peeked is not None
    assert (peeked.summary, hub.get_pending_count()) == ("pool", 4)
    assert (await hub.assign_task("logs", "application")).agent_id == "application"
    given = [await hub.dequeue_task("database") for _ in range(4)]
    assert [each.summary if each else None for each in given] == ["pool", "locks", "links", None]
    assert (await hub.finish_task("logs")).state is HubTaskState.DONE


async def test_tasks_that_nobody_named_have_ids_of_their_own(store: HubStore) -> None:
    hub = await house(store)
    assert len({(await hub.enqueue_task("look")).task_id for _ in range(20)}) == 20


@pytest.mark.parametrize("status", [AgentStatus.PAUSED, AgentStatus.STOPPED])
async def test_who_is_paused_or_stopped_is_given_no_work(store: HubStore, status: AgentStatus) -> None:
    hub = await house(store)
    await hub.enqueue_task("look", task_id="t1")
    await hub.set_status("database", status)
    with pytest.raises(ConflictError, match=f"database is {status}"):
        await hub.dequeue_task("database")
    with pytest.raises(ConflictError, match=f"database is {status}"):
        await hub.assign_task("t1", "database")
    assert hub.get_pending_count() == 1


async def test_work_is_given_to_nobody_unknown(store: HubStore) -> None:
    hub = await house(store)
    await hub.enqueue_task("look", task_id="t1")
    for attempt in (hub.dequeue_task("databse"), hub.assign_task("t1", "databse")):
        with pytest.raises(AgentNotFoundError) as refused:
            await attempt
        assert refused.value.remedy == "Did you mean database?"
    assert hub.get_pending_count() == 1


async def test_all_who_take_work_at_once_get_different_work(store: HubStore) -> None:
    hub = await house(store)
    for number in range(10):
        await hub.enqueue_task(str(number))
    given = await asyncio.gather(*(hub.dequeue_task(TEAM[n % 3]) for n in range(12)))
    assert [each.summary for each in given if each] == [str(number) for number in range(10)]


# --- a store that fails, a caller that is cancelled -----------------------------------------------------------------


async def test_what_could_not_be_stored_has_not_happened(store: HubStore) -> None:
    hub = await house(store)
    await hub.enqueue_task("look", task_id="t1")
    fails(store, "keep_task")
    for change in (hub.enqueue_task("more"), hub.dequeue_task("database"), hub.assign_task("t1", "database")):
        with pytest.raises(NoRoomError):
            await change
    waiting = hub.peek_task()
    assert waiting is not None
    assert (waiting.task_id, waiting.state, hub.get_pending_count()) == ("t1", HubTaskState.QUEUED, 1)


async def test_an_agent_whose_status_cannot_be_stored_is_what_it_was(store: HubStore) -> None:
    hub = await house(store)
    fails(store, "keep_status")
    with pytest.raises(NoRoomError):
        await hub.set_status("database", AgentStatus.ACTIVE)
    with pytest.raises(NoRoomError):
        await hub.register_agent("storage", "storage")
    assert statuses(hub) == ["idle", "idle", "idle"]


async def test_a_gate_that_cannot_be_stored_pauses_nobody(store: HubStore) -> None:
    hub = await house(store)
    fails(store, "open_gate")
    with pytest.raises(NoRoomError):
        await hub.escalate_to_human("database", "May I?")
    assert statuses(hub) == ["idle", "idle", "idle"]


async def test_who_is_cancelled_while_work_is_being_given_loses_no_task(store: HubStore) -> None:
    hub = await house(store)
    await hub.enqueue_task("look", task_id="t1")
    keep_task, let = store.keep_task, asyncio.Event()

    async def slowly(*given: Any) -> None:
        await let.wait()
        await keep_task(*given)

    store.keep_task = slowly  # type: ignore[method-assign, assignment]
    taking = asyncio.create_task(hub.dequeue_task("database"))
    await asyncio.sleep(0)
    taking.cancel()
    let.set()
    with pytest.raises(asyncio.CancelledError):
        await taking
    (kept,) = await store.hub_tasks(*RUN)
    assert (kept.state, kept.agent_id, hub.get_pending_count()) == (HubTaskState.ASSIGNED, "database", 0)


# --- a restart ------------------------------------------------------------------------------------------------------


async def test_a_hub_that_is_opened_again_knows_all_that_went_through_the_first(store: HubStore) -> None:
    told = Told()
    first = await opened(store, told=told)
    desks = await with_agents(first, "application", "network", database=Specialist())
    await desks["application"].consult("database", POOL)
    await first.set_status("application", AgentStatus.ACTIVE)
    gate_id = await desks["network"].escalate("May I ping the peer?", "It is another company's.")
    for summary, priority in (("links", 0), ("pool", 5), ("logs", 0)):
        await first.enqueue_task(summary, priority)
    await first.dequeue_task("application")
    await first.route_message("application", "database", "one")
    await first.route_message("network", "database", "two")
    await first.receive("database")

    later, specialist = await opened(store), Specialist()
    desks = await with_agents(later, "application", "network", database=specialist)
    later.remember(told.consultations)
    assert await later.get_orchestrator_status() == {
        "agents": {"application": "active", "network": "paused", "database": "idle"},
        "pending_tasks": 2,
        "messages": 2,
        "open_gates": [gate_id],
    }
    waiting = await later.receive("database")
    assert waiting is not None
    assert (waiting.body, await later.receive("database")) == ("two", None)
    await later.enqueue_task("last")
    left = [await later.dequeue_task("database") for _ in range(3)]
    assert [each.summary for each in left if each] == ["links", "logs", "last"]
    assert (await desks["application"].consult("database", POOL)).outcome == "repeated"
    assert specialist.asked == []


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (GateState.APPROVED, AgentStatus.IDLE),
        (GateState.SUPERSEDED, AgentStatus.IDLE),
        (GateState.DENIED, AgentStatus.STOPPED),
        (GateState.EXPIRED, AgentStatus.STOPPED),
    ],
)
async def test_an_answer_that_was_stored_when_the_process_died_is_followed_by_the_next(
    store: HubStore, answer: GateState, after: AgentStatus
) -> None:
    gate_id = await (await house(store)).escalate_to_human("database", "May I?")
    await store.settle_gate(*RUN, gate_id, answer, at=NOON, by=ANA)
    later = await house(store)
    assert later.registry.statuses["database"] is after
    assert (await store.statuses(*RUN))["database"] is after


async def test_a_gate_that_was_opened_when_the_process_died_pauses_its_agent(store: HubStore) -> None:
    hub = await house(store)
    fails(store, "keep_status")
    with pytest.raises(NoRoomError):
        await hub.escalate_to_human("database", "May I?")
    del store.keep_status
    assert (await house(store)).registry.statuses["database"] is AgentStatus.PAUSED


async def test_a_gate_may_be_answered_by_another_process_than_the_one_that_asked(store: HubStore) -> None:
    rules = HubRules(approvers=Approvers(people=("U1",)))
    gate_id = await (await house(store, rules=rules)).escalate_to_human("database", "May I?")
    later = await house(store)
    assert later.registry.statuses["database"] is AgentStatus.PAUSED
    await later.answer_gate(gate_id, approved=True, by=ANA, requester=ANA)
    assert statuses(later) == ["idle"] * 3


# --- state ----------------------------------------------------------------------------------------------------------


async def test_everybody_may_know_the_facts_and_later_ones_replace_earlier(store: HubStore) -> None:
    hub = await house(store)
    await hub.update_state(phase="observe", suspects=["orders-db"])
    await hub.update_state(phase="hypothesise")
    state = hub.get_project_state()
    assert state == {"phase": "hypothesise", "suspects": ["orders-db"]}
    assert (await opened(store)).get_project_state() == state


async def test_nobody_who_was_told_a_fact_can_change_it_for_others(store: HubStore) -> None:
    hub = await house(store)
    suspects: list[JsonValue] = ["orders-db"]
    await hub.update_state(suspects=suspects)
    suspects.append("users-db")
    hub.get_project_state()["suspects"].append("cache")  # type: ignore[union-attr]
    assert hub.get_project_state() == {"suspects": ["orders-db"]}


async def test_a_fact_that_cannot_be_kept_is_not_told(store: HubStore) -> None:
    hub = await house(store)
    with pytest.raises(UnkeepableError, match="The fact began cannot be kept"):
        await hub.update_state(phase="observe", began=NOON)  # type: ignore[arg-type]
    assert hub.get_project_state() == {}
