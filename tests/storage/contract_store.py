"""What every store must do, whatever it keeps things in. A store's tests inherit this and hand in a `store` that is open."""

import asyncio
from decimal import Decimal

import pytest

from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import Heartbeat, StepEnded, replay
from orchestrator.model import InvestigationState, NoData, Verdict
from orchestrator.ports import PostStatus, Store
from storage.errors import StorageClosedError
from tests.storage import builders as a
from tests.support.clock import NOON


class StoreContract:
    async def test_events_come_back_as_they_were_returned_in_order(self, store: Store) -> None:
        kept = [
            await store.append("T1", "r1", a.opened(), NOON),
            await store.append("T1", "r1", a.moved("queued", "running"), a.later(1)),
            await store.append("T1", "r1", a.started(), a.later(2)),
        ]
        assert [each.seq for each in kept] == [1, 2, 3]
        assert list(await store.events("T1", "r1")) == kept
        assert list(await store.events("T1", "r1", after=2)) == kept[2:]
        assert list(await store.events("T1", "r1", after=3)) == []

    async def test_what_is_returned_is_what_a_later_process_reads(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        nothing = NoData(agent_id="application", summary="no logs", value=float("inf"))
        found = await store.append("T1", "r1", StepEnded(step=a.step(), observations=(nothing,)), NOON)
        assert [found] == list(await store.events("T1", "r1", after=1))

    async def test_nobody_knows_an_investigation_that_was_never_opened(self, store: Store) -> None:
        assert list(await store.events("T1", "r1")) == []
        with pytest.raises(InvestigationNotFoundError) as refused:
            await store.append("T1", "r1", a.started(), NOON)
        assert refused.value.details == {"investigation_id": "r1"}
        assert list(await store.events("T1", "r1")) == []

    async def test_one_id_in_two_workspaces_is_two_investigations(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T2", "r1", a.opened(workspace="T2"), NOON)
        await store.append("T2", "r1", a.moved("queued", "failed"), NOON)
        assert len(await store.events("T1", "r1")) == 1
        assert len(await store.events("T2", "r1")) == 2
        assert await store.unfinished_of("T1", "INC-1") == "r1"
        assert await store.unfinished_of("T2", "INC-1") is None
        assert [each.workspace for each in await store.recent("T2")] == ["T2"]

    async def test_an_investigation_is_opened_once(self, store: Store) -> None:
        first = await store.append("T1", "r1", a.opened(), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append("T1", "r1", a.opened(incident_id="INC-2"), NOON)
        assert refused.value.details == {"investigation_id": "r1"}
        assert list(await store.events("T1", "r1")) == [first]
        assert await store.unfinished_of("T1", "INC-2") is None

    async def test_an_opening_belongs_under_its_own_key(self, store: Store) -> None:
        with pytest.raises(ValueError, match="own key"):
            await store.append("T1", "r2", a.opened("r1"), NOON)
        assert list(await store.unfinished()) == []

    async def test_a_second_unfinished_run_of_an_incident_is_refused_and_names_the_first(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(incident_id="INC-ß1"), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append("T1", "r2", a.opened("r2", incident_id="inc-SS1"), NOON)
        assert refused.value.details["investigation_id"] == "r1"
        assert list(await store.events("T1", "r2")) == []
        assert len(await store.recent("T1")) == 1

    async def test_an_incident_may_be_investigated_again_once_the_first_run_ended(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.moved("queued", "stopped"), NOON)
        await store.append("T1", "r2", a.opened("r2", incident_id="inc-1"), NOON)
        assert await store.unfinished_of("T1", "Inc-1") == "r2"

    async def test_a_run_that_ended_cannot_come_back_beside_a_newer_one(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.moved("queued", "stopped"), NOON)
        await store.append("T1", "r2", a.opened("r2"), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append("T1", "r1", a.moved("stopped", "running"), NOON)
        assert refused.value.details["investigation_id"] == "r2"
        assert len(await store.events("T1", "r1")) == 2

    async def test_of_two_moves_from_one_state_the_second_is_refused(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.moved("queued", "running"), NOON)
        await store.append("T1", "r1", a.moved("running", "completed"), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append("T1", "r1", a.moved("running", "stopped"), NOON)
        assert refused.value.details == {"state": "completed", "expected": "running"}
        view = replay(await store.events("T1", "r1"))
        assert view is not None
        assert view.state == InvestigationState.COMPLETED

    async def test_a_second_decision_changes_nothing_and_names_the_first(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.ranked(a.hypothesis(1), a.hypothesis(2)), NOON)
        await store.append("T1", "r1", a.decided(1, by=a.ANA), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append("T1", "r1", a.decided(1, Verdict.REJECTED, by=a.BEN), NOON)
        assert refused.value.message == "Ana has already accepted this hypothesis."
        assert refused.value.details["by"] == "U1"
        await store.append("T1", "r1", a.decided(2, Verdict.REJECTED), NOON)
        (line,) = await store.recent("T1")
        assert (line.accepted, line.rejected) == (1, 1)

    async def test_a_history_says_which_runs_looked_at_recorded_data(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r2", a.opened("r2", incident_id="INC-2", recorded=True), NOON)
        told = {each.investigation_id: each.recorded for each in await store.recent("T1")}
        assert told == {"r1": False, "r2": True}

    async def test_two_people_who_click_at_once_have_one_effect(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        clicks = (a.decided(1, by=a.ANA), a.decided(1, Verdict.REJECTED, by=a.BEN))
        answers = await asyncio.gather(
            *(store.append("T1", "r1", each, NOON) for each in clicks), return_exceptions=True
        )
        assert sum(isinstance(each, ConflictError) for each in answers) == 1
        assert len(await store.events("T1", "r1")) == 2

    async def test_one_call_is_reserved_once(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.reserved("c1", "3"), NOON)
        await store.append("T1", "r1", a.settled("c1", "2.5"), NOON)
        with pytest.raises(ConflictError) as refused:
            await store.append("T1", "r1", a.reserved("c1", "0.01"), NOON)
        assert refused.value.details == {"call_id": "c1"}
        assert (await store.recent("T1"))[0].spent == Decimal("2.5")

    async def test_money_is_exact_in_every_digit(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(budget="9223372036.854775807"), NOON)
        for number, amount in enumerate(("0.1", "0.2", "1234567890.123456789", "0.000000001"), 1):
            await store.append("T1", "r1", a.reserved(f"c{number}", amount), NOON)
        await store.append("T1", "r1", a.released("c1", "0.1"), NOON)
        await store.append("T1", "r1", a.settled("c2", "0.300000001"), NOON)
        assert (await store.recent("T1"))[0].spent == Decimal("1234567890.423456791")
        first = (await store.events("T1", "r1"))[0].event
        assert str(first.investigation.budget) == "9223372036.854775807"  # type: ignore[union-attr]

    async def test_what_an_agent_says_its_turns_cost_counts_where_the_ledger_has_less(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.settled("c1", "0.4", "database"), NOON)
        for agent_id, cost in (("application", "1.25"), ("database", "0.3")):
            await store.append("T1", "r1", StepEnded(step=a.step("observe", agent_id), cost=Decimal(cost)), NOON)
        view = replay(await store.events("T1", "r1"))
        assert view is not None
        assert (await store.recent("T1"))[0].spent == view.cost.total == Decimal("1.65")

    async def test_an_amount_no_database_can_hold_is_refused(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        with pytest.raises(ValueError, match="9 billion"):
            await store.append("T1", "r1", a.reserved("c1", "9223372037"), NOON)
        with pytest.raises(ValueError, match="9 billion"):
            await store.append("T1", "r1", StepEnded(step=a.step(), cost=Decimal("1e11")), NOON)
        assert len(await store.events("T1", "r1")) == 1

    async def test_an_event_that_cannot_be_read_back_is_refused(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        with pytest.raises(ValueError, match="duration_s"):
            await store.append("T1", "r1", StepEnded(step=a.step(), duration_s=float("inf")), NOON)
        assert len(await store.events("T1", "r1")) == 1

    async def test_a_time_without_a_zone_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="timezone"):
            await store.append("T1", "r1", a.opened(), NOON.replace(tzinfo=None))
        assert list(await store.unfinished()) == []

    async def test_unfinished_runs_are_told_oldest_first_across_workspaces(self, store: Store) -> None:
        await store.append("T2", "r1", a.opened(workspace="T2", at=a.later(5)), NOON)
        await store.append("T1", "r2", a.opened("r2", incident_id="B", at=a.later(1)), NOON)
        await store.append("T1", "r1", a.opened(incident_id="A", at=a.later(1)), NOON)
        await store.append("T1", "r3", a.opened("r3", incident_id="C"), NOON)
        await store.append("T1", "r3", a.moved("queued", "failed"), NOON)
        assert list(await store.unfinished()) == [("T1", "r2"), ("T1", "r1"), ("T2", "r1")]

    async def test_recent_runs_are_told_newest_first(self, store: Store) -> None:
        for number, seconds in enumerate((3, 1, 3), 1):
            opening = a.opened(f"r{number}", incident_id=f"INC-{number}", at=a.later(seconds))
            await store.append("T1", f"r{number}", opening, NOON)
        assert [each.investigation_id for each in await store.recent("T1")] == ["r3", "r1", "r2"]
        assert [each.investigation_id for each in await store.recent("T1", limit=1)] == ["r3"]
        assert [each.investigation_id for each in await store.recent("T1", incident_id="inc-2")] == ["r2"]
        for nothing in (0, -1):
            assert list(await store.recent("T1", limit=nothing)) == []

    async def test_a_line_of_the_history_tells_what_the_run_came_to(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.ended("hypothesise", "application", a.hypothesis(9, 0.9)), NOON)
        (provisional,) = await store.recent("T1")
        assert (provisional.leading, provisional.confidence, provisional.spent) == ("", None, Decimal(0))
        await store.append("T1", "r1", a.ranked(a.hypothesis(1, 0.8), a.hypothesis(2, 0.4)), NOON)
        await store.append("T1", "r1", a.moved("queued", "completed"), NOON)
        (line,) = await store.recent("T1")
        assert (line.leading, line.confidence, line.state) == ("explanation 1", 0.8, InvestigationState.COMPLETED)
        assert (line.incident_id, line.title, line.requested_by, line.place) == ("INC-1", "INC-1 is slow", "Ana", "C1")

    async def test_an_earlier_run_keeps_the_title_it_was_given(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        await store.append("T1", "r1", a.moved("queued", "stopped"), NOON)
        await store.append("T1", "r2", a.opened("r2", incident_id="inc-1"), NOON)
        assert [each.title for each in await store.recent("T1")] == ["inc-1 is slow", "INC-1 is slow"]

    async def test_appends_of_many_tasks_are_numbered_without_a_gap(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        kept = await asyncio.gather(*(store.append("T1", "r1", Heartbeat(), NOON) for _ in range(20)))
        assert sorted(each.seq for each in kept) == list(range(2, 22))
        assert [each.seq for each in await store.events("T1", "r1")] == list(range(1, 22))

    async def test_a_post_is_found_by_its_purpose_and_by_its_message(self, store: Store) -> None:
        await store.keep_post(a.post("r1:parent"))
        assert await store.find_post("T1", "r1:parent") == a.post("r1:parent")
        sent = a.post("r1:parent", message_id="17.5", digest="d", status=PostStatus.SENT)
        await store.keep_post(sent)
        assert await store.find_post("T1", "r1:parent") == sent
        assert await store.find_message("T1", "C1", "17.5") == sent

    async def test_a_post_is_not_found_elsewhere(self, store: Store) -> None:
        await store.keep_post(a.post("r1:parent", message_id="17.5"))
        await store.keep_post(a.post("r1:report"))
        assert await store.find_post("T2", "r1:parent") is None
        assert await store.find_message("T1", "C2", "17.5") is None
        assert await store.find_message("T2", "C1", "17.5") is None
        assert await store.find_message("T1", "C1", "") is None
        assert list(await store.posts_of("T2", "r1")) == []

    async def test_posts_stay_in_the_order_in_which_they_were_first_kept(self, store: Store) -> None:
        for key in ("b", "a", "c"):
            await store.keep_post(a.post(key))
        await store.keep_post(a.post("b", status=PostStatus.REFUSED))
        await store.keep_post(a.post("x", investigation_id="r2"))
        assert [each.key for each in await store.posts_of("T1", "r1")] == ["b", "a", "c"]
        assert (await store.posts_of("T1", "r1"))[0].status == PostStatus.REFUSED

    async def test_everything_is_there_after_it_was_closed_and_opened(self, store: Store) -> None:
        kept = await store.append("T1", "r1", a.opened(), NOON)
        await store.keep_post(a.post("r1:parent"))
        await store.aclose()
        await store.open()
        assert list(await store.events("T1", "r1")) == [kept]
        assert list(await store.unfinished()) == [("T1", "r1")]
        assert len(await store.posts_of("T1", "r1")) == 1

    async def test_a_closed_store_says_so_instead_of_answering(self, store: Store) -> None:
        await store.aclose()
        await store.aclose()
        with pytest.raises(StorageClosedError):
            await store.append("T1", "r1", a.opened(), NOON)
        for question in (
            store.events("T1", "r1"),
            store.unfinished(),
            store.unfinished_of("T1", "INC-1"),
            store.recent("T1"),
            store.find_post("T1", "k"),
            store.find_message("T1", "C1", "1"),
            store.keep_post(a.post("k")),
            store.posts_of("T1", "r1"),
        ):
            with pytest.raises(StorageClosedError):
                await question
