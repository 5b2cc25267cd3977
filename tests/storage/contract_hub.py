"""What every store must keep of what goes through a hub. Investigation r1 was never opened here: a hub needs no journal."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import JsonValue

from orchestrator.errors import ConflictError, UnkeepableError
from orchestrator.model import (
    AgentStatus,
    GateState,
    HubTask,
    HubTaskState,
    Message,
    MessageKind,
)
from orchestrator.ports import Store
from storage.errors import StorageClosedError
from tests.storage import builders as a
from tests.support.clock import NOON

RUN = ("T1", "r1")
ELSEWHERE = (("T2", "r1"), ("T1", "r2"))

FULL_MESSAGE = Message(
    message_id="m0",
    sender="application",
    recipient="database",
    kind=MessageKind.ANSWER,
    body="pool 20/20 «наполнен» 池\n{}",
    reply_to="m9",
    at=a.later(0.000001),
)
FULL_TASK = HubTask(
    task_id="t0",
    summary="look at the pool",
    priority=-3,
    order=7,
    state=HubTaskState.ASSIGNED,
    agent_id="database",
    at=a.later(1),
)


def ids(messages: Sequence[Message]) -> list[str]:
    return [each.message_id for each in messages]


class HubContract:
    async def test_messages_come_back_whole_in_the_order_in_which_they_were_kept(self, store: Store) -> None:
        messages = [a.message("m2", at=a.later(5)), FULL_MESSAGE, a.message("m1")]
        for each in messages:
            await store.keep_message(*RUN, each)
        await store.keep_message(*RUN, a.message("m3", recipient="network"))
        assert list(await store.messages_to(*RUN, "database")) == messages
        assert ids(await store.messages_to(*RUN, "network")) == ["m3"]
        assert list(await store.messages_to(*RUN, "application")) == []

    async def test_a_message_is_kept_once(self, store: Store) -> None:
        await store.keep_message(*RUN, a.message("m1"))
        with pytest.raises(ConflictError) as refused:
            await store.keep_message(*RUN, a.message("m1", recipient="network"))
        assert refused.value.details == {"message_id": "m1"}
        assert list(await store.messages_to(*RUN, "database")) == [a.message("m1")]
        assert list(await store.messages_to(*RUN, "network")) == []

    async def test_each_message_is_taken_once_the_oldest_first_and_stays_as_a_record(self, store: Store) -> None:
        for number in (2, 1, 3):
            await store.keep_message(*RUN, a.message(f"m{number}"))
        await store.keep_message(*RUN, a.message("m4", recipient="network"))
        first = await store.take_message(*RUN, "database")
        assert first == a.message("m2")
        assert ids(await store.messages_to(*RUN, "database", waiting=True)) == ["m1", "m3"]
        rest = [await store.take_message(*RUN, "database") for _ in range(3)]
        assert rest == [a.message("m1"), a.message("m3"), None]
        assert ids(await store.messages_to(*RUN, "database")) == ["m2", "m1", "m3"]
        assert ids(await store.messages_to(*RUN, "network", waiting=True)) == ["m4"]

    async def test_of_many_who_take_at_once_nobody_gets_what_another_got(self, store: Store) -> None:
        for number in range(10):
            await store.keep_message(*RUN, a.message(f"m{number}"))
        taken = await asyncio.gather(*(store.take_message(*RUN, "database") for _ in range(20)))
        assert sorted(ids([each for each in taken if each])) == [f"m{number}" for number in range(10)]

    async def test_a_message_that_was_taken_is_not_waiting_after_a_restart(self, store: Store) -> None:
        for number in (1, 2):
            await store.keep_message(*RUN, a.message(f"m{number}"))
        await store.take_message(*RUN, "database")
        await store.aclose()
        await store.open()
        assert await store.take_message(*RUN, "database") == a.message("m2")
        with pytest.raises(ConflictError):
            await store.keep_message(*RUN, a.message("m1"))

    async def test_tasks_come_back_whole_by_their_order_as_they_were_kept_last(self, store: Store) -> None:
        tasks = [a.task("b", 2), a.task("c", 1), FULL_TASK, a.task("a", 2)]
        for each in tasks:
            await store.keep_task(*RUN, each)
        done = a.task("b", 2).model_copy(update={"state": HubTaskState.DONE, "agent_id": "database"})
        await store.keep_task(*RUN, done)
        assert list(await store.hub_tasks(*RUN)) == [a.task("c", 1), a.task("a", 2), done, FULL_TASK]

    async def test_of_each_agent_the_last_status_is_known(self, store: Store) -> None:
        await store.keep_status(*RUN, "database", AgentStatus.IDLE)
        await store.keep_status(*RUN, "application", AgentStatus.ACTIVE)
        await store.keep_status(*RUN, "database", AgentStatus.PAUSED)
        assert await store.statuses(*RUN) == {"application": AgentStatus.ACTIVE, "database": AgentStatus.PAUSED}

    async def test_of_each_fact_the_last_word_is_known(self, store: Store) -> None:
        first: dict[str, JsonValue] = {
            "suspects": ["orders-db", "наполнен 池"],
            "spent": 0.25,
            "done": None,
            "of": {"a": [True, 1]},
        }
        await store.keep_facts(*RUN, {"phase": "observe", **first})
        await store.keep_facts(*RUN, {"phase": "hypothesise"})
        await store.keep_facts(*RUN, {})
        assert await store.facts(*RUN) == {"phase": "hypothesise", **first}
        assert list(await store.facts(*RUN)) == ["done", "of", "phase", "spent", "suspects"]

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), (1, 2), {1: "a"}, {"a"}, b"a", "\ud800", NOON])
    async def test_a_fact_that_is_no_plain_data_is_refused_with_all_that_came_with_it(
        self, store: Store, value: Any
    ) -> None:
        with pytest.raises(UnkeepableError, match="The fact suspects cannot be kept") as refused:
            await store.keep_facts(*RUN, {"phase": "observe", "suspects": value})
        assert refused.value.details == {"suspects": "it is no plain data"}
        assert await store.facts(*RUN) == {}

    async def test_every_investigation_of_every_workspace_has_a_hub_of_its_own(self, store: Store) -> None:
        await a.through_the_hub(store, *RUN)
        for where in ELSEWHERE:
            assert list(await store.messages_to(*where, "database")) == []
            assert await store.take_message(*where, "database") is None
            assert list(await store.hub_tasks(*where)) == []
            assert list(await store.gates_of(*where)) == []
            assert await store.statuses(*where) == {}
            assert await store.facts(*where) == {}
        for where in ELSEWHERE:
            await a.through_the_hub(store, *where)
            await store.settle_gate(*where, "g1", GateState.DENIED, at=NOON)
        assert list(await store.gates_of(*RUN)) == [a.gate("g1")]

    async def test_a_hub_is_there_after_the_store_was_closed_and_opened(self, store: Store) -> None:
        await a.through_the_hub(store, *RUN)
        settled = await store.settle_gate(*RUN, "g1", GateState.APPROVED, at=NOON, by=a.ANA)
        await store.aclose()
        await store.open()
        assert list(await store.messages_to(*RUN, "database")) == [a.message("m1")]
        assert list(await store.hub_tasks(*RUN)) == [a.task("t1", 1)]
        assert list(await store.gates_of(*RUN)) == [settled]
        assert await store.statuses(*RUN) == {"database": AgentStatus.PAUSED}
        assert await store.facts(*RUN) == {"phase": "observe"}
        with pytest.raises(ConflictError):
            await store.settle_gate(*RUN, "g1", GateState.DENIED, at=NOON)

    async def test_nothing_goes_through_a_store_that_is_closed(self, store: Store) -> None:
        await store.aclose()
        for question in (
            store.keep_message(*RUN, a.message("m1")),
            store.messages_to(*RUN, "database"),
            store.take_message(*RUN, "database"),
            store.keep_task(*RUN, a.task("t1", 1)),
            store.hub_tasks(*RUN),
            store.open_gate(*RUN, a.gate("g1")),
            store.settle_gate(*RUN, "g1", GateState.DENIED, at=NOON),
            store.gates_of(*RUN),
            store.keep_status(*RUN, "database", AgentStatus.IDLE),
            store.statuses(*RUN),
            store.keep_facts(*RUN, {}),
            store.facts(*RUN),
        ):
            with pytest.raises(StorageClosedError):
                await question
