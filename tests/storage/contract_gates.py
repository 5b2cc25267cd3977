"""What every store must keep of gates: opened once, settled once, the same row by whichever door they come."""

import asyncio
from decimal import Decimal

import pytest

from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import Consulted, GateOpened, GateSettled, replay
from orchestrator.model import Gate, GateState, Person
from orchestrator.ports import Store
from tests.storage import builders as a
from tests.storage.contract_hub import ELSEWHERE, RUN
from tests.storage.whole_run import FULL_GATE
from tests.support.clock import NOON

ANSWERS = [each for each in GateState if each is not GateState.OPEN]


class GateContract:
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

    async def test_an_event_opens_and_settles_the_gate_that_it_tells_of(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        await store.append(*RUN, GateOpened(gate=FULL_GATE), NOON)
        assert list(await store.gates_of(*RUN)) == [FULL_GATE]
        answer = GateSettled(gate_id="g0", state=GateState.APPROVED, by=a.BEN, said="go on")
        await store.append(*RUN, answer, a.later(9))
        view = replay(await store.events(*RUN))
        assert view is not None
        assert list(await store.gates_of(*RUN)) == list(view.gates)
        assert [(each.state, each.by, each.at, each.said) for each in view.gates] == [
            (GateState.APPROVED, a.BEN, a.later(9), "go on")
        ]

    async def test_a_second_event_about_one_gate_is_refused_with_nothing_stored(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        await store.append(*RUN, GateOpened(gate=a.gate("g1")), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append(*RUN, GateOpened(gate=a.gate("g1", reason="another")), NOON)
        assert refused.value.details == {"gate_id": "g1"}
        await store.append(*RUN, GateSettled(gate_id="g1", state=GateState.DENIED, by=a.ANA), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append(*RUN, GateSettled(gate_id="g1", state=GateState.APPROVED, by=a.BEN), a.later(1))
        assert refused.value.message == "Ana has already denied this."
        assert [each.seq for each in await store.events(*RUN)] == [1, 2, 3]
        [row] = await store.gates_of(*RUN)
        assert (row.state, row.by, row.at) == (GateState.DENIED, a.ANA, NOON)

    async def test_of_twenty_events_that_settle_a_gate_at_once_one_is_stored(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        await store.append(*RUN, GateOpened(gate=a.gate("g1")), NOON)
        clicks = [
            GateSettled(gate_id="g1", state=ANSWERS[number % len(ANSWERS)], by=Person(user_id=f"U{number}"))
            for number in range(20)
        ]
        answers = await asyncio.gather(*(store.append(*RUN, each, NOON) for each in clicks), return_exceptions=True)
        assert sum(isinstance(each, ConflictError) for each in answers) == 19
        *_, stored = await store.events(*RUN)
        assert isinstance(stored.event, GateSettled)
        [row] = await store.gates_of(*RUN)
        assert (stored.seq, row.state, row.by) == (3, stored.event.state, stored.event.by)

    async def test_a_gate_is_opened_and_settled_once_by_both_doors_together(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        await store.append(*RUN, GateOpened(gate=a.gate("journal")), NOON)
        await store.open_gate(*RUN, a.gate("hub"))
        with pytest.raises(ConflictError):
            await store.open_gate(*RUN, a.gate("journal"))
        with pytest.raises(ConflictError):
            await store.append(*RUN, GateOpened(gate=a.gate("hub")), NOON)
        await store.settle_gate(*RUN, "journal", GateState.APPROVED, at=NOON, by=a.ANA)
        await store.append(*RUN, GateSettled(gate_id="hub", state=GateState.DENIED, by=a.BEN), NOON)
        with pytest.raises(ConflictError, match="Ana has already approved"):
            await store.append(*RUN, GateSettled(gate_id="journal", state=GateState.DENIED, by=a.BEN), NOON)
        with pytest.raises(ConflictError, match="Ben has already denied"):
            await store.settle_gate(*RUN, "hub", GateState.APPROVED, at=NOON, by=a.ANA)
        assert [(each.gate_id, each.state) for each in await store.gates_of(*RUN)] == [
            ("journal", GateState.APPROVED),
            ("hub", GateState.DENIED),
        ]
        assert len(await store.events(*RUN)) == 3

    async def test_an_event_about_no_gate_or_with_no_answer_is_refused_with_nothing_stored(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        await store.append(*RUN, GateOpened(gate=a.gate("g1")), NOON)
        with pytest.raises(InvestigationNotFoundError, match="no gate g9"):
            await store.append(*RUN, GateSettled(gate_id="g9", state=GateState.APPROVED), NOON)
        for refused in (
            GateOpened(gate=a.gate("g2").model_copy(update={"state": GateState.DENIED})),
            GateSettled(gate_id="g1", state=GateState.OPEN),
            GateSettled(gate_id="g1", state=GateState.DENIED, said="long" * 1000),
        ):
            with pytest.raises(ValueError, match=r"must be|at most 3000"):
                await store.append(*RUN, refused, NOON)
        assert len(await store.events(*RUN)) == 2
        assert list(await store.gates_of(*RUN)) == [a.gate("g1")]

    async def test_a_gate_of_an_investigation_that_was_never_opened_is_no_event(self, store: Store) -> None:
        with pytest.raises(InvestigationNotFoundError, match="no investigation r1"):
            await store.append(*RUN, GateOpened(gate=a.gate("g1")), NOON)
        assert list(await store.gates_of(*RUN)) == []

    async def test_a_line_of_the_history_counts_open_gates_and_questions(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        await store.append(*RUN, Consulted(consultation=a.consultation()), NOON)
        for gate_id in ("g1", "g2", "g3"):
            await store.append(*RUN, GateOpened(gate=a.gate(gate_id)), NOON)
        await store.append(*RUN, GateSettled(gate_id="g2", state=GateState.EXPIRED), NOON)
        await store.append("T1", "r2", a.opened("r2", incident_id="INC-2", at=a.later(1)), NOON)
        lines = {each.investigation_id: (each.open_gates, each.consulted) for each in await store.recent("T1")}
        assert lines == {"r1": (2, 1), "r2": (0, 0)}

    async def test_what_an_approval_adds_is_an_amount_that_can_be_kept(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        dear = a.gate("g1").model_copy(update={"extend_by": Decimal("1e11")})
        with pytest.raises(ValueError, match="9 billion"):
            await store.append(*RUN, GateOpened(gate=dear), NOON)
        with pytest.raises(ValueError, match="9 billion"):
            await store.open_gate(*RUN, dear)
        assert list(await store.gates_of(*RUN)) == []

    async def test_what_a_question_cost_is_an_amount_that_can_be_kept(self, store: Store) -> None:
        await store.append(*RUN, a.opened(), NOON)
        dear = a.consultation().model_copy(update={"cost": Decimal("1e11")})
        with pytest.raises(ValueError, match="9 billion"):
            await store.append(*RUN, Consulted(consultation=dear), NOON)
        assert len(await store.events(*RUN)) == 1
