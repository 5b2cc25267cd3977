"""A gate is answered once: by whoever may and is first, by the passing of time, or because it is needed no more."""

import asyncio
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import ApprovalRequiredError, InvestigationNotFoundError
from orchestrator.hub import Answered, Hub, HubRules, may_answer
from orchestrator.model import AgentStatus, Approvers, Gate, GateKind, GateState, Person
from orchestrator.ports import HubStore
from tests.hub.kit import RUN, new_store, opened, with_agents
from tests.support.builders import ANA, BEN
from tests.support.clock import NOON, ManualClock, settle

CHI = Person(user_id="U3", name="Chiara")


async def at_a_gate(store: HubStore, clock: ManualClock | None = None, **approvers: object) -> tuple[Hub, str]:
    """A hub whose agent `database` waits at a gate; the gate's id."""
    hub = await opened(store, clock=clock, rules=HubRules(approvers=Approvers(**approvers), gate_wait_s=600))
    await with_agents(hub, "application", "database")
    return hub, await hub.escalate_to_human("database", "May I read the slow log?", ["It holds queries."])


async def yes(hub: Hub, gate_id: str, by: Person = ANA, **more: object) -> Answered:
    return await hub.answer_gate(gate_id, approved=True, by=by, requester=ANA, **more)  # type: ignore[arg-type]


async def no(hub: Hub, gate_id: str, by: Person = ANA) -> Answered:
    return await hub.answer_gate(gate_id, approved=False, by=by, requester=ANA, said="not now")


def at(hub: Hub, agent_id: str = "database") -> AgentStatus:
    return hub.registry.get_agent(agent_id).status


# --- who may --------------------------------------------------------------------------------------------------------

ANYBODY = Approvers()
NOT_THE_ASKER = Approvers(requester=False)
BEN_ALONE = Approvers(people=("U2",), requester=False)
BEN_OR_ASKER = Approvers(people=("U2",))
ON_CALL = Approvers(groups=("S1",), requester=False)
EVEN_NAMED = Approvers(people=("U1", "U2"), requester=False)

TABLE = [
    (ANYBODY, "asker", True),
    (ANYBODY, "Ben", True),
    (ANYBODY, "Chiara", True),
    (NOT_THE_ASKER, "asker", False),
    (NOT_THE_ASKER, "Ben", True),
    (BEN_ALONE, "asker", False),
    (BEN_ALONE, "Ben", True),
    (BEN_ALONE, "Chiara", False),
    (BEN_ALONE, "on call", False),
    (BEN_OR_ASKER, "asker", True),
    (BEN_OR_ASKER, "Chiara", False),
    (ON_CALL, "on call", True),
    (ON_CALL, "Ben", False),
    (ON_CALL, "asker on call", False),
    (EVEN_NAMED, "asker", False),
    (EVEN_NAMED, "Ben", True),
]
PEOPLE = {
    "asker": (ANA, ()),
    "asker on call": (ANA, ("S1",)),
    "Ben": (BEN, ("S9",)),
    "Chiara": (CHI, ()),
    "on call": (CHI, ("S9", "S1")),
}


@pytest.mark.parametrize(("rules", "who", "may"), TABLE)
def test_who_may_answer(rules: Approvers, who: str, may: bool) -> None:
    gate = Gate(gate_id="g", kind=GateKind.BUDGET, reason="?", approvers=rules, opened_at=NOON)
    person, groups = PEOPLE[who]
    assert (may_answer(gate, person, groups, ANA) == "") is may


def test_a_name_is_no_proof_of_who_one_is() -> None:
    gate = Gate(gate_id="g", kind=GateKind.BUDGET, reason="?", approvers=BEN_ALONE, opened_at=NOON)
    assert may_answer(gate, Person(user_id="U7", name="Ben"), (), ANA)
    assert not may_answer(gate, Person(user_id="U2", name="Somebody else"), (), ANA)


async def test_the_answer_of_who_may_not_leaves_it_open_and_says_why(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store, people=("U2",), requester=False)
    with pytest.raises(ApprovalRequiredError, match="somebody else has to") as refused:
        await yes(hub, gate_id)
    assert refused.value.remedy == "The gate stays open."
    with pytest.raises(ApprovalRequiredError, match="the card names them"):
        await no(hub, gate_id, CHI)
    (gate,) = await store.gates_of(*RUN)
    assert (gate.is_open, gate.by, at(hub)) == (True, None, AgentStatus.PAUSED)
    assert (await yes(hub, gate_id, BEN)).first


async def test_members_of_a_named_group_may_answer(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store, groups=("S1",), requester=False)
    with pytest.raises(ApprovalRequiredError):
        await yes(hub, gate_id, CHI, groups=("S2",))
    assert (await yes(hub, gate_id, CHI, groups=("S2", "S1"))).gate.by == CHI


async def test_who_comes_too_late_and_may_not_gets_the_answer_that_counts(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store, people=("U2",), requester=False)
    await no(hub, gate_id, BEN)
    late = await yes(hub, gate_id, CHI)
    assert (late.first, late.gate.state, late.gate.by, late.gate.said) == (False, "denied", BEN, "not now")


# --- asked ----------------------------------------------------------------------------------------------------------


async def test_a_gate_says_what_one_has_to_know_and_pauses_the_agent(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store, people=("U2",))
    (gate,) = await store.gates_of(*RUN)
    assert (gate.gate_id, gate.kind, gate.agent_id) == (gate_id, GateKind.ESCALATION, "database")
    assert (gate.reason, gate.context) == ("May I read the slow log?", ("It holds queries.",))
    assert (gate.opened_at, gate.expires_at) == (NOON, NOON + timedelta(seconds=600))
    assert gate.approvers == Approvers(people=("U2",))
    assert (at(hub), at(hub, "application")) == (AgentStatus.PAUSED, AgentStatus.IDLE)


async def test_who_asks_the_same_again_before_an_answer_asks_once(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    assert await hub.escalate_to_human("database", "May I read the slow log?") == gate_id
    assert await hub.escalate_to_human("application", "May I read the slow log?") != gate_id
    await yes(hub, gate_id)
    assert await hub.escalate_to_human("database", "May I read the slow log?") != gate_id


async def test_a_reason_may_be_long(store: HubStore) -> None:
    hub, _ = await at_a_gate(store)
    await hub.escalate_to_human("application", "x" * 9000)
    assert [len(each.reason) for each in await store.gates_of(*RUN)] == [24, 3000]


async def test_a_gate_that_nobody_opened_cannot_be_answered(store: HubStore) -> None:
    hub, _ = await at_a_gate(store)
    with pytest.raises(InvestigationNotFoundError):
        await yes(hub, "gate-0")
    with pytest.raises(InvestigationNotFoundError):
        await hub.expire_gate("gate-0")


# --- what follows ---------------------------------------------------------------------------------------------------


async def test_approved_the_agent_goes_on(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    answered = await yes(hub, gate_id, BEN, said="go ahead")
    assert (answered.first, answered.gate.state, answered.gate.by) == (True, GateState.APPROVED, BEN)
    assert (answered.gate.at, answered.gate.said) == (NOON, "go ahead")
    assert at(hub) is AgentStatus.IDLE


async def test_denied_the_agent_is_asked_for_nothing_any_more(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    await no(hub, gate_id)
    assert at(hub) is AgentStatus.STOPPED


async def test_not_answered_in_time_is_as_if_denied(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    expired = await hub.expire_gate(gate_id)
    assert (expired.first, expired.gate.state, expired.gate.by) == (True, GateState.EXPIRED, None)
    assert at(hub) is AgentStatus.STOPPED
    assert (await hub.expire_gate(gate_id)).first is False


async def test_an_answer_after_its_time_is_none_though_nobody_had_noticed(store: HubStore) -> None:
    clock = ManualClock()
    hub, gate_id = await at_a_gate(store, clock)
    await clock.advance(600)
    late = await yes(hub, gate_id)
    assert (late.first, late.gate.state, late.gate.by) == (False, GateState.EXPIRED, None)
    assert at(hub) is AgentStatus.STOPPED


async def test_at_the_last_moment_is_in_time(store: HubStore) -> None:
    clock = ManualClock()
    hub, gate_id = await at_a_gate(store, clock)
    await clock.advance(599.9)
    assert (await yes(hub, gate_id)).first


async def test_what_is_asked_no_more_lets_the_agent_go_on(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    assert (await hub.supersede_gate(gate_id)).gate.state is GateState.SUPERSEDED
    assert at(hub) is AgentStatus.IDLE
    assert (await yes(hub, gate_id)).gate.state is GateState.SUPERSEDED


async def test_an_agent_at_two_gates_goes_on_when_both_are_approved(store: HubStore) -> None:
    hub, first = await at_a_gate(store)
    second = await hub.escalate_to_human("database", "And the general log?")
    await yes(hub, first)
    assert at(hub) is AgentStatus.PAUSED
    await yes(hub, second)
    assert at(hub) is AgentStatus.IDLE


@pytest.mark.parametrize("denied", [0, 1])
async def test_of_two_gates_one_that_is_denied_stops_it(store: HubStore, denied: int) -> None:
    hub, first = await at_a_gate(store)
    gates = [first, await hub.escalate_to_human("database", "And the general log?")]
    await no(hub, gates.pop(denied))
    await yes(hub, gates.pop())
    assert at(hub) is AgentStatus.STOPPED


async def test_a_second_click_on_an_old_gate_does_not_free_who_waits_at_a_new_one(store: HubStore) -> None:
    hub, old = await at_a_gate(store)
    await yes(hub, old)
    await hub.escalate_to_human("database", "And the general log?")
    assert (await yes(hub, old, BEN)).first is False
    assert at(hub) is AgentStatus.PAUSED


async def test_a_second_click_does_not_put_to_rest_who_is_at_work(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    await yes(hub, gate_id)
    await hub.set_status("database", AgentStatus.ACTIVE)
    await no(hub, gate_id, BEN)
    assert at(hub) is AgentStatus.ACTIVE


async def test_a_second_click_does_not_stop_again_who_was_called_back(store: HubStore) -> None:
    hub, gate_id = await at_a_gate(store)
    await no(hub, gate_id)
    await hub.set_status("database", AgentStatus.IDLE)
    await no(hub, gate_id, BEN)
    assert at(hub) is AgentStatus.IDLE


async def test_an_answer_that_comes_while_the_gate_is_being_opened_is_followed(store: HubStore) -> None:
    """Somebody clicks between the gate's row and the agent's status."""
    hub = await opened(store)
    await with_agents(hub, "database")
    keep_status, answering = store.keep_status, []

    async def answered_first(workspace: str, investigation_id: str, agent_id: str, status: AgentStatus) -> None:
        if status is AgentStatus.PAUSED:
            (gate,) = await store.gates_of(*RUN)
            answering.append(asyncio.create_task(yes(hub, gate.gate_id)))
            await settle()
        await keep_status(workspace, investigation_id, agent_id, status)

    store.keep_status = answered_first  # type: ignore[method-assign]
    await hub.escalate_to_human("database", "May I?")
    await answering[0]
    assert at(hub) is AgentStatus.IDLE


# --- once -----------------------------------------------------------------------------------------------------------

WAYS = ["approve", "deny", "expire", "supersede"]


class Halting:
    """A store whose every call lets others go first, so often as a seed says. Everything else is the store's."""

    def __init__(self, inner: HubStore, seed: int) -> None:
        self._inner, self._random = inner, random.Random(seed)

    def __getattr__(self, name: str) -> object:
        call = getattr(self._inner, name)

        async def after_others(*given: object, **named: object) -> object:
            for _ in range(self._random.randrange(4)):
                await asyncio.sleep(0)
            found = await call(*given, **named)
            for _ in range(self._random.randrange(4)):
                await asyncio.sleep(0)
            return found

        return after_others


@given(
    ways=st.lists(st.sampled_from(WAYS), min_size=1, max_size=12), seed=st.integers(0, 2**16), hubs=st.integers(1, 3)
)
def test_however_many_answer_at_once_one_does_and_all_are_told_the_same(ways: list[str], seed: int, hubs: int) -> None:
    """Also where several processes share the store."""

    async def play() -> None:
        async with new_store() as store:
            halting: HubStore = Halting(store, seed)  # type: ignore[assignment]
            first, gate_id = await at_a_gate(halting)
            others = [await opened(halting) for _ in range(hubs - 1)]
            for each in others:
                await with_agents(each, "database")
            houses = [first, *others]

            async def answer(number: int, way: str) -> Answered:
                hub = houses[number % len(houses)]
                if way == "expire":
                    return await hub.expire_gate(gate_id)
                if way == "supersede":
                    return await hub.supersede_gate(gate_id)
                person = Person(user_id=f"U{number}")
                return await hub.answer_gate(gate_id, approved=way == "approve", by=person, requester=ANA)

            answers = await asyncio.gather(*(answer(number, way) for number, way in enumerate(ways)))
            (gate,) = await store.gates_of(*RUN)
            assert [each.first for each in answers].count(True) == 1
            assert {each.gate for each in answers} == {gate}
            winner = next(number for number, each in enumerate(answers) if each.first)
            after = AgentStatus.STOPPED if gate.state in (GateState.DENIED, GateState.EXPIRED) else AgentStatus.IDLE
            assert (await store.statuses(*RUN))["database"] is after
            assert at(houses[winner % len(houses)]) is after

    asyncio.run(play())
