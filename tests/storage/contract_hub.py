"""What every store must keep of what goes through a hub. Investigation r1 was never opened here: a hub needs no journal."""

import asyncio
from collections.abc import Sequence

import pytest

from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.model import (
    AgentStatus,
    Approvers,
    Gate,
    GateKind,
    GateState,
    HubTask,
    HubTaskState,
    Message,
    MessageKind,
    Person,
)
from storage.errors import StorageClosedError
from storage.memory import MemoryStore as Store
from tests.storage import builders as a
from tests.support.clock import NOON

RUN = ("T1", "r1")
ELSEWHERE = (("T2", "r1"), ("T1", "r2"))
ANSWERS = [each for each in GateState if each is not GateState.OPEN]

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
FULL_GATE = Gate(
    gate_id="g0",
    kind=GateKind.BUDGET,
    agent_id="database",
    reason="The next call does not fit.",
    context=("Spent: $9.99", "Needs: $0.05 «ещё»"),
    approve="Extend by $5",
    deny="Stop here",
    approvers=Approvers(people=("U1", "U2"), groups=("S1",), requester=False),
    opened_at=a.later(0.5),
    expires_at=a.later(1800),
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

    async def test_gates_come_back_whole_in_the_order_in_which_they_were_opened(self, store: Store) -> None:
        gates = [a.gate("g2"), FULL_GATE, a.gate("g1")]
        assert [await store.open_gate(*RUN, each) for each in gates] == gates
        assert list(await store.gates_of(*RUN)) == gates

    async def test_a_gate_is_opened_once(self, store: Store) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        for again in (a.gate("g1"), a.gate("g1", reason="another")):
            with pytest.raises(ConflictError) as refused:
                await store.open_gate(*RUN, again)
            assert refused.value.details == {"gate_id": "g1"}
        await store.settle_gate(*RUN, "g1", GateState.DENIED, at=NOON)
        with pytest.raises(ConflictError):
            await store.open_gate(*RUN, a.gate("g1"))
        assert [each.state for each in await store.gates_of(*RUN)] == [GateState.DENIED]

    async def test_a_gate_does_not_begin_with_an_answer(self, store: Store) -> None:
        answered = a.gate("g1").model_copy(update={"state": GateState.APPROVED})
        with pytest.raises(ValueError, match="must be open"):
            await store.open_gate(*RUN, answered)
        assert list(await store.gates_of(*RUN)) == []

    @pytest.mark.parametrize("state", ANSWERS)
    async def test_a_gate_is_settled_with_who_when_and_what_they_said(self, store: Store, state: GateState) -> None:
        for each in (FULL_GATE, a.gate("g1")):
            await store.open_gate(*RUN, each)
        settled = await store.settle_gate(*RUN, "g0", state, at=a.later(9), by=a.BEN, said="go «on»")
        answer = {"state": state, "by": a.BEN, "at": a.later(9), "said": "go «on»"}
        assert settled == FULL_GATE.model_copy(update=answer)
        assert list(await store.gates_of(*RUN)) == [settled, a.gate("g1")]

    @pytest.mark.parametrize("state", [GateState.EXPIRED, GateState.SUPERSEDED])
    async def test_time_settles_a_gate_in_nobodys_name(self, store: Store, state: GateState) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        settled = await store.settle_gate(*RUN, "g1", state, at=a.later(9))
        assert (settled.state, settled.by, settled.said) == (state, None, "")
        assert list(await store.gates_of(*RUN)) == [settled]

    @pytest.mark.parametrize("first", ANSWERS)
    @pytest.mark.parametrize("second", ANSWERS)
    async def test_a_second_answer_changes_nothing(self, store: Store, first: GateState, second: GateState) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        settled = await store.settle_gate(*RUN, "g1", first, at=NOON, by=a.ANA, said="first")
        with pytest.raises(ConflictError) as refused:
            await store.settle_gate(*RUN, "g1", second, at=a.later(1), by=a.BEN, said="second")
        assert refused.value.details == {"gate_id": "g1", "state": str(first), "by": "U1", "at": NOON.isoformat()}
        assert list(await store.gates_of(*RUN)) == [settled]

    async def test_a_second_answer_is_told_whose_the_first_was(self, store: Store) -> None:
        words = []
        for state, by in ((GateState.APPROVED, a.ANA), (GateState.DENIED, a.BEN), (GateState.EXPIRED, None)):
            await store.open_gate(*RUN, a.gate(state))
            await store.settle_gate(*RUN, state, state, at=NOON, by=by)
            with pytest.raises(ConflictError) as refused:
                await store.settle_gate(*RUN, state, GateState.APPROVED, at=NOON, by=a.BEN)
            words.append(refused.value.message)
        assert words == [
            "Ana has already approved this.",
            "Ben has already denied this.",
            "Nobody answered this in time.",
        ]

    async def test_of_twenty_who_answer_at_once_one_wins_and_the_row_is_theirs(self, store: Store) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        people = [Person(user_id=f"U{number}") for number in range(20)]
        answers = await asyncio.gather(
            *(
                store.settle_gate(*RUN, "g1", ANSWERS[number % len(ANSWERS)], at=a.later(number), by=each)
                for number, each in enumerate(people)
            ),
            return_exceptions=True,
        )
        [won] = [each for each in answers if isinstance(each, Gate)]
        lost = [each for each in answers if isinstance(each, ConflictError)]
        assert len(lost) == 19
        assert won.by is not None
        assert {each.details["by"] for each in lost} == {won.by.user_id}
        assert list(await store.gates_of(*RUN)) == [won]

    async def test_a_gate_that_nobody_opened_is_not_found(self, store: Store) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        for where in (*ELSEWHERE, RUN):
            with pytest.raises(InvestigationNotFoundError) as refused:
                await store.settle_gate(*where, "g9" if where == RUN else "g1", GateState.APPROVED, at=NOON)
            assert "gate_id" in refused.value.details
        assert list(await store.gates_of(*RUN)) == [a.gate("g1")]

    async def test_an_answer_that_leaves_a_gate_open_is_refused(self, store: Store) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        with pytest.raises(ValueError, match="approved, denied, expired or superseded"):
            await store.settle_gate(*RUN, "g1", GateState.OPEN, at=NOON, by=a.ANA)
        assert list(await store.gates_of(*RUN)) == [a.gate("g1")]

    async def test_an_answer_that_could_not_be_read_back_is_refused(self, store: Store) -> None:
        await store.open_gate(*RUN, a.gate("g1"))
        for at, said in ((NOON, "long" * 1000), (NOON.replace(tzinfo=None), "")):
            with pytest.raises(ValueError, match=r"at most 3000|timezone"):
                await store.settle_gate(*RUN, "g1", GateState.APPROVED, at=at, said=said)
        assert list(await store.gates_of(*RUN)) == [a.gate("g1")]

    async def test_of_each_agent_the_last_status_is_known(self, store: Store) -> None:
        await store.keep_status(*RUN, "database", AgentStatus.IDLE)
        await store.keep_status(*RUN, "application", AgentStatus.ACTIVE)
        await store.keep_status(*RUN, "database", AgentStatus.PAUSED)
        assert await store.statuses(*RUN) == {"application": AgentStatus.ACTIVE, "database": AgentStatus.PAUSED}

    async def test_every_investigation_of_every_workspace_has_a_hub_of_its_own(self, store: Store) -> None:
        await a.through_the_hub(store, *RUN)
        for where in ELSEWHERE:
            assert list(await store.messages_to(*where, "database")) == []
            assert await store.take_message(*where, "database") is None
            assert list(await store.hub_tasks(*where)) == []
            assert list(await store.gates_of(*where)) == []
            assert await store.statuses(*where) == {}
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
        ):
            with pytest.raises(StorageClosedError):
                await question
